/** What the bundled store can tell beside etcd, and that nothing misses it on a real etcd. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import type { Engine, ExtrasCapability, WatcherQuestion } from '../engine.ts';
import { openEtcdEngine } from './engine.ts';
import { BUNDLED_MEMBER, hasRealEtcd, type RealEtcd, startRealEtcd } from './test-support/real-etcd.ts';

const ALL: WatcherQuestion = { key: Uint8Array.of(0), end: Uint8Array.of(0), compactRevision: 0, rangesMax: 10 };

async function opened(store: RealEtcd): Promise<{ engine: Engine; extras: ExtrasCapability }> {
  const engine = openEtcdEngine({ endpoints: store.endpoints, tls: null, auth: null });
  const { extras } = engine;
  if (extras === null) throw new Error('the engine has no extras');
  await engine.kv.list({ key: utf8Encode('a'), end: new Uint8Array(0) });
  return { engine, extras };
}

describe('three bundled members', () => {
  let store: RealEtcd;
  beforeAll(async () => {
    store = await startRealEtcd(3, [], BUNDLED_MEMBER);
  }, 60_000);
  afterAll(() => store.stop());

  test('count who watches what', async () => {
    const { engine, extras } = await opened(store);
    const counts = async () =>
      (await Promise.all(store.endpoints.map((endpoint) => extras.watchers(endpoint, ALL)))).reduce(
        (sum, answer) => sum + (answer?.watchers ?? Number.NaN),
        0,
      );
    const before = await counts();
    const ignore = () => undefined;
    const watcher = engine.watch(
      { ranges: [{ key: utf8Encode('w/'), end: utf8Encode('w0') }], startRevision: 1 },
      { onEvents: ignore, onAlive: ignore, onCompacted: ignore, onConnection: ignore, onFailed: ignore },
    );
    await expect.poll(counts).toBe(before + 1);
    watcher.close();
    await expect.poll(counts).toBe(before);
    engine.close();
  });
});

describe.skipIf(!hasRealEtcd())('a real etcd', () => {
  let etcd: RealEtcd;
  beforeAll(async () => {
    etcd = await startRealEtcd(1);
  });
  afterAll(() => etcd.stop());

  test('cannot tell', async () => {
    const { engine, extras } = await opened(etcd);
    expect(await extras.watchers(etcd.endpoints[0] ?? '', ALL)).toBeNull();
    engine.close();
  });
});
