/** Clients that read, write, delete, compare and set, over all members, and the probes that tell how long nobody could write. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prng } from '../../lib/base/prng.ts';
import { type Client, connect, getOp, modRevisionIs, putOp } from '../../lib/client/index.ts';
import type { KvAnswer } from '../../server/store/sim/histories/kv-model.ts';
import { listedPair, now, type Recorder, seenPair } from './recorder.ts';

const WORKERS = 8;
const KEYS = 8;
const PAUSE_MS_MAX = 12;
const CALL_TIMEOUT_MS = 2500;
const PROBE_TIMEOUT_MS = 250;
const PROBE_PAUSE_MS = 20;

export interface LoadOptions {
  readonly endpoints: readonly string[];
  readonly prng: Prng;
  readonly recorder: Recorder;
  /** Of this round's keys, with its slash. */
  readonly prefix: string;
}

export class Load {
  readonly #options: LoadOptions;
  readonly #clients: readonly Client[];
  readonly #running: Promise<void>[] = [];
  readonly #probed: { readonly calledAt: number; readonly answeredAt: number }[] = [];
  #isStopped = false;
  #serial = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#clients = options.endpoints.map((endpoint) => connect({ endpoints: [endpoint] }));
  }

  start(): void {
    for (let i = 0; i < WORKERS; i++) this.#running.push(this.#work(i, this.#options.prng.fork()));
    for (const i of this.#clients.keys()) this.#running.push(this.#probe(i));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    try {
      await Promise.all(this.#running);
    } finally {
      for (const client of this.#clients) client.close();
    }
  }

  /** From `since` until the answer to the first write called after it, whoever took it; undefined: none was. */
  unavailableMs(since: number): number | undefined {
    const after = this.#probed.filter(({ calledAt }) => calledAt > since).map(({ answeredAt }) => answeredAt);
    return after.length === 0 ? undefined : Math.min(...after) - since;
  }

  async #work(index: number, prng: Prng): Promise<void> {
    let member = index % this.#clients.length;
    /** Where this client last saw each key change. */
    const revisions = new Map<string, number>();
    while (!this.#isStopped) {
      const client = this.#clients[member];
      if (client === undefined) throw new Error('a client per member');
      const isAnswered = await this.#one(client, prng, revisions);
      // A client goes where it is answered, and sometimes elsewhere for no reason.
      if (!isAnswered || prng.chance(0.02)) member = prng.int(0, this.#clients.length - 1);
      await sleep(prng.int(0, PAUSE_MS_MAX));
    }
  }

  async #one(client: Client, prng: Prng, revisions: Map<string, number>): Promise<boolean> {
    const { recorder, prefix } = this.#options;
    const [key, other] = prng.shuffle(Array.from({ length: KEYS }, (_, i) => `${prefix}k${i}`)) as [string, string];
    const kind = prng.float();
    if (kind < 0.3)
      return (await recorder.run({ [key]: { kind: 'get' } }, () => get(client, key, revisions))) !== undefined;
    if (kind < 0.36) return this.#list(client);
    if (kind < 0.46)
      return (await recorder.run({ [key]: { kind: 'delete' } }, () => remove(client, key))) !== undefined;
    const value = this.#value();
    if (kind < 0.7) {
      const put = () => client.put(key, value, { timeoutMs: CALL_TIMEOUT_MS });
      return (
        (await recorder.run({ [key]: { kind: 'put', value } }, async () => ({ [key]: await put() }))) !== undefined
      );
    }
    if (kind < 0.78) return this.#putBoth(client, [key, other]);
    const expected = revisions.get(key) ?? 0;
    const call = { kind: 'compareAndSet', expected, value } as const;
    return (
      (await recorder.run({ [key]: call }, () => compareAndSet(client, { key, expected, value, revisions }))) !==
      undefined
    );
  }

  /** Two keys in one transaction: one revision for both. */
  async #putBoth(client: Client, keys: readonly [string, string]): Promise<boolean> {
    const values = keys.map(() => this.#value());
    const calls = Object.fromEntries(keys.map((key, i) => [key, { kind: 'put', value: values[i] ?? '' }] as const));
    const answers = await this.#options.recorder.run(calls, async () => {
      const success = keys.map((key, i) => putOp(key, values[i] ?? ''));
      const { revision } = await client.txn({ compare: [], success }, { timeoutMs: CALL_TIMEOUT_MS });
      return Object.fromEntries(keys.map((key) => [key, { revision }]));
    });
    return answers !== undefined;
  }

  async #list(client: Client): Promise<boolean> {
    const { recorder, prefix } = this.#options;
    const calledAt = now();
    const answers = await recorder.run({}, async () => {
      const { kvs, revision } = await client.get({ prefix: `${prefix}k` }, { timeoutMs: CALL_TIMEOUT_MS });
      recorder.lists.push({
        ...{ prefix: `${prefix}k`, calledAt, answeredAt: now(), revision },
        pairs: kvs.map(listedPair),
      });
      return {};
    });
    return answers !== undefined;
  }

  #value(): string {
    return `${this.#options.prefix}v${++this.#serial}`;
  }

  async #probe(index: number): Promise<void> {
    const { recorder, prefix } = this.#options;
    const key = `${prefix}probe${index}`;
    const client = this.#clients[index];
    while (!this.#isStopped && client !== undefined) {
      const calledAt = now();
      const value = this.#value();
      const put = () => client.put(key, value, { timeoutMs: PROBE_TIMEOUT_MS });
      const answers = await recorder.run({ [key]: { kind: 'put', value } }, async () => ({ [key]: await put() }));
      if (answers !== undefined) this.#probed.push({ calledAt, answeredAt: now() });
      await sleep(PROBE_PAUSE_MS);
    }
  }
}

async function get(client: Client, key: string, revisions: Map<string, number>): Promise<Record<string, KvAnswer>> {
  const { kvs, revision } = await client.get({ key }, { timeoutMs: CALL_TIMEOUT_MS });
  revisions.set(key, kvs[0]?.modRevision ?? 0);
  return { [key]: { revision, pair: seenPair(kvs[0]) } };
}

async function remove(client: Client, key: string): Promise<Record<string, KvAnswer>> {
  const { deleted, revision } = await client.delete({ key }, { timeoutMs: CALL_TIMEOUT_MS });
  return { [key]: { revision, hasChanged: deleted > 0 } };
}

interface CompareAndSet {
  readonly key: string;
  readonly expected: number;
  readonly value: string;
  readonly revisions: Map<string, number>;
}

async function compareAndSet(
  client: Client,
  { key, expected, value, revisions }: CompareAndSet,
): Promise<Record<string, KvAnswer>> {
  const { succeeded, revision, ranges } = await client.txn(
    {
      compare: [modRevisionIs(key, expected)],
      success: [putOp(key, value)],
      failure: [getOp({ key })],
    },
    { timeoutMs: CALL_TIMEOUT_MS },
  );
  const pair = seenPair(ranges[0]?.[0]);
  revisions.set(key, succeeded ? revision : (pair?.modRevision ?? 0));
  return { [key]: succeeded ? { revision, hasChanged: true } : { revision, hasChanged: false, pair } };
}
