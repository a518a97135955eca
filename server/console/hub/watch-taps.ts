/**
 * The hub's one watch, for others that follow a part of the store by themselves: they hear every event of every revision it delivers, in
 * order, without costing the store a watch of their own.
 *
 * Invariants (watch-taps.test.ts):
 * - who joined hears everything the watch delivers until it leaves or is told `onOver`, and nothing after that;
 * - what was delivered before it joined is not told: join first, list then, and what a linearizable listing lacks is still to come.
 */
import type { StoredEvent } from '../../engines/engine.ts';

export interface WatchTap {
  /** Whole revisions, of the whole store as its user sees it; `revision` is the last of them. Bytes are views. */
  onEvents(events: readonly StoredEvent[], revision: number): void;
  onConnection(state: TapConnection): void;
  /** Changes were missed, or will be: what follows must be listed anew. */
  onOver(reason: string): void;
}

export interface TapConnection {
  readonly connected: boolean;
  readonly endpoint: string;
  readonly error: string | null;
}

export class WatchTaps {
  readonly #taps = new Set<WatchTap>();
  readonly #openers = new Set<() => void>();
  #waiting: ((isOpen: boolean) => void)[] = [];
  #isOpen = false;
  #connection: TapConnection | null = null;

  /** Tells what is known of the connection at once. Null: there is no watch to join. Returns how to leave. */
  join(tap: WatchTap): (() => void) | null {
    if (!this.#isOpen) return null;
    this.#taps.add(tap);
    if (this.#connection !== null) tap.onConnection(this.#connection);
    return () => this.#taps.delete(tap);
  }

  /** Resolves as soon as there is a watch to join (true), or is known that there will be none for now (false). */
  opened(): Promise<boolean> {
    if (this.#isOpen) return Promise.resolve(true);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Calls back each time a watch can be joined again. Returns how to stop. */
  onOpen(listener: () => void): () => void {
    this.#openers.add(listener);
    return () => this.#openers.delete(listener);
  }

  /** The hub has begun to watch. */
  open(): void {
    this.#isOpen = true;
    this.#connection = null;
    this.#answer(true);
    for (const listener of [...this.#openers]) listener();
  }

  /** The hub could not begin. */
  refused(): void {
    this.#answer(false);
  }

  events(events: readonly StoredEvent[], revision: number): void {
    for (const tap of [...this.#taps]) if (this.#taps.has(tap)) tap.onEvents(events, revision);
  }

  connection(state: TapConnection): void {
    this.#connection = state;
    for (const tap of [...this.#taps]) tap.onConnection(state);
  }

  /** The watch is over; another may follow. */
  over(reason: string): void {
    this.#isOpen = false;
    const taps = [...this.#taps];
    this.#taps.clear();
    for (const tap of taps) tap.onOver(reason);
  }

  close(): void {
    this.#isOpen = false;
    this.#taps.clear();
    this.#openers.clear();
    this.#answer(false);
  }

  #answer(isOpen: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(isOpen);
  }
}
