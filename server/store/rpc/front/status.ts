/** gRPC status on the wire: which code an error has, how its text is escaped, how deadlines are written. */
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { WireError } from '../../../../lib/base/protobuf/reader.ts';

export interface Status {
  readonly code: GrpcCode;
  readonly message: string;
}

export const STATUS_OK: Status = { code: GrpcCode.OK, message: '' };

/** The status a client sees, and whether the error is a defect of ours that must be reported as well. */
export function statusOf(error: unknown): Status & { readonly isDefect: boolean } {
  if (error instanceof EtcdError) return { code: error.code, message: error.message, isDefect: false };
  if (error instanceof WireError) {
    return {
      code: GrpcCode.INTERNAL,
      message: `grpc: error unmarshalling request: ${error.message}`,
      isDefect: false,
    };
  }
  // The text stays here: it may name internals, and clients must not match on it.
  return { code: GrpcCode.INTERNAL, message: 'internal error, see the log of this member', isDefect: true };
}

const encoder = new TextEncoder();

/** Percent-encoding of grpc-message: space..~ stay, except "%"; everything else as UTF-8 bytes %XX. */
export function encodeGrpcMessage(text: string): string {
  if (/^[ -$&-~]*$/.test(text)) return text;
  let out = '';
  for (const byte of encoder.encode(text)) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) out += String.fromCharCode(byte);
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

const TIMEOUT_UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** grpc-timeout in milliseconds; undefined when absent; NaN when malformed. */
export function parseGrpcTimeoutMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  if (match === null) return Number.NaN;
  return Number(match[1]) * (TIMEOUT_UNIT_MS[match[2] ?? ''] ?? Number.NaN);
}
