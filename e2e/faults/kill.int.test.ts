/** No acknowledged write is ever lost: not when the leader dies under load, and not when everything does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import type { ClusterView, StoreSummary } from '../../lib/api/types.ts';
import { type Client, ClientError, connect } from '../../lib/client/index.ts';
import { type Product, startProduct } from '../fixtures/product.ts';

const WRITERS = 8;
const WRITES_AFTER_KILL = 200;

let product: Product;
let client: Client;

beforeAll(async () => {
  product = await startProduct();
  client = connect({ endpoints: product.endpoints });
});
afterAll(async () => {
  client?.close();
  await product?.stop();
});

/** Writes until `enough`, remembering per key the newest acknowledged value and those whose fate is unknown. */
class Load {
  readonly acknowledged = new Map<string, number>();
  readonly unclear = new Map<string, number[]>();
  count = 0;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  async run(enough: () => boolean): Promise<void> {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => this.#write(`${this.#prefix}${writer}`, enough)));
  }

  async #write(key: string, enough: () => boolean): Promise<void> {
    for (let value = 1; !enough(); value++) {
      try {
        await client.put(key, String(value));
        this.acknowledged.set(key, value);
        this.count++;
      } catch (cause) {
        if (!(cause instanceof ClientError)) throw cause;
        if (cause.maybeApplied) this.unclear.set(key, [...(this.unclear.get(key) ?? []), value]);
      }
    }
  }

  /** Each key holds its newest acknowledged value, or a later one that was under way when the leader died. */
  async check(): Promise<void> {
    const { kvs } = await client.get({ prefix: this.#prefix });
    expect(kvs).toHaveLength(WRITERS);
    for (const kv of kvs) {
      const key = Buffer.from(kv.key).toString();
      const value = Number(Buffer.from(kv.value).toString());
      const acknowledged = this.acknowledged.get(key) ?? 0;
      const later = (this.unclear.get(key) ?? []).filter((attempt) => attempt > acknowledged);
      expect([acknowledged, ...later], `the value of ${key}`).toContain(value);
    }
  }
}

/** The leader's name, as the console tells it. */
async function leaderName(): Promise<string> {
  const [store] = (await getJson(routes.stores)) as StoreSummary[];
  const { members } = (await getJson(routes.cluster(store?.id ?? ''))) as ClusterView;
  const leader = members.find((member) => member.isLeader);
  if (leader === undefined) throw new Error('the console sees no leader');
  return leader.name;
}

async function getJson(path: string): Promise<unknown> {
  const response = await fetch(product.url + path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

test('every write acknowledged before, during and after the death of the leader is there', async () => {
  const load = new Load('load/');
  let enough = Number.POSITIVE_INFINITY;
  const killing = (async () => {
    try {
      await expect.poll(() => load.count).toBeGreaterThan(100);
      product.killMember(await leaderName());
    } finally {
      enough = load.count + WRITES_AFTER_KILL;
    }
  })();
  await load.run(() => load.count >= enough);
  await killing;
  await load.check();
});

test('every acknowledged write is there after all members died at once', async () => {
  const load = new Load('all/');
  await load.run(() => load.count >= 100);
  for (const name of [...product.members().keys()]) product.killMember(name);
  await load.check();
});
