/** All leases of a store as the routes answer them: pages of the list, and the times of those on a screen in one answer. */
import type { LeaseList, LeaseListQuery, LeaseTimes } from '../../../lib/api/lease-types.ts';
import type { ChangeEvent, IndexState, LeaseView, WireHexId } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import { EngineError, type LeaseCapability } from '../../engines/engine.ts';
import { leaseFromHex } from '../ids.ts';
import { requireLeases, type StoreContext } from '../operations/context.ts';
import { leaseView } from '../operations/leases.ts';
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
  /** The store does not tell this user which leases there are: those of keys in the index are told. */
  #isOfReadable = false;
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

  /** One lease; where the store names none of its keys for the sake of some, those that the user may read all the same. */
  async view(id: bigint): Promise<LeaseView> {
    const view = await leaseView(this.#context, id);
    if (!view.hasHidden || view.keyCount > 0) return view;
    const keys = [...this.#keys.keysOf(id)].map(byteStringToWire);
    return { ...view, keys, keyCount: keys.length };
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
      isOfReadable: this.#isOfReadable,
      counts: isKnown ? (this.#isWhole ? 'all' : 'readable') : 'unknown',
      ...leasePage(pile, query),
    };
  }

  /** @throws ConsoleError UNIMPLEMENTED for stores without leases */
  #open(): LeaseBook {
    const leases = requireLeases(this.#context);
    this.#book ??= new LeaseBook({ leases: { ...leases, list: () => this.#ids(leases) }, now: this.#context.now });
    return this.#book;
  }

  async #ids(leases: LeaseCapability): ReturnType<LeaseCapability['list']> {
    try {
      const listed = await leases.list();
      this.#isOfReadable = false;
      return listed;
    } catch (error) {
      const isRefused = error instanceof EngineError && error.code === GrpcCode.PERMISSION_DENIED;
      if (!isRefused || this.#isWhole || !this.#keys.isKnown) throw error;
      this.#isOfReadable = true;
      return { ids: this.#keys.leases(), revision: this.#keys.revision };
    }
  }
}
