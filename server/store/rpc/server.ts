/** Puts a member on its client port: every etcd v3 service, the JSON gateway, health and metrics. */
import { AssertionError } from '../../../lib/base/assert.ts';
import { Prng } from '../../../lib/base/prng.ts';
import type { AutoCompaction } from '../member/auto-compaction.ts';
import type { StoreMember } from '../member/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiskMeter } from '../ports/metered-disk.ts';
import type { PeerTraffic } from '../ports/peer-network.ts';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { Callers } from './auth/callers.ts';
import type { JsonWebTokens } from './auth/jwt.ts';
import { guardMethods } from './auth/method-rights.ts';
import { PasswordHasher } from './auth/password-hasher.ts';
import { ClientRequests } from './client-requests.ts';
import { createFront } from './front/front.ts';
import type { Address, FramingName, Front, KeepAliveSettings, Method } from './front/types.ts';
import { createGateway } from './http/gateway.ts';
import { HealthCounts } from './http/health.ts';
import type { MetricsSource } from './http/metrics/metrics.ts';
import { createHttpHandler } from './http/routes.ts';
import {
  PROGRESS_NOTIFY_INTERVAL_MS,
  QUOTA_BYTES_DEFAULT,
  RECEIVE_OVERHEAD_BYTES,
  REQUEST_BYTES_MAX,
  TXN_OPS_MAX,
} from './limits.ts';
import { authMethods } from './services/auth.ts';
import { clusterMethods } from './services/cluster.ts';
import { type ServiceContext, ServiceTimes } from './services/context.ts';
import { electionMethods } from './services/election.ts';
import { extrasMethods } from './services/extras.ts';
import { healthMethods } from './services/health.ts';
import { kvMethods } from './services/kv.ts';
import { guardLearner } from './services/learner.ts';
import { leaseMethods } from './services/lease.ts';
import { lockMethods } from './services/lock.ts';
import { maintenanceMethods } from './services/maintenance.ts';
import { LeaderRequirement } from './services/require-leader.ts';
import { watchMethods } from './services/watch.ts';

const ELECTION_TIMEOUT_MS_DEFAULT = 1000;

export interface ClientFrontOptions {
  readonly member: StoreMember;
  readonly listen: readonly Address[];
  readonly clock: Clock;
  /** Chance for jitter only: in [0, 1). By default drawn from the member's id, so that members differ. */
  readonly random?: () => number;
  /** `--max-request-bytes`. */
  readonly requestBytesMax?: number;
  /** `--max-txn-ops`. */
  readonly txnOpsMax?: number;
  /** `--quota-backend-bytes`, as reported by Status and /metrics. 0: the default; negative: none, reported as 0. */
  readonly quotaBytes?: number;
  readonly electionTimeoutMs?: number;
  readonly progressNotifyIntervalMs?: number;
  /** Who speaks HTTP/2 on the port: our own framing (the default), or node:http2. */
  readonly framing?: FramingName;
  /** What /metrics says of the disk. */
  readonly disks?: { readonly wal: DiskMeter; readonly backend: DiskMeter };
  /** `--auto-compaction-mode`, `--auto-compaction-retention`, for /metrics. */
  readonly autoCompaction?: AutoCompaction;
  /** What /metrics says of the connections to peers. */
  readonly peers?: () => readonly PeerTraffic[];
  /** `--metrics`: extensive times every call. */
  readonly metrics?: 'basic' | 'extensive';
  /** `--listen-metrics-urls`: /metrics and the health pages alone. */
  readonly listenMetrics?: readonly Address[];
  /** `--grpc-keepalive-*`. */
  readonly keepAlive?: KeepAliveSettings;
  /** `--max-concurrent-streams`. */
  readonly streamsMax?: number;
  /** Needed where `listen` holds https addresses. */
  readonly tls?: TlsEndpoint | undefined;
  /** `--auth-token jwt,…`; simple tokens when left out. */
  readonly jwt?: JsonWebTokens | undefined;
  /** `--bcrypt-cost`. */
  readonly bcryptCost?: number;
  /** `--client-cert-auth`: the common name of a verified certificate names a user. */
  readonly clientCertAuth?: boolean;
  /** Something other than an EtcdError came out of a handler. The client sees only "internal error". */
  readonly onDefect?: (error: unknown, where: string) => void;
}

export interface ClientFront {
  /** Where it listens, in the order asked for; port 0 is resolved. */
  readonly addresses: readonly Address[];
  readonly metricsAddresses: readonly Address[];
  /** Refuses new work, ends streams with "server stopped", and is done within a second whatever clients do. */
  close(): Promise<void>;
}

