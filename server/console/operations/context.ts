/** What every operation works with: one store's engine, hub and clock. */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Engine, LeaseCapability } from '../../engines/engine.ts';
import type { Authors } from '../audit/authors.ts';
import { ConsoleError } from '../errors.ts';
import type { PastViews } from '../history/past-views.ts';
import type { Hub } from '../hub/hub.ts';

export interface StoreContext {
  readonly engine: Engine;
  readonly hub: Hub;
  readonly past: PastViews;
  /** Who made a revision: what is written here is noted, the audit trail tells of the rest. */
  readonly authors: Authors;
  /** Who writes through it: the user signed in, or the console itself. */
  readonly author: string;
  readonly readOnly: boolean;
  /** The oldest readable revision known; 0 when never compacted. */
  compacted(): number;
  /** Asks the store again: something said "compacted". */
  refreshCompacted(): Promise<number>;
  now(): number;
}

/** @throws ConsoleError PERMISSION_DENIED in read-only mode */
export function requireWritable({ readOnly }: Pick<StoreContext, 'readOnly'>): void {
  if (!readOnly) return;
  throw new ConsoleError(GrpcCode.PERMISSION_DENIED, 'this console is read-only for this store');
}

/** @throws ConsoleError UNIMPLEMENTED for stores without leases */
export function requireLeases(context: StoreContext): LeaseCapability {
  if (context.engine.leases === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store has no leases');
  return context.engine.leases;
}

export const isOutOfRange = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === GrpcCode.OUT_OF_RANGE;

/** A store that has compacted a revision says only "compacted"; this says what is left. */
export async function explainCompacted(context: StoreContext, revision: number, error: unknown): Promise<unknown> {
  const isCompacted =
    error instanceof Error &&
    'code' in error &&
    error.code === GrpcCode.OUT_OF_RANGE &&
    /compacted/.test(error.message);
  if (!isCompacted) return error;
  return compactedAway(revision, await context.refreshCompacted().catch(() => context.compacted()));
}

/**
 * What the console remembers of a revision the store has compacted is not shown: every page would have to explain why this
 * much is there and the rest is not. The boundary is the store's, and the same everywhere.
 *
 * @throws ConsoleError OUT_OF_RANGE
 */
export function requireRetained(context: StoreContext, revision: number): void {
  const oldest = context.compacted();
  if (revision < oldest) throw compactedAway(revision, oldest);
}

function compactedAway(revision: number, oldest: number): ConsoleError {
  return new ConsoleError(
    GrpcCode.OUT_OF_RANGE,
    `revision ${revision} was compacted away; the oldest one still readable is ${oldest}`,
    { revision: String(revision), compacted: String(oldest) },
  );
}
