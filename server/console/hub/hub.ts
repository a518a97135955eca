/**
 * One per store: a pinned, paged listing into the key index, then one watch from the pinned revision that keeps it fresh.
 * Everything browsers see of keys and changes comes from here, so ten browsers cost the store what one costs.
 *
 * Invariants (hub.test.ts):
 * - `view().index` holds every key of the store at `view().revision`, or there is no index;
 * - listeners get every change after the pinned revision once, in order, or a gap that names what is missing;
 * - `timeline` holds every change since the index was complete, so that the index at any of those revisions can be had again;
 * - while a listing runs, its pages and the watch's events meet in the new index by mod revision: the younger one wins.
 */
import type { ChangeEvent, IndexState } from '../../../lib/api/types.ts';
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError, type StoredEvent, type Watcher, type WatchHandler } from '../../engines/engine.ts';
import { Timeline } from '../history/timeline.ts';
import { ValueCache } from '../history/value-cache.ts';
import { toChangeEvent } from './change-event.ts';
import { FolderPages } from './folder-pages.ts';
import { entryOf, type KeyEntry } from './key-chunk.ts';
import type { KeyIndex } from './key-index.ts';
import { Listing, ListingTooLarge } from './listing.ts';
import { RecentChanges } from './recent-changes.ts';
import { RevisionTimes } from './revision-times.ts';
import { Signal } from './signal.ts';
import { StallGuard } from './stall-guard.ts';
import { WatchTaps } from './watch-taps.ts';

const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 5_000;
/** About 100 bytes each; beyond this many the index would outgrow the process, and the hub says "limited". */
export const INDEX_KEYS_MAX = 3_000_000;

const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

export interface HubListener {
  /** Whole revisions, in order. */
  onChanges(changes: readonly ChangeEvent[], revision: number): void;
  /** Changes in (from, to] were not seen. `from` 0: the first pin, nothing was missed that anybody could have seen. */
  onGap(gap: { readonly from: number; readonly to: number; readonly reason: string }): void;
  onIndex(state: IndexState): void;
}

export type ViewSource = 'live' | 'memory' | 'store';

/** What pages are answered from. */
export interface HubView {
  /** Where it comes from: the index that follows the store, what the console remembers, or a read of the store's history. */
  readonly source: ViewSource;
  readonly index: KeyIndex;
  readonly folders: FolderPages;
  readonly revision: number;
}

export interface HubOptions {
  readonly engine: Engine;
  readonly listener: HubListener;
  readonly now?: () => number;
  readonly keysMax?: number;
}

export class Hub {
  readonly times = new RevisionTimes();
  readonly timeline = new Timeline();
  readonly values = new ValueCache();
  /** The watch itself, for who follows a part of the store; told before any listener is. */
  readonly taps = new WatchTaps();
  readonly #engine: Engine;
  readonly #listener: HubListener;
  readonly #now: () => number;
  readonly #keysMax: number;
  readonly #guard: StallGuard;
  #phase: IndexState['phase'] = 'connecting';
  #reason: string | null = null;
  #revision = 0;
  #index: KeyIndex | null = null;
  #folders: FolderPages | null = null;
  #indexRevision = 0;
  /** False between a gap and the next complete listing: the index then stays as it was, true at its own revision. */
  #indexFollows = false;
  #listing: Listing | null = null;
  #recent: RecentChanges | null = null;
  #watcher: Watcher | undefined;
  readonly #changed = new Signal();
  #timer: NodeJS.Timeout | undefined;
  #backoffMs = BACKOFF_MIN_MS;
  #ended: EngineError | null = null;

