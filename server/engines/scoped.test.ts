import { expect, test } from 'vitest';
import { utf8Decode, utf8Encode } from '../../lib/base/bytes.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { ALL_KEYS } from '../../lib/keys/ranges.ts';
import { EngineError, type LeaseCapability, type StoredEvent } from './engine.ts';
import { scopeEngine } from './scoped.ts';
import { FakeEngine } from './test-support/fake-engine.ts';

const prefix = (text: string) => ({ key: utf8Encode(`${text}/`), end: utf8Encode(`${text}0`) });

function scoped() {
  const store = new FakeEngine();
  for (const key of ['/a/1', '/b/1', '/b/2', '/c/1', '/d/1']) store.put(key);
  return { store, engine: scopeEngine(store, [prefix('/d'), prefix('/b')]) };
}
const texts = (kvs: readonly { readonly key: Uint8Array }[]) => kvs.map(({ key }) => utf8Decode(key));

test('a listing holds what may be read, page by page, and counts all of it', async () => {
  const { engine } = scoped();
  expect(texts((await engine.kv.list(ALL_KEYS)).kvs)).toEqual(['/b/1', '/b/2', '/d/1']);
  const page = await engine.kv.list({ ...ALL_KEYS, limit: 2 });
  expect(texts(page.kvs)).toEqual(['/b/1', '/b/2']);
  expect(page).toMatchObject({ more: true, count: 3 });
  expect(await engine.kv.list({ ...ALL_KEYS, limit: 3 })).toMatchObject({ more: false, count: 3 });
});

test('all parts of a listing stand at one revision', async () => {
  const { store, engine } = scoped();
  const before = store.revision;
  store.onList = (n) => {
    if (n === 2) store.put('/d/2');
  };
  const page = await engine.kv.list(ALL_KEYS);
  expect(texts(page.kvs)).toEqual(['/b/1', '/b/2', '/d/1']);
  expect(page.revision).toBe(before);
});

test('a watch of everything sees the allowed ranges as one sequence', async () => {
  const { store, engine } = scoped();
  const seen: StoredEvent[] = [];
  const ignore = () => undefined;
  engine.watch(
    { ranges: [ALL_KEYS], startRevision: store.revision + 1 },
    {
      onEvents: (events) => seen.push(...events),
      onAlive: ignore,
      onCompacted: ignore,
      onConnection: ignore,
      onFailed: ignore,
    },
  );
  for (const key of ['/d/2', '/a/2', '/b/3']) store.put(key);
  await Promise.resolve();
  expect(texts(seen.map(({ kv }) => kv))).toEqual(['/d/2', '/b/3']);
});

test('history merges the allowed ranges and says when some was dropped', async () => {
  const { store, engine } = scoped();
  const request = { ...ALL_KEYS, fromRevision: 1, toRevision: store.revision };
  const all = await engine.history?.changes({ ...request, eventsMax: 10 });
  expect(texts((all?.events ?? []).map(({ kv }) => kv))).toEqual(['/b/1', '/b/2', '/d/1']);
  expect(all).toMatchObject({ dropped: false, complete: true });
  const some = await engine.history?.changes({ ...request, eventsMax: 2 });
  expect(texts((some?.events ?? []).map(({ kv }) => kv))).toEqual(['/b/2', '/d/1']);
  expect(some?.dropped).toBe(true);
});

const lease = (keys: readonly string[]) => ({
  id: 7n,
  grantedTtlSeconds: 60,
  remainingTtlSeconds: 50,
  keys: keys.map(utf8Encode),
  hasHidden: false,
  revision: 1,
});

function scopedLeases(read: LeaseCapability['read']) {
  const none = () => Promise.reject(new Error('not asked here'));
  const leases: LeaseCapability = { list: none, read, grant: none, revoke: none, keepAlive: none };
  return scopeEngine(Object.assign(new FakeEngine(), { leases }), [prefix('/b')]).leases;
}

test('of a lease whose keys an old server names to anybody only those that may be read are told', async () => {
  const leases = scopedLeases(async () => lease(['/a/1', '/b/1']));
  expect(await leases?.read(7n)).toEqual({ ...lease(['/b/1']), hasHidden: true });
  const own = scopedLeases(async () => lease(['/b/1']));
  expect(await own?.read(7n)).toEqual(lease(['/b/1']));
});

test('of a lease whose keys the store does not name its time is told, and that it holds some', async () => {
  const leases = scopedLeases(async (_id, withKeys) => {
    if (withKeys !== false) throw new EngineError(GrpcCode.PERMISSION_DENIED, 'etcdserver: permission denied');
    return lease([]);
  });
  expect(await leases?.read(7n)).toEqual({ ...lease([]), hasHidden: true });
});
