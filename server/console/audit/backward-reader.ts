/**
 * The trail from its newest entry on, in stretches of bounded size. A store lists only forwards, and sorts what it lists only after
 * reading all of it; but ids begin with the time, so where a stretch begins is found by counting: answers of a few bytes.
 *
 * Invariants (backward-reader.test.ts): every key of the range comes exactly once, newest first, at one revision, whatever the times
 * in it look like and whoever else put keys there; what is read besides counts is what is handed out.
 */
import { assert } from '../../../lib/base/assert.ts';
import { prefixRangeEnd, utf8Decode } from '../../../lib/base/bytes.ts';
import type { Engine, StoredKey } from '../../engines/engine.ts';
import { AUDIT_PREFIX, auditKey, firstIdAt } from './entry.ts';

/** The last moment that an id can begin with. */
const TIME_MAX = 10 ** 14 - 1;
/** Between the least and the most that a stretch may hold. */
const AIM = 1.4;
/** How far ahead of ours another console's clock is taken to be at first, and how much further each time that was not enough. */
const AHEAD_MS = 60_000;
const AHEAD_FACTOR = 8;
/** Keys named at a time where counting by time cannot part them. */
const WALK_KEYS = 1_000;

export interface BackwardRange {
  /** The oldest id meant; undefined: from the first on. */
  readonly from?: string | undefined;
  /** Only what is older than this id; undefined: from the newest on. */
  readonly before?: string | undefined;
  /** As it stood then; undefined: now. */
  readonly revision?: number | undefined;
}

interface Bounds {
  readonly begin: Uint8Array;
  readonly end: Uint8Array;
  /** When the oldest key began; 0: it does not tell. */
  readonly oldest: number;
  readonly top: number;
  readonly isTopSure: boolean;
}

export class BackwardReader {
  /** Everything is read as it stood then. */
  readonly revision: number;
  /** Keys of the whole range. */
  readonly total: number;
  readonly #engine: Engine;
  readonly #begin: Uint8Array;
  readonly #oldest: number;
  #end: Uint8Array;
  #left: number;
  /** A moment from which on there are few left, or none. */
  #top: number;
  #isTopSure: boolean;
  #msPerKey: number;

  private constructor(engine: Engine, range: Bounds, found: { readonly revision: number; readonly total: number }) {
    this.#engine = engine;
    this.#begin = range.begin;
    this.#end = range.end;
    this.#oldest = range.oldest;
    this.#top = range.top;
    this.#isTopSure = range.isTopSure;
    this.revision = found.revision;
    this.total = found.total;
    this.#left = found.total;
    this.#msPerKey = Math.max(1, range.top - range.oldest) / Math.max(1, found.total);
  }

  /**
   * Counts the range.
   *
   * @param now where the newest are looked for first; they may be elsewhere
   * @throws EngineError PERMISSION_DENIED for users who may not read all of it
   */
  static async open(
    engine: Engine,
    { from = '', before, revision: pinned = 0 }: BackwardRange,
    now = Date.now(),
  ): Promise<BackwardReader> {
    const begin = auditKey(from);
    const end = before === undefined ? prefixRangeEnd(auditKey('')) : auditKey(before);
    const first = await engine.kv.list({ key: begin, end, keysOnly: true, limit: 1, revision: pinned });
    const [oldestKey] = first.kvs;
    const oldest = oldestKey === undefined ? 0 : (timeOf(idOf(oldestKey.key)) ?? 0);
    const newest = before === undefined ? undefined : timeOf(before);
    const top = Math.min(TIME_MAX, newest === undefined ? now : newest + 1);
    const revision = pinned === 0 ? first.revision : pinned;
    const bounds = { begin, end, oldest, top, isTopSure: newest !== undefined };
    return new BackwardReader(engine, bounds, { revision, total: first.count });
  }

  /** Keys not handed out yet. */
  get left(): number {
    return this.#left;
  }

