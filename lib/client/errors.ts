/** What the client throws. Codes decide, texts are for people. */
import { GrpcCode, grpcCodeName } from '../base/grpc-status.ts';

/** A call that the store refused or that could not be completed. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  readonly code: GrpcCode;
  /**
   * Only for writes: true when the request was on its way and no answer came, so that it may or may not have happened.
   * False means that nothing was written.
   */
  readonly maybeApplied: boolean;

  constructor(
    code: GrpcCode,
    message: string,
    options: { readonly maybeApplied?: boolean; readonly cause?: unknown } = {},
  ) {
    super(`${grpcCodeName(code)}: ${message}`, { cause: options.cause });
    this.code = code;
    this.maybeApplied = options.maybeApplied ?? false;
  }
}

/** The revision asked for is gone: `compactRevision` is the oldest one that can still be read. */
export class CompactedError extends ClientError {
  override readonly name = 'CompactedError';
  readonly compactRevision: number;

  constructor(compactRevision: number) {
    super(GrpcCode.OUT_OF_RANGE, `history below revision ${compactRevision} has been compacted`);
    this.compactRevision = compactRevision;
  }
}

/** The lease of a session is gone: whatever was held under it belongs to nobody, or to somebody else, by now. */
export class SessionLostError extends Error {
  override readonly name = 'SessionLostError';
}

/** A contender's key was deleted by someone else: it stands or holds no longer, although its session lives. */
export class EvictedError extends Error {
  override readonly name = 'EvictedError';
}

/** This session already holds, or waits for, what it asks for: a lock of clientv3's layout has one place per lease. */
export class AlreadyHeldError extends Error {
  override readonly name = 'AlreadyHeldError';
}

/** What stands at a recipe's keys was not written by this recipe, or with other settings. Nothing was changed. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
}

/** The time given for waiting is up. */
export class WaitTimeoutError extends Error {
  override readonly name: string = 'WaitTimeoutError';
}
