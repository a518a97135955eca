/** Builds log entries for tests of the state machine. */
import { logIndex, term } from '../../../lib/base/brand.ts';
import { type ByteString, fromByteString } from '../../../lib/base/bytes.ts';
import { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import { ENTRY_NORMAL, type Entry } from '../raft/types.ts';

export type Request = Init<InternalRaftRequest>;

/** `text` as bytes, one per char. */
export const b = (text: string): Uint8Array => fromByteString(text as ByteString);

export function entryOf(index: number, request: Request | undefined): Entry {
  const data = request === undefined ? new Uint8Array(0) : InternalRaftRequest.encode(request);
  return { term: term(1), index: logIndex(index), type: ENTRY_NORMAL, data };
}
