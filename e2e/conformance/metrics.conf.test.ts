/** /metrics beside the real etcd: the names consoles and alerts read have its types, labels and buckets, and count the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What the protocol reference says that consoles and tests read, as of 3.4. Those of later versions are LATER. */
const READ: readonly string[] = [
  ...['has_leader', 'is_leader', 'is_learner', 'leader_changes_seen_total', 'proposals_committed_total'],
  ...['proposals_applied_total', 'proposals_pending', 'proposals_failed_total', 'version', 'id', 'health_success'],
  ...['health_failures', 'quota_backend_bytes', 'heartbeat_send_failures_total', 'slow_apply_total'],
  ...['slow_read_indexes_total', 'read_indexes_failed_total', 'snapshot_apply_in_progress_total'],
  ...['client_requests_total', 'learner_promote_successes'],
]
  .map((name) => `etcd_server_${name}`)
  .concat(
    ...['etcd_cluster_version', 'etcd_debugging_server_lease_expired_total', 'etcd_debugging_auth_revision'],
    ...['etcd_disk_wal_fsync_duration_seconds', 'etcd_disk_backend_commit_duration_seconds'],
    ...['etcd_disk_backend_snapshot_duration_seconds', 'etcd_disk_wal_write_bytes_total'],
    ...['db_total_size_in_bytes', 'db_total_size_in_use_in_bytes', 'hash_duration_seconds', 'hash_rev_duration_seconds']
      .concat('put_total', 'delete_total', 'txn_total', 'range_total')
      .map((name) => `etcd_mvcc_${name}`),
    ...['keys_total', 'watcher_total', 'watch_stream_total', 'slow_watcher_total', 'events_total', 'current_revision']
      .concat('compact_revision', 'db_compaction_keys_total', 'total_put_size_in_bytes')
      .map((name) => `etcd_debugging_mvcc_${name}`),
    ...['granted', 'revoked', 'renewed'].map((name) => `etcd_debugging_lease_${name}_total`),
    ...['client_grpc_received_bytes_total', 'client_grpc_sent_bytes_total', 'peer_sent_bytes_total']
      .concat('peer_received_bytes_total', 'active_peers')
      .map((name) => `etcd_network_${name}`),
    ...['started_total', 'handled_total', 'msg_received_total', 'msg_sent_total', 'handling_seconds'].map(
      (name) => `grpc_server_${name}`,
    ),
    ...['cpu_seconds_total', 'max_fds', 'open_fds', 'resident_memory_bytes', 'start_time_seconds']
      .concat('virtual_memory_bytes')
      .map((name) => `process_${name}`),
    ...['os_fd_limit', 'os_fd_used'],
  );
/** Since 3.5 and 3.6, and two that etcd shows only after half a minute, and after the first break. */
const LATER: readonly string[] = [
  ...['etcd_network_peer_round_trip_time_seconds', 'etcd_network_disconnected_peers_total'],
  ...['etcd_server_apply_duration_seconds', 'etcd_server_healthcheck', 'etcd_server_healthchecks_total'],
];

interface Family {
  readonly type: string;
  readonly labels: string;
  readonly buckets: string;
}

