/** etcdserverpb.Maintenance: one member's own condition. */

import { memberId } from '../../../../lib/base/brand.ts';
import {
  AlarmAction,
  type AlarmMember,
  AlarmRequest,
  AlarmResponse,
  AlarmType,
  DefragmentRequest,
  DowngradeAction,
  DowngradeRequest,
  DowngradeResponse,
  HashKvRequest,
  HashKvResponse,
  HashRequest,
  HashResponse,
  MoveLeaderRequest,
  SnapshotRequest,
  SnapshotResponse,
  StatusRequest,
  StatusResponse,
} from '../../../../lib/base/etcdpb/cluster.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { HeaderResponse } from '../../../../lib/base/etcdpb/kv.ts';
import type { Histogram } from '../../../../lib/base/histogram.ts';
import { serverStream, unary } from '../front/method.ts';
import type { Call, Method } from '../front/types.ts';
import { SERVER_VERSION, STORAGE_VERSION } from '../version.ts';
import { applied, headerAt, type ServiceContext } from './context.ts';
import { SnapshotStream } from './snapshot.ts';

export function maintenanceMethods(context: ServiceContext): readonly Method[] {
  const service = new MaintenanceService(context);
  const path = (name: string): string => `/etcdserverpb.Maintenance/${name}`;
  return [
    unary(path('Status'), { request: StatusRequest, response: StatusResponse }, () => service.status()),
    unary(path('Alarm'), { request: AlarmRequest, response: AlarmResponse }, (r) => service.alarm(r)),
    unary(path('MoveLeader'), { request: MoveLeaderRequest, response: HeaderResponse }, (r) => service.moveLeader(r)),
    unary(path('Hash'), { request: HashRequest, response: HashResponse }, () => service.hash()),
    unary(path('HashKV'), { request: HashKvRequest, response: HashKvResponse }, (r) => service.hashKv(r)),
    unary(path('Defragment'), { request: DefragmentRequest, response: HeaderResponse }, (_, c) =>
      service.defragment(c),
    ),
    unary(path('Downgrade'), { request: DowngradeRequest, response: DowngradeResponse }, (r) => service.downgrade(r)),
    serverStream(
      path('Snapshot'),
      { request: SnapshotRequest, response: SnapshotResponse },
      (stream) => new SnapshotStream(context.member, stream),
    ),
  ];
}

class MaintenanceService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  status() {
    const { member, quotaBytes } = this.#context;
    const raft = member.raftStatus();
    const size = member.kv.size();
    return {
      header: member.header(),
      version: SERVER_VERSION,
      dbSize: size.total,
      dbSizeInUse: size.inUse,
      dbSizeQuota: quotaBytes,
      leader: raft.leaderId,
      raftIndex: raft.commitIndex,
      raftTerm: raft.term,
      raftAppliedIndex: raft.appliedIndex,
      errors: this.#errors(),
      isLearner: raft.confState.learners.includes(member.memberId),
      storageVersion: STORAGE_VERSION,
      downgradeInfo: { enabled: false },
    };
  }

  #errors(): string[] {
    const { member } = this.#context;
    const errors = member.hasLeader() ? [] : [etcdErrors.noLeader().message];
    for (const alarm of member.alarms()) errors.push(`memberID:${alarm.memberId} alarm:${alarmName(alarm.alarm)} `);
    return errors;
  }

  async alarm(request: AlarmRequest) {
    const { member } = this.#context;
    if (request.action === AlarmAction.GET) {
      await member.readBarrier();
      return { header: member.header(), alarms: member.alarms().filter((alarm) => matches(alarm, request)) };
    }
    const { response, revision } = applied(await member.propose({ alarm: request }), 'alarm');
    return { ...response, header: headerAt(member, revision) };
  }

  /** The answer has no header, as etcd's has none. */
  async moveLeader(request: { readonly targetId: bigint }) {
    const { member } = this.#context;
    const raft = member.raftStatus();
    if (raft.leaderId !== member.memberId) throw etcdErrors.notLeader();
    const target = memberId(request.targetId);
    if (!raft.confState.voters.includes(target)) throw etcdErrors.badLeaderTransferee();
    await member.moveLeader(target);
    return {};
  }

  /** The answer has no header, as etcd's has none. */
  async defragment(call: Call) {
    await this.#context.member.defragment((cancel) => call.onCancel(cancel));
    return {};
  }

  /** There is no older version of this store to go down to, so no target is valid and no job is ever under way. */
  async downgrade({ action, version }: DowngradeRequest): Promise<never> {
    await this.#context.member.readBarrier();
    if (action === DowngradeAction.CANCEL) throw etcdErrors.noDowngrade();
    if (!/^\d+\.\d+(\.\d+)?$/.test(version)) throw etcdErrors.downgradeVersionMalformed();
    throw etcdErrors.downgradeVersionInvalid();
  }

  hash() {
    const { member } = this.#context;
    const { hash } = this.#timed(this.#context.times.hashSeconds, () => member.kv.hashKv(0));
    return { header: member.header(), hash };
  }

  hashKv(request: { readonly revision: number }) {
    const { member } = this.#context;
    const answer = this.#timed(this.#context.times.hashKvSeconds, () => member.kv.hashKv(request.revision));
    return { ...answer, header: member.header() };
  }

  #timed<T>(seconds: Histogram, work: () => T): T {
    const since = this.#context.clock.now();
    const result = work();
    seconds.observe((this.#context.clock.now() - since) / 1000);
    return result;
  }
}

function matches(alarm: AlarmMember, request: AlarmRequest): boolean {
  return (
    (request.memberId === 0n || alarm.memberId === request.memberId) &&
    (request.alarm === AlarmType.NONE || alarm.alarm === request.alarm)
  );
}

export function alarmName(type: number): string {
  return Object.entries(AlarmType).find(([, value]) => value === type)?.[0] ?? String(type);
}
