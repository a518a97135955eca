/**
 * The one queue of a simulated world: events by virtual time, and by order of scheduling where times are equal, so that a
 * run never depends on anything but its seed. Times are milliseconds.
 */
import { assert } from '../../../lib/base/assert.ts';

export interface ScheduledEvent {
  readonly time: number;
  readonly order: number;
  /** Undefined once cancelled or run. */
  action: (() => void) | undefined;
}

const isBefore = (a: ScheduledEvent, b: ScheduledEvent): boolean =>
  a.time < b.time || (a.time === b.time && a.order < b.order);

export class EventQueue {
  readonly #heap: ScheduledEvent[] = [];
  #now = 0;
  #scheduled = 0;
  #run = 0;

  get now(): number {
    return this.#now;
  }

  /** How many events have run. */
  get eventsRun(): number {
    return this.#run;
  }

  schedule(delayMs: number, action: () => void): ScheduledEvent {
    assert(delayMs >= 0, `event queue: delay ${delayMs} is negative`);
    const event: ScheduledEvent = { time: this.#now + delayMs, order: this.#scheduled++, action };
    this.#push(event);
    return event;
  }

  /** Runs events up to and including `time`, or until `isDone`. Returns whether `isDone` ended it. */
  runUntil(time: number, isDone: () => boolean = () => false): boolean {
    while (!isDone()) {
      const next = this.#heap[0];
      if (next === undefined || next.time > time) {
        this.#now = Math.max(this.#now, time);
        return false;
      }
      this.#pop();
      this.#now = next.time;
      const { action } = next;
      if (action === undefined) continue;
      next.action = undefined;
      this.#run++;
      action();
    }
    return true;
  }

  #push(event: ScheduledEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      let smallest = left;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, left)) {
        smallest = right;
        child++;
      }
      if (!isBefore(smallest, moved)) break;
      heap[at] = smallest;
      at = child;
    }
    heap[at] = moved;
  }
}
