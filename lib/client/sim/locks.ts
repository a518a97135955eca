/** Scenarios for whatever is held by standing in line: mutexes, elections, reader-writer locks, semaphores. */
import { utf8Decode } from '../../base/bytes.ts';
import { rangeOf } from '../client.ts';
import { EvictedError } from '../errors.ts';
import type { Held } from '../recipes/contender.ts';
import type { Lockable } from '../recipes/mutex.ts';
import type { RecipeStore } from '../recipes/store.ts';
import type { SimClient } from './sim-client.ts';
import { type Conditions, type Life, type Report, Stage } from './stage.ts';

const PROGRAMS = 6;
const HOLD_MS = [0, 3_000] as const;
const PATIENCE_MS = [0, 4_000] as const;

export interface LockRules {
  /** Everything that stands in line. */
  readonly prefix: string;
  /** What one program acquires this time. */
  readonly choose: (store: RecipeStore, chance: number) => { readonly way: string; readonly lock: Lockable };
  /** How many keys created before it may stand when this way is granted, of those that count. */
  readonly ahead: (way: string) => { readonly prefix: string; readonly atMost: number };
  /** Whether two may hold at the same time. */
  readonly mayShare: (a: string, b: string) => boolean;
  /** With how many others at most; default: no bound but `mayShare`. */
  readonly holdersMax?: number;
  readonly isFifo: boolean;
  /** Whether what is held this way writes to something that goes by fencing tokens. */
  readonly isFenced: (way: string) => boolean;
}

interface Holding {
  readonly held: Held;
  readonly way: string;
  readonly client: SimClient;
}

export async function checkLock(rules: LockRules, conditions: Conditions): Promise<Report> {
  const stage = new Stage(conditions);
  const holdings = new Set<Holding>();
  const resource = new FencedResource(stage, rules.prefix);
  let lastToken = 0;
  const judge = ({ held, way, client }: Holding) => {
    const { prefix, atMost } = rules.ahead(way);
    // Whoever stood first when it looked still does: those before it cannot come back.
    const before = stage.store.range(rangeOf({ prefix })).filter((kv) => kv.createRevision < held.token);
    if (before.length > atMost) stage.violated(`${way} granted by token ${held.token} with ${before.length} before it`);
    if (!held.isHeld) return;
    const others = [...holdings].filter((one) => one.held.isHeld && !one.client.isDead && one.client !== client);
    const rival = others.find((one) => !rules.mayShare(one.way, way));
    if (rival !== undefined) stage.violated(`tokens ${rival.held.token} and ${held.token} hold at the same time`);
    if (others.length + 1 > (rules.holdersMax ?? PROGRAMS))
      stage.violated(`${others.length + 1} hold at the same time`);
    if (rules.isFifo && held.token < lastToken) stage.violated(`token ${held.token} follows ${lastToken}`);
    lastToken = Math.max(lastToken, held.token);
  };
  const turn = async ({ client, session }: Life): Promise<void> => {
    const { prng } = stage.world;
    const { way, lock } = rules.choose(client, prng.float());
    const held = await stage.waiting(
      client,
      `${way} of ${session.leaseHex}`,
      acquire(stage, lock, { client, session }),
    );
    if (held === null) return;
    const holding = { held, way, client };
    stage.happened();
    judge(holding);
    holdings.add(holding);
    for (let writes = prng.int(1, 3); writes > 0 && held.isHeld; writes--) {
      if (rules.isFenced(way)) resource.write(held.token, held.isHeld);
      await stage.linger(client, HOLD_MS, held.signal);
    }
    holdings.delete(holding);
    await stage.waiting(client, `release of ${held.token}`, held.release());
  };
  for (let i = 0; i < PROGRAMS; i++) {
    stage.program(async (life) => {
      for (let turns = stage.world.prng.int(1, 5); turns > 0 && !life.session.signal.aborted; turns--) {
        await turn(life).catch((cause: unknown) => {
          // Its lease ran out before it heard of that.
          if (!(cause instanceof EvictedError)) throw cause;
        });
      }
      // Lives on without holding anything: what it left behind would block the others.
      await life.client.host.sleep(stage.world.prng.int(0, 5_000), life.session.signal);
    });
  }
  return stage.run();
}

async function acquire(stage: Stage, lock: Lockable, { client, session }: Life): Promise<Held | null> {
  const { prng } = stage.world;
  if (stage.isHealing || prng.chance(0.5)) return lock.acquire(session);
  if (prng.chance(0.5)) return lock.tryAcquire(session, { timeoutMs: prng.int(...PATIENCE_MS) });
  const patience = new AbortController();
  void client.host.sleep(prng.int(...PATIENCE_MS)).then(() => patience.abort());
  return lock.acquire(session, { signal: patience.signal }).catch((cause: unknown) => {
    if (cause === patience.signal.reason) return null;
    throw cause;
  });
}

/** Takes writes with tokens not smaller than the greatest it has seen. Whoever it turns away must have lost its place. */
class FencedResource {
  readonly #stage: Stage;
  readonly #prefix: string;
  #greatest = 0;

  constructor(stage: Stage, prefix: string) {
    this.#stage = stage;
    this.#prefix = prefix;
  }

  write(token: number, isHeld: boolean): void {
    if (token >= this.#greatest) {
      this.#greatest = token;
      return;
    }
    const stands = this.#stage.store.range(rangeOf({ prefix: this.#prefix })).find((kv) => kv.createRevision === token);
    if (isHeld && stands !== undefined)
      this.#stage.violated(`${utf8Decode(stands.key)} still stands and is fenced off by token ${this.#greatest}`);
  }
}
