/**
 * The header blocks we send: plain literals without indexing and without Huffman, so that a block depends on nothing and the
 * common ones are constants. Nothing of ours ever enters the peer's dynamic table.
 */
import { GrpcCode } from '../../../../../lib/base/grpc-status.ts';
import { encodeGrpcMessage, type Status } from '../status.ts';

const STATUS_200 = Buffer.of(0x88);
const STATUS_INDEX = 8;
const CONTENT_TYPE_INDEX = 31;

/** A string of 7-bit length prefix. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(0, 7, bytes.length), bytes]);
}

/** RFC 7541 §5.1. `head` holds the bits above the prefix. */
export function integer(head: number, prefixBits: number, value: number): Buffer {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) return Buffer.of(head | value);
  const out = [head | mask];
  let rest = value - mask;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
  return Buffer.from(out);
}

const literal = (name: string, value: string): Buffer => Buffer.concat([Buffer.of(0), text(name), text(value)]);
const namedLiteral = (index: number, value: string): Buffer => Buffer.concat([integer(0, 4, index), text(value)]);

export const RESPONSE_BLOCK = Buffer.concat([STATUS_200, namedLiteral(CONTENT_TYPE_INDEX, 'application/grpc')]);
export const NOT_GRPC_BLOCK = namedLiteral(STATUS_INDEX, '415');
const OK_TRAILER_BLOCK = Buffer.concat([literal('grpc-status', '0'), literal('grpc-message', '')]);
/** The peer shrank the table it keeps for us: says that we use none (RFC 7541 §4.2). */
export const NO_TABLE_PREFIX = Buffer.of(0x20);

export function trailerBlock(status: Status): Buffer {
  if (status.code === GrpcCode.OK) return OK_TRAILER_BLOCK;
  return Buffer.concat([
    literal('grpc-status', String(status.code)),
    literal('grpc-message', encodeGrpcMessage(status.message)),
  ]);
}

export const trailersOnlyBlock = (status: Status): Buffer => Buffer.concat([RESPONSE_BLOCK, trailerBlock(status)]);
