/** The examples of lib/client do what their documentation says, on the bundled store and on a real etcd. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alone, gate, racks, together } from '../../lib/client/examples/barriers.ts';
import { orders } from '../../lib/client/examples/counters.ts';
import { nightly, routed } from '../../lib/client/examples/election.ts';
import { calls, members } from '../../lib/client/examples/groups-and-services.ts';
import { follow, lose, raise } from '../../lib/client/examples/keys-and-watches.ts';
import { migrate, migrateUnlessBusy } from '../../lib/client/examples/mutex.ts';
import { letters, reminder, survivor, tickets } from '../../lib/client/examples/queues.ts';
import { readersThenWriter } from '../../lib/client/examples/rw-lock.ts';
import { workWithThree } from '../../lib/client/examples/semaphore.ts';
import { type Client, connect } from '../../lib/client/index.ts';
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

  it('a guarded write loses no other, a watch loses no change, and who loses a session is told', async () => {
    expect((await Promise.all([raise(client, 'raised'), raise(client, 'raised')])).sort()).toEqual([1, 2]);
    expect(await follow(client, 'followed/')).toEqual(['followed/a=1', 'followed/b=2', 'followed/a=']);
    expect(await lose(client, 'lost')).toEqual(['told', 'lost', '0 keys']);
    await client.delete({ key: 'raised' });
  });

  it('an election has one leader at a time, whom everybody knows', async () => {
    expect(await nightly(client)).toEqual(['host-1', 'host-1:8080', 'host-2', 'the token grew', 'leads no more']);
    expect(await routed(client)).toEqual(['nobody', 'host-1:8080']);
  });

  it('a mutex lets one through at a time, and guards what it protects', async () => {
    expect(await Promise.all([migrate(client, 'a'), migrate(client, 'b')])).toEqual(['migrated', 'migrated']);
    expect(await migrateUnlessBusy(client)).toBe(true);
  });

  it('a reader-writer lock lets readers share and makes the writer wait', async () => {
    expect(await readersThenWriter(client)).toEqual(['two read', 'one more writer now: no', 'one writes']);
  });

  it('a semaphore lets as many work as it has permits', async () => {
    const most = await workWithThree(client, 8);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('a barrier opens for everybody', async () => {
    expect(await gate(client)).toEqual(['closed', 'through']);
  });

  it('a double barrier starts nobody before everybody is there', async () => {
    expect(await together(client, 4)).toEqual([4, 4, 4, 4]);
  });

  it('a barrier of barriers waits for all groups', async () => {
    expect(await racks(client)).toEqual([4, 4, 4, 4]);
  });

  it('a barrier nobody else comes to fails, goes on partially, or is released', async () => {
    expect(await alone(client)).toEqual(['1 of 2', 'partial: complete false', 'release: complete false']);
  });

  it('a queue gives each item to one, in order; what is put back comes last', async () => {
    expect(await letters(client)).toEqual(['a', 'b put back', 'c', 'b']);
  });

  it('what a dead consumer had in hand comes to the next', async () => {
    expect(await survivor(client)).toEqual(['parcel', 'parcel', 'done: true']);
  });

  it('a priority queue serves the most urgent first', async () => {
    expect(await tickets(client)).toEqual(['outage', 'question', 'second question']);
  });

  it('a delayed item is not to be had before its time', async () => {
    expect(await reminder(client)).toEqual(['nothing yet', 'call back', 'on time']);
  });

  it('counters count everything once', async () => {
    expect(await orders(client)).toEqual([10n, 5n, 1000n]);
  });

  it('a group knows its members', async () => {
    expect(await members(client)).toEqual(['worker-a worker-b', 'worker-a', '0']);
  });

  it('a registry finds the instances of a service and picks in turn', async () => {
    expect(await calls(client)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080', '10.0.0.1:8080', '10.0.0.2:8080 1.5.0']);
  });

  it('leaves nothing behind but what the programs wrote', async () => {
    const { kvs } = await client.get({ prefix: '' }, { keysOnly: true });
    const left = kvs.map(({ key }) => Buffer.from(key).toString()).sort();
    expect(left).toEqual(
      [
        '__queues/tickets/00000',
        '__queues/tickets/00005',
        'counters/placed',
        'counters/views',
        ...left.filter((key) => key.startsWith('counters/clicks/shards/')),
        'exports/last',
        'limits/exports/permits',
        'schema/migrated-by',
      ].sort(),
    );
  });
});
