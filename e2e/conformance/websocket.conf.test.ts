/** Gateway streams over WebSockets, ours beside the real etcd: the same messages in the same order. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { isSince } from './harness/etcd-version.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A conversation: what is sent, and how many answers follow it. */
interface Turn {
  readonly send?: unknown;
  readonly put?: { readonly key: string; readonly value: string };
  readonly answers: number;
}

const CONVERSATIONS: Readonly<Record<string, { readonly path: string; readonly turns: readonly Turn[] }>> = {
  'watchers are created, told of changes, and cancelled': {
    path: '/v3/watch',
    turns: [
      { send: { create_request: { key: base64('a') } }, answers: 1 },
      { send: { create_request: { key: base64('p/'), range_end: base64('p0'), prev_kv: true } }, answers: 1 },
      { put: { key: 'a', value: '1' }, answers: 1 },
      { put: { key: 'p/x', value: '1' }, answers: 1 },
      { put: { key: 'p/x', value: '2' }, answers: 1 },
      { send: { cancel_request: { watch_id: '0' } }, answers: 1 },
    ],
  },
  'several requests in one message': {
    path: '/v3/watch',
    turns: [
      {
        send: `${JSON.stringify({ create_request: { key: base64('b') } })}${JSON.stringify({ create_request: { key: base64('c') } })}`,
        answers: 2,
      },
    ],
  },
  'keep-alives of leases known and unknown': {
    path: '/v3/lease/keepalive',
    turns: [
      { send: { ID: '77' }, answers: 1 },
      { send: { ID: 78 }, answers: 1 },
      { send: { ID: '77' }, answers: 1 },
    ],
  },
  'the beta path': {
    path: '/v3beta/watch',
    turns: [{ send: { create_request: { key: base64('d') } }, answers: 1 }],
  },
};

withEtcd('WebSockets of the gateway', (binaries) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 1 });
    await Promise.all([pair.ours, pair.etcd].map((store) => post(store, '/v3/lease/grant', { ID: '77', TTL: '600' })));
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  test.each(Object.entries(CONVERSATIONS))('%s', async (_, { path, turns }) => {
    const [ours, etcd] = await Promise.all([pair.ours, pair.etcd].map((store) => converse(store, path, turns)));
    expect(ours).toEqual(etcd);
    expect(ours).toHaveLength(turns.reduce((sum, { answers }) => sum + answers, 0));
  });

  test('what is no JSON is answered with an error, and the end', async () => {
    const codes = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => {
        const socket = open(store, '/v3/lease/keepalive');
        const received: string[] = [];
        socket.addEventListener('message', ({ data }) => received.push(data));
        await once(socket, 'open');
        const closed = once(socket, 'close');
        socket.send('{"ID": nonsense}');
        await closed;
        // Its fields differ between etcd's versions.
        return received.map((text) => 'error' in JSON.parse(text));
      }),
    );
    // Since 3.6 etcd ends the connection without a word.
    expect(codes).toEqual([[true], isSince(binaries.version, ['3.6.0']) ? [] : [true]]);
  });

  test('a browser offers its token as a protocol, and "Bearer" is chosen', async () => {
    const chosen = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => {
        const socket = open(store, '/v3/watch', ['Bearer', 'token']);
        await once(socket, 'open');
        const { protocol } = socket;
        socket.close();
        return protocol;
      }),
    );
    expect(chosen).toEqual(['Bearer', 'Bearer']);
  });
});

const open = (store: Store, path: string, protocols: string[] = []): WebSocket =>
  new WebSocket(`ws://${store.endpoints[0]}${path}`, protocols);

async function post(store: Store, path: string, body: unknown): Promise<void> {
  await (await fetch(`http://${store.endpoints[0]}${path}`, { method: 'POST', body: JSON.stringify(body) })).text();
}

async function converse(store: Store, path: string, turns: readonly Turn[]): Promise<unknown[]> {
  const socket = open(store, path);
  const received: unknown[] = [];
  let wake: () => void = () => undefined;
  socket.addEventListener('message', ({ data }) => {
    received.push(plain(JSON.parse(data)));
    wake();
  });
  await once(socket, 'open');
  let wanted = 0;
  for (const { send, put, answers } of turns) {
    if (put !== undefined) await post(store, '/v3/kv/put', { key: base64(put.key), value: base64(put.value) });
    if (send !== undefined) socket.send(typeof send === 'string' ? send : JSON.stringify(send));
    wanted += answers;
    while (received.length < wanted)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return received;
}

/** Ids and terms by name; the rest as it is. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      ['cluster_id', 'member_id', 'raft_term'].includes(key) ? typeof field : plain(field),
    ]),
  );
}
