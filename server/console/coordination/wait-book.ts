/** Who waits for whom across all locks, worked out when asked for and not more often than its answer could be read. */
import type { CoordinationQueue } from '../../../lib/recognise/coordination-queue.ts';
import { circlesOf, type Wait, waitsOf } from '../../../lib/recognise/waits.ts';
import { leaseToHex } from '../ids.ts';

/** With 20,000 waits it takes some 30 ms: where only their number is told beside something else, it may be so old. */
export const COUNT_FRESH_MS = 500;

export interface Waits {
  /** At which the locks stood like this. */
  readonly revision: number;
  readonly waits: readonly Wait[];
  readonly circles: readonly (readonly Wait[])[];
}

export function waitsAmong(queues: readonly CoordinationQueue[], revision: number): Waits {
  const waits = waitsOf(
    queues
      .filter(({ verdict }) => verdict.kind === 'lock')
      .map(({ group, contenders }) => ({ lock: group, leases: contenders.map(({ lease }) => leaseToHex(lease)) })),
  );
  return { revision, waits, circles: circlesOf(waits) };
}

export class WaitBook {
  #waits: Waits | null = null;
  #version = -1;
  #at = 0;

  /** `version` changes with the queues. */
  read(options: {
    readonly queues: readonly CoordinationQueue[];
    readonly revision: number;
    readonly version: number;
    readonly now: number;
    /** An answer may be so old; 0: as the queues are now. */
    readonly freshMs: number;
  }): Waits {
    const { queues, revision, version, now, freshMs } = options;
    if (this.#waits !== null && version === this.#version) {
      // Nothing about locks changed since: it holds at this revision too.
      this.#waits = { ...this.#waits, revision };
      return this.#waits;
    }
    if (this.#waits !== null && now - this.#at < freshMs) return this.#waits;
    this.#waits = waitsAmong(queues, revision);
    this.#version = version;
    this.#at = now;
    return this.#waits;
  }
}
