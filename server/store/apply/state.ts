/** What the log decides, in one place, and one replicated request applied to it. Nothing here knows of disks or indexes. */
import { AlarmAction, type AlarmMember, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import { EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { AlarmStore } from '../alarm/alarm-store.ts';
import { costOf } from '../alarm/quota.ts';
import { AuthStore } from '../auth/auth-store.ts';
import { type LeaseRecord, LeaseStore } from '../lease/lease-store.ts';
import { checkDuplicateKeys } from '../mvcc/duplicate-keys.ts';
import type { KvStore, WriteBatch } from '../mvcc/kv-store.ts';
import { checkPut, deleteRange, executeTxn, put } from '../mvcc/txn.ts';
import { applyAuthRequest, checkPermission, identityOf, isAuthRequest } from './auth-requests.ts';
import { Membership } from './membership.ts';
import type { ApplyResponse } from './types.ts';

/** Hears of everything that changes beside stored revisions, so that it can be made durable. */
export interface ChangeListener {
  /** `undefined` record: the lease is gone. */
  leaseChanged(id: bigint, record: LeaseRecord | undefined): void;
  alarmsChanged(): void;
  authChanged(): void;
  membershipChanged(): void;
  compacted(): void;
  /** The changes of one request became the current revision. */
  committed(batch: WriteBatch): void;
}

export class State {
  readonly kv: KvStore;
  readonly leases = new LeaseStore();
  readonly alarms = new AlarmStore();
  readonly auth = new AuthStore();
  readonly membership = new Membership();

  constructor(kv: KvStore) {
    this.kv = kv;
  }
}

interface ApplyContext {
  readonly state: State;
  readonly listener: ChangeListener;
  readonly leaseTtlMin: number;
  /** Of the entry that holds the request. */
  readonly index: number;
}

/** @throws EtcdError before anything changed */
export function applyRequest(context: ApplyContext, request: InternalRaftRequest): ApplyResponse {
  try {
    return applyPermitted(context, request);
  } finally {
    // What a refused request looked at counts, too.
    context.state.kv.counts.endPass();
  }
}

function applyPermitted(context: ApplyContext, request: InternalRaftRequest): ApplyResponse {
  refuseUnderAlarm(context.state, request);
  const { state, listener } = context;
  if (state.auth.isEnabled) {
    const keysOfLease = (id: bigint) => state.leases.attachedKeys(id);
    checkPermission({ auth: state.auth, identity: identityOf(request), keysOfLease }, request);
  }
  const { kv } = state;
  if (request.put !== undefined) return applyPut(context, request.put);
  if (request.deleteRange !== undefined) {
    const batch = kv.begin(state.leases);
    const response = deleteRange(kv, batch, request.deleteRange);
    return { kind: 'deleteRange', response, revision: commit(context, batch) };
  }
  if (request.txn !== undefined) return applyTxn(context, request.txn);
  if (request.compaction !== undefined) {
    kv.compact(request.compaction.revision);
    listener.compacted();
    return { kind: 'compaction', revision: kv.revision() };
  }
  if (request.leaseGrant !== undefined) return applyLeaseGrant(context, request.leaseGrant);
  if (request.leaseRevoke !== undefined) return applyLeaseRevoke(context, request.leaseRevoke.id);
  if (request.alarm !== undefined) return applyAlarm(context, request.alarm);
  if (isAuthRequest(request)) return applyAuth(context, request);
  return applyQuiet(context, request);
}

function refuseUnderAlarm({ alarms }: State, request: InternalRaftRequest): void {
  const touchesData =
    request.range !== undefined ||
    request.put !== undefined ||
    request.deleteRange !== undefined ||
    request.txn !== undefined ||
    request.compaction !== undefined ||
    request.leaseGrant !== undefined ||
    request.leaseRevoke !== undefined;
  if (!touchesData) return;
  if (alarms.isActive(AlarmType.CORRUPT)) throw etcdErrors.corrupt();
  if (alarms.isActive(AlarmType.NOSPACE) && costOf(request) > 0) throw etcdErrors.noSpace();
}

function applyPut(context: ApplyContext, request: NonNullable<InternalRaftRequest['put']>): ApplyResponse {
  const { kv, leases } = context.state;
  checkPut({ kv, leases }, request);
  const batch = kv.begin(leases);
  const response = put(kv, batch, request);
  return { kind: 'put', response, revision: commit(context, batch) };
}

function applyTxn(context: ApplyContext, request: NonNullable<InternalRaftRequest['txn']>): ApplyResponse {
  const { kv, leases } = context.state;
  // The proposer checked this too (validate.ts); the index depends on it, whoever wrote the entry.
  checkDuplicateKeys(request);
  const batch = kv.begin(leases);
  const response = executeTxn({ kv, leases }, batch, request);
  return { kind: 'txn', response, revision: commit(context, batch) };
}

function applyLeaseGrant(
  { state, listener, leaseTtlMin }: ApplyContext,
  { id, ttl }: NonNullable<InternalRaftRequest['leaseGrant']>,
): ApplyResponse {
  const granted = state.leases.grant({ id, ttl, ttlMin: leaseTtlMin });
  listener.leaseChanged(id, state.leases.record(id));
  const response = { header: undefined, id, ttl: granted, error: '' };
  return { kind: 'leaseGrant', response, revision: state.kv.revision() };
}

/** All keys of the lease die in one revision, in key order; without keys the revision stays. */
function applyLeaseRevoke(context: ApplyContext, id: bigint): ApplyResponse {
  const { kv, leases } = context.state;
  if (!leases.has(id)) throw etcdErrors.leaseNotFound();
  const batch = kv.begin(leases);
  for (const key of leases.keysOf(id)) {
    kv.counts.delete();
    batch.delete(kv.find(key));
  }
  leases.remove(id);
  context.listener.leaseChanged(id, undefined);
  return { kind: 'leaseRevoke', revision: commit(context, batch) };
}

function applyAlarm(
  { state, listener }: ApplyContext,
  request: NonNullable<InternalRaftRequest['alarm']>,
): ApplyResponse {
  const { action, memberId, alarm } = request;
  const revision = state.kv.revision();
  if (action === AlarmAction.GET) {
    return { kind: 'alarm', response: { header: undefined, alarms: state.alarms.list(alarm) }, revision };
  }
  let changed: AlarmMember | undefined;
  if (action === AlarmAction.ACTIVATE) changed = state.alarms.activate({ memberId, alarm });
  else if (action === AlarmAction.DEACTIVATE) changed = state.alarms.deactivate({ memberId, alarm });
  listener.alarmsChanged();
  return { kind: 'alarm', response: { header: undefined, alarms: changed === undefined ? [] : [changed] }, revision };
}

function applyAuth({ state, listener, index }: ApplyContext, request: InternalRaftRequest): ApplyResponse {
  const { isChanged, tokens } = applyAuthRequest(state.auth, request, index);
  if (isChanged) listener.authChanged();
  return { kind: 'auth', tokens, revision: state.kv.revision() };
}

/** Requests nobody waits for an answer of. */
function applyQuiet({ state, listener }: ApplyContext, request: InternalRaftRequest): ApplyResponse {
  if (request.leaseCheckpoint !== undefined) {
    for (const { id, remainingTtl } of request.leaseCheckpoint.checkpoints) {
      if (state.leases.checkpoint(id, remainingTtl)) listener.leaseChanged(id, state.leases.record(id));
    }
  } else if (request.clusterMemberAttrSet !== undefined) {
    const { memberId, attributes } = request.clusterMemberAttrSet;
    if (attributes !== undefined) state.membership.setAttributes(memberId, attributes);
    listener.membershipChanged();
  } else if (request.clusterVersionSet !== undefined) {
    state.membership.clusterVersion = request.clusterVersionSet.version;
    listener.membershipChanged();
  } else if (request.range === undefined) {
    throw new EtcdError(GrpcCode.UNIMPLEMENTED, 'etcdserver: the log holds a request this version does not know');
  }
  return { kind: 'none', revision: state.kv.revision() };
}

function commit({ listener }: ApplyContext, batch: WriteBatch) {
  const revision = batch.commit();
  listener.committed(batch);
  return revision;
}
