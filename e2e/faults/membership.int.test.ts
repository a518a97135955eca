/**
 * A store of 200,000 keys changes its members while clients write: one joins by image, one by vote, the leader and another leave. Nothing
 * acknowledged is lost, no watch misses or repeats an event, and all members hold the same history.
 */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putOp } from '../../lib/client/client.ts';
import { type Client, ClientError, connect } from '../../lib/client/index.ts';
import { Probe } from '../conformance/harness/probe.ts';
import { spawnMember } from '../fixtures/member.ts';
import { freePorts } from '../fixtures/ports.ts';
import type { Running } from '../fixtures/running.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';

const KEYS = 200_000;
const KEYS_PER_WRITE = 20;
const FILLERS = 32;
const WRITERS = 6;
const READY = /ready to serve client requests/;
const READY_MS_MAX = 60_000;
/** Changes are refused for five seconds after a member came up. */
const CHANGE_MS_MAX = 30_000;
const WRITES_AFTER_CHANGE = 100;

class Member {
  readonly name: string;
  readonly clientPort: number;
  readonly peerUrl: string;
  readonly probe: Probe;
  readonly #folder: string;
  running: Running | undefined;
  id = 0n;

  constructor(name: string, ports: readonly number[], folder: string) {
    const [clientPort = 0, peerPort = 0] = ports;
    this.name = name;
    this.clientPort = clientPort;
    this.peerUrl = `http://127.0.0.1:${peerPort}`;
    this.probe = new Probe(this.endpoint);
    this.#folder = path.join(folder, name);
  }

  get endpoint(): string {
    return `127.0.0.1:${this.clientPort}`;
  }

  start(members: readonly Member[], state: 'new' | 'existing'): void {
    const client = `http://${this.endpoint}`;
    this.running = spawnMember([
      ...['--name', this.name, '--data-dir', this.#folder, '--snapshot-count', '1000'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', this.peerUrl, '--initial-advertise-peer-urls', this.peerUrl],
      ...['--initial-cluster', members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join()],
      ...['--initial-cluster-state', state],
    ]);
  }

  async ready(): Promise<void> {
    await this.running?.waitFor(READY, READY_MS_MAX);
    const { members } = await this.someList();
    this.id = members.find(({ name }) => name === this.name)?.id ?? 0n;
  }

  /** A learner does not list; the caller asks a voter. */
  async someList() {
    const answer = await this.probe.call('memberList', {});
    return answer.ok ? answer.value : await m(0).probe.must('memberList', {});
  }
}

let folder: TemporaryFolder;
let client: Client;
let load: Load;
const all: Member[] = [];

const m = (at: number): Member => {
  const member = all[at];
  if (member === undefined) throw new Error(`there is no member ${at}`);
  return member;
};
const up = (): Member[] => all.filter(({ running }) => running !== undefined);

beforeAll(async () => {
  folder = temporaryFolder('membership');
  const ports = await freePorts(10);
  for (let i = 0; i < 5; i++) all.push(new Member(`m${i + 1}`, ports.slice(2 * i, 2 * i + 2), folder.path));
  const founders = all.slice(0, 3);
  for (const member of founders) member.start(founders, 'new');
  await Promise.all(founders.map((member) => member.ready()));
  client = connect({ endpoints: founders.map(({ endpoint }) => endpoint) });
  await fill();
  load = new Load(client);
});
afterAll(async () => {
  await load?.stop();
  client?.close();
  for (const member of all) member.probe.close();
  await Promise.all(all.map(({ running }) => running?.stop()));
  folder?.remove();
});

async function fill(): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < KEYS) {
      const first = next;
      next += KEYS_PER_WRITE;
      const success = Array.from({ length: KEYS_PER_WRITE }, (_, i) =>
        putOp(`fill/${first + i}`, `value ${first + i}`),
      );
      await client.txn({ success });
    }
  };
  await Promise.all(Array.from({ length: FILLERS }, work));
}

/** Writers that never stop, and a watch on all they write. */
class Load {
  /** Acknowledged writes by revision. */
  readonly acknowledged = new Map<number, string>();
  readonly seen: { readonly revision: number; readonly key: string }[] = [];
  readonly #client: Client;
  readonly #abort = new AbortController();
  readonly #writers: Promise<void>[];
  readonly #watch: Promise<void>;
  #isOver = false;

  constructor(of: Client) {
    this.#client = of;
    this.#writers = Array.from({ length: WRITERS }, (_, writer) => this.#write(writer));
    this.#watch = this.#look();
  }

