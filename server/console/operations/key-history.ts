/**
 * Every retained version of a key, newest first, across all its lives: deletions are versions too, and what stood before
 * them is found again.
 *
 * Two ways down, each where it is cheap: within a life, one single-key read per version ("as of just before that one");
 * across a deletion, a bounded stretch of history read by a watch, because no read can tell when an absent key was last
 * there. One empty stretch per page at most: the answer then says where to go on (`nextBefore`).
 */
import type { KeyHistory, KeyVersion } from '../../../lib/api/types.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { fromWire, toWire } from '../../../lib/keys/wire-bytes.ts';
import type { ChangesResult, StoredEvent, StoredKey } from '../../engines/engine.ts';
import type { StoreConsole } from '../console.ts';
import { requireReached } from '../hub/reached.ts';
import { leaseToHex } from '../ids.ts';
import { isOutOfRange, type StoreContext } from './context.ts';

/** The store reads all its revisions in such a stretch, of whatever key. */
const SCAN_REVISIONS = 20_000;

export async function keyHistory(
  context: StoreContext,
  query: Parameters<StoreConsole['history']>[0],
): Promise<KeyHistory> {
  // What the trail got since is read beside the history itself.
  await context.authors.refresh();
  const walk = new HistoryWalk(context, fromWire(query.key), query.limit);
  await walk.run(query.before);
  return { key: query.key, ...walk.result() };
}

class HistoryWalk {
  readonly #context: StoreContext;
  readonly #key: Uint8Array;
  readonly #limit: number;
  readonly #versions: KeyVersion[] = [];
  /** Looking for the newest version at or below this revision. */
  #at = 0;
  #floor = 0;
  #reachesCompaction = false;
  #more = false;
  #done = false;

  constructor(context: StoreContext, key: Uint8Array, limit: number) {
    this.#context = context;
    this.#key = key;
    this.#limit = limit;
  }

  async run(before: number | undefined): Promise<void> {
    this.#floor = Math.max(1, this.#context.compacted());
    let alive = true;
    if (before === undefined) {
      const newest = await this.#context.engine.kv.list({ key: this.#key, end: EMPTY_BYTES });
      this.#at = newest.revision;
      alive = this.#takeRead(newest.kvs[0]);
    } else {
      await requireReached(this.#context.hub, before - 1);
      this.#at = before - 1;
    }
    while (!this.#done) {
      if (this.#at < this.#floor) this.#finish({ reachesCompaction: true });
      else if (this.#versions.length >= this.#limit) this.#finish({ more: true });
      else if (alive) alive = await this.#step();
      else alive = await this.#scan();
    }
  }

  result(): Omit<KeyHistory, 'key'> {
    return {
      versions: this.#versions,
      reachesCompaction: this.#reachesCompaction,
      compacted: String(this.#context.compacted()),
      more: this.#more,
      nextBefore: this.#more ? String(this.#at + 1) : null,
    };
  }

  #finish(how: { readonly reachesCompaction?: boolean; readonly more?: boolean }): void {
    this.#done = true;
    this.#reachesCompaction = how.reachesCompaction ?? false;
    this.#more = how.more ?? false;
  }

  /** One version of the life that includes `#at`. False: the key was absent then. */
  async #step(): Promise<boolean> {
    try {
      const { kvs } = await this.#context.engine.kv.list({ key: this.#key, end: EMPTY_BYTES, revision: this.#at });
      return this.#takeRead(kvs[0]);
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      // Compacted while we walked: what came before is gone.
      this.#floor = await this.#context.refreshCompacted();
      this.#finish({ reachesCompaction: true });
      return false;
    }
  }

  #takeRead(kv: StoredKey | undefined): boolean {
    if (kv === undefined) return false;
    this.#versions.push(putVersion(this.#context, kv));
    this.#at = kv.modRevision - 1;
    // Before the first version of a life there was nothing: no need to ask.
    return kv.version > 1;
  }

  /** The stretch below `#at`. True: events were found, and before the oldest of them the key may have been there. */
  async #scan(): Promise<boolean> {
    const { history } = this.#context.engine;
    if (history === null) {
      this.#finish({});
      return false;
    }
    const from = Math.max(this.#floor, this.#at - SCAN_REVISIONS + 1);
    const wanted = this.#limit - this.#versions.length;
    const request = { key: this.#key, end: EMPTY_BYTES, fromRevision: from, toRevision: this.#at, eventsMax: wanted };
    const { events, dropped, complete } = await this.#changes(() => history.changes(request));
    if (this.#done) return false;
    for (const event of [...events].reverse()) this.#versions.push(eventVersion(this.#context, event));
    const oldest = events[0];
    const goesOn = oldest !== undefined && (oldest.type === 'delete' || oldest.kv.version > 1 || dropped);
    this.#at = goesOn ? oldest.kv.modRevision - 1 : from - 1;
    if (!complete) this.#finish({});
    else if (oldest === undefined && from > this.#floor) this.#finish({ more: true });
    return goesOn;
  }

  async #changes(read: () => Promise<ChangesResult>): Promise<ChangesResult> {
    try {
      return await read();
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      this.#floor = await this.#context.refreshCompacted();
      this.#finish({ reachesCompaction: true });
      return { events: [], dropped: false, complete: true };
    }
  }
}

function putVersion(context: StoreContext, kv: StoredKey): KeyVersion {
  return {
    modRevision: String(kv.modRevision),
    createRevision: String(kv.createRevision),
    version: String(kv.version),
    type: 'put',
    value: toWire(kv.value),
    valueBytes: kv.value.length,
    lease: leaseToHex(kv.lease),
    at: context.hub.timeOf(kv.modRevision),
    by: context.authors.by(kv.modRevision),
  };
}

function eventVersion(context: StoreContext, { type, kv }: StoredEvent): KeyVersion {
  if (type === 'put') return putVersion(context, kv);
  return {
    modRevision: String(kv.modRevision),
    createRevision: '0',
    version: '0',
    type: 'delete',
    value: null,
    valueBytes: 0,
    lease: null,
    at: context.hub.timeOf(kv.modRevision),
    by: context.authors.by(kv.modRevision),
  };
}
