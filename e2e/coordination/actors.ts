/** Programs that use the recipes on real members while those are killed and stopped, and the account of what they were promised. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Prng } from '../../lib/base/prng.ts';
import {
  type Client,
  ClientError,
  connect,
  counter,
  EvictedError,
  election,
  type Held,
  mutex,
  putOp,
  queue,
  type Session,
  SessionLostError,
  semaphore,
  UnclearAdditionError,
} from '../../lib/client/index.ts';

const TTL_SECONDS = 3;
export const PERMITS = 2;
const WORK_MS_MAX = 150;

/** What happened, for the judge. */
export class Account {
  /** Fencing tokens in the order in which the store took their writes, per lock. */
  readonly fenced = new Map<string, number[]>();
  readonly problems: string[] = [];
  readonly itemsIn = new Set<string>();
  readonly itemsMaybeIn = new Set<string>();
  readonly itemsDone: string[] = [];
  readonly itemsMaybeDone = new Set<string>();
  counted = 0n;
  unclear = 0n;
  turns = 0;
  /** Who believes to hold, per lock. */
  readonly holders = new Map<string, Set<{ readonly isHeld: () => boolean }>>();
}

export interface Scene {
  readonly endpoints: readonly string[];
  readonly account: Account;
  readonly prefix: string;
  /** Aborts when the round is over: everybody finishes what they are at. */
  readonly over: AbortSignal;
}

type Act = (life: { readonly client: Client; readonly session: Session; readonly prng: Prng }) => Promise<void>;

/** Lives again and again until the round is over, with a session of its own each time. */
async function live(scene: Scene, seed: number, act: Act): Promise<void> {
  const prng = new Prng(seed);
  const client = connect({ endpoints: scene.endpoints });
  while (!scene.over.aborted) {
    try {
      const session = await client.session({ ttlSeconds: TTL_SECONDS });
      for (let turns = prng.int(1, 6); turns > 0 && !session.signal.aborted && !scene.over.aborted; turns--) {
        await act({ client, session, prng });
        scene.account.turns++;
      }
      await session.close();
    } catch (cause) {
      if (!isExpected(cause)) scene.account.problems.push(`unexpected: ${String(cause)}`);
      await sleep(prng.int(20, 200));
    }
  }
  client.close();
}

/** What a program has to expect while the store is without a leader or its lease has run out. */
const isExpected = (cause: unknown): boolean =>
  cause instanceof ClientError ||
  cause instanceof SessionLostError ||
  cause instanceof EvictedError ||
  cause instanceof UnclearAdditionError;

const work = (prng: Prng, signal: AbortSignal): Promise<void> =>
  sleep(prng.int(1, WORK_MS_MAX), undefined, { signal }).catch(() => undefined);

interface Holding extends Pick<Held, 'token' | 'signal' | 'guard'> {
  readonly isHeld: () => boolean;
}

/** Acts as holder: counts who else believes to hold, and writes through the guard. */
async function actAs(
  scene: Scene,
  lock: string,
  atMost: number,
  client: Client,
  held: Holding,
  prng: Prng,
): Promise<void> {
  const { account, prefix } = scene;
  const holders = account.holders.get(lock) ?? new Set();
  account.holders.set(lock, holders);
  const me = { isHeld: held.isHeld };
  holders.add(me);
  try {
    if (held.isHeld()) {
      const believing = [...holders].filter((one) => one.isHeld()).length;
      if (believing > atMost) account.problems.push(`${believing} hold ${lock} at the same time`);
    }
    await work(prng, held.signal);
    const { succeeded } = await client.txn({
      compare: [held.guard],
      success: [putOp(`${prefix}fenced/${lock}`, String(held.token))],
    });
    if (succeeded) account.fenced.set(lock, [...(account.fenced.get(lock) ?? []), held.token]);
  } finally {
    holders.delete(me);
  }
}

/** All programs of a round; resolves when everybody has ended. */
export async function runActors(scene: Scene, seed: number): Promise<void> {
  const { prefix, account } = scene;
  const locking: Act = async ({ client, session, prng }) => {
    const held = await mutex(client, `${prefix}lock`).acquire(session, { signal: scene.over }).catch(unlessOver(scene));
    if (held === null) return;
    await actAs(scene, 'lock', 1, client, { ...held, isHeld: () => held.isHeld }, prng);
    await held.release();
  };
  const leading: Act = async ({ client, session, prng }) => {
    const office = election(client, `${prefix}election`);
    const lead = await office.campaign(session, session.leaseHex, { signal: scene.over }).catch(unlessOver(scene));
    if (lead === null) return;
    await actAs(scene, 'election', 1, client, { ...lead, isHeld: () => lead.isLeader }, prng);
    await lead.resign();
  };
  const permitted: Act = async ({ client, session, prng }) => {
    const permits = semaphore(client, `${prefix}limit`, PERMITS);
    const held = await permits.acquire(session, { signal: scene.over }).catch(unlessOver(scene));
    if (held === null) return;
    await actAs(scene, 'limit', PERMITS, client, { ...held, isHeld: () => held.isHeld }, prng);
    await held.release();
  };
  const producing: Act = async ({ client, prng }) => {
    const item = `item-${prng.uint32()}`;
    account.itemsMaybeIn.add(item);
    await queue(client, `${prefix}queue`).put(item);
    account.itemsIn.add(item);
    await sleep(prng.int(5, 50));
  };
  const consuming: Act = async ({ client, session, prng }) => {
    const taken = await queue(client, `${prefix}queue`).tryTake(session, { timeoutMs: 500 });
    if (taken === null) return;
    await work(prng, taken.signal);
    if (prng.chance(0.2)) return void (await taken.putBack());
    const item = Buffer.from(taken.value).toString();
    account.itemsMaybeDone.add(item);
    if (await taken.done()) account.itemsDone.push(item);
  };
  const counting: Act = async ({ client, session }) => {
    account.unclear += 1n;
    try {
      await counter(client, `${prefix}counter`).add(1, { session });
    } catch (cause) {
      if (!(cause instanceof UnclearAdditionError)) account.unclear -= 1n;
      throw cause;
    }
    account.unclear -= 1n;
    account.counted += 1n;
  };
  const cast = [locking, locking, locking, leading, leading, leading, permitted, permitted, permitted, permitted];
  await Promise.all(
    [...cast, producing, consuming, consuming, consuming, counting, counting].map((act, i) =>
      live(scene, seed * 100 + i, act),
    ),
  );
}

const unlessOver =
  ({ over }: Scene) =>
  (cause: unknown): null => {
    if (over.aborted && cause === over.reason) return null;
    throw cause;
  };
