/** The engine for etcd 3.4 … 3.7 and for the bundled store, which speaks the same protocol. */
import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials as grpcCredentials } from '@grpc/grpc-js';
import { Compare, CompareResult, CompareTarget, type RequestOp, type TxnRequest } from '../../../lib/base/etcdpb/kv.ts';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import type {
  ClusterCapability,
  Credentials,
  Engine,
  EngineCost,
  Guard,
  GuardedWrite,
  KvCapability,
  LeaseCapability,
  ListRequest,
  ListResult,
  MemberStatus,
  StoredKey,
  Watcher,
  WatchHandler,
  WatchRequest,
  WriteOp,
  WriteOutcome,
} from '../engine.ts';
import { accessOf } from './access.ts';
import { readChanges } from './changes.ts';
import { compactedRevision } from './compaction.ts';
import { extrasOf } from './extras.ts';
import { followLeader } from './leader-stream.ts';
import { maintenanceOf } from './maintenance.ts';
import { Meter } from './meter.ts';
import { metricsOf } from './metrics.ts';
import { EndpointPool, type EndpointStandings } from './pool.ts';
import { EtcdWatcher } from './watch.ts';

/** A page of many large values takes longer than a look-up. */
const LIST_TIMEOUT_MS = 30_000;
const ANY_KEY = Uint8Array.of(0);

export interface EtcdEngineOptions {
  /** host:port each. */
  readonly endpoints: readonly string[];
  /** Null: plain text. Without files: the system's authorities. */
  readonly tls: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string } | null;
  readonly auth: Credentials | null;
  /** Where members offer their metrics, by endpoint; default: /metrics on the endpoint itself. Null: nowhere is asked. */
  readonly metricsUrls?: Readonly<Record<string, string>> | null;
  /** Shared by the engines of one store: what one learns of a member holds for all. Default: its own. */
  readonly standings?: EndpointStandings;
}

/** Connects in the background: an unreachable store is an error of each call, not of opening. @throws when a TLS file cannot be read */
export function openEtcdEngine(options: EtcdEngineOptions): Engine {
  const meter = new Meter();
  const pool = new EndpointPool({
    addresses: options.endpoints,
    credentials: channelCredentials(options.tls),
    login: options.auth,
    standings: options.standings ?? new Map(),
    meter,
  });
  const watchers = new Set<Watcher>();
  const metrics = options.metricsUrls === null ? null : metricsOf(options, meter);
  return {
    kind: 'etcd',
    endpoints: options.endpoints,
    kv: kvOf(pool),
    leases: leasesOf(pool),
    cluster: clusterOf(pool),
    history: {
      changes: (request) => readChanges(pool, meter, request),
      compactedRevision: (known, probe = ANY_KEY) => compactedRevision(pool, meter, known, probe),
    },
    maintenance: maintenanceOf(pool),
    metrics,
    extras: extrasOf(pool),
    access: accessOf(pool, options.tls?.certFile !== undefined),
    watch: (request: WatchRequest, handler: WatchHandler): Watcher => {
      const watcher = new EtcdWatcher(pool, meter, { ...request, onClose: () => watchers.delete(watcher) }, handler);
      watchers.add(watcher);
      return watcher;
    },
    cost: (): EngineCost => meter.read(),
    close: (why) => {
      for (const watcher of watchers) watcher.close();
      metrics?.close();
      pool.close(why);
    },
  };
}

function channelCredentials(tls: EtcdEngineOptions['tls']): ChannelCredentials {
  if (tls === null) return grpcCredentials.createInsecure();
  const read = (file: string | undefined): Buffer | null => (file === undefined ? null : readFileSync(file));
  return grpcCredentials.createSsl(read(tls.caFile), read(tls.keyFile), read(tls.certFile));
}

function kvOf(pool: EndpointPool): KvCapability {
  return {
    async list(request: ListRequest): Promise<ListResult> {
      const { key, end, limit = 0, revision = 0, keysOnly = false, countOnly = false, signal } = request;
      const large = end.length > 0 && !countOnly;
      const answer = await pool.call(
        methods.range,
        { key, rangeEnd: end, limit, revision, keysOnly, countOnly },
        { signal, ...(large ? { timeoutMs: LIST_TIMEOUT_MS } : {}) },
      );
      return {
        revision: answer.header?.revision ?? 0,
        kvs: answer.kvs,
        more: answer.more,
        count: answer.count,
      };
    },
    async write(request: GuardedWrite): Promise<WriteOutcome> {
      const answer = await pool.call(methods.txn, toTxn(request));
      return {
        succeeded: answer.succeeded,
        revision: answer.header?.revision ?? 0,
        deleted: answer.succeeded ? answer.responses.map((r) => r.responseDeleteRange?.deleted ?? 0) : [],
        reads: answer.succeeded ? [] : answer.responses.map((r): readonly StoredKey[] => r.responseRange?.kvs ?? []),
      };
    },
  };
}

