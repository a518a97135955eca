/** All leases of a store as the routes answer them: pages of the list, and the times of those on a screen in one answer. */
import type { LeaseList, LeaseListQuery, LeaseTimes } from '../../../lib/api/lease-types.ts';
import type { ChangeEvent, IndexState, WireHexId } from '../../../lib/api/types.ts';
import { leaseFromHex } from '../ids.ts';
import { requireLeases, type StoreContext } from '../operations/context.ts';
import { LeaseBook } from './lease-book.ts';
import { LeaseKeys } from './lease-keys.ts';
import { leasePage, readingOf } from './lease-views.ts';

/** A short list comes complete; a long one fills while it is looked at. */
const FIRST_ANSWER_MS = 300;

export interface LeasesOptions {
  readonly context: StoreContext;
  /** Null: every key. Else the console follows only what its user may read. */
  readonly readable: readonly unknown[] | null;
}

export class Leases {
  readonly #context: StoreContext;
  readonly #isWhole: boolean;
  readonly #keys = new LeaseKeys();
  #book: LeaseBook | null = null;

  constructor({ context, readable }: LeasesOptions) {
    this.#context = context;
    this.#isWhole = readable === null;
  }

  onChanges(changes: readonly ChangeEvent[]): void {
    if (this.#keys.apply(changes)) this.#book?.changed();
  }

  onGap(): void {
    this.#keys.lost();
    this.#book?.changed();
  }

  onIndex(state: IndexState): void {
    if (state.phase !== 'live' || this.#keys.follows) return;
    const view = this.#context.hub.view();
    if (view !== null) this.#keys.rebuild(view.index, view.revision);
  }

  reset(): void {
    this.#keys.clear();
    this.#book?.clear();
  }

  close(): void {
    this.#book?.close();
  }

  /** For grants and revocations through this console: the next list knows of them. */
  async changing<T>(change: Promise<T>): Promise<T> {
    const result = await change;
    this.#book?.changed();
    return result;
  }

  async list(query: LeaseListQuery): Promise<LeaseList> {
    const book = this.#open();
    await book.refresh();
    await book.known(null, FIRST_ANSWER_MS);
    const first = this.#page(book, query);
    const unread = first.leases.filter(({ time }) => time === null).map(({ id }) => leaseFromHex(id));
    book.want(first.leases.map(({ id }) => leaseFromHex(id)));
    if (unread.length === 0) return first;
    // Order by id or keys does not wait for times, but its rows do.
    await book.known(unread, FIRST_ANSWER_MS);
    return this.#page(book, query);
  }

  async times(ids: readonly WireHexId[]): Promise<LeaseTimes> {
    const book = this.#open();
    const wanted = ids.map(leaseFromHex);
    await book.known(wanted, FIRST_ANSWER_MS);
    return {
      at: this.#context.now(),
      leases: wanted.map((id, at) => {
        const record = book.record(id);
        return { id: ids[at] ?? '0', time: record === undefined ? null : readingOf(record) };
      }),
    };
  }

  #page(book: LeaseBook, query: LeaseListQuery): LeaseList {
    const now = this.#context.now();
    const { isKnown } = this.#keys;
    const pile = {
      records: [...book.records()],
      keysOf: isKnown ? (lease: bigint) => this.#keys.keysOf(lease) : null,
      now,
    };
    return {
      revision: String(this.#keys.revision),
      at: now,
      counts: isKnown ? (this.#isWhole ? 'all' : 'readable') : 'unknown',
      ...leasePage(pile, query),
    };
  }

  /** @throws ConsoleError UNIMPLEMENTED for stores without leases */
  #open(): LeaseBook {
    this.#book ??= new LeaseBook({ leases: requireLeases(this.#context), now: this.#context.now });
    return this.#book;
  }
}
