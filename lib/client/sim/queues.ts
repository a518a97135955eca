/** The scenario for queues: producers, consumers that finish, give back or die, and the account of every item. */
import { utf8Decode } from '../../base/bytes.ts';
import { EventType } from '../../base/etcdpb/mvcc.ts';
import { ClientError } from '../errors.ts';
import type { Queue, Taken } from '../recipes/queue.ts';
import type { RecipeStore } from '../recipes/store.ts';
import type { SimClient } from './sim-client.ts';
import { type Conditions, type Life, type Report, Stage } from './stage.ts';

const NAME = 'sim/queue';
const PRODUCERS = 2;
const CONSUMERS = 4;
const WORK_MS = [0, 4_000] as const;

/** A queue as the scenario drives it; `put` chooses a priority or a due time where there is one. */
export type MakeQueue = (store: RecipeStore, name: string) => Pick<Queue, 'put' | 'take' | 'tryTake'>;

interface Item {
  /** Null: the answer to its `put` stayed out. */
  isIn: boolean | null;
  done: number;
  readonly hands: Set<{ readonly taken: Taken; readonly isAlive: () => boolean; readonly client: SimClient }>;
}

export interface QueueRules {
  readonly make: MakeQueue;
  /** Checks at each claim that the item was the first by revision. */
  readonly isFifo: boolean;
}

export async function checkQueue({ make, isFifo }: QueueRules, conditions: Conditions): Promise<Report> {
  const stage = new Stage(conditions);
  const items = new Map<string, Item>();
  if (isFifo) watchOrder(stage);
  watchDone(stage, items);
  for (let i = 0; i < PRODUCERS; i++) stage.program((life) => produce(stage, life, { make, items, name: `p${i}` }));
  for (let i = 0; i < CONSUMERS; i++) stage.program((life) => consume(stage, life, { make, items }));
  const report = await stage.run();
  await drain(stage, make);
  for (const [name, item] of items) {
    if (item.isIn === true && item.done === 0) stage.violated(`item ${name} is lost`);
    if (item.done > 1) stage.violated(`item ${name} was done ${item.done} times`);
  }
  return report;
}

interface Cast {
  readonly make: MakeQueue;
  readonly items: Map<string, Item>;
}

async function produce(stage: Stage, { client, session }: Life, cast: Cast & { readonly name: string }): Promise<void> {
  const { prng } = stage.world;
  const queue = cast.make(client, NAME);
  for (let count = prng.int(1, 10); count > 0 && !session.signal.aborted && !stage.isHealing; count--) {
    const name = `${cast.name}-${cast.items.size}`;
    const item: Item = { isIn: null, done: 0, hands: new Set() };
    cast.items.set(name, item);
    try {
      await queue.put(name);
      item.isIn = true;
    } catch (cause) {
      if (!(cause instanceof ClientError && cause.maybeApplied)) throw cause;
    }
    await stage.linger(client, [0, 1_500], session.signal);
  }
  await client.host.sleep(1_000, session.signal);
}

async function consume(stage: Stage, { client, session }: Life, { make, items }: Cast): Promise<void> {
  const { prng } = stage.world;
  const queue = make(client, NAME);
  for (let count = prng.int(1, 8); count > 0 && !session.signal.aborted && !stage.isHealing; count--) {
    const taken = await queue.tryTake(session, { timeoutMs: prng.int(0, 5_000) });
    if (taken === null) continue;
    stage.happened();
    const item = items.get(utf8Decode(taken.value) ?? '');
    if (item === undefined) return stage.violated(`took what nobody put: ${taken.key}`);
    const hand = { taken, isAlive: () => session.isAlive, client };
    const other = [...item.hands].find((one) => one.isAlive() && !one.client.isDead);
    if (other !== undefined && session.isAlive) stage.violated(`${taken.key} is in two hands`);
    item.hands.add(hand);
    await stage.linger(client, WORK_MS, session.signal);
    const isPutBack = prng.chance(0.2);
    const finished = isPutBack ? taken.putBack() : taken.done();
    // From the moment on at which it is sent the item may be in somebody else's hand.
    item.hands.delete(hand);
    await finished;
  }
  await client.host.sleep(prng.int(0, 2_000), session.signal);
}

/** Takes what is left when everything has healed. */
async function drain(stage: Stage, make: MakeQueue): Promise<void> {
  const { world } = stage;
  const client = stage.client();
  let isEmpty = false;
  const work = async () => {
    const session = await client.session(60);
    const queue = make(client, NAME);
    for (let next = await queue.tryTake(session); next !== null; next = await queue.tryTake(session)) {
      await next.done();
    }
    isEmpty = true;
  };
  void work();
  await world.run(world.now + 600_000);
  if (!isEmpty) stage.violated('the queue could not be emptied');
}

/** Each item that is claimed must be the one that stands longest by revision. */
function watchOrder(stage: Stage): void {
  const prefix = `${NAME}/`;
  const standing = new Map<string, number>();
  stage.store.onCommit(({ revision, events }) => {
    for (const { type, kv } of events) {
      const key = utf8Decode(kv?.key ?? new Uint8Array(0)) ?? '';
      if (!key.startsWith(prefix)) continue;
      if (type === EventType.PUT) {
        standing.set(key, revision);
        continue;
      }
      const first = Math.min(...standing.values());
      if (standing.get(key) !== first) stage.violated(`${key} was taken before one of revision ${first}`);
      standing.delete(key);
    }
  });
}

/** Counts what leaves the store for good: whoever asked for it may not live to hear of it. */
function watchDone(stage: Stage, items: Map<string, Item>): void {
  const inHand = new Map<string, string>();
  stage.store.onCommit(({ events }) => {
    const isPut = new Set(events.flatMap(({ type, kv }) => (type === EventType.PUT && kv ? utf8Decode(kv.value) : [])));
    for (const { type, kv } of events) {
      const key = utf8Decode(kv?.key ?? new Uint8Array(0)) ?? '';
      if (!key.startsWith(`__${NAME}/taken/`)) continue;
      if (type === EventType.PUT) inHand.set(key, utf8Decode(kv?.value ?? new Uint8Array(0)) ?? '');
      const name = inHand.get(key);
      if (type === EventType.PUT || name === undefined) continue;
      inHand.delete(key);
      const item = items.get(name);
      if (item !== undefined && !isPut.has(name)) item.done++;
    }
  });
}
