/** The application client against real servers: what it promises must hold over the wire, restarts included. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8Decode } from '../../lib/base/bytes.ts';
import { type Client, connect, modRevisionIs, putOp, SessionLostError } from '../../lib/client/index.ts';
import { STORES } from '../fixtures/stores.ts';

describe.each(STORES)('$name', ({ skip, start }) => {
  let client: Client;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    if (skip) return;
    const store = await start();
    stop = store.stop;
    client = connect({ endpoints: store.endpoints });
  });
  afterAll(async () => {
    client?.close();
    await stop?.();
  });

  const it = test.skipIf(skip);

  it('reads back what it wrote, text and raw bytes, and counts what a prefix holds', async () => {
    const raw = Uint8Array.of(0, 255, 128, 10);
    await client.put('kv/text', 'grün');
    await client.put('kv/raw', raw);
    const { kvs, count } = await client.get({ prefix: 'kv/' });
    expect(count).toBe(2);
    expect(kvs.map((kv) => utf8Decode(kv.key))).toEqual(['kv/raw', 'kv/text']);
    expect(Uint8Array.from(kvs[0]?.value ?? [])).toEqual(raw);
    expect(utf8Decode(kvs[1]?.value ?? raw)).toBe('grün');
    expect((await client.delete({ prefix: 'kv/' })).deleted).toBe(2);
  });

  it('reads at an old revision', async () => {
    const first = await client.put('old', '1');
    await client.put('old', '2');
    const { kvs } = await client.get({ key: 'old' }, { revision: first.revision });
    expect(kvs.map((kv) => utf8Decode(kv.value))).toEqual(['1']);
  });

  it('writes nothing when a guard of a transaction does not hold', async () => {
    const { revision } = await client.put('guarded', 'a');
    const stale = await client.txn({
      compare: [modRevisionIs('guarded', revision - 1)],
      success: [putOp('guarded', 'b')],
    });
    expect(stale.succeeded).toBe(false);
    const fresh = await client.txn({ compare: [modRevisionIs('guarded', revision)], success: [putOp('guarded', 'c')] });
    expect(fresh.succeeded).toBe(true);
  });

  it('delivers every change of a watched prefix once and in order', async () => {
    const { revision } = await client.put('watched/0', '');
    for (let i = 1; i <= 20; i++) await client.put(`watched/${i}`, '');
    const seen: number[] = [];
    for await (const { events } of client.watch({ prefix: 'watched/' }, { startRevision: revision })) {
      seen.push(...events.map((event) => event.kv?.modRevision ?? 0));
      if (seen.length >= 21) break;
    }
    expect(seen).toEqual(Array.from({ length: 21 }, (_, i) => revision + i));
  });

  it('stops a watch at once when asked to', async () => {
    const stopping = new AbortController();
    const watch = client.watch({ prefix: 'quiet/' }, { signal: stopping.signal });
    expect((await watch.next()).done).toBe(false);
    const next = watch.next();
    stopping.abort();
    expect((await next).done).toBe(true);
  });

  it('keeps a session alive beyond its TTL and drops its keys when closed', async () => {
    const session = await client.session({ ttlSeconds: 2 });
    await client.put('leased', 'x', { lease: session.lease });
    await leaseEnds(client, session.ttlSeconds);
    expect(session.signal.aborted).toBe(false);
    expect((await client.get({ key: 'leased' })).count).toBe(1);
    await session.close();
    expect((await client.get({ key: 'leased' })).count).toBe(0);
  });

  it('says loudly that a session is lost when its lease is taken away', async () => {
    const session = await client.session({ ttlSeconds: 2 });
    const lost = new Promise((resolve) =>
      session.signal.addEventListener('abort', () => resolve(session.signal.reason)),
    );
    await client.revokeLease(session.lease);
    expect(await lost).toBeInstanceOf(SessionLostError);
  });

  it('refuses to watch what is compacted, naming the oldest revision left', async () => {
    const { revision } = await client.put('compacted', '1');
    await client.put('compacted', '2');
    await client.compact(revision + 1);
    const drain = async () => {
      for await (const { events } of client.watch({ key: 'compacted' }, { startRevision: revision })) {
        expect(events).toEqual([]);
      }
    };
    await expect(drain()).rejects.toMatchObject({ compactRevision: revision + 1 });
  });
});

/** Waits until a lease that nobody keeps alive has come and gone: the store itself says that its TTL has passed. */
async function leaseEnds(client: Client, ttlSeconds: number): Promise<void> {
  const lease = await client.grantLease(ttlSeconds);
  const { revision } = await client.put('ends', '', { lease });
  for await (const { events } of client.watch({ key: 'ends' }, { startRevision: revision + 1 })) {
    if (events.length > 0) return;
  }
}
