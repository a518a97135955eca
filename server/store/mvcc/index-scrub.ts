/**
 * What compaction at R does to the index, in bounded slices. It keeps the newest version <= R of every live key, every
 * version above R, and tombstones at exactly R (a watch that starts at R must still see that delete; the next
 * compaction takes them). All else goes.
 *
 * Only revisions in [previous R, R] can have superseded something since the last scrub, so the work is proportional to
 * what changed, not to the number of keys:
 *   rows: each row x there makes its previous row dead, and x becomes the end of its chain;
 *   tombstones: a tombstone below R that nothing superseded is dead itself (and its key, when it was the newest);
 *   pages: sparse pages of the row table are joined.
 */
import { assertNever } from '../../../lib/base/assert.ts';
import type { KeyIndex } from './key-index.ts';
import { NO_ROW, type Row } from './row-table.ts';

type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'rows'; readonly target: number; from: { main: number; sub: number } }
  | { readonly kind: 'tombstones'; readonly target: number; at: number }
  | { readonly kind: 'pages'; readonly target: number; at: number };

export class IndexScrub {
  readonly #index: KeyIndex;
  readonly #release: (row: Row) => void;
  #phase: Phase = { kind: 'idle' };
  #tombstones: Row[] = [];
  /** Everything dead at this revision is gone from the index. */
  #doneTo = 0;

  /** `release` hears of each row just before it is killed. */
  constructor(index: KeyIndex, release: (row: Row) => void) {
    this.#index = index;
    this.#release = release;
  }

  /** Works towards `target` for about `rowsMax` rows. True when there is more to do. */
  step(target: number, rowsMax: number): boolean {
    const phase = this.#phase;
    switch (phase.kind) {
      case 'idle':
        if (target <= this.#doneTo) return false;
        this.#phase = { kind: 'rows', target, from: { main: this.#doneTo, sub: 0 } };
        return true;
      case 'rows':
        this.#stepRows(phase, rowsMax);
        return true;
      case 'tombstones':
        this.#stepTombstones(phase, rowsMax);
        return true;
      case 'pages':
        return this.#stepPages(phase, rowsMax) || target > this.#doneTo;
      default:
        return assertNever(phase, 'scrub phase');
    }
  }

  #stepRows(phase: Phase & { kind: 'rows' }, rowsMax: number): void {
    const { rows } = this.#index;
    let budget = rowsMax;
    let finished = true;
    rows.forEachFrom(phase.from, (row) => {
      const main = rows.main(row);
      if (main > phase.target) return false;
      if (budget-- <= 0) {
        phase.from = { main, sub: rows.sub(row) };
        finished = false;
        return false;
      }
      const previous = rows.previous(row);
      if (previous !== NO_ROW) {
        this.#kill(previous);
        rows.setPrevious(row, NO_ROW);
      }
      if (main < phase.target && rows.isTombstone(row)) this.#tombstones.push(row);
      return true;
    });
    if (finished) this.#phase = { kind: 'tombstones', target: phase.target, at: 0 };
  }

  #stepTombstones(phase: Phase & { kind: 'tombstones' }, rowsMax: number): void {
    const end = Math.min(this.#tombstones.length, phase.at + rowsMax);
    for (; phase.at < end; phase.at++) {
      const row = this.#tombstones[phase.at] as Row;
      if (this.#index.rows.isDead(row)) continue;
      this.#index.unlink(row);
      this.#kill(row);
    }
    if (end < this.#tombstones.length) return;
    this.#tombstones = [];
    this.#doneTo = phase.target;
    this.#phase = { kind: 'pages', target: phase.target, at: 0 };
  }

  /** True when there is more. */
  #stepPages(phase: Phase & { kind: 'pages' }, rowsMax: number): boolean {
    const next = this.#index.mergeSparse(phase.at, rowsMax);
    if (next === undefined) {
      this.#phase = { kind: 'idle' };
      return false;
    }
    phase.at = next;
    return true;
  }

  #kill(row: Row): void {
    this.#release(row);
    this.#index.rows.kill(row);
  }
}
