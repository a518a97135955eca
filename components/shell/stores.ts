/**
 * Which stores this console has and what each lets this browser do: asked for until an answer comes, again while one of them demands a
 * sign-in (nothing else tells that another tab signed in), and whenever something says that it changed.
 */

import { frameApi } from '../../lib/api/frame-client.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { Cell } from '../../lib/live/cell.ts';

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
      this.state.set({ stores: await frameApi.stores(), error: null, retryAt: null });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.state.set({ stores: this.state.get().stores, error, retryAt: null });
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
