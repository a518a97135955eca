/** Semaphores, queues, counters, groups, services and waits over the HTTP API, written by the client's recipes on a real etcd server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PrimitiveView, ServiceView, WaitsView } from '../../lib/api/coordination-types.ts';
import { routes } from '../../lib/api/routes.ts';
import {
  type Client,
  connect,
  counter,
  group,
  mutex,
  priorityQueue,
  queue,
  semaphore,
  serviceRegistry,
} from '../../lib/client/index.ts';
import { waitsView } from '../../server/console/http/coordination-response-schemas.ts';
import { primitiveList, serviceList } from '../../server/console/http/primitive-response-schemas.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

let real: RealConsole;
let client: Client;

async function read(path: string): Promise<unknown> {
  const response = await ask('GET', path);
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Resolves to the store's revision, once the console has followed it. */
async function followed(): Promise<number> {
  const { revision } = await client.get({ key: 'any' });
  await read(`${routes.children('main')}?prefix=&rev=${revision}`);
  return revision;
}

async function primitive(name: string, rev?: number): Promise<PrimitiveView | undefined> {
  await followed();
  const { primitives } = primitiveList.parse(
    await read(`${routes.primitives('main')}${rev === undefined ? '' : `?rev=${rev}`}`),
  );
  return (primitives as PrimitiveView[]).find((one) => one.name === name);
}

async function service(name: string): Promise<ServiceView | undefined> {
  await followed();
  const { services } = serviceList.parse(await read(routes.services('main')));
  return (services as ServiceView[]).find((one) => one.name === name);
}

describe.skipIf(!canStartRealConsole())('primitives on a real etcd server', () => {
  beforeAll(async () => {
    real = await startRealConsole();
    client = connect({ endpoints: [real.endpoint] });
    await followed();
  });
  afterAll(async () => {
    client.close();
    await real.stop();
  });

  test('a semaphore tells permits, holders and who waits, now and at a revision', async () => {
    const [one, two] = [await client.session({ ttlSeconds: 60 }), await client.session({ ttlSeconds: 60 })];
    const limit = semaphore(client, 'api/limit', 1);
    const held = await limit.acquire(one);
    const waiting = limit.acquire(two);
    await expect
      .poll(async () => primitive('api/limit'))
      .toMatchObject({ permits: 1, holdingCount: 1, waitingCount: 1 });
    const before = await followed();
    await held.release();
    await (await waiting).release();
    expect(await primitive('api/limit')).toMatchObject({ permits: 1, holdingCount: 0, confidence: 'possible' });
    expect(await primitive('api/limit', before)).toMatchObject({ permits: 1, holdingCount: 1, waitingCount: 1 });
    await Promise.all([one.close(), two.close()]);
  });

  test('queues tell their order and depth, and what is in hand', async () => {
    const session = await client.session({ ttlSeconds: 60 });
    for (const value of ['a', 'b']) await queue(client, 'api/mails').put(value);
    await priorityQueue(client, 'api/tickets').put('later', 5);
    await priorityQueue(client, 'api/tickets').put('now', 0);
    const taken = await queue(client, 'api/mails').take(session);
    expect(await primitive('api/mails')).toMatchObject({
      kind: 'queue',
      order: 'fifo',
      depth: 1,
      inHand: 1,
      orphans: 0,
    });
    expect(await primitive('api/tickets')).toMatchObject({
      order: 'priority',
      items: [{ key: expect.stringContaining('/00000/') }, { key: expect.stringContaining('/00005/') }],
    });
    await session.close();
    expect(await primitive('api/mails'), 'its consumer died').toMatchObject({ inHand: 1, orphans: 1 });
    expect(taken.signal.aborted).toBe(true);
  });

  test('a counter shows up when it has counted, a group when somebody joins', async () => {
    const session = await client.session({ ttlSeconds: 60 });
    for (let i = 0; i < 3; i++) await counter(client, 'api/visits').add(2n ** 60n, { session });
    expect(await primitive('api/visits')).toMatchObject({ kind: 'counter', value: String(3n * 2n ** 60n) });
    await group(client, 'api/workers').join(session, { id: 'a', metadata: 'north' });
    expect(await primitive('api/workers')).toMatchObject({ kind: 'group', members: [{ value: 'north' }] });
    await session.close();
    expect(await primitive('api/workers')).toBeUndefined();
  });

  test('a service tells its instances, and who went', async () => {
    const session = await client.session({ ttlSeconds: 60 });
    const registry = serviceRegistry(client, 'api/services');
    const first = await registry.register(session, { service: 'web', address: '10.0.0.1:80', version: '2.0.0' });
    await registry.register(session, { service: 'web', address: '10.0.0.2:80' });
    expect(await service('api/services/web')).toMatchObject({
      confidence: 'certain',
      instances: [{ address: '10.0.0.1:80', version: '2.0.0', health: null }, { address: '10.0.0.2:80' }],
    });
    await first.deregister();
    expect(await service('api/services/web')).toMatchObject({ instanceCount: 1, gone: [{ address: '10.0.0.1:80' }] });
    await session.close();
    expect(await service('api/services/web')).toMatchObject({ instanceCount: 0, gone: { length: 2 } });
  });

  test('two that wait for each other are found', async () => {
    const [one, two] = [await client.session({ ttlSeconds: 60 }), await client.session({ ttlSeconds: 60 })];
    await mutex(client, 'api/x').acquire(one);
    await mutex(client, 'api/y').acquire(two);
    const waits = [mutex(client, 'api/y').acquire(one), mutex(client, 'api/x').acquire(two)].map((wait) =>
      wait.catch(() => null),
    );
    const found = async () => {
      await followed();
      return waitsView.parse(await read(routes.waits('main'))) as WaitsView;
    };
    await expect.poll(async () => (await found()).circles.length).toBe(1);
    const [circle] = (await found()).circles;
    expect(circle?.map(({ waiter, name }) => [waiter, name]).sort()).toEqual(
      [
        [one.leaseHex, 'api/y'],
        [two.leaseHex, 'api/x'],
      ].sort(),
    );
    await Promise.all([one.close(), two.close()]);
    await Promise.all(waits);
    expect((await found()).circles).toEqual([]);
  });
});
