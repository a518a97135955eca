/** What the recipes take from the machine they run on: time, waiting and chance. The model check puts a virtual one in its place. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Host {
  /** Wall clock, milliseconds since 1970: only for names and due times, never for deciding who holds. */
  now(): number;
  /** Resolves after the time, or as soon as the signal aborts: look at the signal afterwards. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The longest a timer can wait at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const RANDOM_RANGE = 2 ** 47;

export const systemHost: Host = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    sleep(Math.min(ms, TIMER_MS_MAX), undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  random: () => randomInt(RANDOM_RANGE) / RANDOM_RANGE,
};
