/**
 * The whole key space as it was at a revision.
 *
 * Within what the console watched it is made from memory (Timeline). Before that from the store: the changes between are
 * read with their previous values and undone from the oldest view that is known, or, where they are too many or not
 * retained, the keys are listed at that revision. Reads of the store run one at a time: whoever drags through the past
 * must not start a listing per pixel. A few views are kept: scrubbing goes from one to the next.
 */
import { toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Engine, StoredEvent } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { FolderPages } from '../hub/folder-pages.ts';
import { type Hub, type HubView, INDEX_KEYS_MAX, type ViewSource } from '../hub/hub.ts';
import { entryOf } from '../hub/key-chunk.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { Listing, ListingTooLarge } from '../hub/listing.ts';
import { requireReached } from '../hub/reached.ts';

/** Revisions undone at most; the store reads and sends all of them with values before and after. */
const UNDO_REVISIONS_MAX = 20_000;
const UNDO_EVENTS_MAX = 100_000;
const VIEWS_MAX = 4;
/** Keys in all views kept that were listed: those share nothing with the live index. */
const LISTED_KEYS_MAX = 2_000_000;
const GONE = new ConsoleError(GrpcCode.CANCELED, 'nobody waits for this any more');
const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

export class PastViews {
  readonly #engine: Engine;
  readonly #hub: Hub;
  /** In order of last use. */
  readonly #views = new Map<number, HubView>();
  readonly #pending = new Map<number, Promise<HubView>>();
  /** Another store stands behind the endpoints since: what was begun for the one before is not kept. */
  #store = 0;
  /** The end of the queue of reads of the store. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, hub: Hub) {
    this.#engine = engine;
    this.#hub = hub;
  }

  /**
   * @param signal who asked has gone away: a read of the store that has not begun is not begun
   * @throws EngineError OUT_OF_RANGE when compacted, ConsoleError when in the future or too large
   */
  async at(revision: number, signal?: AbortSignal): Promise<HubView> {
    const known = this.#views.get(revision) ?? this.#remembered(revision);
    if (known !== undefined) {
      this.#keep(known);
      return known;
    }
    const running = this.#pending.get(revision) ?? this.#begin(revision, signal);
    try {
      return await running;
    } catch (error) {
      // Whoever asked first has gone away; this one has not.
      if (error === GONE && signal?.aborted !== true) return this.at(revision, signal);
      throw error;
    }
  }

  /** It is another store now. */
  reset(): void {
    this.#store++;
    this.#views.clear();
    this.#pending.clear();
  }

  /** From memory, without asking the store. */
  #remembered(revision: number): HubView | undefined {
    const live = this.#hub.view();
    const index = live === null ? null : this.#hub.timeline.at(revision, live.index, [...this.#views.values()]);
    return index === null ? undefined : viewOf(index, revision, 'memory');
  }

  #begin(revision: number, signal: AbortSignal | undefined): Promise<HubView> {
    const running: Promise<HubView> = this.#build(revision, signal).finally(() => {
      if (this.#pending.get(revision) === running) this.#pending.delete(revision);
    });
    this.#pending.set(revision, running);
    return running;
  }

  async #build(revision: number, signal: AbortSignal | undefined): Promise<HubView> {
    if (this.#hub.revision > 0) await requireReached(this.#hub, revision);
    const remembered = this.#remembered(revision);
    if (remembered !== undefined) {
      this.#keep(remembered);
      return remembered;
    }
    const read = this.#reading.then(() => this.#read(revision, signal));
    this.#reading = read.catch(() => undefined);
    return read;
  }

  async #read(revision: number, signal: AbortSignal | undefined): Promise<HubView> {
    if (signal?.aborted === true) throw GONE;
    const store = this.#store;
    const base = this.#nearest(revision);
    const undone = base === undefined ? undefined : await this.#undo(base, revision);
    const view = viewOf(undone ?? (await this.#list(revision)), revision, 'store');
    if (store !== this.#store) throw new ConsoleError(GrpcCode.UNAVAILABLE, 'another store answers now: ask again');
    this.#keep(view);
    return view;
  }

  /** The oldest view that is not older than `revision` and close enough. Forked at once: the live index goes on changing. */
  #nearest(revision: number): HubView | undefined {
    const { reachesBack } = this.#hub.timeline;
    const remembered = reachesBack === null ? undefined : this.#remembered(reachesBack);
    const candidates = [...this.#views.values(), remembered, this.#hub.view()]
      .filter((view) => view !== null && view !== undefined)
      .filter((view) => view.revision >= revision && view.revision - revision <= UNDO_REVISIONS_MAX)
      .sort((a, b) => a.revision - b.revision);
    const [nearest] = candidates;
    return nearest === undefined ? undefined : { ...nearest, index: nearest.index.fork() };
  }

  /** Undefined when history does not tell enough. */
  async #undo(base: HubView, revision: number): Promise<KeyIndex | undefined> {
    if (base.revision === revision) return base.index;
    const { history } = this.#engine;
    if (history === null) return undefined;
    const { events, dropped, complete } = await history.changes({
      ...ALL,
      fromRevision: revision + 1,
      toRevision: base.revision,
      eventsMax: UNDO_EVENTS_MAX,
      withPrevious: true,
    });
    if (dropped || !complete) return undefined;
    for (const event of [...events].reverse()) if (!undoEvent(base.index, event)) return undefined;
    return base.index;
  }

  async #list(revision: number): Promise<KeyIndex> {
    const listing = new Listing(this.#engine.kv, INDEX_KEYS_MAX, revision);
    try {
      await listing.first();
      while (await listing.next());
      return listing.index;
    } catch (error) {
      if (!(error instanceof ListingTooLarge)) throw error;
      throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `at revision ${revision} ${error.message}`);
    }
  }

  #keep(view: HubView): void {
    this.#views.delete(view.revision);
    this.#views.set(view.revision, view);
    const listedKeys = () =>
      [...this.#views.values()].reduce((sum, one) => sum + (one.source === 'store' ? one.index.size : 0), 0);
    for (const [oldest] of this.#views) {
      if (this.#views.size <= VIEWS_MAX && (this.#views.size === 1 || listedKeys() <= LISTED_KEYS_MAX)) return;
      this.#views.delete(oldest);
    }
  }
}

const viewOf = (index: KeyIndex, revision: number, source: ViewSource): HubView => ({
  source,
  index,
  folders: new FolderPages(index),
  revision,
});

/** False when the version before is missing though there was one: compacted while we read. */
function undoEvent(index: KeyIndex, { type, kv, prev }: StoredEvent): boolean {
  if (prev !== null) {
    index.set(entryOf(prev));
    return true;
  }
  if (type === 'delete' || kv.version > 1) return false;
  index.delete(toByteString(kv.key));
  return true;
}
