/**
 * Which stores this console has and what each lets this browser do: asked for until an answer comes, again while one of them demands a
 * sign-in (nothing else tells that another tab signed in), and whenever something says that it changed.
 */

import { frameApi } from '../../lib/api/frame-client.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { Cell } from '../../lib/live/cell.ts';
import { identityOf } from './access-words.ts';

const RETRY_MS = 3_000;

export interface StoresState {
  /** Null until the console has named them. */
  readonly stores: readonly StoreSummary[] | null;
  /** Why the last question had no answer. */
  readonly error: Error | null;
  /** When it is asked again by itself, by this browser's clock. */
  readonly retryAt: number | null;
}

export class Stores {
  readonly state: Cell<StoresState>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<void> | null = null;
  #isOpen = false;
  readonly #onIdentity = new Set<(storeId: string) => void>();

  constructor(known: readonly StoreSummary[] | null) {
    this.state = new Cell<StoresState>({ stores: known, error: null, retryAt: null });
  }

  /** Begins to ask where something is left to ask; returns how to end it. */
  open(): () => void {
    this.#isOpen = true;
    if (this.state.get().stores === null) void this.refresh();
    else this.#schedule();
    return () => {
      this.#isOpen = false;
      clearTimeout(this.#timer);
    };
  }

  /**
   * Calls back before a store is shown as somebody else sees it, or as nobody does any more: what is kept of it belongs to whoever looked
   * until then. However that came about: signed out here or in another tab, or its users were turned on by another program.
   */
  readonly onIdentity = (listener: (storeId: string) => void): (() => void) => {
    this.#onIdentity.add(listener);
    return () => this.#onIdentity.delete(listener);
  };

  /** Asks now. Never throws: how it went is in the state. */
  refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
      this.#schedule();
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      const stores = await frameApi.stores();
      this.#tellIdentities(stores);
      this.state.set({ stores, error: null, retryAt: null });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.state.set({ stores: this.state.get().stores, error, retryAt: null });
    }
  }

  #tellIdentities(stores: readonly StoreSummary[]): void {
    for (const { id, access } of this.state.get().stores ?? []) {
      const now = stores.find((store) => store.id === id);
      if (now !== undefined && identityOf(now.access) === identityOf(access)) continue;
      for (const listener of this.#onIdentity) listener(id);
    }
  }

  #schedule(): void {
    const { stores, error } = this.state.get();
    const isFailing = stores === null && error !== null;
    const isShut = stores?.some(({ access }) => access.mode === 'signIn') ?? false;
    if (!this.#isOpen || !(isFailing || isShut)) return;
    this.state.set({ stores, error, retryAt: Date.now() + RETRY_MS });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), RETRY_MS);
  }
}
