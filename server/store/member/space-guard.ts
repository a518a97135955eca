/**
 * Keeps a member from running into a full disk: below a reserve it says so, writes are refused under the NOSPACE alarm, and
 * what is left is for the log of what must still go through (alarms, leases, elections). Above twice the reserve it lifts the
 * alarm that it raised; one that the quota raised, or a former process, is the operator's to disarm, as with etcd.
 *
 * Without it the log meets ENOSPC, which stops the member: nothing is lost then either.
 */

import type { Clock } from '../ports/clock.ts';
import { type Disk, DiskError, type DiskSpace } from '../ports/disk.ts';
import type { Log } from '../ports/log.ts';

const RESERVE_BYTES_MAX = 128 * 1024 * 1024;
/** Of the whole file system, for small ones. */
const RESERVE_SHARE = 0.05;
/** The file system is asked this often. */
const LOOK_MS = 1000;

interface SpaceGuardOptions {
  readonly disk: Disk;
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class SpaceGuard {
  readonly #options: SpaceGuardOptions;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isLow = false;
  #wasRefused = false;

  constructor(options: SpaceGuardOptions) {
    this.#options = options;
  }

  /** True while there is too little room to take another write. */
  isLow(): boolean {
    const { clock } = this.#options;
    if (clock.now() - this.#lookedAt < LOOK_MS) return this.#isLow;
    this.#lookedAt = clock.now();
    this.#look();
    return this.#isLow;
  }

  /** A file system that does not tell is not one without room. */
  #ask(): DiskSpace | undefined {
    const { disk, dir, log } = this.#options;
    try {
      return disk.space(dir);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (!this.#wasRefused) log('warn', 'cannot see how much room the disk has', { reason: error.message });
      this.#wasRefused = true;
      return undefined;
    }
  }

  #look(): void {
    const { dir, log } = this.#options;
    const space = this.#ask();
    if (space === undefined) return;
    const { freeBytes, totalBytes } = space;
    const reserveBytes = Math.min(RESERVE_BYTES_MAX, Math.floor(totalBytes * RESERVE_SHARE));
    const facts = { dir, freeBytes, reserveBytes };
    if (!this.#isLow && freeBytes < reserveBytes) {
      this.#isLow = true;
      log('error', 'the disk is nearly full: writes are refused until there is room', facts);
    } else if (this.#isLow && freeBytes >= 2 * reserveBytes) {
      this.#isLow = false;
      log('info', 'the disk has room again', facts);
    }
  }
}
