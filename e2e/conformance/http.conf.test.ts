/** The HTTP/1.1 side of the client port, ours beside the real etcd (§12). Error bodies: what both gateway versions agree on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Call {
  readonly path: string;
  readonly body: unknown;
}

/** Each runs in order on both stores; every answer is compared. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  'put and range': [
    { path: '/v3/kv/put', body: { key: base64('foo'), value: base64('bar') } },
    { path: '/v3/kv/put', body: { key: base64('foo'), value: base64('baz'), prev_kv: true } },
    { path: '/v3/kv/range', body: { key: base64('foo') } },
    { path: '/v3/kv/range', body: { key: base64('foo'), rangeEnd: base64('fop'), countOnly: true } },
    { path: '/v3/kv/range', body: { key: base64('foo'), revision: '2', sort_order: 'DESCEND', sort_target: 'MOD' } },
    { path: '/v3/kv/range', body: { key: base64('foo'), limit: 1, serializable: true, unknown_field: 1 } },
  ],
  delete: [
    { path: '/v3/kv/deleterange', body: { key: base64('foo'), prev_kv: true } },
    { path: '/v3/kv/deleterange', body: { key: base64('foo') } },
  ],
  transactions: [
    {
      path: '/v3/kv/txn',
      body: {
        compare: [{ target: 'VERSION', key: base64('t'), version: '0' }],
        success: [{ requestPut: { key: base64('t'), value: base64('1') } }],
        failure: [{ requestRange: { key: base64('t') } }],
      },
    },
    {
      path: '/v3/kv/txn',
      body: {
        compare: [{ target: 'VALUE', result: 'NOT_EQUAL', key: base64('t'), value: base64('1') }],
        success: [{ request_put: { key: base64('t'), value: base64('2') } }],
        failure: [{ request_range: { key: base64('t') } }, { requestDeleteRange: { key: base64('t') } }],
      },
    },
  ],
  leases: [
    { path: '/v3/lease/grant', body: { TTL: 600, ID: '77' } },
    { path: '/v3/lease/grant', body: { TTL: 600, ID: 77 } },
    { path: '/v3/kv/put', body: { key: base64('leased'), value: base64('v'), lease: '77' } },
    { path: '/v3/kv/range', body: { key: base64('leased') } },
    { path: '/v3/lease/leases', body: {} },
    { path: '/v3/kv/lease/leases', body: {} },
    { path: '/v3/lease/keepalive', body: { ID: 77 } },
    { path: '/v3/lease/revoke', body: { ID: 77 } },
    { path: '/v3/kv/lease/timetolive', body: { ID: 77 } },
  ],
  'locks and elections': [
    { path: '/v3/lease/grant', body: { TTL: 600, ID: '78' } },
    { path: '/v3/lock/lock', body: { name: base64('lock'), lease: 78 } },
    { path: '/v3/lock/unlock', body: { key: base64('lock/4e') } },
    { path: '/v3/election/campaign', body: { name: base64('race'), lease: 78, value: base64('one') } },
    { path: '/v3/election/leader', body: { name: base64('race') } },
    { path: '/v3/election/leader', body: { name: base64('nobody') } },
  ],
  compaction: [
    { path: '/v3/kv/compaction', body: { revision: '2' } },
    { path: '/v3/kv/range', body: { key: base64('foo'), revision: '1' } },
  ],
  refusals: [
    { path: '/v3/kv/put', body: {} },
    { path: '/v3/kv/range', body: { key: base64('a'), revision: '999' } },
    { path: '/v3/lease/revoke', body: { ID: '12345' } },
    { path: '/v3/kv/put', body: { key: base64('a'), lease: '12345' } },
  ],
};

withEtcd('HTTP beside the real etcd', (binaries) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 1 });
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  test.each(Object.entries(CALLS))('gateway: %s', async (_, calls) => {
    for (const call of calls) {
      const [ours, etcd] = await Promise.all([post(pair.ours, call), post(pair.etcd, call)]);
      expect({ call, ...ours }).toEqual({ call, ...etcd });
    }
  });

  test('a watch streams created, history and live events', async () => {
    const [ours, etcd] = await Promise.all([watchLines(pair.ours), watchLines(pair.etcd)]);
    expect(ours).toEqual(etcd);
  });

  test('bad JSON is the client’s fault', async () => {
    for (const body of ['{"key":', '{"key":"%%%"}', '{"limit":"ten"}', '[]']) {
      const [ours, etcd] = await Promise.all([
        post(pair.ours, { path: '/v3/kv/range', body }),
        post(pair.etcd, { path: '/v3/kv/range', body }),
      ]);
      expect({ body, status: ours.status, code: ours.json.code }).toEqual({
        body,
        status: etcd.status,
        code: etcd.json.code,
      });
    }
  });

  test('health and version', async () => {
    const read = async (store: Store, path: string) => (await fetch(`http://${store.endpoints[0]}${path}`)).json();
    expect(await read(pair.ours, '/health')).toMatchObject((await read(pair.etcd, '/health')) as object);
    const [ours, etcd] = [await read(pair.ours, '/version'), await read(pair.etcd, '/version')];
    expect(Object.keys(ours as object)).toEqual(expect.arrayContaining(Object.keys(etcd as object)));
  });

  test('metrics share their names and types', async () => {
    const types = async (store: Store) => {
      const text = await (await fetch(`http://${store.endpoints[0]}/metrics`)).text();
      return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name ?? '', type ?? '']));
    };
    const [ours, etcd] = await Promise.all([types(pair.ours), types(pair.etcd)]);
    const shared = [...ours].filter(([name]) => etcd.has(name));
    expect(shared.length).toBeGreaterThan(15);
    for (const [name, type] of shared) expect({ name, type }).toEqual({ name, type: etcd.get(name) });
  });
});

interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

async function post(store: Store, { path, body }: Call): Promise<Answer> {
  const response = await fetch(`http://${store.endpoints[0]}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const json = plain(JSON.parse(await response.text())) as Answer['json'];
  if (response.ok) return { status: response.status, json };
  // FailedPrecondition is 412 up to etcd 3.5 and 400 since 3.6, which is ours.
  const status = response.status === 412 ? 400 : response.status;
  return { status, json: { code: json.code, message: json.message } };
}

/** Ids and terms by name; the rest as it is. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      ['cluster_id', 'member_id', 'raft_term'].includes(key) ? typeof field : plain(field),
    ]),
  );
}

async function watchLines(store: Store): Promise<unknown[]> {
  const revision = Number(
    (
      ((await post(store, { path: '/v3/kv/range', body: { key: base64('w') } })).json.header ?? {}) as {
        revision: string;
      }
    ).revision,
  );
  await post(store, { path: '/v3/kv/put', body: { key: base64('w'), value: base64('1') } });
  const abort = new AbortController();
  const response = await fetch(`http://${store.endpoints[0]}/v3/watch`, {
    method: 'POST',
    body: JSON.stringify({ create_request: { key: base64('w'), start_revision: String(revision + 1) } }),
    signal: abort.signal,
  });
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const linesUntil = async (count: number) => {
    while (text.split('\n').length <= count) text += (await reader.read()).value ?? '';
  };
  await linesUntil(2);
  await post(store, { path: '/v3/kv/deleterange', body: { key: base64('w') } });
  await linesUntil(3);
  abort.abort();
  return text
    .trim()
    .split('\n')
    .map((line) => plain(JSON.parse(line)));
}
