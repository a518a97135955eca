/**
 * What stands in etcd's buckets (lib/base/etcd-buckets.ts has their names), in the form of etcd 3.5. Without `storageVersion` a 3.6 or later takes the file
 * for one of 3.5 and completes it itself; 3.4 ignores what it does not know. Source: etcd's server/storage/schema, checked
 * against files that a real etcd wrote (foreign.test.ts).
 *
 *   key               main u64 BE, "_", sub u64 BE [, "t"] → mvccpb.KeyValue, byte for byte as our segments hold it
 *   meta              consistent_index, term: u64 BE; confState: JSON; scheduledCompactRev, finishedCompactRev: 17 bytes
 *   lease             id i64 BE → leasepb.Lease
 *   alarm             etcdserverpb.AlarmMember → nothing
 *   members           hexadecimal id → Member JSON          members_removed   hexadecimal id → "removed"
 *   cluster           clusterVersion → text
 *   auth, authUsers, authRoles
 */

import type { ByteString } from '../../../lib/base/bytes.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { int64, message, ordinal } from '../../../lib/base/protobuf/schema.ts';
import { BACKEND_KEY_BYTES, encodeRevision } from '../mvcc/revision-codec.ts';

export const LeaseMessage = message('leasepb.Lease', {
  id: int64(1, { json: 'ID' }),
  ttl: ordinal(2, { json: 'TTL' }),
  remainingTtl: ordinal(3, { json: 'RemainingTTL' }),
});

export function u64Bytes(value: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, value));
  return out;
}

/** A main revision as the compaction marks hold it. */
export function revisionMark(main: number): Uint8Array {
  const empty = { createRevision: 0, version: 0, lease: 0n, value: new Uint8Array(0) };
  return encodeRevision({ main, sub: 0, tombstone: false, key: '' as ByteString, ...empty }).subarray(
    0,
    BACKEND_KEY_BYTES,
  );
}

/** raftpb.ConfState. */
export interface ConfStateIds {
  readonly voters: readonly bigint[];
  readonly learners: readonly bigint[];
  readonly votersOutgoing: readonly bigint[];
  readonly learnersNext: readonly bigint[];
  readonly autoLeave: boolean;
}

/** raftpb.ConfState as Go's encoding/json writes it: ids are integers of 64 bits. */
export function confStateJson(state: ConfStateIds): Uint8Array {
  const lists = [
    ['voters', state.voters],
    ['learners', state.learners],
    ['voters_outgoing', state.votersOutgoing],
    ['learners_next', state.learnersNext],
  ] as const;
  const fields = lists.filter(([, ids]) => ids.length > 0).map(([name, ids]) => `"${name}":[${ids.join()}],`);
  return utf8Encode(`{${fields.join('')}"auto_leave":${state.autoLeave}}`);
}
