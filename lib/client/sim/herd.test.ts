/** How many wake up when one leaves: with fifty in line, never the herd. And who may go on when a permit comes free. */
import { expect, test } from 'vitest';
import { type Lockable, mutex, queue, rwLock, semaphore } from '../index.ts';
import type { RecipeStore } from '../recipes/store.ts';
import type { SimClient } from './sim-client.ts';
import { Stage } from './stage.ts';

const WAITING = 50;
const SETTLED_MS = 5_000;

/** What all but the releaser did between the release and the moment everything is quiet again. */
async function costOfRelease(lockOf: (store: RecipeStore) => Lockable, holders: number) {
  const stage = new Stage({ seed: 1, faultyMs: 0, weather: 'calm' });
  const { world } = stage;
  const releases: (() => void)[] = [];
  const clients: SimClient[] = [];
  let granted = 0;
  const stand = async (client: SimClient) => {
    const session = await client.session(600);
    const held = await lockOf(client).acquire(session);
    granted++;
    releases.push(() => void held.release());
  };
  for (let i = 0; i < holders + WAITING; i++) {
    const client = stage.client();
    clients.push(client);
    void stand(client);
    await world.run(world.now + 200);
  }
  await world.run(world.now + SETTLED_MS);
  expect(granted).toBe(holders);
  const before = clients.map((client) => client.cost);
  releases[0]?.();
  await world.run(world.now + SETTLED_MS);
  expect(granted).toBe(holders + 1);
  const woken = clients.slice(1).filter((client, at) => client.cost.wakeUps > (before[at + 1]?.wakeUps ?? 0));
  return woken.length;
}

test('a mutex that is released wakes one of fifty', async () => {
  expect(await costOfRelease((store) => mutex(store, 'herd'), 1)).toBe(1);
});

test('a write lock that is released wakes one of fifty writers', async () => {
  expect(await costOfRelease((store) => rwLock(store, 'herd').write, 1)).toBe(1);
});

test('a permit that is given back wakes two of fifty: who gets it, and who is first in line then', async () => {
  expect(await costOfRelease((store) => semaphore(store, 'herd', 3), 3)).toBe(2);
});

test('an item wakes one of fifty consumers, and the next one to stand watch', async () => {
  const stage = new Stage({ seed: 1, faultyMs: 0, weather: 'calm' });
  const { world } = stage;
  const consumers = Array.from({ length: WAITING }, () => stage.client());
  let taken = 0;
  for (const client of consumers) {
    void client.session(600).then(async (session) => {
      await queue(client, 'herd').take(session);
      taken++;
    });
    await world.run(world.now + 200);
  }
  await world.run(world.now + SETTLED_MS);
  const before = consumers.map((client) => client.cost.wakeUps);
  void queue(stage.client(), 'herd').put('item');
  await world.run(world.now + SETTLED_MS);
  expect(taken).toBe(1);
  expect(consumers.filter((client, at) => client.cost.wakeUps > (before[at] ?? 0))).toHaveLength(2);
});

test('no permit lies idle while somebody waits, whichever holder leaves first', async () => {
  const stage = new Stage({ seed: 1, faultyMs: 0, weather: 'calm' });
  const { world } = stage;
  const order: number[] = [];
  const releases = new Map<number, () => void>();
  for (let i = 0; i < 6; i++) {
    const client = stage.client();
    void client.session(600).then(async (session) => {
      const held = await semaphore(client, 'fair', 2).acquire(session);
      order.push(i);
      releases.set(i, () => void held.release());
    });
    await world.run(world.now + 200);
  }
  const release = async (i: number) => {
    releases.get(i)?.();
    await world.run(world.now + SETTLED_MS);
  };
  await world.run(world.now + SETTLED_MS);
  expect(order).toEqual([0, 1]);
  await release(1);
  expect(order).toEqual([0, 1, 2]);
  await release(2);
  expect(order).toEqual([0, 1, 2, 3]);
  await release(0);
  await release(3);
  expect(order, 'in the order in which they came').toEqual([0, 1, 2, 3, 4, 5]);
});
