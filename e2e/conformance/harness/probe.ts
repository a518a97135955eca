/** Typed calls on one server, and its answers made comparable: identities by name, revisions relative to the case. */
import {
  AlarmRequest,
  AlarmResponse,
  DefragmentRequest,
  HashKvRequest,
  HashKvResponse,
  MemberAddRequest,
  MemberAddResponse,
  MemberIdRequest,
  MemberListRequest,
  MembersResponse,
  MemberUpdateRequest,
  MoveLeaderRequest,
  StatusRequest,
  StatusResponse,
} from '../../../lib/base/etcdpb/cluster.ts';
import { LeaderRequest, LeaderResponse } from '../../../lib/base/etcdpb/election.ts';
import { HealthCheckRequest, HealthCheckResponse } from '../../../lib/base/etcdpb/health.ts';
import {
  CompactionRequest,
  DeleteRangeRequest,
  DeleteRangeResponse,
  HeaderResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../../../lib/base/etcdpb/kv.ts';
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../../../lib/base/etcdpb/lease.ts';
import { LockRequest, LockResponse, UnlockRequest, UnlockResponse } from '../../../lib/base/etcdpb/lock.ts';
import { type Method, methods } from '../../../lib/base/etcdpb/methods.ts';
import { WatchRequest, WatchResponse } from '../../../lib/base/etcdpb/watch.ts';
import type { Init, Message } from '../../../lib/base/protobuf/schema.ts';
import {
  GrpcClient,
  type Outcome,
  type StreamProbe,
  type UnaryOptions,
} from '../../../server/store/rpc/test-support/grpc-client.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const NUL = Uint8Array.of(0);

function rpc<Q extends object, A extends object>(path: string, request: Message<Q>, response: Message<A>) {
  return { path: `/etcdserverpb.${path}`, codec: { request, response } };
}

const known = <Q extends object, A extends object>({ path, request, response }: Method<Q, A>) => ({
  path,
  codec: { request, response },
});

const METHODS = {
  range: rpc('KV/Range', RangeRequest, RangeResponse),
  put: rpc('KV/Put', PutRequest, PutResponse),
  deleteRange: rpc('KV/DeleteRange', DeleteRangeRequest, DeleteRangeResponse),
  txn: rpc('KV/Txn', TxnRequest, TxnResponse),
  compact: rpc('KV/Compact', CompactionRequest, HeaderResponse),
  leaseGrant: rpc('Lease/LeaseGrant', LeaseGrantRequest, LeaseGrantResponse),
  leaseRevoke: rpc('Lease/LeaseRevoke', LeaseRevokeRequest, HeaderResponse),
  timeToLive: rpc('Lease/LeaseTimeToLive', LeaseTimeToLiveRequest, LeaseTimeToLiveResponse),
  leases: rpc('Lease/LeaseLeases', LeaseLeasesRequest, LeaseLeasesResponse),
  memberList: rpc('Cluster/MemberList', MemberListRequest, MembersResponse),
  memberAdd: rpc('Cluster/MemberAdd', MemberAddRequest, MemberAddResponse),
  memberRemove: rpc('Cluster/MemberRemove', MemberIdRequest, MembersResponse),
  memberUpdate: rpc('Cluster/MemberUpdate', MemberUpdateRequest, MembersResponse),
  memberPromote: rpc('Cluster/MemberPromote', MemberIdRequest, MembersResponse),
  status: rpc('Maintenance/Status', StatusRequest, StatusResponse),
  alarm: rpc('Maintenance/Alarm', AlarmRequest, AlarmResponse),
  hashKv: rpc('Maintenance/HashKV', HashKvRequest, HashKvResponse),
  moveLeader: rpc('Maintenance/MoveLeader', MoveLeaderRequest, HeaderResponse),
  authEnable: known(methods.authEnable),
  authDisable: known(methods.authDisable),
  authStatus: known(methods.authStatus),
  authenticate: known(methods.authenticate),
  userAdd: known(methods.userAdd),
  userGet: known(methods.userGet),
  userList: known(methods.userList),
  userDelete: known(methods.userDelete),
  userChangePassword: known(methods.userChangePassword),
  userGrantRole: known(methods.userGrantRole),
  userRevokeRole: known(methods.userRevokeRole),
  roleAdd: known(methods.roleAdd),
  roleGet: known(methods.roleGet),
  roleList: known(methods.roleList),
  roleDelete: known(methods.roleDelete),
  roleGrantPermission: known(methods.roleGrantPermission),
  roleRevokePermission: known(methods.roleRevokePermission),
  lock: { path: '/v3lockpb.Lock/Lock', codec: { request: LockRequest, response: LockResponse } },
  unlock: { path: '/v3lockpb.Lock/Unlock', codec: { request: UnlockRequest, response: UnlockResponse } },
  leader: { path: '/v3electionpb.Election/Leader', codec: { request: LeaderRequest, response: LeaderResponse } },
  defragment: rpc('Maintenance/Defragment', DefragmentRequest, HeaderResponse),
} as const;

type Methods = typeof METHODS;
type RequestOf<M> = M extends { codec: { request: Message<infer Q> } } ? Init<Q> : never;
type ResponseOf<M> = M extends { codec: { response: Message<infer A> } } ? A : never;

export class Probe {
  readonly client: GrpcClient;
  /** Sent with every call that brings no metadata of its own. */
  token: string | undefined;
  /** Answers of this probe are compared with this revision as zero. */
  base = 0;

  constructor(endpoint: string) {
    this.client = new GrpcClient(endpoint);
  }

  /** The answer or the refusal. */
  call<K extends keyof Methods>(
    name: K,
    request: RequestOf<Methods[K]>,
    options?: UnaryOptions,
  ): Promise<Outcome<ResponseOf<Methods[K]>>> {
    const { path, codec } = METHODS[name] as unknown as {
      path: string;
      codec: { request: Message<object>; response: Message<object> };
    };
    return this.client.call(path, codec, request, options ?? this.#options()) as Promise<
      Outcome<ResponseOf<Methods[K]>>
    >;
  }

  /** The answer. @throws when it was refused: the step is not what the case is about. */
  async must<K extends keyof Methods>(name: K, request: RequestOf<Methods[K]>): Promise<ResponseOf<Methods[K]>> {
    const outcome = await this.call(name, request);
    if (!outcome.ok) throw new Error(`${name}: ${outcome.code} ${outcome.message}`);
    return outcome.value;
  }

  #options(): UnaryOptions {
    return this.token === undefined ? {} : { metadata: { token: this.token } };
  }

  put(key: string, value: string, lease = 0n) {
    return this.must('put', { key: utf8(key), value: utf8(value), lease });
  }

  watch(metadata?: Readonly<Record<string, string>>): StreamProbe<WatchRequest, WatchResponse> {
    return this.client.stream(
      '/etcdserverpb.Watch/Watch',
      { request: WatchRequest, response: WatchResponse },
      metadata ?? this.#options().metadata,
    );
  }

  keepAlive(metadata?: Readonly<Record<string, string>>) {
    const codec = { request: LeaseKeepAliveRequest, response: LeaseKeepAliveResponse };
    return this.client.stream('/etcdserverpb.Lease/LeaseKeepAlive', codec, metadata ?? this.#options().metadata);
  }

  health(service: string) {
    return this.client.call(
      '/grpc.health.v1.Health/Check',
      { request: HealthCheckRequest, response: HealthCheckResponse },
      { service },
    );
  }

  async revision(): Promise<number> {
    return (await this.must('range', { key: NUL, countOnly: true })).header?.revision ?? 0;
  }

  close(): void {
    this.client.close();
  }
}

const REVISIONS = new Set(['revision', 'createRevision', 'modRevision', 'compactRevision', 'hashRevision']);

/** Plain data without what may differ between two stores that behave alike. */
export function comparable(value: unknown, base: number, name = ''): unknown {
  if (value instanceof Uint8Array) return new TextDecoder('latin1').decode(value);
  if (Array.isArray(value)) return value.map((item) => comparable(item, base));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([key, field]) => [key, comparable(field, base, key)]),
    );
  }
  if (typeof value === 'bigint') return value === 0n ? '0' : IDENTITIES.has(name) ? `some ${name}` : String(value);
  if (typeof value === 'number' && name === 'raftTerm') return value === 0 ? 0 : 'some term';
  if (typeof value === 'number' && REVISIONS.has(name)) return value <= 0 ? value : `base${sign(value - base)}`;
  return value;
}

const IDENTITIES = new Set(['clusterId', 'memberId', 'leader']);
const sign = (delta: number): string => (delta < 0 ? String(delta) : `+${delta}`);
