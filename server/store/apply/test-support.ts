/** Log entries and fingerprints for tests of the state machine. */
import fc from 'fast-check';
import { clusterId, logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import { type ByteString, fromByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import { ConfChangeType, InternalRaftRequest, RaftConfChange } from '../../../lib/base/etcdpb/raft.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import { command, LEASES } from '../mvcc/testing/arbitraries.ts';
import { type ConfState, ENTRY_CONF_CHANGE, ENTRY_NORMAL, type Entry } from '../raft/types.ts';
import { encodeMemberJson } from './member-json.ts';
import type { Applied, StateMachine } from './types.ts';

export type Request = Init<InternalRaftRequest>;

export const CLUSTER = clusterId(0xc105n);

/** `text` as bytes, one per char. */
export const b = (text: string): Uint8Array => fromByteString(text as ByteString);

/** Permitted whatever the log did to users: authentication is only on while root is root. */
const ROOT = { username: 'root', authRevision: 1_000_000 };

/** What stands at one index of the log: undefined is a leader's empty entry. */
export type LogItem =
  | { readonly kind: 'request'; readonly request: Request | undefined }
  | { readonly kind: 'addMember'; readonly id: MemberId };

export function entryOf(index: number, item: LogItem): Entry {
  const position = { term: term(1 + Math.floor(index / 10)), index: logIndex(index) };
  if (item.kind === 'request') {
    const data =
      item.request === undefined ? new Uint8Array(0) : InternalRaftRequest.encode({ header: ROOT, ...item.request });
    return { ...position, type: ENTRY_NORMAL, data };
  }
  const member = { id: item.id, name: '', peerUrls: [`http://${item.id}`], clientUrls: [], isLearner: false };
  const context = utf8Encode(encodeMemberJson({ member, isPromote: false }));
  const data = RaftConfChange.encode({ id: 7n, type: ConfChangeType.ADD_NODE, nodeId: item.id, context });
  return { ...position, type: ENTRY_CONF_CHANGE, data };
}

export function applyItem(machine: StateMachine, item: LogItem): Applied {
  const entry = entryOf(machine.appliedIndex() + 1, item);
  if (item.kind === 'request') return machine.apply(entry);
  const voters = [...new Set([...machine.confState().voters, item.id])];
  const confState: ConfState = { ...machine.confState(), voters };
  machine.decodeConfChange(entry);
  return machine.applyConfChange(entry, confState);
}

/** Everything a client could tell two states apart by; of large states only the newest revision is hashed. */
export function fingerprint(machine: StateMachine, options = { hashesAll: true }): unknown {
  const { kv, leases } = machine;
  const everything = RangeRequest.create({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) });
  const hashes: number[] = [];
  const firstHashed = options.hashesAll ? Math.max(1, kv.compactRevision()) : kv.revision();
  for (let at = firstHashed; at <= kv.revision(); at++) hashes.push(kv.hashKv(at).hash);
  return {
    index: machine.appliedIndex(),
    revision: kv.revision(),
    compactRevision: kv.compactRevision(),
    hashes,
    // Strings compare in an instant where arrays take seconds.
    pairs: kv.range(everything).kvs.map((pair) => ({
      ...pair,
      key: toByteString(pair.key),
      value: toByteString(pair.value),
    })),
    leases: leases.list().map((id) => {
      const { grantedTtl, remainingTtl, keys } = leases.get(id) ?? { grantedTtl: 0, remainingTtl: 0, keys: [] };
      return { id, grantedTtl, remainingTtl, keys: keys.map(toByteString) };
    }),
    alarms: machine.alarms(),
    auth: authFingerprint(machine),
    members: machine.members(),
    confState: machine.confState(),
  };
}

function authFingerprint({ auth }: StateMachine): unknown {
  const { isEnabled, revision } = auth;
  const users = auth.userNames().map((name) => auth.user(name));
  const roles = auth.roleNames().map((name) => [name, auth.permissionsOf(name)]);
  return { isEnabled, revision, users, roles };
}

const request = (value: Request | undefined): LogItem => ({ kind: 'request', request: value });

const leaseItem = fc
  .constantFrom(...LEASES)
  .chain((id) =>
    fc.constantFrom(
      request({ leaseGrant: { id, ttl: 60 } }),
      request({ leaseGrant: { id, ttl: 60 } }),
      request({ leaseRevoke: { id } }),
      request({ leaseCheckpoint: { checkpoints: [{ id, remainingTtl: 17 }] } }),
    ),
  );

const rareItem = fc.constantFrom(
  request(undefined),
  request({ alarm: { action: 1, memberId: 5n, alarm: 1 } }),
  request({ alarm: { action: 2, memberId: 5n, alarm: 1 } }),
  request({ alarm: { action: 2, memberId: 5n, alarm: 1 } }),
  request({ clusterMemberAttrSet: { memberId: 11n, attributes: { name: 'm1', clientUrls: ['http://c'] } } }),
  request({ clusterVersionSet: { version: '3.6.0' } }),
  { kind: 'addMember', id: memberId(11n) } as const,
  { kind: 'addMember', id: memberId(0xfedc_ba98_7654_3210n) } as const,
);

const name = fc.constantFrom('root', 'alice', 'bob');
const role = fc.constantFrom('root', 'dev');
const hashedPassword = 'c2VjcmV0';

const authItem: fc.Arbitrary<LogItem> = fc
  .record({ name, role, key: fc.constantFrom(b('a'), b('b')) })
  .chain(({ name, role, key }) =>
    fc.constantFrom<Request>(
      { authUserAdd: { name, hashedPassword } },
      { authUserAdd: { name, hashedPassword } },
      { authUserDelete: { name } },
      { authUserChangePassword: { name, hashedPassword: '' } },
      { authUserGrantRole: { user: name, role } },
      { authUserGrantRole: { user: name, role } },
      { authUserRevokeRole: { name, role } },
      { authRoleAdd: { name: role } },
      { authRoleDelete: { role } },
      { authRoleGrantPermission: { name: role, perm: { permType: 2, key, rangeEnd: b('z') } } },
      { authRoleRevokePermission: { role, key, rangeEnd: b('z') } },
      { authEnable: {} },
      { authDisable: {} },
      { authenticate: { name, simpleToken: 'token' } },
    ),
  )
  .map(request);

export const logItem: fc.Arbitrary<LogItem> = fc.oneof(
  {
    weight: 12,
    arbitrary: command.map((step): LogItem => {
      if (step.kind === 'txn') return request({ txn: step.request });
      if (step.kind === 'compact') return request({ compaction: { revision: step.revision } });
      return request(step.kind === 'revoke' ? { leaseRevoke: { id: step.lease } } : undefined);
    }),
  },
  { weight: 3, arbitrary: leaseItem },
  { weight: 1, arbitrary: rareItem },
  { weight: 2, arbitrary: authItem },
);
