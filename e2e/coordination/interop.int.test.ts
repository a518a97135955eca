/** Other programs in the same line: etcdctl and the etcd3 package, on the bundled store and on a real etcd; and who is recognised. */
import { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toByteString } from '../../lib/base/bytes.ts';
import { type Bytes, type Client, connect, election, mutex } from '../../lib/client/index.ts';
import { judge, placeOf } from '../../lib/recognise/layout.ts';
import { type EtcdBinaries, locateEtcd } from '../conformance/harness/etcd-binary.ts';
import { Running } from '../fixtures/running.ts';
import { STORES } from '../fixtures/stores.ts';

const located = await locateEtcd();
const ANSWER_MS = 20_000;

/** `etcdctl` in the foreground, until it is stopped. */
function etcdctl(
  { ctl }: Pick<EtcdBinaries, 'ctl'>,
  endpoints: readonly string[],
  ...args: readonly string[]
): Running {
  return new Running({
    command: ctl,
    args: ['--endpoints', endpoints.join(','), ...args],
    env: { ...process.env, ETCDCTL_API: '3' },
  });
}

describe.each(STORES)('$name', ({ skip, start }) => {
  let client: Client;
  let endpoints: readonly string[];
  let stop: () => Promise<void>;
  beforeAll(async () => {
    if (skip) return;
    const store = await start();
    ({ endpoints, stop } = store);
    client = connect({ endpoints });
  });
  afterAll(async () => {
    client?.close();
    await stop?.();
  });
  const it = test.skipIf(skip || !located.found);
  const binaries = located.found ? located.binaries : { server: '', ctl: '' };

  it('a lock held by etcdctl is not ours until it lets go, and the other way round', async () => {
    const session = await client.session({ ttlSeconds: 10 });
    const lock = mutex(client, 'interop/lock');
    const theirs = etcdctl(binaries, endpoints, 'lock', 'interop/lock');
    const [theirKey] = await theirs.waitFor(/interop\/lock\/[0-9a-f]+/, ANSWER_MS);
    expect(await lock.tryAcquire(session)).toBeNull();
    const waiting = lock.acquire(session);
    await standing('interop/lock/', 2);
    const next = etcdctl(binaries, endpoints, 'lock', 'interop/lock');
    await standing('interop/lock/', 3);
    await theirs.stop();
    const held = await waiting;
    expect(held.isHeld).toBe(true);
    expect(next.output, 'whoever came after us waits').not.toContain('interop/lock/');
    await held.release();
    const [nextKey] = await next.waitFor(/interop\/lock\/[0-9a-f]+/, ANSWER_MS);
    expect(nextKey).not.toBe(theirKey);
    await next.stop();
    await session.close();
  });

  it('an election is one for etcdctl and for us', async () => {
    const session = await client.session({ ttlSeconds: 10 });
    const theirs = etcdctl(binaries, endpoints, 'elect', 'interop/chair', 'etcdctl');
    await theirs.waitFor(/etcdctl/, ANSWER_MS);
    const cache = await election(client, 'interop/chair').cache();
    expect(cache.leader && Buffer.from(cache.leader.value).toString()).toBe('etcdctl');
    const campaigning = election(client, 'interop/chair').campaign(session, 'ours');
    await standing('interop/chair/', 2);
    await theirs.stop();
    const office = await campaigning;
    const listener = etcdctl(binaries, endpoints, 'elect', '--listen', 'interop/chair');
    await listener.waitFor(/ours/, ANSWER_MS);
    await office.resign();
    await listener.stop();
    cache.close();
    await session.close();
  });

  test.skipIf(skip)('a lock of the etcd3 package is recognised, with the doubt that its layout leaves', async () => {
    const other = new Etcd3({ hosts: endpoints.map((endpoint) => `http://${endpoint}`) });
    const lock = await other.lock('interop/etcd3').acquire();
    const { kvs } = await client.get({ prefix: 'interop/etcd3' });
    const places = kvs.map((kv) => placeOf({ ...kv, key: toByteString(kv.key), valueBytes: kv.value.length }));
    expect(places).toEqual([{ layout: 'leasedMarker', group: 'interop/etcd3' }]);
    expect(judge('leasedMarker', { empty: 1, filled: 0, leaseless: 0 })).toMatchObject({
      kind: 'lock',
      confidence: 'possible',
    });
    await lock.release();
    other.close();
  });

  test.skipIf(skip)('Patroni’s leader key is recognised among what Patroni writes', async () => {
    const lease = await client.grantLease(30);
    const written: readonly (readonly [string, Bytes, bigint])[] = [
      ['/service/batman/initialize', '7433', 0n],
      ['/service/batman/config', '{"ttl":30,"loop_wait":10}', 0n],
      ['/service/batman/leader', 'pg-1', lease],
      ['/service/batman/members/pg-1', '{"role":"primary","state":"running"}', lease],
      ['/service/batman/status', '{"optime":67108864}', 0n],
    ];
    for (const [key, value, on] of written) await client.put(key, value, { lease: on });
    const { kvs } = await client.get({ prefix: '/service/' });
    const found = kvs.flatMap((kv) => placeOf({ ...kv, key: toByteString(kv.key), valueBytes: kv.value.length }) ?? []);
    expect(found).toContainEqual({ layout: 'patroniLeader', group: '/service/batman/leader' });
    expect(found.filter(({ layout }) => layout !== 'patroniLeader')).toEqual([]);
    await client.revokeLease(lease);
  });

  /** Resolves when `count` keys stand under the prefix. */
  async function standing(prefix: string, count: number): Promise<void> {
    for (;;) {
      const now = await client.get({ prefix });
      if (now.count >= count) return;
      for await (const { events } of client.watch({ prefix }, { startRevision: now.revision + 1 })) {
        if (events.length > 0) break;
      }
    }
  }
});