class Scrape {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Undefined when there is none. */
  family(name: string): Family | undefined {
    const type = new RegExp(`^# TYPE ${name} (\\S+)$`, 'm').exec(this.#text)?.[1];
    if (type === undefined) return undefined;
    const samples = [...this.#text.matchAll(new RegExp(`^${name}(?:_bucket)?(?:\\{(.*)\\})? \\S+$`, 'gm'))];
    const labels = new Set(samples.flatMap(([, text = '']) => [...text.matchAll(/(\w+)="/g)].map(([, key]) => key)));
    const bounds = new Set(samples.flatMap(([, text = '']) => /le="([^"]*)"/.exec(text)?.[1] ?? []));
    return { type, labels: [...labels].sort().join(), buckets: [...bounds].join() };
  }

  value(name: string): number {
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(this.#text)?.[1]);
  }

  sum(name: string): number {
    const samples = [...this.#text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
    return samples.reduce((sum, [, value]) => sum + Number(value), 0);
  }
}

async function scrape(store: Store, path = '/metrics'): Promise<Scrape> {
  const response = await fetch(`http://${store.endpoints[0]}${path}`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return new Scrape(await response.text());
}

async function call(store: Store, path: string, body: object): Promise<void> {
  const response = await fetch(`http://${store.endpoints[0]}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  await response.text();
}

const put = { key: base64('a'), value: base64('1') };
const REQUESTS: Readonly<Record<string, readonly (readonly [string, object])[]>> = {
  'a put': [['kv/put', put]],
  'a put that shows the previous value': [['kv/put', { ...put, prev_kv: true }]],
  'a put that keeps the lease': [['kv/put', { ...put, ignore_lease: true }]],
  'a put that keeps the lease of no key': [['kv/put', { key: base64('missing'), ignore_lease: true }]],
  'a range': [['kv/range', { key: base64('a') }]],
  'a range of an unreadable revision': [['kv/range', { key: base64('a'), revision: 99_999 }]],
  'a delete of nothing': [['kv/deleterange', { key: base64('nothing') }]],
  'a transaction with a guard': [
    [
      'kv/txn',
      {
        compare: [{ key: base64('a'), target: 'VERSION', version: 0, result: 'GREATER' }],
        success: [{ request_put: put }, { request_range: { key: base64('a') } }],
      },
    ],
  ],
  'a transaction that only reads': [
    [
      'kv/txn',
      {
        compare: [{ key: base64('a'), target: 'VERSION', version: 0, result: 'GREATER' }],
        success: [{ request_range: { key: base64('a') } }, { request_range: { key: base64('b') } }],
      },
    ],
  ],
  'a transaction without operations': [['kv/txn', {}]],
  'a lease that is revoked with two keys': [
    ['lease/grant', { TTL: 600, ID: 4711 }],
    ['kv/put', { key: base64('l1'), lease: 4711 }],
    ['kv/put', { key: base64('l2'), lease: 4711 }],
    ['lease/keepalive', { ID: 4711 }],
    ['lease/revoke', { ID: 4711 }],
  ],
  'a delete of a range that shows what it deleted': [
    ['kv/deleterange', { key: base64('a'), range_end: base64('z'), prev_kv: true }],
  ],
};
const COUNTED: readonly string[] = [
  ...['put', 'delete', 'txn', 'range'].map((name) => `etcd_mvcc_${name}_total`),
  ...['granted', 'revoked'].map((name) => `etcd_debugging_lease_${name}_total`),
  ...['etcd_debugging_mvcc_keys_total', 'etcd_debugging_mvcc_total_put_size_in_bytes'],
  ...['etcd_debugging_mvcc_current_revision', 'etcd_server_health_success'],
];

withEtcd('/metrics', (binaries) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 3, flags: ['--metrics', 'extensive'] });
    for (const store of [pair.ours, pair.etcd]) {
      await call(store, 'kv/put', put);
      await call(store, 'maintenance/hash', {});
    }
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  test('what consoles and alerts read is there, with its type, labels and buckets', async () => {
    const [ours, etcd] = await Promise.all([scrape(pair.ours), scrape(pair.etcd)]);
    expect(READ.filter((name) => etcd.family(name) === undefined)).toEqual([]);
    for (const name of READ) expect({ name, ...ours.family(name) }).toEqual({ name, ...etcd.family(name) });
  });

  test('so is what later versions brought', async () => {
    await Promise.all(['livez', 'readyz'].map((path) => fetch(`http://${pair.ours.endpoints[0]}/${path}`)));
    const ours = await scrape(pair.ours);
    expect(LATER.filter((name) => ours.family(name) === undefined)).toEqual([]);
  });

  test.each(Object.entries(REQUESTS))('%s is counted as etcd counts it', async (_, requests) => {
    const differences = async (store: Store) => {
      const before = await scrape(store);
      for (const [path, body] of requests) await call(store, path, body);
      const after = await scrape(store);
      return Object.fromEntries(COUNTED.map((name) => [name, after.value(name) - before.value(name)]));
    };
    expect(await differences(pair.ours)).toEqual(await differences(pair.etcd));
  });

  test('what members send each other is counted at both ends', async () => {
    for (const store of [pair.ours, pair.etcd]) {
      const metrics = await scrape(store);
      expect(metrics.sum('etcd_network_active_peers')).toBeGreaterThanOrEqual(2);
      for (const way of ['sent', 'received'])
        expect(metrics.sum(`etcd_network_peer_${way}_bytes_total`)).toBeGreaterThan(1000);
    }
  });

  test('the peer port answers /members and /version as etcd does', async () => {
    const read = async (store: Store, path: string) => {
      const response = await fetch(`http://127.0.0.1:${store.members[0]?.peer}${path}`);
      const text = await response.text();
      const { status, headers } = response;
      return { status, type: headers.get('content-type'), cluster: headers.has('x-etcd-cluster-id'), text };
    };
    for (const path of ['/members', '/version', '/nothing', '/members/x']) {
      const [ours, etcd] = await Promise.all([read(pair.ours, path), read(pair.etcd, path)]);
      if (path === '/version') {
        const { etcdserver, etcdcluster } = JSON.parse(ours.text) as Record<string, string>;
        expect(Object.keys(JSON.parse(etcd.text) as object)).toEqual(['etcdserver', 'etcdcluster']);
        expect([etcdserver, etcdcluster]).toEqual(['3.6.14', '3.6.0']);
      }
      const shape = (text: string) => text.replace(/\d+\.\d+\.\d+"/g, 'V"').replace(/\d+/g, 'N');
      const same = { ...ours, text: path === '/version' ? '' : shape(ours.text) };
      expect({ path, ...same }).toEqual({ path, ...etcd, text: path === '/version' ? '' : shape(etcd.text) });
    }
  });
});
