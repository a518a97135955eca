/**
 * Membership changes that an operator asks for: how they stand in the log, and when asking for one is refused outright. Pure.
 *
 * The checks are etcd's (--strict-reconfig-check): they look from this member at how many others are started and connected, so that a
 * change does not cost the cluster its quorum. What the log itself refuses, on every member alike, is in ../apply/membership.ts.
 */
import type { MemberId } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES, utf8Encode } from '../../../lib/base/bytes.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';
import { type EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { ConfChangeType, RaftConfChange } from '../../../lib/base/etcdpb/raft.ts';
import { encodeMemberJson } from '../apply/member-json.ts';
import { computeMemberId } from './bootstrap.ts';

export type MemberChange = { readonly id: MemberId } & (
  | { readonly kind: 'add'; readonly peerUrls: readonly string[]; readonly isLearner: boolean }
  | { readonly kind: 'update'; readonly peerUrls: readonly string[] }
  | { readonly kind: 'promote' }
  | { readonly kind: 'remove' }
);

/** A connection younger than this says little about the next minute (etcd's HealthInterval). */
export const HEALTH_INTERVAL_MS = 5000;

/** raftpb.ConfChange with etcd's member JSON; `requestId` finds the one who waits for it. */
export function encodeMemberChange(change: MemberChange, requestId: bigint): Uint8Array {
  const { id } = change;
  const blank = { id, name: '', peerUrls: [], clientUrls: [], isLearner: false };
  const describe = (member: Partial<Member>, isPromote = false) =>
    utf8Encode(encodeMemberJson({ member: { ...blank, ...member }, isPromote }));
  const encode = (type: number, context: Uint8Array) =>
    RaftConfChange.encode({ id: requestId, type, nodeId: id, context });
  switch (change.kind) {
    case 'remove':
      return encode(ConfChangeType.REMOVE_NODE, EMPTY_BYTES);
    case 'promote':
      return encode(ConfChangeType.ADD_NODE, describe({}, true));
    case 'update':
      return encode(ConfChangeType.UPDATE_NODE, describe({ peerUrls: [...change.peerUrls] }));
    case 'add': {
      const { isLearner, peerUrls } = change;
      const type = isLearner ? ConfChangeType.ADD_LEARNER_NODE : ConfChangeType.ADD_NODE;
      return encode(type, describe({ peerUrls: [...peerUrls], isLearner }));
    }
  }
}

/**
 * The id of a member added at run time: etcd's, from its peer URLs and the time, so that it never gets the id it had before. Of two
 * in one second the later takes the next second's.
 */
export function newMemberId(options: {
  readonly peerUrls: readonly string[];
  readonly unixSeconds: number;
  readonly isTaken: (id: MemberId) => boolean;
}): MemberId {
  for (let seconds = options.unixSeconds; ; seconds++) {
    const id = computeMemberId(options.peerUrls, String(seconds));
    if (!options.isTaken(id)) return id;
  }
}

export interface ClusterHealth {
  readonly members: readonly Member[];
  readonly self: MemberId;
  readonly now: number;
  /** Since when this member reaches another, in the time of `now`. */
  readonly connectedSince: (id: MemberId) => number | undefined;
}

/** Why this change must not be proposed now, or undefined. */
export function strictRefusal(change: MemberChange, health: ClusterHealth): EtcdError | undefined {
  if (change.kind === 'add') return additionRefusal(change.isLearner, health);
  if (change.kind === 'remove') return removalRefusal(change.id, health);
  if (change.kind === 'promote') {
    const voters = votersOf(health);
    return startedAmong(voters) + 1 < quorumOf(voters.length + 1) ? etcdErrors.tooFewStarted() : undefined;
  }
  return undefined;
}

function additionRefusal(isLearner: boolean, health: ClusterHealth): EtcdError | undefined {
  const voters = votersOf(health);
  const started = startedAmong(voters);
  // One started member of one: how a cluster is grown again after its data was restored.
  const isRegrowing = started === 1 && voters.length === 1;
  if (!isLearner && !isRegrowing && started < quorumOf(voters.length + 1)) return etcdErrors.tooFewStarted();
  if (voters.length > 1 && connectedAmong(voters, health) < quorumOf(voters.length + 1)) return etcdErrors.unhealthy();
  return undefined;
}

function removalRefusal(id: MemberId, health: ClusterHealth): EtcdError | undefined {
  const voters = votersOf(health);
  if (health.members.some((member) => member.id === id && member.isLearner)) return undefined;
  const others = voters.filter((member) => member.id !== id);
  if (startedAmong(others) < quorumOf(others.length)) return etcdErrors.tooFewStarted();
  // Who is down anyway is not part of the quorum at work.
  if (id !== health.self && health.connectedSince(id) === undefined) return undefined;
  const active = connectedAmong(voters, health);
  return active - 1 < 1 + Math.floor((voters.length - 1) / 2) ? etcdErrors.unhealthy() : undefined;
}

const votersOf = ({ members }: ClusterHealth): readonly Member[] => members.filter((member) => !member.isLearner);
const quorumOf = (size: number): number => Math.floor(size / 2) + 1;
/** A member has started once it announced its name. */
const startedAmong = (members: readonly Member[]): number => members.filter(({ name }) => name !== '').length;

function connectedAmong(members: readonly Member[], { self, now, connectedSince }: ClusterHealth): number {
  const isConnected = (id: MemberId) => (connectedSince(id) ?? Number.POSITIVE_INFINITY) < now - HEALTH_INTERVAL_MS;
  return members.filter(({ id }) => id === self || isConnected(id as MemberId)).length;
}
