/**
 * One simulated world: virtual time, its trace, and the timers a member gets. Everything that happens anywhere in it is an
 * event of this one queue.
 */
import type { Clock, Timer } from '../ports/clock.ts';
import { EventQueue } from './event-queue.ts';
import type { Trace } from './trace.ts';

/** A property that must always hold did not. The message is one sentence with both offending values. */
export class SimulationViolation extends Error {
  override readonly name = 'SimulationViolation';
}

export class World {
  readonly trace: Trace;
  readonly queue = new EventQueue();

  constructor(trace: Trace) {
    this.trace = trace;
  }

  get now(): number {
    return this.queue.now;
  }

  note(text: string): void {
    this.trace.line(this.queue.now, text);
  }

  after(delayMs: number, action: () => void): Timer {
    const event = this.queue.schedule(delayMs, action);
    return {
      cancel: () => {
        event.action = undefined;
      },
    };
  }
}

/**
 * The clock of one member process: runs at its own rate, and stops while the process is stalled (a long collection, a
 * suspended machine): what falls due then runs when the stall is over. restart() voids all timers of the process before.
 */
export class ProcessClock implements Clock {
  readonly #world: World;
  readonly #rate: number;
  #stalledUntil = 0;
  #incarnation = 0;

  /** `rate` 1.1: this member's second lasts 1.1 seconds of the world. */
  constructor(world: World, rate: number) {
    this.#world = world;
    this.#rate = rate;
  }

  now(): number {
    return this.#world.now / this.#rate;
  }

  /** The world's own time, which no process can see: for what happens outside of it (disk, network). */
  worldNow(): number {
    return this.#world.now;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.afterReal(delayMs * this.#rate, action);
  }

  /** Like after(), for delays of the world (disk, network) instead of the process. */
  afterReal(delayMs: number, action: () => void): Timer {
    const incarnation = this.#incarnation;
    const run = () => {
      if (incarnation !== this.#incarnation) return;
      const wait = this.#stalledUntil - this.#world.now;
      if (wait > 0) this.#world.after(wait, run);
      else action();
    };
    return this.#world.after(delayMs, run);
  }

  stall(lengthMs: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#world.now + lengthMs);
  }

  restart(): void {
    this.#incarnation++;
    this.#stalledUntil = 0;
  }
}
