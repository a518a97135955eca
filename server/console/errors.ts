/**
 * Failures on their way to the browser. Route handlers live in another module graph than the console, so errors are told
 * apart by name and shape, never by instanceof across that border.
 */
import type { ApiError } from '../../lib/api/types.ts';
import { GrpcCode, grpcCodeName, httpStatusOf } from '../../lib/base/grpc-status.ts';

export type ErrorDetail = Readonly<Record<string, unknown>>;

/** A refusal with a sentence an operator can act on. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: GrpcCode;
  readonly detail: ErrorDetail | undefined;
  /** Where HTTP has a better word than the code's own status. */
  readonly status: number | undefined;

  constructor(code: GrpcCode, message: string, detail?: ErrorDetail, status?: number) {
    super(message);
    this.code = code;
    this.detail = detail;
    this.status = status;
  }
}

export const invalidArgument = (field: string, message: string): ConsoleError =>
  new ConsoleError(GrpcCode.INVALID_ARGUMENT, `${field}: ${message}`, { field });

/** 413. */
export const tooLarge = (field: string, message: string): ConsoleError =>
  new ConsoleError(GrpcCode.INVALID_ARGUMENT, `${field}: ${message}`, { field }, 413);

export interface ErrorAnswer {
  readonly status: number;
  readonly body: ApiError;
}

export interface ErrorShape {
  readonly name: string;
  readonly message: string;
  readonly code: GrpcCode;
  readonly detail?: ErrorDetail;
  readonly endpoint?: string | null;
  readonly outcome?: 'none' | 'unknown';
  readonly status?: number | undefined;
}

/** An error of the console or of an engine, whichever module graph made it. */
export function isKnownError(error: unknown): error is ErrorShape {
  return (
    error instanceof Error &&
    (error.name === 'ConsoleError' || error.name === 'EngineError') &&
    'code' in error &&
    typeof error.code === 'number'
  );
}

/** What a store says when it fails itself: no word of ours about the request, and none that it was a bad one. */
const STORE_FAILED: ReadonlySet<GrpcCode> = new Set([GrpcCode.UNKNOWN, GrpcCode.INTERNAL, GrpcCode.DATA_LOSS]);
const BAD_GATEWAY = 502;

const statusFor = ({ name, code, status }: ErrorShape): number =>
  status ?? (name === 'EngineError' && STORE_FAILED.has(code) ? BAD_GATEWAY : httpStatusOf(code));

const MAY_HAVE_HAPPENED = 'The write may or may not have happened: look at the key before you repeat it.';

/** Undefined: a bug of ours, to be logged and answered as INTERNAL. */
export function errorAnswer(error: unknown): ErrorAnswer | undefined {
  if (!isKnownError(error)) return undefined;
  const { code, message, outcome, endpoint } = error;
  const unknown = outcome === 'unknown';
  const detail: ErrorDetail = {
    ...(typeof endpoint === 'string' ? { endpoint } : {}),
    ...(outcome === undefined ? {} : { outcome }),
    ...error.detail,
  };
  return {
    status: statusFor(error),
    body: {
      code: grpcCodeName(code),
      message: unknown ? `${message.replace(/\.$/, '')}. ${MAY_HAVE_HAPPENED}` : message,
      ...(Object.keys(detail).length === 0 ? {} : { detail }),
    },
  };
}

/** The store looked at user and password and did not accept them. */
export const isRefusedLogin = (error: unknown): boolean =>
  isKnownError(error) && error.code === GrpcCode.UNAUTHENTICATED;
