/** A state written as the bbolt database a real etcd starts from. */
import { compareBytes, utf8Encode } from '../../../lib/base/bytes.ts';
import { AuthKey, Bucket, CLUSTER_VERSION_KEY, MetaKey } from '../../../lib/base/etcd-buckets.ts';
import { Role, User } from '../../../lib/base/etcdpb/auth.ts';
import { AlarmMember } from '../../../lib/base/etcdpb/cluster.ts';
import { roleMessage, userMessage } from '../auth/stored-messages.ts';
import type { AuthRecord } from '../auth/types.ts';
import type { LeaseRecord } from '../lease/lease-store.ts';
import { backendKeyBytes } from '../mvcc/revision-codec.ts';
import type { DiskFile } from '../ports/disk.ts';
import { BoltWriter, type BucketWriter } from './bbolt/writer.ts';
import { type ConfStateIds, confStateJson, LeaseMessage, revisionMark, u64Bytes } from './schema.ts';

/** Everything beside the revisions. */
export interface DatabaseState {
  readonly appliedIndex: number;
  readonly appliedTerm: number;
  /** 0 when never compacted. */
  readonly compactRevision: number;
  readonly leases: Iterable<LeaseRecord>;
  readonly alarms: readonly AlarmMember[];
  readonly auth: AuthRecord;
  /** `json` as etcd keeps it. */
  readonly members: readonly { readonly id: bigint; readonly json: string }[];
  readonly removed: readonly bigint[];
  readonly confState: ConfStateIds;
  /** Empty: not known yet. */
  readonly clusterVersion: string;
}

type Pair = readonly [key: Uint8Array, value: Uint8Array];

const NOTHING = new Uint8Array(0);

export class DatabaseWriter {
  readonly #bolt: BoltWriter;
  readonly #keys: BucketWriter;

  /** `file` must be empty. */
  constructor(file: DiskFile) {
    this.#bolt = new BoltWriter(file);
    this.#keys = this.#bolt.bucket(utf8Encode(Bucket.KEY));
  }

  /** One stored revision (mvcc/revision-codec.ts), in rising order; the bytes are copied. @throws DiskError */
  revision(payload: Uint8Array): void {
    this.#keys.putPair(payload, backendKeyBytes(payload));
  }

  /** Completes the file (not flushed) and answers its length. @throws DiskError */
  finish(state: DatabaseState): number {
    const { leases, alarms, auth, members, removed, clusterVersion } = state;
    this.#bucket(Bucket.META, metaPairs(state));
    this.#bucket(
      Bucket.LEASE,
      Array.from(leases, ({ id, grantedTtl, remainingTtl }): Pair => {
        return [u64Bytes(id), LeaseMessage.encode({ id, ttl: grantedTtl, remainingTtl })];
      }),
    );
    this.#bucket(
      Bucket.ALARM,
      alarms.map((alarm) => [AlarmMember.encode(alarm), NOTHING]),
    );
    this.#bucket(
      Bucket.MEMBERS,
      members.map(({ id, json }) => [utf8Encode(id.toString(16)), utf8Encode(json)]),
    );
    this.#bucket(
      Bucket.MEMBERS_REMOVED,
      removed.map((id) => [utf8Encode(id.toString(16)), utf8Encode('removed')]),
    );
    this.#bucket(
      Bucket.CLUSTER,
      clusterVersion === '' ? [] : [[utf8Encode(CLUSTER_VERSION_KEY), utf8Encode(clusterVersion)]],
    );
    this.#bucket(Bucket.AUTH, [
      [utf8Encode(AuthKey.ENABLED), Uint8Array.of(auth.isEnabled ? 1 : 0)],
      [utf8Encode(AuthKey.REVISION), u64Bytes(BigInt(auth.revision))],
    ]);
    this.#bucket(
      Bucket.AUTH_USERS,
      auth.users.map((user) => [utf8Encode(user.name), User.encode(userMessage(user))]),
    );
    this.#bucket(
      Bucket.AUTH_ROLES,
      auth.roles.map((role) => [utf8Encode(role.name), Role.encode(roleMessage(role))]),
    );
    return this.#bolt.finish();
  }

  #bucket(name: string, pairs: readonly Pair[]): void {
    const writer = this.#bolt.bucket(utf8Encode(name));
    for (const [key, value] of [...pairs].sort(([a], [b]) => compareBytes(a, b))) writer.put(key, value);
  }
}

/**
 * The compaction is marked as scheduled, not as finished: what it made dead may still be among the revisions, and a real
 * etcd completes a scheduled compaction when it starts.
 */
function metaPairs({ appliedIndex, appliedTerm, compactRevision, confState }: DatabaseState): Pair[] {
  const pairs: Pair[] = [
    [utf8Encode(MetaKey.CONSISTENT_INDEX), u64Bytes(BigInt(appliedIndex))],
    [utf8Encode(MetaKey.TERM), u64Bytes(BigInt(appliedTerm))],
    [utf8Encode(MetaKey.CONF_STATE), confStateJson(confState)],
  ];
  if (compactRevision > 0) pairs.push([utf8Encode(MetaKey.SCHEDULED_COMPACTION), revisionMark(compactRevision)]);
  return pairs;
}
