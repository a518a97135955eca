/**
 * The configuration of one store, followed: one listing at a revision, then one watch of the prefix. Independent of the hub, whose
 * index may be limited: a rollout must be supervised in a store of any size.
 *
 * Invariant: `snapshot` is complete at `snapshot.revision`, or `ready` is still pending, or `problem` says why it is old.
 */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError, type StoredEvent, type Watcher } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { Signal } from '../hub/signal.ts';
import { steadyNow } from './clock.ts';
import { type ConfigKeys, FAMILIES, type Family } from './keys.ts';
import { ConfigSnapshot } from './snapshot.ts';

const RETRY_MS = 1_000;
/** Permissions change seldom, and asking costs the store. */
const REFUSED_RETRY_MS = 15_000;
const READY_MS = 5_000;
const FOLLOW_MS = 2_000;
/** Releases may be a mebibyte each, reports a few hundred bytes: pages aim at so many bytes, whatever lies in them. */
const PAGE_KEYS_FIRST = 50;
const PAGE_KEYS_MAX = 1_000;
const PAGE_BYTES = 4 * 1024 * 1024;

export class ConfigState {
  readonly keys: ConfigKeys;
  readonly #engine: Engine;
  readonly #listeners = new Set<(families: ReadonlySet<Family>) => void>();
  readonly #changed = new Signal();
  #snapshot: ConfigSnapshot | null = null;
  #problem: EngineError | null = null;
  #watcher: Watcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new AbortController();
  #isStarted = false;
  #closed = false;

  constructor(engine: Engine, keys: ConfigKeys) {
    this.#engine = engine;
    this.keys = keys;
  }

  /** Safe to call again. */
  start(): void {
    if (this.#isStarted || this.#closed) return;
    this.#isStarted = true;
    void this.#load();
  }

  close(): void {
    this.#closed = true;
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#changed.fire();
  }

  /** Aborts when it is closed: nothing more will be told. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Null before the first listing. */
  get current(): ConfigSnapshot | null {
    return this.#snapshot;
  }

  /** Null while everything is followed. */
  get problem(): string | null {
    return this.#problem?.message ?? null;
  }

  /** Called with the kinds of documents that changed; also after a new listing, with all. */
  subscribe(listener: (families: ReadonlySet<Family>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws EngineError as the store refused it; ConsoleError UNAVAILABLE when it is not there in time */
  async ready(): Promise<ConfigSnapshot> {
    this.start();
    const until = Date.now() + READY_MS;
    while (this.#snapshot === null) {
      if (this.#problem !== null) throw this.#problem;
      const left = until - Date.now();
      if (left <= 0 || this.#closed)
        throw new ConsoleError(GrpcCode.UNAVAILABLE, 'the configuration is still being read');
      await this.#changed.next(left);
    }
    return this.#snapshot;
  }

  /** Resolves when the snapshot shows a write, or after a while without it. */
  async follows(revision: number): Promise<void> {
    const until = Date.now() + FOLLOW_MS;
    while ((this.#snapshot?.revision ?? 0) < revision && !this.#closed) {
      const left = until - Date.now();
      if (left <= 0) return;
      await this.#changed.next(left);
    }
  }

  /** As it was. @throws EngineError OUT_OF_RANGE when compacted */
  async at(revision: number): Promise<ConfigSnapshot> {
    return this.#list(revision);
  }

  async #load(): Promise<void> {
    try {
      const snapshot = await this.#list(0);
      if (this.#closed) return;
      this.#snapshot = snapshot;
      this.#problem = null;
      this.#watch(snapshot);
      this.#announce(new Set(FAMILIES));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#failed(error);
    }
  }

  #failed(error: EngineError): void {
    if (this.#closed) return;
    this.#problem = error;
    this.#changed.fire();
    const isRefused = error.code === GrpcCode.PERMISSION_DENIED || error.code === GrpcCode.UNAUTHENTICATED;
    this.#timer = setTimeout(() => void this.#load(), isRefused ? REFUSED_RETRY_MS : RETRY_MS);
    this.#timer.unref();
  }

  async #list(revision: number): Promise<ConfigSnapshot> {
    const snapshot = new ConfigSnapshot(this.keys);
    const { end } = this.keys.range();
    let { key } = this.keys.range();
    const seenAt = steadyNow();
    let limit = PAGE_KEYS_FIRST;
    for (let at = revision; ; ) {
      const page = await this.#engine.kv.list({ key, end, limit, revision: at });
      if (at === 0) at = page.revision;
      snapshot.revision = at;
      for (const kv of page.kvs) snapshot.put(kv, seenAt, true);
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return snapshot;
      key = Uint8Array.of(...last.key, 0);
      const bytes = page.kvs.reduce((sum, kv) => sum + kv.key.length + kv.value.length, 1);
      limit = Math.max(1, Math.min(PAGE_KEYS_MAX, limit * 4, Math.floor((limit * PAGE_BYTES) / bytes)));
    }
  }

  #watch(snapshot: ConfigSnapshot): void {
    this.#watcher?.close();
    const reload = (): void => {
      this.#watcher?.close();
      if (!this.#closed) void this.#load();
    };
    this.#watcher = this.#engine.watch(
      { ranges: [this.keys.range()], startRevision: snapshot.revision + 1 },
      {
        onEvents: (events, revision) => this.#apply(snapshot, events, revision),
        onAlive: () => undefined,
        onCompacted: reload,
        onConnection: ({ connected, error, endpoint }) => {
          this.#problem = connected
            ? null
            : new EngineError(GrpcCode.UNAVAILABLE, error ?? 'the watch is broken', { endpoint });
        },
        onFailed: (error) => this.#failed(error),
      },
    );
  }

  #apply(snapshot: ConfigSnapshot, events: readonly StoredEvent[], revision: number): void {
    const families = new Set<Family>();
    const seenAt = steadyNow();
    for (const { type, kv } of events) {
      const family = type === 'put' ? snapshot.put(kv, seenAt) : snapshot.delete(kv.key);
      if (family !== undefined) families.add(family);
    }
    snapshot.revision = revision;
    this.#announce(families);
  }

  #announce(families: ReadonlySet<Family>): void {
    this.#changed.fire();
    for (const listener of [...this.#listeners]) listener(families);
  }
}
