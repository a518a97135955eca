/**
 * What was deleted under a prefix and does not exist now, newest deletion first. Deletions the console saw are in memory;
 * older ones are read from the store's history, a bounded stretch per page, and the page says which stretch it searched.
 */
import type { TrashGroup, TrashPage } from '../../../lib/api/bulk-types.ts';
import type { KeyMeta, WireBytes } from '../../../lib/api/types.ts';
import { type ByteString, prefixRangeEnd, toByteString } from '../../../lib/base/bytes.ts';
import { ALL_KEYS, type KeyRange } from '../../../lib/keys/ranges.ts';
import { fromWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { StoredEvent } from '../../engines/engine.ts';
import { entryOf, type KeyEntry } from '../hub/key-chunk.ts';
import { requireReached } from '../hub/reached.ts';
import { leaseToHex } from '../ids.ts';
import { isReserved } from '../reserved.ts';
import { requireView } from './browse.ts';
import { isOutOfRange, type StoreContext } from './context.ts';
import { metaOf } from './key-meta.ts';

/** Of the store's history per page; it reads all of them, whatever the prefix. */
const TRASH_REVISIONS = 20_000;
const TRASH_EVENTS_MAX = 100_000;
const SAMPLE_KEYS = 20;
/** A delete of many keys is one revision that takes the watch a while. */
const FOLLOW_MS = 2_000;

export interface TrashQuery {
  readonly prefix: WireBytes;
  /** Only deletions before this revision; undefined: from the newest on. */
  readonly before: number | undefined;
  /** Groups. */
  readonly limit: number;
}

interface Deletion {
  readonly revision: number;
  readonly key: ByteString;
  /** As it was; null: not retained. */
  readonly entry: KeyEntry | null;
}

/** @throws ConsoleError OUT_OF_RANGE when `before` lies in the future */
export async function trash(context: StoreContext, query: TrashQuery): Promise<TrashPage> {
  if (query.before === undefined) {
    // Who comes straight from a delete looks for it: the console waits until it knows of everything that happened so far.
    const { revision } = await context.engine.kv.list({ ...rangeOf(query.prefix), countOnly: true });
    await context.hub.follows(revision, FOLLOW_MS);
  } else {
    await requireReached(context.hub, query.before - 1);
  }
  await context.authors.refresh();
  const search = new TrashSearch(context, query, (await requireView(context)).revision);
  return search.run();
}

function rangeOf(prefix: WireBytes): KeyRange {
  const key = fromWire(prefix);
  return key.length === 0 ? ALL_KEYS : { key, end: prefixRangeEnd(key) };
}

class TrashSearch {
  readonly #context: StoreContext;
  readonly #query: TrashQuery;
  readonly #prefix: ByteString;
  readonly #newest: number;
  readonly #groups = new Map<number, GroupTally>();
  /** Keys whose newest deletion has been seen: older ones are another life of the same key. */
  readonly #seen = new Set<ByteString>();
  #floor: number;
  #at: number;
  #isFull = false;
  #isComplete = true;
  #back = { revision: 0, keys: 0 };

  constructor(context: StoreContext, query: TrashQuery, newest: number) {
    this.#context = context;
    this.#query = query;
    this.#prefix = wireToByteString(query.prefix);
    this.#newest = query.before === undefined ? newest : query.before - 1;
    this.#at = this.#newest;
    // What stood before the oldest readable revision cannot be read.
    this.#floor = Math.max(1, context.compacted()) + 1;
  }

  async run(): Promise<TrashPage> {
    const { timeline } = this.#context.hub;
    if (timeline.covers(this.#at)) this.#fromMemory(timeline.reachesBack ?? this.#at);
    const mayReadOn = !this.#isFull && this.#at >= this.#floor;
    // One stretch of the store's history at most, and none while memory had something to show.
    if (mayReadOn && this.#groups.size === 0) await this.#fromStore();
    const goesOn = this.#at >= this.#floor;
    return {
      prefix: this.#query.prefix,
      groups: [...this.#groups.values()].map((group) => group.result(this.#context)),
      complete: this.#isComplete,
      searchedFrom: String(Math.min(this.#at + 1, Math.max(1, this.#newest))),
      searchedTo: String(Math.max(1, this.#newest)),
      reachesCompaction: !goesOn,
      nextBefore: goesOn ? String(this.#at + 1) : null,
    };
  }

  #fromMemory(reachesBack: number): void {
    for (const { revision, key, before, after } of this.#context.hub.timeline.changesBack(reachesBack, this.#at)) {
      if (revision < this.#floor) break;
      if (after === null && !this.#take({ revision, key, entry: before })) return;
    }
    if (!this.#isFull) this.#at = Math.max(reachesBack, this.#floor - 1);
  }

  async #fromStore(): Promise<void> {
    const { history } = this.#context.engine;
    if (history === null) {
      this.#at = this.#floor - 1;
      return;
    }
    const from = Math.max(this.#floor, this.#at - TRASH_REVISIONS + 1);
    const request = {
      ...rangeOf(this.#query.prefix),
      fromRevision: from,
      toRevision: this.#at,
      eventsMax: TRASH_EVENTS_MAX,
      withPrevious: true,
    };
    try {
      const { events, dropped, complete } = await history.changes(request);
      this.#isComplete = complete;
      const oldest = events[0]?.kv.modRevision ?? from;
      for (const event of events.toReversed()) if (event.type === 'delete' && !this.#takeEvent(event)) return;
      // The oldest revision of a cut answer may be half of itself.
      this.#at = dropped ? oldest : from - 1;
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      this.#floor = Math.max(1, await this.#context.refreshCompacted()) + 1;
    }
  }

  #takeEvent({ kv, prev }: StoredEvent): boolean {
    const entry = prev === null ? null : entryOf(prev);
    return this.#take({ revision: kv.modRevision, key: toByteString(kv.key), entry });
  }

  /** False: the page is full, and this deletion belongs to the next one. */
  #take(deletion: Deletion): boolean {
    const { revision, key } = deletion;
    if (!key.startsWith(this.#prefix) || isReserved(key, this.#prefix)) return true;
    let group = this.#groups.get(revision);
    if (group === undefined && this.#groups.size >= this.#query.limit) {
      this.#isFull = true;
      this.#at = revision;
      return false;
    }
    const isGone = this.#context.hub.view()?.index.has(key) !== true && !this.#seen.has(key);
    this.#seen.add(key);
    if (group === undefined && !isGone) {
      // Back again by now; counted once the revision turns out to have deleted others that are not.
      this.#back = { revision, keys: (this.#back.revision === revision ? this.#back.keys : 0) + 1 };
      return true;
    }
    group ??= new GroupTally(revision, this.#back.revision === revision ? this.#back.keys : 0);
    this.#groups.set(revision, group);
    group.add(deletion, isGone);
    return true;
  }
}

class GroupTally {
  readonly #revision: number;
  readonly #entries: KeyEntry[] = [];
  readonly #leases = new Set<string>();
  #deleted: number;
  #keys = 0;
  #bytes = 0;

  constructor(revision: number, deleted: number) {
    this.#revision = revision;
    this.#deleted = deleted;
  }

  add({ entry }: Deletion, isGone: boolean): void {
    this.#deleted++;
    if (!isGone) return;
    this.#keys++;
    if (entry === null) return;
    this.#bytes += entry.valueBytes;
    this.#entries.push(entry);
    const lease = leaseToHex(entry.lease);
    if (lease !== null) this.#leases.add(lease);
  }

  result(context: StoreContext): TrashGroup {
    const sorted = this.#entries.sort((a, b) => (a.key < b.key ? -1 : 1));
    return {
      revision: String(this.#revision),
      at: context.hub.timeOf(this.#revision),
      by: context.authors.by(this.#revision),
      keys: this.#keys,
      deleted: this.#deleted,
      bytes: this.#bytes,
      leases: [...this.#leases],
      sample: sorted.slice(0, SAMPLE_KEYS).map((entry): KeyMeta => metaOf(entry)),
    };
  }
}