const TARGETS = {
  modRevision: CompareTarget.MOD,
  createRevision: CompareTarget.CREATE,
  version: CompareTarget.VERSION,
  lease: CompareTarget.LEASE,
} as const;
const RESULTS = {
  '=': CompareResult.EQUAL,
  '<': CompareResult.LESS,
  '>': CompareResult.GREATER,
  '!=': CompareResult.NOT_EQUAL,
} as const;

function toTxn(request: GuardedWrite): Init<TxnRequest> {
  return {
    compare: request.guards.map(toCompare),
    success: request.ops.map(toOp),
    failure: request.otherwiseRead.map(({ key, end }): Init<RequestOp> => ({ requestRange: { key, rangeEnd: end } })),
  };
}

function toCompare(guard: Guard): Compare {
  const { key, end: rangeEnd, target, is, value } = guard;
  const operand = target === 'lease' ? { lease: BigInt(value) } : { [target]: Number(value) };
  return Compare.create({ key, rangeEnd, target: TARGETS[target], result: RESULTS[is], ...operand });
}

function toOp(op: WriteOp): Init<RequestOp> {
  if (op.type === 'delete') return { requestDeleteRange: { key: op.range.key, rangeEnd: op.range.end } };
  const lease = op.lease === 'keep' ? { ignoreLease: true } : { lease: op.lease };
  return { requestPut: { key: op.key, value: op.value, ...lease } };
}

function leasesOf(pool: EndpointPool): LeaseCapability {
  return {
    async list() {
      const answer = await pool.call(methods.leaseLeases, {});
      return { ids: answer.leases.map((lease) => lease.id), revision: answer.header?.revision ?? 0 };
    },
    async read(id, withKeys = true) {
      const answer = await pool.call(methods.leaseTimeToLive, { id, keys: withKeys });
      return {
        id,
        grantedTtlSeconds: answer.grantedTtl,
        remainingTtlSeconds: answer.ttl,
        keys: answer.keys,
        hasHidden: false,
        revision: answer.header?.revision ?? 0,
      };
    },
    async grant(ttlSeconds, id) {
      const answer = await pool.call(methods.leaseGrant, { ttl: ttlSeconds, id });
      return { id: answer.id, ttlSeconds: answer.ttl };
    },
    async revoke(id) {
      const answer = await pool.call(methods.leaseRevoke, { id });
      return { revision: answer.header?.revision ?? 0 };
    },
    // A stream of one request and one answer: on the wire that is a plain call.
    async keepAlive(id) {
      return (await pool.call(methods.leaseKeepAlive, { id })).ttl;
    },
  };
}

function clusterOf(pool: EndpointPool): ClusterCapability {
  return {
    members: async () => (await pool.call(methods.memberList, {})).members,
    async status(address, timeoutMs): Promise<MemberStatus> {
      const startedAt = performance.now();
      const answer = await pool.callAt(pool.endpoint(address), methods.status, {}, { timeoutMs });
      return {
        memberId: answer.header?.memberId ?? 0n,
        clusterId: answer.header?.clusterId ?? 0n,
        version: answer.version,
        revision: answer.header?.revision ?? 0,
        dbSizeBytes: answer.dbSize,
        dbSizeInUseBytes: answer.dbSizeInUse,
        leader: answer.leader,
        raftTerm: answer.raftTerm,
        raftIndex: answer.raftIndex,
        raftAppliedIndex: answer.raftAppliedIndex,
        errors: answer.errors,
        isLearner: answer.isLearner,
        roundTripMs: Math.round((performance.now() - startedAt) * 100) / 100,
      };
    },
    followLeader: (endpoint, onNews) => followLeader(pool, endpoint, onNews),
    onConnectionChange: (listener) => pool.onStateChange(listener),
    setStanding: (endpoint, standing) => pool.standings.set(endpoint, standing),
  };
}
