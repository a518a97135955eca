/**
 * One controller of all console replicas supervises, chosen through the store: who created the leader's key, as long as its lease
 * lives. The key's create revision fences every write of the controller, so one that was deposed without knowing it writes nothing.
 */
import { hostname } from 'node:os';
import { EMPTY_BYTES, utf8Encode } from '../../../lib/base/bytes.ts';
import { type Engine, EngineError } from '../../engines/engine.ts';
import { steadyNow } from './clock.ts';
import { ConfigWrite } from './context.ts';
import type { ConfigKeys } from './keys.ts';
import type { ConfigState } from './state.ts';

/** How long nobody supervises after the leader died. */
export const LEADER_TTL_SECONDS = 10;
/** Three beats per lease: two may be lost. */
const BEATS_PER_TTL = 3;
const RETRY_MS = 1_000;
/** Without a rollout under way it is given up after this. */
const IDLE_MS = 30_000;

export class Leadership {
  readonly #engine: Engine;
  readonly #keys: ConfigKeys;
  readonly #state: ConfigState;
  readonly #onChange: () => void;
  readonly #isWanted: () => boolean;
  readonly #name: string;
  readonly #ttlSeconds: number;
  readonly #onElection: (when: 'before' | 'after') => void;
  #fence: number | null = null;
  #lease: bigint | null = null;
  /** Steady time at which the store may give the lease away. */
  #goodUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #wantedAt = 0;
  #isBusy = false;
  #closed = false;

  constructor(options: {
    readonly engine: Engine;
    readonly keys: ConfigKeys;
    readonly state: ConfigState;
    readonly onChange: () => void;
    /** Whether there is anything to supervise: a store without rollouts is not written to. */
    readonly isWanted: () => boolean;
    readonly ttlSeconds?: number;
    /** For drills: called around the write that elects. */
    readonly onElection?: (when: 'before' | 'after') => void;
  }) {
    this.#engine = options.engine;
    this.#keys = options.keys;
    this.#state = options.state;
    this.#onChange = options.onChange;
    this.#isWanted = options.isWanted;
    this.#ttlSeconds = options.ttlSeconds ?? LEADER_TTL_SECONDS;
    this.#onElection = options.onElection ?? (() => undefined);
    this.#name = `${hostname()}:${process.pid}`;
  }

  start(): void {
    this.#unsubscribe = this.#state.subscribe((families) => {
      if (families.has('controller') || (families.has('rollouts') && this.#fence === null)) this.#soon(0);
    });
    this.#soon(0);
  }

  get #beatMs(): number {
    return (this.#ttlSeconds * 1000) / BEATS_PER_TTL;
  }

  /** The create revision of our key while we lead; null otherwise. */
  get fence(): number | null {
    return steadyNow() < this.#goodUntil ? this.#fence : null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
    const lease = this.#lease;
    this.#fence = null;
    if (lease !== null) await this.#engine.leases?.revoke(lease).catch(ignoreEngine);
  }

  #soon(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#step(), ms);
    this.#timer.unref();
  }

  async #step(): Promise<void> {
    if (this.#isBusy || this.#closed) return;
    this.#isBusy = true;
    let next = RETRY_MS;
    try {
      const held = this.#state.current?.get('controller', 'leader');
      if (this.#fence !== null && this.#lease !== null) {
        next = await this.#beat(this.#lease, held?.createRevision);
        if (this.#isIdle()) await this.#resign(this.#lease);
      } else if (this.#state.current !== null && held === undefined && this.#isWanted()) {
        await this.#campaign();
        next = this.#fence === null ? RETRY_MS : this.#beatMs;
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (steadyNow() >= this.#goodUntil) this.#lose();
    } finally {
      this.#isBusy = false;
      this.#soon(next);
    }
  }

  async #beat(lease: bigint, createRevision: number | undefined): Promise<number> {
    const sentAt = steadyNow();
    const ttl = await this.#engine.leases?.keepAlive(lease);
    if (ttl === undefined || ttl <= 0 || createRevision !== this.#fence) this.#lose();
    else this.#goodUntil = sentAt + ttl * 1000;
    return this.#fence === null ? 0 : this.#beatMs;
  }

  async #campaign(): Promise<void> {
    const { leases } = this.#engine;
    if (leases === null) return;
    const sentAt = steadyNow();
    const { id, ttlSeconds } = await leases.grant(this.#ttlSeconds, 0n);
    const key = this.#keys.leader();
    this.#onElection('before');
    const revision = await new ConfigWrite(this.#engine)
      .expect(key, 0)
      .put(key, { name: this.#name, since: sentAt }, id)
      .commit();
    if (revision === undefined) {
      await leases.revoke(id).catch(ignoreEngine);
      return;
    }
    this.#onElection('after');
    this.#lease = id;
    this.#fence = revision;
    this.#goodUntil = sentAt + ttlSeconds * 1000;
    this.#wantedAt = sentAt;
    // What it decides upon must not be older than its own election.
    await this.#engine.kv.list({ key: utf8Encode(key), end: EMPTY_BYTES, keysOnly: true });
    await this.#state.follows(revision);
    this.#onChange();
  }

  /** Nothing to do for a while. */
  #isIdle(): boolean {
    if (this.#isWanted()) this.#wantedAt = steadyNow();
    return steadyNow() - this.#wantedAt > IDLE_MS;
  }

  async #resign(lease: bigint): Promise<void> {
    this.#lose();
    await this.#engine.leases?.revoke(lease).catch(ignoreEngine);
  }

  #lose(): void {
    this.#fence = null;
    this.#lease = null;
    this.#onChange();
  }
}

function ignoreEngine(error: unknown): void {
  // The lease runs out by itself.
  if (!(error instanceof EngineError)) throw error;
}
