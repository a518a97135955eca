/**
 * Every revision the store still knows, one row each, in revision order, as columns of typed arrays: no object per
 * revision or key (~57 bytes a row). A row is named by a number (page id and offset in the page); 0 names none.
 *
 * Invariants: rows are appended in ascending (main, sub); a row's number stays valid until the row is killed or moved
 * by mergeSparse(), which reports every move. Readers that pause keep (main, sub), never a row number.
 */
import { AssertionError, assert } from '../../../lib/base/assert.ts';
import type { Location } from './revision-store.ts';

const PAGE_BITS = 12;
const PAGE_ROWS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_ROWS - 1;
/** Two neighbouring pages are merged when together they hold no more than this. */
const MERGE_ROWS_MAX = (PAGE_ROWS * 3) >>> 2;

const TOMBSTONE = 1;
const DEAD = 2;

export type Row = number;
export const NO_ROW: Row = 0;

export interface RowFields {
  readonly main: number;
  readonly sub: number;
  /** The previous revision of the same key, or NO_ROW. */
  readonly previous: Row;
  readonly slot: number;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: bigint;
  readonly location: Location;
  /** Bytes in the revision store. */
  readonly length: number;
  readonly tombstone: boolean;
}

class RowPage {
  readonly id: number;
  readonly main = new Float64Array(PAGE_ROWS);
  readonly sub = new Uint32Array(PAGE_ROWS);
  readonly previous = new Uint32Array(PAGE_ROWS);
  readonly slot = new Uint32Array(PAGE_ROWS);
  readonly createRevision = new Float64Array(PAGE_ROWS);
  readonly version = new Float64Array(PAGE_ROWS);
  readonly lease = new BigInt64Array(PAGE_ROWS);
  readonly location = new Float64Array(PAGE_ROWS);
  readonly length = new Uint32Array(PAGE_ROWS);
  readonly flags = new Uint8Array(PAGE_ROWS);
  rows = 0;
  alive = 0;

  constructor(id: number) {
    this.id = id;
  }

  copyRow(from: RowPage, offset: number): number {
    const to = this.rows++;
    this.alive++;
    this.main[to] = from.main[offset] as number;
    this.sub[to] = from.sub[offset] as number;
    this.previous[to] = from.previous[offset] as number;
    this.slot[to] = from.slot[offset] as number;
    this.createRevision[to] = from.createRevision[offset] as number;
    this.version[to] = from.version[offset] as number;
    this.lease[to] = from.lease[offset] as bigint;
    this.location[to] = from.location[offset] as number;
    this.length[to] = from.length[offset] as number;
    this.flags[to] = from.flags[offset] as number;
    return to;
  }
}

export class RowTable {
  /** By page id; id 0 is never used, so that row 0 means none. */
  readonly #pages: (RowPage | undefined)[] = [undefined];
  readonly #freeIds: number[] = [];
  /** In revision order. */
  readonly #order: RowPage[] = [];
  #alive = 0;

  get alive(): number {
    return this.#alive;
  }

  append(fields: RowFields): Row {
    let page = this.#order.at(-1);
    if (page === undefined || page.rows === PAGE_ROWS) {
      page = this.#newPage();
      this.#order.push(page);
    }
    const at = page.rows++;
    page.alive++;
    this.#alive++;
    page.main[at] = fields.main;
    page.sub[at] = fields.sub;
    page.previous[at] = fields.previous;
    page.slot[at] = fields.slot;
    page.createRevision[at] = fields.createRevision;
    page.version[at] = fields.version;
    page.lease[at] = fields.lease;
    page.location[at] = fields.location;
    page.length[at] = fields.length;
    page.flags[at] = fields.tombstone ? TOMBSTONE : 0;
    return rowNumber(page, at);
  }