  constructor(options: HubOptions) {
    this.#engine = options.engine;
    this.#listener = options.listener;
    this.#now = options.now ?? Date.now;
    this.#keysMax = options.keysMax ?? INDEX_KEYS_MAX;
    this.#guard = new StallGuard({
      revision: () => this.#revision,
      watcher: () => this.#watcher,
      now: this.#now,
    });
  }

  start(): void {
    void this.#load();
  }

  /** @param why told to whoever still waits for something */
  close(why = new EngineError(GrpcCode.UNAVAILABLE, 'the console is closing')): void {
    this.#ended = why;
    clearTimeout(this.#timer);
    this.#guard.close();
    this.taps.close();
    this.#watcher?.close();
    this.#listing?.abort();
    this.#changed.fire();
  }

  /** The newest revision this console knows to have followed completely. 0 before the first answer. */
  get revision(): number {
    return this.#revision;
  }

  /** Why it follows nothing any more; null: it does. */
  get ended(): EngineError | null {
    return this.#ended;
  }

  /** The newest revision that some member reported. */
  get storeRevision(): number {
    return Math.max(this.#revision, this.#guard.storeRevision);
  }

  /** When a revision came about, as far as this console saw it: exact for recent ones, later within the samples' spacing. */
  timeOf(revision: number): number | null {
    return this.timeline.timeOf(revision) ?? this.#recent?.timeOf(revision) ?? this.times.timeOf(revision);
  }

  /** The newest revision seen by `time`, exact as far back as the timeline reaches. */
  revisionAt(time: number): { readonly revision: number; readonly at: number; readonly exact: boolean } | null {
    const logged = this.timeline.revisionAt(time);
    if (logged !== null) return { ...logged, exact: true };
    const sample = this.times.samples().findLast((one) => one.at <= time);
    return sample === undefined ? null : { ...sample, exact: false };
  }

  get recent(): RecentChanges | null {
    return this.#recent;
  }

  state(): IndexState {
    const listing = this.#listing;
    return {
      phase: this.#phase,
      keysLoaded: listing?.index.size ?? this.#index?.size ?? 0,
      keysTotal: listing?.total ?? this.#index?.size ?? null,
      revision: String(this.#indexRevision),
      reason: this.#reason,
    };
  }

  /** Null: there is no complete index (yet, or at all: see state()). */
  view(): HubView | null {
    if (this.#index === null || this.#folders === null) return null;
    return { source: 'live', index: this.#index, folders: this.#folders, revision: this.#indexRevision };
  }

  /** Waits for a complete index, at most `ms`. Null when there is none by then, or will be none. */
  async ready(ms: number): Promise<HubView | null> {
    const until = this.#now() + ms;
    while (this.#index === null && this.#phase !== 'limited' && this.#ended === null) {
      const left = until - this.#now();
      if (left <= 0) return null;
      await this.#changed.next(left);
    }
    return this.view();
  }

  /** Waits until changes up to `revision` have been followed; false when that took longer than `ms`. */
  async follows(revision: number, ms: number): Promise<boolean> {
    const until = this.#now() + ms;
    while (this.#revision < revision && this.#ended === null) {
      const left = until - this.#now();
      if (left <= 0) return false;
      await this.#changed.next(left);
    }
    return this.#revision >= revision;
  }

  /** From the monitor: the store is at `revision`. When the watch does not get there it is silently broken. */
  noteStoreRevision(revision: number): void {
    this.#guard.noteStoreRevision(revision);
  }

  /** Another store stands behind the endpoints: nothing known holds any more. */
  reset(reason: string): void {
    this.#index = null;
    this.#guard.reset();
    this.times.clear();
    this.timeline.forget();
    this.values.clear();
    this.#restart(reason);
  }

  async #load(): Promise<void> {
    const listing = new Listing(this.#engine.kv, this.#keysMax);
    this.#listing = listing;
    try {
      const pinned = await listing.first();
      if (this.#ended !== null) return;
      this.#pin(pinned);
      this.#setPhase('listing', null);
      while (await listing.next()) this.#announce();
      // A watch that outlived a failed listing may still be behind the revision of this one.
      while (this.#revision < pinned && this.#ended === null) await this.#changed.next(BACKOFF_MAX_MS);
      if (this.#ended !== null || this.#listing !== listing) return;
      this.#index = listing.index;
      this.#folders = new FolderPages(listing.index);
      this.#indexRevision = this.#revision;
      this.#indexFollows = true;
      this.timeline.begin(this.#revision, this.#now());
      this.#listing = null;
      this.#backoffMs = BACKOFF_MIN_MS;
      this.#setPhase('live', null);
    } catch (cause) {
      this.#onLoadFailed(cause, listing);
    }
  }

  #onLoadFailed(cause: unknown, listing: Listing): void {
    if (this.#ended !== null || this.#listing !== listing) return;
    if (cause instanceof ListingTooLarge) {
      // The watch goes on: changes stay live even where the tree cannot be held.
      this.#limit(cause.message);
      return;
    }
    if (!(cause instanceof EngineError)) throw cause;
    this.#listing = null;
    const compacted = cause.code === GrpcCode.OUT_OF_RANGE;
    if (this.#watcher === undefined) this.taps.refused();
    this.#setPhase(this.#index === null ? 'connecting' : 'stale', compacted ? 'history was compacted' : cause.message);
    this.#retry(compacted ? 0 : this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
  }

  #retry(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#ended !== null) return;
    this.#timer = setTimeout(() => void this.#load(), ms);
    this.#timer.unref();
  }

  /** The listing stands at `revision`: everything after it comes from the watch, a new one unless one is running. */
  #pin(revision: number): void {
    this.times.note(revision, this.#now());
    if (this.#watcher !== undefined) return;
    const before = this.#revision;
    this.#revision = revision;
    this.#recent = new RecentChanges(revision);
    this.#indexFollows = false;
    this.#listener.onGap({ from: before, to: revision, reason: this.#reason ?? 'the watch was lost' });
    this.#watcher = this.#engine.watch({ ranges: [ALL], startRevision: revision + 1 }, this.#handler());
    this.taps.open();
  }

  #handler(): WatchHandler {
    return {
      onEvents: (events, revision) => this.#onEvents(events, revision),
      onAlive: () => this.#guard.alive(),
      onConnection: (state) => {
        this.taps.connection(state);
        const { connected, error } = state;
        if (connected && this.#phase === 'stale' && this.#indexFollows) this.#setPhase('live', null);
        else if (!connected && this.#phase === 'live') this.#setPhase('stale', error);
      },
      onCompacted: (compactRevision) => this.#restart(`history before revision ${compactRevision} was compacted`),
      onFailed: (error) => this.#restart(error.message),
    };
  }

  #restart(reason: string): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.taps.over(reason);
    this.#listing?.abort();
    this.#listing = null;
    this.#setPhase(this.#index === null ? 'connecting' : 'stale', reason);
    this.#retry(this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
  }

  #onEvents(events: readonly StoredEvent[], revision: number): void {
    const at = this.#now();
    const changes: ChangeEvent[] = [];
    for (const event of events) {
      const key = toByteString(event.kv.key);
      if (this.#listing !== null) {
        this.#listing.touch(key, event.kv.modRevision);
        apply(this.#listing.index, key, event);
      }
      if (this.#index !== null && this.#indexFollows) this.#follow(this.#index, key, event, at);
      const change = toChangeEvent(event, at);
      changes.push(change);
      this.#recent?.push(event.kv.modRevision, change);
    }
    this.#revision = Math.max(this.#revision, revision);
    if (this.#index !== null && this.#indexFollows) {
      this.#indexRevision = this.#revision;
      this.timeline.settle(this.#revision, this.#index);
    }
    this.times.note(revision, at);
    if (this.#index !== null && this.#index.size > this.#keysMax)
      this.#limit(`the store holds more than ${this.#keysMax} keys`);
    this.taps.events(events, revision);
    this.#listener.onChanges(changes, revision);
    this.#changed.fire();
  }

  /** The change happens in the index, and the timeline learns what it replaced. */
  #follow(index: KeyIndex, key: ByteString, event: StoredEvent, at: number): void {
    const before = apply(index, key, event);
    if (before === undefined) return;
    const { kv } = event;
    const after = event.type === 'put' ? entryOf(kv) : null;
    this.timeline.note({ revision: kv.modRevision, at, key, before, after });
    if (after !== null) this.values.set(key, kv.modRevision, kv.value.slice());
  }

  #limit(reason: string): void {
    this.#listing?.abort();
    this.#listing = null;
    this.#index = null;
    this.timeline.forget();
    this.#setPhase('limited', `${reason}: tree and search are off; single keys, leases and live changes still work`);
  }

  #setPhase(phase: IndexState['phase'], reason: string | null): void {
    this.#phase = phase;
    this.#reason = reason;
    this.#announce();
  }

  #announce(): void {
    this.#listener.onIndex(this.state());
    this.#changed.fire();
  }
}

/** What stood there before; undefined when the index is not older than the event. */
function apply(index: KeyIndex, key: ByteString, { type, kv }: StoredEvent): KeyEntry | null | undefined {
  const known = index.get(key);
  if (known !== undefined && known.modRevision >= kv.modRevision) return undefined;
  if (type === 'delete') index.delete(key);
  else index.set(entryOf(kv));
  return known ?? null;
}
