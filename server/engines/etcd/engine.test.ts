import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prefixRangeEnd, utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import type { Engine, StoredEvent, WatchHandler } from '../engine.ts';
import { openEtcdEngine } from './engine.ts';
import { hasRealEtcd, type RealEtcd, startRealEtcd } from './test-support/real-etcd.ts';

const NO_END = new Uint8Array(0);
const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };
const text = (bytes: Uint8Array): string => utf8Decode(bytes) ?? '?';

function collector() {
  const events: StoredEvent[] = [];
  const waiting: (() => void)[] = [];
  let compacted = 0;
  const poke = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const handler: WatchHandler = {
    onEvents: (batch) => {
      events.push(...batch.map((e) => structuredClone(e)));
      poke();
    },
    onAlive: () => undefined,
    onConnection: () => poke(),
    onCompacted: (revision) => {
      compacted = revision;
      poke();
    },
    onFailed: () => poke(),
  };
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { handler, events, until, compacted: () => compacted };
}

describe.skipIf(!hasRealEtcd())('etcd engine against a real etcd server', () => {
  let etcd: RealEtcd;
  let engine: Engine;

  beforeAll(async () => {
    etcd = await startRealEtcd(1);
    engine = openEtcdEngine({ endpoints: etcd.endpoints, tls: null, auth: null });
  });
  afterAll(async () => {
    engine.close();
    await etcd.stop();
  });

  const put = (key: string, value: string, lease: 'keep' | bigint = 0n) =>
    engine.kv.write({
      guards: [],
      ops: [{ type: 'put', key: utf8Encode(key), value: utf8Encode(value), lease }],
      otherwiseRead: [],
    });

  test('etcd does not tell changes of leaders by itself, and that is found out', async () => {
    const news: unknown[] = [];
    const following = engine.cluster?.followLeader(engine.endpoints[0] ?? '', (told) => news.push(told));
    expect(await following?.ended).toBe('unsupported');
    expect(news).toEqual([]);
  });

  test('a guarded write happens once and a failed guard answers with what stands there', async () => {
    const first = await put('/g', '1');
    const key = { key: utf8Encode('/g'), end: NO_END };
    const attempt = {
      guards: [{ ...key, target: 'modRevision', is: '=', value: first.revision } as const],
      ops: [{ type: 'put', key: key.key, value: utf8Encode('2'), lease: 'keep' } as const],
      otherwiseRead: [key],
    };
    expect((await engine.kv.write(attempt)).succeeded).toBe(true);
    const second = await engine.kv.write(attempt);
    expect(second.succeeded).toBe(false);
    expect(second.reads[0]?.map((kv) => text(kv.value))).toEqual(['2']);
  });

  test('a lease id above 2^53 is exact in every call and survives an edit that keeps the lease', async () => {
    const id = 2324035512266048524n;
    expect((await engine.leases?.grant(600, id))?.id).toBe(id);
    await put('/leased', 'a', id);
    await put('/leased', 'b', 'keep');
    const { kvs } = await engine.kv.list({ key: utf8Encode('/leased'), end: NO_END });
    expect(kvs[0]?.lease).toBe(id);
    expect((await engine.leases?.read(id))?.keys.map(text)).toEqual(['/leased']);
    expect((await engine.leases?.list())?.ids).toContain(id);
    await engine.leases?.revoke(id);
    expect((await engine.leases?.read(id))?.remainingTtlSeconds).toBe(-1);
  });

  test('a watch replays from its start revision, follows live changes and resumes without loss after a reconnect', async () => {
    const { revision } = await put('/w/1', 'a');
    const seen = collector();
    const watcher = engine.watch({ ranges: [ALL], startRevision: revision }, seen.handler);
    await put('/w/2', 'b');
    await seen.until(() => seen.events.length === 2);
    watcher.reconnect('test');
    await put('/w/3', 'c');
    await seen.until(() => seen.events.length === 3);
    watcher.close();
    expect(seen.events.map((e) => text(e.kv.key))).toEqual(['/w/1', '/w/2', '/w/3']);
  });

  test('a watch of two ranges gives a transaction over both as one revision, and nothing of what lies between', async () => {
    const ranges = ['/r/a/', '/r/c/'].map((text) => ({ key: utf8Encode(text), end: prefixRangeEnd(utf8Encode(text)) }));
    const { revision } = await put('/r/a/0', '');
    const seen = collector();
    const batches: (readonly [number, number])[] = [];
    const onEvents: WatchHandler['onEvents'] = (events, last) => {
      batches.push([events.filter((event) => event.kv.modRevision === last).length, last]);
      seen.handler.onEvents(events, last);
    };
    const watcher = engine.watch({ ranges, startRevision: revision + 1 }, { ...seen.handler, onEvents });
    await put('/r/b/1', '');
    const both = await engine.kv.write({
      guards: [],
      ops: ['/r/c/1', '/r/a/1'].map(
        (key) => ({ type: 'put', key: utf8Encode(key), value: NO_END, lease: 0n }) as const,
      ),
      otherwiseRead: [],
    });
    await put('/r/c/2', '');
    await seen.until(() => seen.events.length === 3);
    watcher.close();
    // Within a revision the order of keys is the server's affair.
    const found = seen.events.map((e) => `${e.kv.modRevision - both.revision} ${text(e.kv.key)}`);
    expect(found.toSorted()).toEqual(['0 /r/a/1', '0 /r/c/1', '1 /r/c/2']);
    expect(found.at(-1)).toBe('1 /r/c/2');
    expect(batches.every(([atLast, last]) => last !== both.revision || atLast === 2)).toBe(true);
  });

  test('errors carry the code and words of the store', async () => {
    await expect(engine.leases?.revoke(12345n)).rejects.toMatchObject({
      code: 5,
      message: 'etcdserver: requested lease not found',
      outcome: 'none',
    });
  });

  test('an endpoint nobody listens on is passed over, and named when it is the only one', async () => {
    const [endpoint = ''] = etcd.endpoints;
    const two = openEtcdEngine({ endpoints: ['127.0.0.1:1', endpoint], tls: null, auth: null });
    expect((await two.kv.list({ ...ALL, limit: 1 })).revision).toBeGreaterThan(0);
    expect((await two.cluster?.status(endpoint, 1000))?.raftTerm).toBeGreaterThan(0);
    two.close();
    const dead = openEtcdEngine({ endpoints: ['127.0.0.1:1'], tls: null, auth: null });
    await expect(dead.kv.list({ ...ALL, limit: 1 })).rejects.toMatchObject({
      code: 14,
      message: expect.stringContaining('127.0.0.1:1 cannot be reached: connect ECONNREFUSED'),
    });
    await expect(dead.kv.write({ guards: [], ops: [], otherwiseRead: [] })).rejects.toMatchObject({ outcome: 'none' });
    dead.close();
  });

  test('calls and bytes are counted', async () => {
    const before = engine.cost();
    await put('/cost', 'x'.repeat(1000));
    const after = engine.cost();
    expect(after.rpcs - before.rpcs).toBe(1);
    expect(after.bytesSent - before.bytesSent).toBeGreaterThan(1000);
    expect(after.bytesReceived).toBeGreaterThan(before.bytesReceived);
  });
});
