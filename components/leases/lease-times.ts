/**
 * Time left of the leases on the screen. Whoever shows one asks for it by id; all of them are asked for together, and again while they are
 * shown. Keep-alives are no changes, so the stream cannot tell of them.
 */
import { api } from '../../lib/api/client.ts';
import { LEASE_TIMES_MAX, type LeaseReading } from '../../lib/api/lease-types.ts';
import type { WireHexId } from '../../lib/api/types.ts';

const REFRESH_MS = 1_000;
/** Ids that come within this time are asked for together. */
const GATHER_MS = 20;

type Ask = (ids: readonly WireHexId[]) => Promise<{
  readonly leases: readonly { readonly id: WireHexId; readonly time: LeaseReading | null }[];
}>;

export class LeaseTimesBoard {
  readonly #ask: Ask;
  readonly #listeners = new Map<WireHexId, Set<() => void>>();
  readonly #times = new Map<WireHexId, LeaseReading | null>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isAsking = false;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Undefined: not answered yet. Null: it is gone, or the store does not tell. */
  get(id: WireHexId): LeaseReading | null | undefined {
    return this.#times.get(id);
  }

  subscribe(id: WireHexId, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    if (!this.#times.has(id)) this.#askIn(GATHER_MS);
    else if (this.#timer === null) this.#askIn(REFRESH_MS);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#listeners.delete(id);
      this.#times.delete(id);
    };
  }

  #askIn(ms: number): void {
    if (this.#isAsking) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askNow(), ms);
  }

  async #askNow(): Promise<void> {
    this.#timer = null;
    const ids = [...this.#listeners.keys()];
    if (ids.length === 0) return;
    this.#isAsking = true;
    // Hidden pages are not looked at; a failed question leaves the old times standing with their age.
    if (globalThis.document?.hidden !== true) {
      for (let from = 0; from < ids.length; from += LEASE_TIMES_MAX) {
        await this.#ask(ids.slice(from, from + LEASE_TIMES_MAX)).then(
          ({ leases }) => this.#take(leases),
          () => undefined,
        );
      }
    }
    this.#isAsking = false;
    const hasNew = [...this.#listeners.keys()].some((id) => !this.#times.has(id) && !ids.includes(id));
    this.#askIn(hasNew ? GATHER_MS : REFRESH_MS);
  }

  #take(leases: readonly { readonly id: WireHexId; readonly time: LeaseReading | null }[]): void {
    for (const { id, time } of leases) {
      const listeners = this.#listeners.get(id);
      if (listeners === undefined) continue;
      this.#times.set(id, time);
      for (const listener of listeners) listener();
    }
  }
}

const boards = new Map<string, LeaseTimesBoard>();

/** One board for each store, shared by everything on the page. */
export function leaseTimesOf(storeId: string): LeaseTimesBoard {
  const board = boards.get(storeId) ?? new LeaseTimesBoard((ids) => api.leaseTimes(storeId, ids));
  boards.set(storeId, board);
  return board;
}
