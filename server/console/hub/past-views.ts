/**
 * The whole key space as it was at a revision.
 *
 * A view of the past is a fork of the nearest younger view with the changes between undone, youngest first. What changed
 * is read from the store's history with previous values; too much of it, or none, and the keys are listed at that revision
 * instead. A few views are kept: scrubbing goes from one to the next.
 */
import { toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Engine, StoredEvent } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { FolderPages } from './folder-pages.ts';
import { type Hub, type HubView, INDEX_KEYS_MAX } from './hub.ts';
import { entryOf } from './key-chunk.ts';
import type { KeyIndex } from './key-index.ts';
import { Listing, ListingTooLarge } from './listing.ts';

/** Revisions undone at most; the store reads and sends all of them with values before and after. */
export const UNDO_REVISIONS_MAX = 20_000;
const UNDO_EVENTS_MAX = 100_000;
const VIEWS_MAX = 4;
/** How long a revision that the watch has not reached yet is waited for. */
const FOLLOW_MS = 1_000;
const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

export class PastViews {
  readonly #engine: Engine;
  readonly #hub: Hub;
  /** In order of last use. */
  readonly #views = new Map<number, HubView>();
  readonly #pending = new Map<number, Promise<HubView>>();

  constructor(engine: Engine, hub: Hub) {
    this.#engine = engine;
    this.#hub = hub;
  }

  /** @throws EngineError OUT_OF_RANGE when compacted, ConsoleError when in the future or too large */
  async at(revision: number): Promise<HubView> {
    const known = this.#views.get(revision);
    if (known !== undefined) {
      this.#keep(known);
      return known;
    }
    const running = this.#pending.get(revision) ?? this.#build(revision).finally(() => this.#pending.delete(revision));
    this.#pending.set(revision, running);
    return running;
  }

  async #build(revision: number): Promise<HubView> {
    if (this.#hub.revision > 0 && !(await this.#hub.follows(revision, FOLLOW_MS))) {
      throw new ConsoleError(
        GrpcCode.OUT_OF_RANGE,
        `revision ${revision} does not exist yet; the newest is ${this.#hub.revision}`,
        { revision: String(revision), current: String(this.#hub.revision) },
      );
    }
    const base = this.#nearest(revision);
    const undone = base === undefined ? undefined : await this.#undo(base, revision);
    const index = undone ?? (await this.#list(revision));
    const view = { index, folders: new FolderPages(index), revision };
    this.#keep(view);
    return view;
  }

  /** The youngest view that is not older and close enough. Its index is forked at once: the live one goes on changing. */
  #nearest(revision: number): HubView | undefined {
    const candidates = [...this.#views.values(), this.#hub.view()]
      .filter((view) => view !== null)
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
    const [oldest] = this.#views.keys();
    if (this.#views.size > VIEWS_MAX && oldest !== undefined) this.#views.delete(oldest);
  }
}

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
