import type { Prng } from '../../../lib/base/prng.ts';
import type { Part } from './phases.ts';
import type { World } from './world.ts';

interface RecurringOptions {
  readonly world: World;
  readonly prng: Prng;
}

/** A part of a run that acts again and again at random times, until it is stopped. */
export abstract class Recurring implements Part {
  protected readonly world: World;
  protected readonly prng: Prng;
  protected isStopped = false;

  constructor({ world, prng }: RecurringOptions) {
    this.world = world;
    this.prng = prng;
  }

  abstract start(): void;

  stop(): void {
    this.isStopped = true;
  }

  /** The mean of the times between; 0: never. */
  protected every(meanMs: number, action: () => void): void {
    if (meanMs === 0) return;
    this.world.after(this.prng.exponential(meanMs), () => {
      if (this.isStopped) return;
      action();
      this.every(meanMs, action);
    });
  }
}
