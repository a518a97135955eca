/** Our three members against three of a real etcd: the same client, the same work, in turns. */
import { type Client, connect } from '../../lib/client/index.ts';
import { hasEtcd, NO_ETCD, startEtcd } from '../fixtures/etcd.ts';
import { startBundled } from '../fixtures/stores.ts';
import { type Figure, quantile } from './figure.ts';

const MEMBERS = 3;
const SEQUENTIAL = 300;
const TOGETHER = 4_000;
const IN_FLIGHT = 64;
const RANGE_KEYS = 1_000;
const RANGES = 50;
const WATCHERS = 200;
const WATCHED_EVENTS = 50;
/** Each store does each piece of work so many times, in turns; the better one counts. */
const ROUNDS = 2;

type Work = Pick<Figure, 'name' | 'unit' | 'more'> & { readonly run: (client: Client) => Promise<number> };

const WORKS: readonly Work[] = [
  { name: 'put, one after the other, p50', unit: 'ms', more: 'worse', run: (client) => sequential(client, 0.5) },
  { name: 'put, one after the other, p99', unit: 'ms', more: 'worse', run: (client) => sequential(client, 0.99) },
  { name: `put, ${IN_FLIGHT} in flight`, unit: '/s', more: 'better', run: (client) => together(client, putOne) },
  {
    name: `linearizable get, ${IN_FLIGHT} in flight`,
    unit: '/s',
    more: 'better',
    run: (client) => together(client, getOne),
  },
  { name: `range of ${RANGE_KEYS} keys`, unit: 'ms', more: 'worse', run: ranges },
  { name: `${WATCHED_EVENTS} changes to ${WATCHERS} watchers each`, unit: '/s', more: 'better', run: fanOut },
];

/** @throws where there is no etcd to measure against */
export async function* storeFigures(): AsyncGenerator<Figure> {
  if (!hasEtcd()) throw new Error(NO_ETCD);
  const etcd = await startEtcd(MEMBERS);
  const ours = await startBundled();
  const clients = [connect({ endpoints: ours.endpoints }), connect({ endpoints: etcd.endpoints })] as const;
  try {
    for (const client of clients) await fill(client);
    for (const { name, unit, more, run } of WORKS) {
      const best = [Number.NaN, Number.NaN];
      for (let round = 0; round < ROUNDS; round++) {
        for (const [at, client] of clients.entries()) {
          const value = await run(client);
          const isBetter = more === 'better' ? value > (best[at] ?? 0) : value < (best[at] ?? 0);
          if (round === 0 || isBetter) best[at] = value;
        }
      }
      const [mine = Number.NaN, theirs = Number.NaN] = best;
      yield { part: 'store', name, unit, more, ours: mine, against: { who: 'etcd', value: theirs } };
    }
  } finally {
    for (const client of clients) client.close();
    await ours.stop();
    await etcd.stop();
  }
}

const value = 'x'.repeat(128);
let next = 0;
const putOne = (client: Client): Promise<unknown> => client.put(`/bench/put/${next++ % 10_000}`, value);
const getOne = (client: Client): Promise<unknown> => client.get({ key: `/bench/range/${next++ % RANGE_KEYS}` });

async function fill(client: Client): Promise<void> {
  for (let i = 0; i < RANGE_KEYS; i++) await client.put(`/bench/range/${i}`, value);
}

async function sequential(client: Client, p: number): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < SEQUENTIAL; i++) {
    const startedAt = performance.now();
    await putOne(client);
    samples.push(performance.now() - startedAt);
  }
  return quantile(samples, p);
}

async function together(client: Client, call: (client: Client) => Promise<unknown>): Promise<number> {
  let left = TOGETHER;
  const startedAt = performance.now();
  const one = async (): Promise<void> => {
    while (left-- > 0) await call(client);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  return TOGETHER / ((performance.now() - startedAt) / 1_000);
}

async function ranges(client: Client): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < RANGES; i++) {
    const startedAt = performance.now();
    await client.get({ prefix: '/bench/range/' });
    samples.push(performance.now() - startedAt);
  }
  return quantile(samples, 0.5);
}

/** Events delivered a second, over all watchers, until the last one has the last event. */
async function fanOut(client: Client): Promise<number> {
  const prefix = `/bench/watched/${next++}/`;
  const { revision } = await client.put(`${prefix}0`, value);
  const stop = new AbortController();
  const follow = async (): Promise<void> => {
    let seen = 0;
    for await (const { events } of client.watch({ prefix }, { startRevision: revision + 1, signal: stop.signal })) {
      seen += events.length;
      if (seen >= WATCHED_EVENTS) return;
    }
  };
  const startedAt = performance.now();
  const followers = Array.from({ length: WATCHERS }, follow);
  for (let i = 0; i < WATCHED_EVENTS; i++) await client.put(`${prefix}${i}`, value);
  await Promise.all(followers);
  const seconds = (performance.now() - startedAt) / 1_000;
  stop.abort();
  return (WATCHERS * WATCHED_EVENTS) / seconds;
}
