/** Elections among real candidates: never two leaders, in order of candidacy, and every way to leave is noticed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8Decode } from '../../lib/base/bytes.ts';
import { type Client, connect, EvictedError, election, type Leadership, type Session } from '../../lib/client/index.ts';
import { STORES } from '../fixtures/stores.ts';

const TTL_SECONDS = 2;

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
  const open = () => client.session({ ttlSeconds: TTL_SECONDS });

  it('lets a waiting candidate leave without electing the one behind it', async () => {
    // The story: a client that waits only for the one predecessor it saw at the start takes that one's exit for its own
    // election, while the leader is still in office.
    const [first, second, third] = [await open(), await open(), await open()];
    const chair = election(client, 'story/chair');
    const leader = await chair.campaign(first, 'first');
    const withdraw = new AbortController();
    const waiting = chair.campaign(second, 'second', { signal: withdraw.signal });
    const withdrawn = expect(waiting).rejects.toThrow(/abort/i);
    await standing(client, 'story/chair/', 2);
    let elected: Leadership | undefined;
    const behind = chair.campaign(third, 'third').then((leadership) => {
      elected = leadership;
    });
    await standing(client, 'story/chair/', 3);
    withdraw.abort();
    await withdrawn;
    await gone(client, `story/chair/${second.leaseHex}`);
    // A full round trip later the third still waits, because the first still leads.
    await client.get({ key: 'story' });
    expect(elected).toBeUndefined();
    await leader.resign();
    await behind;
    expect(elected?.createRevision).toBeGreaterThan(leader.createRevision);
    await Promise.all([first, second, third].map((session) => session.close()));
  });

  it('has one leader at a time whatever candidates do, each with a greater fencing token', async () => {
    const turns: { readonly token: number; readonly overlaps: number }[] = [];
    let inOffice = 0;
    const stand = async () => {
      const session = await open();
      const leadership = await election(client, 'many').campaign(session, 'x');
      inOffice++;
      turns.push({ token: leadership.createRevision, overlaps: inOffice });
      await client.get({ key: 'many' });
      inOffice--;
      if (turns.length % 2 === 0) await leadership.resign();
      await session.close();
    };
    await Promise.all(Array.from({ length: 8 }, stand));
    expect(turns).toHaveLength(8);
    expect(turns.every((turn) => turn.overlaps === 1)).toBe(true);
    const tokens = turns.map((turn) => turn.token);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
  });

  it('tells the leader when its key is deleted, and a candidate when it comes to its turn', async () => {
    const [first, second] = [await open(), await open()];
    const leader = await election(client, 'evict').campaign(first, 'first');
    const waiting = election(client, 'evict').campaign(second, 'second');
    const refused = expect(waiting).rejects.toBeInstanceOf(EvictedError);
    await standing(client, 'evict/', 2);
    const over = new Promise((resolve) => leader.signal.addEventListener('abort', () => resolve(leader.signal.reason)));
    await client.delete({ key: `evict/${second.leaseHex}` });
    await client.delete({ key: leader.key });
    expect(await over).toBeInstanceOf(EvictedError);
    await expect(leader.proclaim('still me')).rejects.toBeInstanceOf(EvictedError);
    await refused;
    await Promise.all([first.close(), second.close()]);
  });

  it('shows an observer each leader, each proclamation and the vacancy in between', async () => {
    const stopping = new AbortController();
    const seen: (string | null)[] = [];
    const steps: (() => void)[] = [];
    const observing = (async () => {
      for await (const leader of election(client, 'seen').observe({ signal: stopping.signal })) {
        seen.push(leader === null ? null : (utf8Decode(leader.value) ?? '?'));
        steps.shift()?.();
      }
    })();
    const step = () => new Promise<void>((resolve) => steps.push(resolve));
    await step();
    const session: Session = await open();
    let next = step();
    const leader = await election(client, 'seen').campaign(session, 'a');
    await next;
    next = step();
    await leader.proclaim('b');
    await next;
    next = step();
    await leader.resign();
    await next;
    stopping.abort();
    await observing;
    expect(seen).toEqual([null, 'a', 'b', null]);
    await session.close();
  });
});

/** Resolves when `count` keys stand under the prefix. */
async function standing(client: Client, prefix: string, count: number): Promise<void> {
  for (;;) {
    const now = await client.get({ prefix });
    if (now.count >= count) return;
    for await (const { events } of client.watch({ prefix }, { startRevision: now.revision + 1 }))
      if (events.length > 0) break;
  }
}

async function gone(client: Client, key: string): Promise<void> {
  const now = await client.get({ key });
  if (now.count === 0) return;
  for await (const { events } of client.watch({ key }, { startRevision: now.revision + 1 }))
    if (events.length > 0) return;
}
