/**
 * Which revisions every key has: tree (key → slot), slot → newest row, row → previous row of the same key.
 *
 * Worth an example. `a` is put at 2 and 3, deleted at 4 and put again at 6:
 *
 *   tree: a → slot 0      heads[0] → row(6) → row(4, tombstone) → row(3) → row(2) → none
 *
 * A read at revision 5 walks from the head to row(4), a tombstone: no such key. Compaction at 5 (index-scrub.ts) leaves
 * row(6) alone, because the newest version <= 5 is a tombstone below 5.
 *
 * Invariants: along a chain main strictly falls (a key changes at most once in one revision, see validate.ts); a key is
 * live exactly when its head is not a tombstone; a key without rows is not in the tree.
 */
import { assert } from '../../../lib/base/assert.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { type KeyBounds, KeyTree } from './key-tree.ts';
import type { StoredRevision } from './revision-codec.ts';
import type { Location } from './revision-store.ts';
import { NO_ROW, type Row, RowTable } from './row-table.ts';

const INITIAL_SLOTS = 1024;
export const NO_SLOT = -1;

export class KeyIndex {
  readonly rows = new RowTable();
  readonly #tree = new KeyTree((slot) => slot === this.#becomingLive || this.isLive(slot));
  readonly #keys: ByteString[] = [];
  readonly #freeSlots: number[] = [];
  #heads = new Uint32Array(INITIAL_SLOTS);
  /** The slot of a key that is being entered and has no row yet. */
  #becomingLive = NO_SLOT;

  /** Keys with any history, live or not. */
  get keyCount(): number {
    return this.#tree.size;
  }

  get slotCount(): number {
    return this.#keys.length;
  }

  slotOf(key: ByteString): number {
    return this.#tree.get(key);
  }

  keyOf(slot: number): ByteString {
    return this.#keys[slot] as ByteString;
  }

  headOf(slot: number): Row {
    return this.#heads[slot] as number;
  }

  isLive(slot: number): boolean {
    const head = this.headOf(slot);
    return head !== NO_ROW && !this.rows.isTombstone(head);
  }

  /** The newest row of `slot` with main <= `revision` if it is not a tombstone, else NO_ROW. */
  liveRowAt(slot: number, revision: number): Row {
    let row = this.headOf(slot);
    while (row !== NO_ROW && this.rows.main(row) > revision) row = this.rows.previous(row);
    return row !== NO_ROW && !this.rows.isTombstone(row) ? row : NO_ROW;
  }

  /**
   * Adds the newest revision of its key. `knownSlot`: what slotOf() just said, if the caller asked; otherwise the key is
   * looked up here. Also used when a store is read back, in revision order.
   */
  append(
    revision: StoredRevision,
    stored: { readonly location: Location; readonly length: number },
    knownSlot = NO_SLOT,
  ): Row {
    const slot = knownSlot === NO_SLOT ? this.#slotFor(revision.key, !revision.tombstone) : knownSlot;
    const previous = this.headOf(slot);
    assert(
      previous === NO_ROW || this.rows.main(previous) < revision.main,
      `a key changes twice in revision ${revision.main}`,
    );
    const row = this.rows.append({
      main: revision.main,
      sub: revision.sub,
      previous,
      slot,
      createRevision: revision.createRevision,
      version: revision.version,
      lease: revision.lease,
      location: stored.location,
      length: stored.length,
      tombstone: revision.tombstone,
    });
    this.#heads[slot] = row;
    if (previous === NO_ROW) return row;
    const wasLive = !this.rows.isTombstone(previous);
    if (wasLive === revision.tombstone) this.#tree.adjustLive(revision.key, wasLive ? -1 : 1);
    return row;
  }

  forRange(bounds: KeyBounds, visit: (slot: number, key: ByteString) => boolean): void {
    this.#tree.forRange(bounds, visit);
  }

  /** Live keys in the range now: O(log n). */
  countLive(bounds: KeyBounds): number {
    return this.#tree.countLive(bounds);
  }

  /** Takes a row out of the chain of its key, wherever it stands; forgets the key when nothing is left. */
  unlink(row: Row): void {
    const { rows } = this;
    const slot = rows.slot(row);
    if (this.headOf(slot) === row) {
      assert(rows.isTombstone(row) && rows.previous(row) === NO_ROW, `the head of a key is dropped while it is live`);
      this.#heads[slot] = NO_ROW;
      this.#tree.remove(this.keyOf(slot));
      this.#keys[slot] = '' as ByteString;
      this.#freeSlots.push(slot);
    } else rows.setPrevious(this.#successor(slot, row), rows.previous(row));
  }

  /** See RowTable.mergeSparse; keeps heads and chains pointing at the moved rows. */
  mergeSparse(start: number, rowsMax: number): number | undefined {
    return this.rows.mergeSparse(start, {
      rowsMax,
      onMove: ({ from, to, slot }) => {
        if (this.headOf(slot) === from) this.#heads[slot] = to;
        else this.rows.setPrevious(this.#successor(slot, from), to);
      },
    });
  }

  /** The row of `slot` whose previous is `row`. */
  #successor(slot: number, row: Row): Row {
    let at = this.headOf(slot);
    while (this.rows.previous(at) !== row) at = this.rows.previous(at);
    return at;
  }

  /** The slot of `key`, new when it has none; a new key counts as live or not from here on. */
  #slotFor(key: ByteString, isLive: boolean): number {
    const fresh = this.#freeSlots.at(-1) ?? this.#keys.length;
    this.#becomingLive = isLive ? fresh : NO_SLOT;
    const slot = this.#tree.getOrInsert(key, fresh, isLive);
    this.#becomingLive = NO_SLOT;
    if (slot !== fresh) return slot;
    this.#freeSlots.pop();
    this.#keys[slot] = key;
    if (slot >= this.#heads.length) {
      const grown = new Uint32Array(this.#heads.length * 2);
      grown.set(this.#heads);
      this.#heads = grown;
    }
    this.#heads[slot] = NO_ROW;
    return slot;
  }
}