  async #write(writer: number): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const key = `load/${writer}/${n}`;
      try {
        const { revision } = await this.#client.put(key, 'v', { timeoutMs: 5000 });
        this.acknowledged.set(revision, key);
      } catch (cause) {
        if (!(cause instanceof ClientError)) throw cause;
      }
    }
  }

  async #look(): Promise<void> {
    const batches = this.#client.watch({ prefix: 'load/' }, { startRevision: 1, signal: this.#abort.signal });
    for await (const { events } of batches)
      for (const { kv } of events)
        if (kv !== undefined) this.seen.push({ revision: kv.modRevision, key: Buffer.from(kv.key).toString() });
  }

  async goesOn(): Promise<void> {
    const goal = this.acknowledged.size + WRITES_AFTER_CHANGE;
    await expect.poll(() => this.acknowledged.size, { timeout: CHANGE_MS_MAX }).toBeGreaterThan(goal);
  }

  /** Ends the writing and waits until the watch has everything. */
  async settle(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
    const last = Math.max(...this.acknowledged.keys());
    await expect.poll(() => this.seen.at(-1)?.revision ?? 0, { timeout: CHANGE_MS_MAX }).toBeGreaterThanOrEqual(last);
    this.#abort.abort();
    await this.#watch;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#abort.abort();
    await Promise.allSettled([...this.#writers, this.#watch]);
  }
}

/** Repeats a change until the cluster accepts it: what is refused was not done. */
async function change(ask: () => Promise<{ readonly ok: boolean; readonly message?: string }>): Promise<void> {
  const passing = /unhealthy cluster|in sync with leader|not enough started|request timed out|leader/;
  await expect
    .poll(
      async () => {
        const answer = await ask();
        if (!answer.ok && !passing.test(answer.message ?? '')) throw new Error(answer.message);
        return answer.ok;
      },
      { timeout: CHANGE_MS_MAX },
    )
    .toBe(true);
}

async function add(member: Member, isLearner: boolean): Promise<void> {
  await change(() => m(1).probe.call('memberAdd', { peerUrls: [member.peerUrl], isLearner }));
  member.start([...up(), member], 'existing');
  await member.ready();
}

/** All members answer with one hash of the whole history at the newest revision they all have. */
async function sameHistory(): Promise<void> {
  const [first = m(1)] = up();
  const revision = await first.probe.revision();
  for (const member of up())
    await expect.poll(() => revisionOf(member), { timeout: CHANGE_MS_MAX }).toBeGreaterThanOrEqual(revision);
  const hashes = await Promise.all(up().map(({ probe }) => probe.must('hashKv', { revision })));
  expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(1);
}

const revisionOf = async ({ probe }: Member): Promise<number> => (await probe.must('status', {})).header?.revision ?? 0;

test(
  `a learner joins a store of ${KEYS} keys by image while writes go on, and becomes a voter`,
  async () => {
    await add(m(3), true);
    expect(m(3).running?.output).toContain('restoring a snapshot from the leader');
    await load.goesOn();
    await change(() => m(1).probe.call('memberPromote', { id: m(3).id }));
    // Whoever was promoted may apply it after those who answered.
    await expect
      .poll(async () => (await m(3).probe.must('status', {})).isLearner, { timeout: CHANGE_MS_MAX })
      .toBe(false);
    const { members } = await m(3).probe.must('memberList', { linearizable: true });
    expect(members.map(({ isLearner }) => isLearner)).toEqual([false, false, false, false]);
    await sameHistory();
  },
  4 * READY_MS_MAX,
);

test(
  'a fifth member joins as a voter at once',
  async () => {
    await add(m(4), false);
    await load.goesOn();
    await sameHistory();
  },
  4 * READY_MS_MAX,
);

test(
  'the leader is removed: it stops by itself with exit code 0, and writes go on; then one more leaves',
  async () => {
    for (let i = 0; i < 2; i++) {
      const leaderId = (await m(4).probe.must('status', {})).leader;
      // Asked of somebody who stays: the second to go is a founder or not, as elections will have it.
      const leaving = up().find(({ id }) => id === leaderId) ?? m(0);
      const asked = up().find((member) => member !== leaving) ?? m(4);
      await change(() => asked.probe.call('memberRemove', { id: leaving.id }));
      expect(await leaving.running?.exited).toEqual({ code: 0, signal: null });
      expect(leaving.running?.output).toContain('the member has been permanently removed from the cluster');
      leaving.running = undefined;
      await load.goesOn();
    }
    expect(up()).toHaveLength(3);
  },
  4 * READY_MS_MAX,
);

test(
  'nothing acknowledged was lost from three to five and back, and the watch told all of it once and in order',
  async () => {
    await load.settle();
    const survivors = connect({ endpoints: up().map(({ endpoint }) => endpoint) });
    const stored = await survivors.get({ prefix: 'load/' }, { keysOnly: true });
    const filled = await survivors.get({ prefix: 'fill/' }, { keysOnly: true, limit: 1 });
    survivors.close();
    expect(filled.count).toBe(KEYS);
    const byRevision = new Map(stored.kvs.map((kv) => [kv.modRevision, Buffer.from(kv.key).toString()]));
    const lost = [...load.acknowledged].filter(([revision, key]) => byRevision.get(revision) !== key);
    expect(lost).toEqual([]);
    expect(load.seen.map(({ revision }) => revision)).toEqual([...byRevision.keys()].sort((a, b) => a - b));
    await sameHistory();
  },
  READY_MS_MAX,
);
