/**
 * Drills of a member, at the word of the process that started it: cut off from its peers, or with a disk that flushes slowly. The word
 * comes over the channel that the parent keeps to its child and over nothing else; a member that runs alone has no such channel.
 *
 * Every drill ends by itself: the member's own clock heals it, whatever becomes of the parent meanwhile.
 */
import type { Clock, Timer } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** A drill teaches; what lasts longer is an outage. */
export const DRILL_MS_MAX = 10 * 60_000;
export const FLUSH_DELAY_MS_MAX = 10_000;

export interface DrillOptions {
  readonly network: { isolate(isIsolated: boolean): void };
  readonly disk: { slowBy(delayMs: number): void };
  readonly clock: Clock;
  readonly log: Log;
  /** It healed by itself. */
  readonly onHealed: () => void;
}

/** What the parent hears. */
export type DrillAnswer =
  | { readonly drill: 'began' | 'healed' }
  /** Nothing was done. */
  | { readonly drill: 'refused'; readonly why: string };

export class Drills {
  readonly #options: DrillOptions;
  #timer: Timer | undefined;

  constructor(options: DrillOptions) {
    this.#options = options;
  }

  /** `{ drill: 'isolate', forMs }`, `{ drill: 'slowDisk', forMs, delayMs }` or `{ drill: 'heal' }`; the last one ends what was before. */
  take(message: unknown): DrillAnswer {
    if (typeof message !== 'object' || message === null) return refused('a drill is an object');
    const { drill, forMs, delayMs } = message as Readonly<Record<string, unknown>>;
    if (drill === 'heal') {
      this.heal();
      return { drill: 'healed' };
    }
    if (!isWithin(forMs, DRILL_MS_MAX)) return refused(`forMs must be 1 to ${DRILL_MS_MAX}`);
    const { network, disk } = this.#options;
    if (drill === 'isolate') this.#begin('cut off from its peers', forMs, () => network.isolate(true));
    else if (drill === 'slowDisk') {
      if (!isWithin(delayMs, FLUSH_DELAY_MS_MAX)) return refused(`delayMs must be 1 to ${FLUSH_DELAY_MS_MAX}`);
      this.#begin(`every flush takes ${delayMs} ms longer`, forMs, () => disk.slowBy(delayMs));
    } else return refused('there is no such drill');
    return { drill: 'began' };
  }

  heal(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#options.network.isolate(false);
    this.#options.disk.slowBy(0);
    this.#options.log('info', 'the drill is over');
  }

  #begin(what: string, forMs: number, begin: () => void): void {
    this.heal();
    this.#options.log('warn', `a drill: ${what}`, { forMs });
    begin();
    this.#timer = this.#options.clock.after(forMs, () => {
      this.heal();
      this.#options.onHealed();
    });
  }
}

const refused = (why: string): DrillAnswer => ({ drill: 'refused', why });

const isWithin = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