  main(row: Row): number {
    return this.#page(row).main[row & PAGE_MASK] as number;
  }
  sub(row: Row): number {
    return this.#page(row).sub[row & PAGE_MASK] as number;
  }
  previous(row: Row): Row {
    return this.#page(row).previous[row & PAGE_MASK] as number;
  }
  slot(row: Row): number {
    return this.#page(row).slot[row & PAGE_MASK] as number;
  }
  createRevision(row: Row): number {
    return this.#page(row).createRevision[row & PAGE_MASK] as number;
  }
  version(row: Row): number {
    return this.#page(row).version[row & PAGE_MASK] as number;
  }
  lease(row: Row): bigint {
    return this.#page(row).lease[row & PAGE_MASK] as bigint;
  }
  location(row: Row): Location {
    return this.#page(row).location[row & PAGE_MASK] as number;
  }
  length(row: Row): number {
    return this.#page(row).length[row & PAGE_MASK] as number;
  }
  isTombstone(row: Row): boolean {
    return ((this.#page(row).flags[row & PAGE_MASK] as number) & TOMBSTONE) !== 0;
  }
  isDead(row: Row): boolean {
    return ((this.#page(row).flags[row & PAGE_MASK] as number) & DEAD) !== 0;
  }

  setPrevious(row: Row, previous: Row): void {
    this.#page(row).previous[row & PAGE_MASK] = previous;
  }
  setLocation(row: Row, location: Location): void {
    this.#page(row).location[row & PAGE_MASK] = location;
  }

  kill(row: Row): void {
    const page = this.#page(row);
    const at = row & PAGE_MASK;
    assert(((page.flags[at] as number) & DEAD) === 0, `revision ${page.main[at]}.${page.sub[at]} is killed twice`);
    page.flags[at] = (page.flags[at] as number) | DEAD;
    page.alive--;
    this.#alive--;
  }

  /** Visits living rows with (main, sub) >= `from` in order until `visit` returns false. */
  forEachFrom(from: { readonly main: number; readonly sub: number }, visit: (row: Row) => boolean): void {
    for (let p = this.#pageOf(from.main, from.sub); p < this.#order.length; p++) {
      const page = this.#order[p] as RowPage;
      for (let at = offsetOf(page, from.main, from.sub); at < page.rows; at++) {
        if (((page.flags[at] as number) & DEAD) !== 0) continue;
        if (!visit(rowNumber(page, at))) return;
      }
    }
  }

  /** The living row of exactly this revision, or NO_ROW. */
  find(main: number, sub: number): Row {
    const page = this.#order[this.#pageOf(main, sub)];
    if (page === undefined) return NO_ROW;
    const at = offsetOf(page, main, sub);
    if (at === page.rows || page.main[at] !== main || page.sub[at] !== sub) return NO_ROW;
    return ((page.flags[at] as number) & DEAD) !== 0 ? NO_ROW : rowNumber(page, at);
  }

  /**
   * Frees empty pages and joins sparse neighbours from page `at` of the order on, until `rowsMax` rows were moved.
   * Returns where to go on, or undefined at the end. The last page, which is still filled, is left alone.
   */
  mergeSparse(
    start: number,
    options: { readonly rowsMax: number; readonly onMove: (move: { from: Row; to: Row; slot: number }) => void },
  ): number | undefined {
    let budget = options.rowsMax;
    let at = start;
    while (at < this.#order.length - 1) {
      const page = this.#order[at] as RowPage;
      const next = this.#order[at + 1] as RowPage;
      if (page.alive === 0) {
        this.#order.splice(at, 1);
        this.#freePage(page);
      } else if (at + 1 < this.#order.length - 1 && page.alive + next.alive <= MERGE_ROWS_MAX) {
        if (budget <= 0) return at;
        budget -= page.alive + next.alive;
        this.#order.splice(at, 2, this.#join(page, next, options.onMove));
      } else at++;
      budget--;
      if (budget <= 0) return at;
    }
    return undefined;
  }

  #join(left: RowPage, right: RowPage, onMove: (move: { from: Row; to: Row; slot: number }) => void): RowPage {
    const joined = this.#newPage();
    for (const page of [left, right]) {
      for (let at = 0; at < page.rows; at++) {
        if (((page.flags[at] as number) & DEAD) !== 0) continue;
        const to = joined.copyRow(page, at);
        onMove({ from: rowNumber(page, at), to: rowNumber(joined, to), slot: page.slot[at] as number });
      }
    }
    this.#freePage(left);
    this.#freePage(right);
    return joined;
  }

  #newPage(): RowPage {
    const id = this.#freeIds.pop() ?? this.#pages.length;
    assert(id < 2 ** (32 - PAGE_BITS), `row table has ${id} pages, more than a row number can name`);
    const page = new RowPage(id);
    this.#pages[id] = page;
    return page;
  }

  #freePage(page: RowPage): void {
    this.#pages[page.id] = undefined;
    this.#freeIds.push(page.id);
  }

  #page(row: Row): RowPage {
    const page = this.#pages[row >>> PAGE_BITS];
    if (page === undefined) throw new AssertionError(`row ${row} is on no page`);
    return page;
  }

  /** Position in the order of the page that holds the first row >= (main, sub), or one past the end. */
  #pageOf(main: number, sub: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const page = this.#order[middle] as RowPage;
      if (isBefore(page, page.rows - 1, main, sub)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function rowNumber(page: RowPage, offset: number): Row {
  return ((page.id << PAGE_BITS) | offset) >>> 0;
}

function isBefore(page: RowPage, at: number, main: number, sub: number): boolean {
  const other = page.main[at] as number;
  return other < main || (other === main && (page.sub[at] as number) < sub);
}

function offsetOf(page: RowPage, main: number, sub: number): number {
  let low = 0;
  let high = page.rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(page, middle, main, sub)) low = middle + 1;
    else high = middle;
  }
  return low;
}