  /** The next older ones, newest first: `least` to twice as many, or all that are left. Empty only at the end. @throws EngineError */
  async back(least: number): Promise<readonly StoredKey[]> {
    if (this.#left === 0) return [];
    const begin = this.#left <= 2 * least ? this.#begin : await this.#beginOf(least);
    const { kvs } = await this.#engine.kv.list({ key: begin, end: this.#end, revision: this.revision });
    const [oldest] = kvs;
    assert(oldest !== undefined, 'what was counted at a revision can be read there');
    this.#end = oldest.key;
    this.#left -= kvs.length;
    const at = timeOf(idOf(oldest.key));
    if (at !== undefined) {
      this.#msPerKey = Math.max(1, this.#top - at) / kvs.length;
      this.#top = Math.min(this.#top, at + 1);
      this.#isTopSure = true;
    }
    return kvs.toReversed();
  }

  /** Where the newest `least` to twice as many of those left begin: there are more than that. */
  async #beginOf(least: number): Promise<Uint8Array> {
    if (!this.#isTopSure) await this.#raiseTop(least);
    const all = Math.max(1, this.#top - this.#oldest);
    // Milliseconds before the top.
    let tooFew = 0;
    let tooMany = all;
    let held = this.#left;
    let width = AIM * least * this.#msPerKey;
    let isFromTop = false;
    while (tooMany - tooFew > 1) {
      width = Math.min(tooMany - 1, Math.max(tooFew + 1, Math.round(width)));
      const count = await this.#countFrom(this.#keyAt(width));
      if (count >= least && count <= 2 * least) return this.#keyAt(width);
      if (count < least) tooFew = width;
      else {
        tooMany = width;
        held = count;
      }
      // Nothing for a month and then a thousand a second: orders of magnitude are halved, of what lies before the top and behind the oldest in turn.
      isFromTop = !isFromTop;
      if (tooFew === 0) width = (tooMany * AIM * least) / held;
      else width = isFromTop ? Math.sqrt(tooFew * tooMany) : tooMany - Math.sqrt(tooMany - tooFew);
    }
    // No console begins two entries in one millisecond; others may have put here what they like.
    return this.#skip(tooMany === all ? this.#begin : this.#keyAt(tooMany), held - least);
  }

  /** Clocks differ between consoles: the newest may be from what is the future here. */
  async #raiseTop(least: number): Promise<void> {
    for (let ahead = AHEAD_MS; this.#top < TIME_MAX; ahead *= AHEAD_FACTOR) {
      if ((await this.#countFrom(this.#keyAt(0))) < least) break;
      this.#top = Math.min(TIME_MAX, this.#top + ahead);
    }
    this.#isTopSure = true;
  }

  #keyAt(width: number): Uint8Array {
    return auditKey(firstIdAt(this.#top - width));
  }

  async #countFrom(key: Uint8Array): Promise<number> {
    const range = { key, end: this.#end, revision: this.revision };
    return (await this.#engine.kv.list({ ...range, countOnly: true })).count;
  }

  /** The key behind the first `count`. */
  async #skip(begin: Uint8Array, count: number): Promise<Uint8Array> {
    const range = { end: this.#end, keysOnly: true, revision: this.revision };
    for (let at = begin, left = count; ; ) {
      const { kvs } = await this.#engine.kv.list({ ...range, key: at, limit: Math.min(WALK_KEYS, left + 1) });
      const last = kvs.at(-1);
      assert(last !== undefined, 'what was counted at a revision can be read there');
      if (kvs.length > left) return last.key;
      left -= kvs.length;
      at = Uint8Array.of(...last.key, 0);
    }
  }
}

export const idOf = (key: Uint8Array): string => (utf8Decode(key) ?? '').slice(AUDIT_PREFIX.length);

/** Undefined: no id of a console. */
export const timeOf = (id: string): number | undefined => (/^\d{14}/.test(id) ? Number(id.slice(0, 14)) : undefined);
