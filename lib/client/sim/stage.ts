/**
 * What all scenarios of the model check have in common: programs that live on a bad network, are paused and die, then a time in which
 * everything heals and nobody may be left waiting; and the list of what went wrong.
 */
import { SessionLostError } from '../errors.ts';
import type { Session } from '../session.ts';
import { SimClient } from './sim-client.ts';
import { SimStore } from './sim-store.ts';
import { World } from './world.ts';

export interface Conditions {
  readonly seed: number;
  /** Virtual time under faults. */
  readonly faultyMs: number;
  /** Default: all kinds of trouble. `calm`: a slow network that loses nothing, nobody dies. */
  readonly weather?: 'stormy' | 'calm';
}

/** Long enough for every lease to run out, every late request to arrive and every queue to move on. */
export const HEALING_MS = 120_000;
const LATENCY_MS = [1, 30] as const;
const LOSS_CHANCE = 0.05;
const PAUSE_MS = [50, 9_000] as const;
const COMPACTION_MS = [2_000, 20_000] as const;
const TTL_SECONDS = [2, 6] as const;

export interface Report {
  readonly violations: readonly string[];
  /** How often what is checked came about. */
  readonly happened: number;
}

export interface Life {
  readonly client: SimClient;
  readonly session: Session;
}

export class Stage {
  readonly store = new SimStore();
  readonly world: World;
  readonly violations: string[] = [];
  readonly #conditions: Conditions;
  readonly #network: { store: SimStore; world: World; lossChance: number; latencyMs: readonly [number, number] };
  #isHealing = false;
  #happened = 0;
  readonly #waiting = new Map<object, string>();

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
    this.world = new World(conditions.seed);
    const lossChance = conditions.weather === 'calm' ? 0 : LOSS_CHANCE;
    this.#network = { store: this.store, world: this.world, lossChance, latencyMs: LATENCY_MS };
  }

  get isStormy(): boolean {
    return !this.#isHealing && this.#conditions.weather !== 'calm';
  }

  get isHealing(): boolean {
    return this.#isHealing;
  }

  client(): SimClient {
    return new SimClient(this.#network);
  }

  violated(what: string): void {
    this.violations.push(`seed ${this.#conditions.seed}, at ${(this.world.now / 1000).toFixed(3)} s: ${what}`);
  }

  /** Lives again and again: a process of its own each time, until healing begins. `act` decides what becomes of a life. */
  program(act: (life: Life) => Promise<void>): void {
    const { world } = this;
    const live = async (): Promise<void> => {
      const client = this.client();
      const isMortal = this.isStormy && world.prng.chance(0.4);
      if (isMortal) {
        const diesInMs = world.prng.int(100, 15_000);
        // Its successor starts some time later; what it was doing just ends.
        world.after(diesInMs, () => {
          if (this.#isHealing) return;
          client.die();
          world.after(world.prng.int(0, 3_000), () => void live());
        });
      }
      if (this.isStormy && world.prng.chance(0.3)) {
        world.after(world.prng.int(0, 8_000), () => client.pause(world.prng.int(...PAUSE_MS)));
      }
      const session = await client.session(world.prng.int(...TTL_SECONDS));
      await act({ client, session }).catch((cause: unknown) => {
        if (!session.signal.aborted && !(cause instanceof SessionLostError))
          this.violated(`unexpected: ${String(cause)}`);
      });
      // A process that was to die and has not yet does nothing more: its end restarts it.
      if (isMortal && !this.#isHealing) return;
      if (world.prng.chance(0.5)) await session.close();
      if (!this.#isHealing) void live();
    };
    world.after(world.prng.int(0, 500), () => void live());
  }

  /** Remembers that somebody waits for this; whoever still does when all has healed is stuck. A dead process waits for nothing. */
  async waiting<T>(client: SimClient, what: string, work: Promise<T>): Promise<T> {
    const ticket = { client };
    this.#waiting.set(ticket, what);
    try {
      return await work;
    } finally {
      this.#waiting.delete(ticket);
    }
  }

  /** Holds on to something for a while. */
  async linger(client: SimClient, ms: readonly [number, number], signal: AbortSignal): Promise<void> {
    const { prng } = this.world;
    await client.host.sleep(this.#isHealing ? 1 : prng.int(...ms), signal);
  }

  /** Something of what is checked came about: a scenario in which nothing did would prove nothing. */
  happened(): void {
    this.#happened++;
  }

  /** The whole course: faults, healing, and the look at who is left waiting. */
  async run(): Promise<Report> {
    const { world, store } = this;
    const compact = () => {
      if (this.#conditions.weather !== 'calm') store.compact();
      if (!this.#isHealing) world.after(world.prng.int(...COMPACTION_MS), compact);
    };
    world.after(world.prng.int(...COMPACTION_MS), compact);
    await world.run(this.#conditions.faultyMs);
    this.#isHealing = true;
    this.#network.lossChance = 0;
    await world.run(world.now + HEALING_MS);
    for (const [{ client }, what] of this.#waiting as Map<{ client: SimClient }, string>) {
      if (!client.isDead) this.violated(`still waiting when all has healed: ${what}`);
    }
    return { violations: this.violations, happened: this.#happened };
  }
}
