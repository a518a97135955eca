/** What happens when answers do not come: against a store that misbehaves on demand. */
import { afterEach, expect, test } from 'vitest';
import { utf8Encode } from '../base/bytes.ts';
import { methods } from '../base/etcdpb/methods.ts';
import { GrpcCode } from '../base/grpc-status.ts';
import { type Client, connect } from './client.ts';
import { CompactedError } from './errors.ts';
import { FakeStore } from './test-support/fake-store.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function start(store: FakeStore): Promise<FakeStore> {
  await store.start();
  open.push({ close: () => store.crash() });
  return store;
}

function clientOf(...stores: readonly FakeStore[]): Client {
  const client = connect({ endpoints: stores.map((store) => store.endpoint) });
  open.push(client);
  return client;
}

const failWith = (code: number) => Object.assign(new Error('no'), { code, details: 'no' });

test('a write is sent once and called unclear when the connection breaks before the answer', async () => {
  let puts = 0;
  const dying: FakeStore = await start(
    new FakeStore().unary(methods.put, () => {
      puts++;
      dying.crash();
      return new Promise(() => undefined);
    }),
  );
  const other = await start(new FakeStore().unary(methods.put, () => ({ header: { revision: ++puts } })));
  await expect(clientOf(dying, other).put('k', 'v')).rejects.toMatchObject({ maybeApplied: true });
  expect(puts).toBe(1);
});

test('a write that no endpoint could be asked for is called not applied', async () => {
  const gone = await start(new FakeStore());
  const client = clientOf(gone);
  gone.crash();
  await expect(client.put('k', 'v', { timeoutMs: 300 })).rejects.toMatchObject({ maybeApplied: false });
});

test('a refused write is called not applied', async () => {
  const store = await start(
    new FakeStore().unary(methods.put, () => Promise.reject(failWith(GrpcCode.RESOURCE_EXHAUSTED))),
  );
  await expect(clientOf(store).put('k', 'v')).rejects.toMatchObject({
    code: GrpcCode.RESOURCE_EXHAUSTED,
    maybeApplied: false,
  });
});

test('a read is asked again elsewhere when a member cannot answer', async () => {
  const asked: string[] = [];
  const cut = await start(
    new FakeStore().unary(methods.range, () => {
      asked.push('cut');
      return Promise.reject(failWith(GrpcCode.UNAVAILABLE));
    }),
  );
  const whole = await start(
    new FakeStore().unary(methods.range, () => {
      asked.push('whole');
      return { header: { revision: 7 }, count: 1 };
    }),
  );
  const client = clientOf(cut, whole);
  expect((await client.get({ key: 'k' })).revision).toBe(7);
  await client.get({ key: 'k' });
  expect(asked, 'the endpoint that answers is kept').toEqual(['cut', 'whole', 'whole']);
});

test('of clients with one list those that may begin anywhere spread over it, the others begin with the first', async () => {
  const asked = [0, 0];
  const stores = await Promise.all(
    asked.map((_, i) =>
      start(
        new FakeStore().unary(methods.range, () => {
          asked[i] = (asked[i] ?? 0) + 1;
          return { header: { revision: 1 }, count: 0 };
        }),
      ),
    ),
  );
  const endpoints = stores.map(({ endpoint }) => endpoint);
  const ask = (begin: 'first' | 'any') =>
    Promise.all(
      Array.from({ length: 40 }, () => {
        const client = connect({ endpoints, begin });
        open.push(client);
        return client.get({ key: 'k' });
      }),
    );
  await ask('first');
  expect(asked).toEqual([40, 0]);
  await ask('any');
  expect(asked[0]).toBeLessThan(80);
  expect(asked[1]).toBeGreaterThan(0);
});

test('an aborted call ends at once, also when the signal aborted before', async () => {
  const store = await start(new FakeStore().unary(methods.range, () => new Promise(() => undefined)));
  const client = clientOf(store);
  const later = new AbortController();
  const running = client.get({ key: 'k' }, { signal: later.signal });
  later.abort();
  await expect(running).rejects.toThrow(/abort/i);
  await expect(client.get({ key: 'k' }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

test('a broken watch goes on behind the last revision it delivered', async () => {
  const starts: number[] = [];
  const event = (revision: number) => ({ kv: { key: utf8Encode('k'), modRevision: revision } });
  const store = await start(
    new FakeStore().duplex(methods.watch, (stream) => {
      stream.onRequest(({ createRequest }) => {
        starts.push(createRequest?.startRevision ?? -1);
        stream.send({ header: { revision: 10 }, created: true });
        if (starts.length === 1) {
          stream.send({ header: { revision: 12 }, events: [event(11), event(12)] });
          stream.fail(GrpcCode.UNAVAILABLE);
        } else if (starts.length === 2) stream.fail(GrpcCode.UNAVAILABLE);
        else stream.send({ header: { revision: 13 }, events: [event(13)] });
      });
    }),
  );
  const seen: number[] = [];
  for await (const { events } of clientOf(store).watch({ key: 'k' }, { startRevision: 11 })) {
    seen.push(...events.map((one) => one.kv?.modRevision ?? 0));
    if (seen.length === 3) break;
  }
  expect(seen).toEqual([11, 12, 13]);
  expect(starts).toEqual([11, 13, 13]);
});

test('a watch "from now on" that breaks before its first change misses nothing', async () => {
  const starts: number[] = [];
  const store = await start(
    new FakeStore().duplex(methods.watch, (stream) => {
      stream.onRequest(({ createRequest }) => {
        starts.push(createRequest?.startRevision ?? -1);
        stream.send({ header: { revision: starts.length * 10 }, created: true });
        if (starts.length === 1) stream.fail(GrpcCode.UNAVAILABLE);
        else stream.send({ header: { revision: 20 }, events: [{ kv: { key: utf8Encode('k'), modRevision: 15 } }] });
      });
    }),
  );
  const watch = clientOf(store).watch({ key: 'k' });
  expect((await watch.next()).value).toMatchObject({ revision: 10, events: [] });
  expect((await watch.next()).value).toMatchObject({ revision: 15 });
  await watch.return();
  expect(starts).toEqual([0, 11]);
});

test('a watch whose history is gone says so and does not go on with a hole in it', async () => {
  const store = await start(
    new FakeStore().duplex(methods.watch, (stream) => {
      stream.onRequest(() => stream.send({ canceled: true, compactRevision: 40 }));
    }),
  );
  const watch = clientOf(store).watch({ key: 'k' }, { startRevision: 3 });
  await expect(watch.next()).rejects.toEqual(new CompactedError(40));
});
