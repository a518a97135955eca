/** The Clock port on Node's timers. A delay of 0 runs after pending I/O callbacks of this turn, so that they batch. */
import type { Clock, Timer } from './clock.ts';

export class NodeClock implements Clock {
  now(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): Timer {
    if (delayMs <= 0) {
      const immediate = setImmediate(action);
      return { cancel: () => clearImmediate(immediate) };
    }
    const timeout = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  }
}
