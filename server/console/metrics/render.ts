/** GET /metrics of this console: Prometheus text. What it costs its stores, how far its picture of them is, who listens. */
import type { ClusterView, IndexState } from '../../../lib/api/types.ts';
import { MetricsText } from '../../../lib/base/prometheus-text.ts';
import type { EngineCost } from '../../engines/engine.ts';
import type { RequestMeter } from './request-meter.ts';

/** One session's part: a store may have several, one per user that is signed in. */
export interface SessionNumbers {
  readonly index: IndexState;
  /** Of the store, as its members last said, and of this session's picture of it. */
  readonly storeRevision: number;
  readonly hubRevision: number;
  readonly streams: number;
  readonly rollouts: RolloutNumbers;
}

export interface RolloutNumbers {
  readonly underWay: number;
  /** Paused for so long that somebody must have forgotten them. */
  readonly forgotten: number;
}

export interface StoreNumbers {
  readonly id: string;
  readonly cost: EngineCost;
  readonly sessions: readonly SessionNumbers[];
  /** Null: it cannot be shown to whoever asks. */
  readonly cluster: ClusterView | null;
}

export interface ProcessNumbers {
  readonly startedAtSeconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  /** How late this process's own timers are, 99 of 100. */
  readonly loopDelayP99Seconds: number;
}

export function renderMetrics(stores: readonly StoreNumbers[], requests: RequestMeter, own: ProcessNumbers): string {
  const text = new MetricsText();
  text.family('quorate_console_requests_total', 'counter', 'HTTP requests answered, by route.', requests.counts());
  text.gauge(
    'quorate_console_requests_under_way',
    'HTTP requests not answered yet, streams included.',
    requests.underWay,
  );
  text.histogram(
    'quorate_console_request_duration_seconds',
    'Time from request to end of answer, streams left out.',
    requests.durations,
  );
  addStores(text, stores);
  text.counter('process_cpu_seconds_total', 'User and system CPU time in seconds.', own.cpuSeconds);
  text.gauge('process_resident_memory_bytes', 'Resident memory in bytes.', own.residentBytes);
  text.gauge(
    'process_start_time_seconds',
    'Start of the process since the Unix epoch.',
    own.startedAtSeconds.toFixed(3),
  );
  text.gauge('nodejs_heap_size_used_bytes', 'Memory of objects in use or not yet collected.', own.heapUsedBytes);
  text.gauge('nodejs_eventloop_lag_p99_seconds', 'How late timers run, 99 of 100.', own.loopDelayP99Seconds);
  return text.toString();
}

function addStores(text: MetricsText, stores: readonly StoreNumbers[]): void {
  const each = (name: string, type: 'counter' | 'gauge', help: string, read: (store: StoreNumbers) => number | null) =>
    text.family(
      `quorate_console_${name}`,
      type,
      help,
      stores.flatMap((store) => {
        const value = read(store);
        return value === null ? [] : [{ labels: { store: store.id }, value }];
      }),
    );
  each('store_rpcs_total', 'counter', 'Calls made to the store.', ({ cost }) => cost.rpcs);
  each('store_sent_bytes_total', 'counter', 'Bytes sent to the store.', ({ cost }) => cost.bytesSent);
  each('store_received_bytes_total', 'counter', 'Bytes received from the store.', ({ cost }) => cost.bytesReceived);
  each('store_watches', 'gauge', 'Watches open on the store.', ({ cost }) => cost.watches);
  each(
    'sessions',
    'gauge',
    'Pictures of the store kept: one per user, one for all where it has no users.',
    (store) => store.sessions.length,
  );
  each('sse_clients', 'gauge', 'Browsers that listen.', (store) => sumOf(store, ({ streams }) => streams));
  each('hub_keys', 'gauge', 'Keys in the index, over all sessions.', (store) =>
    sumOf(store, ({ index }) => index.keysLoaded),
  );
  each('hub_live', 'gauge', 'Sessions whose index is complete and follows the store.', (store) =>
    sumOf(store, ({ index }) => (index.phase === 'live' ? 1 : 0)),
  );
  each('hub_lag_revisions', 'gauge', 'Revisions the slowest index is behind what members report.', (store) =>
    Math.max(0, ...store.sessions.map(({ storeRevision, hubRevision }) => storeRevision - hubRevision)),
  );
  each('store_has_leader', 'gauge', 'Whether a leader is seen.', ({ cluster }) =>
    cluster === null ? null : Number(cluster.leaderId !== null),
  );
  each('store_voters', 'gauge', 'Members that vote.', ({ cluster }) => cluster?.quorum.voters ?? null);
  each(
    'store_voters_healthy',
    'gauge',
    'Of those, members that answer.',
    ({ cluster }) => cluster?.quorum.healthy ?? null,
  );
  each('rollouts_under_way', 'gauge', 'Rollouts that a controller has to supervise.', (store) =>
    mostOf(store, ({ rollouts }) => rollouts.underWay),
  );
  each('rollouts_forgotten', 'gauge', 'Of those, paused for more than a day.', (store) =>
    mostOf(store, ({ rollouts }) => rollouts.forgotten),
  );
  each('store_drills', 'gauge', 'Drills under way.', ({ cluster }) => cluster?.drills.running.length ?? null);
}

/** What every session that follows configuration sees alike. */
const mostOf = ({ sessions }: StoreNumbers, read: (session: SessionNumbers) => number): number =>
  Math.max(0, ...sessions.map(read));

const sumOf = ({ sessions }: StoreNumbers, read: (session: SessionNumbers) => number): number =>
  sessions.reduce((total, session) => total + read(session), 0);
