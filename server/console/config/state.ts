/**
 * The configuration of one store, followed: one listing at a revision, then every change after it, from the hub's watch or from one of its
 * own (feed.ts). Independent of the hub's index, which may be limited: a rollout must be supervised in a store of any size.
 *
 * Invariants (state.test.ts):
 * - `current` is complete at its revision, or `ready` is still pending, or `problem` says why it is old;
 * - its revision never goes back within one feed, and moves before any page is told of a change.
 */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError, type StoredEvent } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { Signal } from '../hub/signal.ts';
import type { WatchTaps } from '../hub/watch-taps.ts';
import { steadyNow } from './clock.ts';
import { type Feed, type FeedHandler, joinFeed, watchFeed } from './feed.ts';
import { type ConfigKeys, FAMILIES, type Family } from './keys.ts';
import { ConfigSnapshot } from './snapshot.ts';

const RETRY_MS = 1_000;
/** Permissions change seldom, and asking costs the store. */
const REFUSED_RETRY_MS = 15_000;
/** How long the hub's watch is waited for before one of our own is opened. */
const HUB_MS = 2_000;
const READY_MS = 5_000;
const FOLLOW_MS = 2_000;
/** Releases may be a mebibyte each, reports a few hundred bytes: pages aim at so many bytes, whatever lies in them. */
const PAGE_KEYS_FIRST = 50;
const PAGE_KEYS_MAX = 1_000;
const PAGE_BYTES = 4 * 1024 * 1024;

export class ConfigState {
  readonly keys: ConfigKeys;
  readonly #engine: Engine;
  readonly #taps: WatchTaps | null;
  readonly #listeners = new Set<(families: ReadonlySet<Family>) => void>();
  readonly #changed = new Signal();
  #snapshot: ConfigSnapshot | null = null;
  #problem: EngineError | null = null;
  #feed: Feed | null = null;
  /** Of the hub's watch, where there is one. */
  #isJoined = false;
  #stopAwaiting: () => void = () => undefined;
  /** Counts attempts to list; one that was overtaken gives up. */
  #load = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new AbortController();
  #isStarted = false;
  #closed = false;

  /** @param taps the watch of the same engine's hub; null: there is no hub */
  constructor(engine: Engine, keys: ConfigKeys, taps: WatchTaps | null) {
    this.#engine = engine;
    this.keys = keys;
    this.#taps = taps;
  }

  /** Safe to call again. */
  start(): void {
    if (this.#isStarted || this.#closed) return;
    this.#isStarted = true;
    // From the moment on when the hub watches, a watch of our own is one too many.
    const onHub = (): void => {
      if (!this.#isJoined) void this.#follow();
    };
    this.#stopAwaiting = this.#taps?.onOpen(onHub) ?? this.#stopAwaiting;
    void this.#follow();
  }

  /** @param why told to whoever waits for it */
  close(why = new EngineError(GrpcCode.UNAVAILABLE, 'the console is closing')): void {
    this.#closed = true;
    this.#problem = why;
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#stopAwaiting();
    this.#feed?.close();
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
      if (left <= 0) throw new ConsoleError(GrpcCode.UNAVAILABLE, 'the configuration is still being read');
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

  async #follow(): Promise<void> {
    const load = ++this.#load;
    clearTimeout(this.#timer);
    const isJoined = await this.#awaitHub();
    if (!this.#isCurrent(load)) return;
    // Joined before it lists, so that nothing falls between the two.
    const feed = this.#openFeed(isJoined, load);
    try {
      const snapshot = await this.#list(0);
      if (!this.#isCurrent(load)) {
        feed.close();
        return;
      }
      this.#feed?.close();
      this.#feed = feed;
      this.#snapshot = snapshot;
      this.#problem = null;
      feed.begin(snapshot.revision);
      this.#announce(new Set(FAMILIES));
    } catch (error) {
      feed.close();
      if (this.#isCurrent(load)) this.#isJoined = false;
      if (!(error instanceof EngineError)) throw error;
      if (this.#isCurrent(load)) this.#failed(error);
    }
  }

  #isCurrent(load: number): boolean {
    return !this.#closed && load === this.#load;
  }

  /** Whether the hub's watch can be joined, waited for a moment. */
  async #awaitHub(): Promise<boolean> {
    if (this.#taps === null) return false;
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), HUB_MS);
    timer.unref();
    const isOpen = await Promise.race([this.#taps.opened(), late]);
    clearTimeout(timer);
    return isOpen;
  }

  #openFeed(isJoined: boolean, load: number): Feed {
    const handler: FeedHandler = {
      onEvents: (events, revision) => this.#apply(events, revision),
      onProblem: (problem) => {
        this.#problem = problem;
      },
      onOver: (error) => {
        if (!this.#isCurrent(load)) return;
        this.#isJoined = false;
        if (error === null) void this.#follow();
        else this.#failed(error);
      },
    };
    const joined = isJoined && this.#taps !== null ? joinFeed(this.#taps, this.keys.range(), handler) : null;
    this.#isJoined = joined !== null;
    return joined ?? watchFeed(this.#engine, this.keys.range(), handler);
  }

  #failed(error: EngineError): void {
    if (this.#closed) return;
    this.#problem = error;
    this.#changed.fire();
    const isRefused = error.code === GrpcCode.PERMISSION_DENIED || error.code === GrpcCode.UNAUTHENTICATED;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#follow(), isRefused ? REFUSED_RETRY_MS : RETRY_MS);
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

  #apply(events: readonly StoredEvent[], revision: number): void {
    const snapshot = this.#snapshot;
    if (snapshot === null) return;
    const families = new Set<Family>();
    const seenAt = steadyNow();
    for (const { type, kv } of events) {
      const family = type === 'put' ? snapshot.put(kv, seenAt) : snapshot.delete(kv.key);
      if (family !== undefined) families.add(family);
    }
    snapshot.revision = Math.max(snapshot.revision, revision);
    if (events.length > 0) this.#announce(families);
    else this.#changed.fire();
  }

  #announce(families: ReadonlySet<Family>): void {
    this.#changed.fire();
    for (const listener of [...this.#listeners]) listener(families);
  }
}