/** @throws the error of listen(2), with nothing left listening */
export async function startClientFront(options: ClientFrontOptions): Promise<ClientFront> {
  const context = contextOf(options);
  const { member } = context;
  const requirement = new LeaderRequirement(member, context.clock, context.electionTimeoutMs);
  const permitted = guardMethods(servedMethods(context), member, context.callers);
  const clientRequests = new ClientRequests();
  // In etcd's order: what a learner refuses it refuses first.
  const methods = guardLearner(member, clientRequests.guard(requirement.guard(permitted)));
  if (options.metrics === 'extensive') for (const { stats } of methods) stats.measure();
  const { receiveBytesMax, quotaBytes } = context;
  const onDefect = options.onDefect ?? reportDefect;
  const health = new HealthCounts();
  const leaderChanges = countLeaderChanges(member);
  const gateway = createGateway({ methods, receiveBytesMax, onDefect });
  const metrics = (): MetricsSource => ({
    ...{ member, methods, health, quotaBytes, clientRequests, disks: options.disks, times: context.times },
    ...{ peers: options.peers?.() ?? [], front: front.stats(), leaderChanges: leaderChanges.count() },
    autoCompaction: options.autoCompaction,
  });
  const pages = { member, health, onDefect, metrics };
  const shared = { receiveBytesMax, onDefect, ...optional(options, ['framing', 'tls', 'streamsMax', 'keepAlive']) };
  const front: Front = createFront({
    ...{ ...shared, methods, upgrade: gateway.upgrade },
    http: createHttpHandler({ ...pages, gateway: gateway.handle }),
  });
  const metricsFront: Front = createFront({
    ...{ ...shared, methods: [] },
    http: createHttpHandler({ ...pages, gateway: undefined }),
  });
  const close = async (): Promise<void> => {
    requirement.close();
    context.passwords.close();
    leaderChanges.stop();
    gateway.close();
    await Promise.all([front.close(), metricsFront.close()]);
  };
  const addresses: Address[] = [];
  const metricsAddresses: Address[] = [];
  try {
    for (const address of options.listen) addresses.push(await front.listen(address));
    for (const address of options.listenMetrics ?? []) metricsAddresses.push(await metricsFront.listen(address));
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses, metricsAddresses, close };
}

function servedMethods(context: ServiceContext): readonly Method[] {
  return [
    ...kvMethods(context),
    ...watchMethods(context),
    ...leaseMethods(context),
    ...clusterMethods(context),
    ...maintenanceMethods(context),
    ...authMethods(context),
    ...lockMethods(context),
    ...electionMethods(context),
    ...extrasMethods(context),
    ...healthMethods(),
  ];
}

function contextOf(options: ClientFrontOptions): ServiceContext {
  const quotaBytes = options.quotaBytes ?? 0;
  const prng = new Prng(Number(BigInt.asUintN(32, options.member.memberId)));
  return {
    member: options.member,
    clock: options.clock,
    random: options.random ?? (() => prng.float()),
    receiveBytesMax: (options.requestBytesMax ?? REQUEST_BYTES_MAX) + RECEIVE_OVERHEAD_BYTES,
    txnOpsMax: options.txnOpsMax ?? TXN_OPS_MAX,
    quotaBytes: quotaBytes === 0 ? QUOTA_BYTES_DEFAULT : Math.max(0, quotaBytes),
    electionTimeoutMs: options.electionTimeoutMs ?? ELECTION_TIMEOUT_MS_DEFAULT,
    callers: new Callers({ member: options.member, jwt: options.jwt, clientCertAuth: options.clientCertAuth ?? false }),
    passwords: new PasswordHasher(options.bcryptCost),
    times: new ServiceTimes(),
    progressNotifyIntervalMs: options.progressNotifyIntervalMs ?? PROGRESS_NOTIFY_INTERVAL_MS,
  };
}

/** Those of `names` that were given. */
function optional<T extends object, K extends keyof T>(options: T, names: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  ) as Partial<Pick<T, K>>;
}

/** A broken invariant stops the process, outside the call that met it; any other defect is logged. */
function reportDefect(error: unknown, where: string): void {
  if (error instanceof AssertionError) {
    setImmediate(() => {
      throw error;
    });
    return;
  }
  console.error(`defect in ${where}:`, error);
}

function countLeaderChanges(member: StoreMember): { count(): number; stop(): void } {
  let seen = 0;
  let last = member.raftStatus().leaderId;
  const stop = member.onLeaderChange(() => {
    const { leaderId } = member.raftStatus();
    if (leaderId !== 0n && leaderId !== last) seen++;
    last = leaderId;
  });
  return { count: () => seen, stop };
}
