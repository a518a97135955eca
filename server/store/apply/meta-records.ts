/**
 * How the state beside stored revisions is recorded in segments and snapshots: leases as changes, alarms, membership and users
 * as a whole. An image is the same records with `reset` set on the first lease record.
 */
import { memberId } from '../../../lib/base/brand.ts';
import { Role, User } from '../../../lib/base/etcdpb/auth.ts';
import { AlarmMember, Member } from '../../../lib/base/etcdpb/cluster.ts';
import { RaftConfState } from '../../../lib/base/etcdpb/raft.ts';
import {
  bool,
  int64,
  message,
  nested,
  nestedList,
  ordinal,
  string,
  uint64,
} from '../../../lib/base/protobuf/schema.ts';
import { roleMessage, storedRole, storedUser, userMessage } from '../auth/stored-messages.ts';
import type { LeaseRecord } from '../lease/lease-store.ts';
import { type Frame, META_TYPE_MIN } from '../mvcc/segments/frame.ts';
import { EMPTY_CONF_STATE, type MembershipRecord } from './membership.ts';
import type { State } from './state.ts';

const MetaType = {
  LEASES: META_TYPE_MIN,
  MEMBERSHIP: META_TYPE_MIN + 1,
  ALARMS: META_TYPE_MIN + 2,
  AUTH: META_TYPE_MIN + 3,
} as const;

const LEASES_PER_RECORD = 4096;
const USERS_PER_RECORD = 1024;

const LeaseChange = message('quorate.LeaseChange', {
  id: int64(1),
  grantedTtl: ordinal(2),
  remainingTtl: ordinal(3),
  removed: bool(4),
});
const LeasesRecord = message('quorate.Leases', { reset: bool(1), changes: nestedList(2, () => LeaseChange) });
const MembershipMessage = message('quorate.Membership', {
  members: nestedList(1, () => Member),
  removed: uint64.repeated(2),
  confState: nested(3, () => RaftConfState),
  clusterVersion: string(4),
});
const AlarmsRecord = message('quorate.Alarms', { alarms: nestedList(1, () => AlarmMember) });

/** The first record of several resets; all of them hold revision and switch. */
const AuthMessage = message('quorate.Auth', {
  reset: bool(1),
  isEnabled: bool(2),
  revision: ordinal(3),
  users: nestedList(4, () => User),
  roles: nestedList(5, () => Role),
});

/** `record` undefined: the lease is gone. */
export function leaseFrame(id: bigint, record: LeaseRecord | undefined): Frame {
  const change = record ?? { id, removed: true };
  return { type: MetaType.LEASES, payload: LeasesRecord.encode({ changes: [change] }) };
}

export function membershipFrame({ membership }: State): Frame {
  return { type: MetaType.MEMBERSHIP, payload: MembershipMessage.encode(membership.record()) };
}

export function alarmsFrame({ alarms }: State): Frame {
  return { type: MetaType.ALARMS, payload: AlarmsRecord.encode({ alarms: alarms.list() }) };
}

/** All users and roles: they are few and seldom changed. */
export function* authFrames({ auth }: State): Iterable<Frame> {
  const { isEnabled, revision, users, roles } = auth.record();
  const of = (part: {
    readonly reset: boolean;
    readonly users?: readonly User[];
    readonly roles?: readonly Role[];
  }) => ({
    type: MetaType.AUTH,
    payload: AuthMessage.encode({ isEnabled, revision, ...part }),
  });
  yield of({ reset: true });
  for (let at = 0; at < users.length; at += USERS_PER_RECORD)
    yield of({ reset: false, users: users.slice(at, at + USERS_PER_RECORD).map(userMessage) });
  for (let at = 0; at < roles.length; at += USERS_PER_RECORD)
    yield of({ reset: false, roles: roles.slice(at, at + USERS_PER_RECORD).map(roleMessage) });
}

/** Everything beside the revisions, in bounded records. */
export function* imageFrames(state: State): Iterable<Frame> {
  let changes: LeaseRecord[] = [];
  let reset = true;
  const take = (): Frame => {
    const payload = LeasesRecord.encode({ reset, changes });
    reset = false;
    changes = [];
    return { type: MetaType.LEASES, payload };
  };
  for (const record of state.leases.records()) {
    changes.push(record);
    if (changes.length === LEASES_PER_RECORD) yield take();
  }
  if (reset || changes.length > 0) yield take();
  yield membershipFrame(state);
  yield alarmsFrame(state);
  yield* authFrames(state);
}

/** Brings one record back. @throws RangeError on a type this version does not know */
export function applyMetaFrame(state: State, { type, payload }: Frame): void {
  if (type === MetaType.LEASES) {
    const { reset, changes } = LeasesRecord.decode(payload);
    if (reset) state.leases.clear();
    for (const change of changes) {
      if (change.removed) state.leases.forget(change.id);
      else state.leases.restore(change);
    }
  } else if (type === MetaType.MEMBERSHIP) state.membership.replace(decodeMembership(payload));
  else if (type === MetaType.ALARMS) state.alarms.replace(AlarmsRecord.decode(payload).alarms);
  else if (type === MetaType.AUTH) applyAuthRecord(state, payload);
  else throw new RangeError(`the state holds records of type ${type}, which this version does not know`);
}

function applyAuthRecord({ auth }: State, payload: Uint8Array): void {
  const { reset, users, roles, ...rest } = AuthMessage.decode(payload);
  if (reset) auth.clear();
  auth.restore({ ...rest, users: users.map(storedUser), roles: roles.map(storedRole) });
}

function decodeMembership(payload: Uint8Array): MembershipRecord {
  const { confState, ...rest } = MembershipMessage.decode(payload);
  if (confState === undefined) return { ...rest, confState: EMPTY_CONF_STATE };
  return {
    ...rest,
    confState: {
      voters: confState.voters.map(memberId),
      learners: confState.learners.map(memberId),
      votersOutgoing: confState.votersOutgoing.map(memberId),
      learnersNext: confState.learnersNext.map(memberId),
      autoLeave: confState.autoLeave,
    },
  };
}
