/** Time as the store sees it: monotonic milliseconds and one-shot timers. Injected, so that one seed decides it all. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic milliseconds since an arbitrary origin. Never goes back, unaffected by wall-clock changes. */
  now(): number;
  /** Runs `action` once, at least `delayMs` from now, never inside this call. */
  after(delayMs: number, action: () => void): Timer;
}
