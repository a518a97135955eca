/**
 * Compaction without anybody asking for it (--auto-compaction-mode, -retention), on etcd's schedule.
 *
 * Every member follows the revisions, only the leader compacts: a new leader goes on where the old one was. What fails is tried
 * again at the next turn.
 */

import { errorText } from '../../../lib/base/error-text.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export type AutoCompaction =
  | { readonly mode: 'off' }
  /** Keeps the history of the last `retentionMs`. */
  | { readonly mode: 'periodic'; readonly retentionMs: number }
  /** Keeps the last `revisions`. */
  | { readonly mode: 'revision'; readonly revisions: number };

const HOUR_MS = 3_600_000;
/** etcd looks ten times per compaction, at least ten times an hour. */
const LOOKS_PER_COMPACTION = 10;
const REVISION_CHECK_MS = 5 * 60_000;

interface AutoCompactorOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly isLeader: () => boolean;
  readonly revision: () => number;
  /** Proposes a compaction. True when it was done, or had been done already. */
  readonly compact: (revision: number) => Promise<boolean>;
}

export interface AutoCompactor {
  stop(): void;
}

export function startAutoCompaction(setting: AutoCompaction, options: AutoCompactorOptions): AutoCompactor {
  switch (setting.mode) {
    case 'off':
      return { stop: () => undefined };
    case 'periodic':
      return new PeriodicCompactor(setting.retentionMs, options);
    case 'revision':
      return new RevisionCompactor(setting.revisions, options);
  }
}

class PeriodicCompactor implements AutoCompactor {
  readonly #options: AutoCompactorOptions;
  readonly #lookEveryMs: number;
  readonly #looksKept: number;
  readonly #intervalMs: number;
  /** What the revision was at the last looks; the oldest is one retention ago. */
  readonly #revisions: number[] = [];
  #dueAt: number;
  #lastCompacted = 0;
  #timer: Timer;

  constructor(retentionMs: number, options: AutoCompactorOptions) {
    this.#options = options;
    this.#intervalMs = Math.min(retentionMs, HOUR_MS);
    this.#lookEveryMs = this.#intervalMs / LOOKS_PER_COMPACTION;
    this.#looksKept = Math.floor(retentionMs / this.#lookEveryMs);
    // The first one only after a whole retention: what is older than this run is not known to be old.
    this.#dueAt = options.clock.now() + retentionMs;
    this.#revisions.push(options.revision());
    this.#timer = options.clock.after(this.#lookEveryMs, () => this.#look());
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { clock, isLeader, revision } = this.#options;
    const [oldest = 0] = this.#revisions;
    const isDue = clock.now() >= this.#dueAt && oldest > this.#lastCompacted;
    this.#revisions.push(revision());
    if (this.#revisions.length > this.#looksKept) this.#revisions.shift();
    if (isDue && isLeader()) void this.#compact(oldest);
    this.#timer = clock.after(this.#lookEveryMs, () => this.#look());
  }

  async #compact(revision: number): Promise<void> {
    if (!(await compacted(this.#options, revision))) return;
    this.#lastCompacted = Math.max(this.#lastCompacted, revision);
    this.#dueAt = this.#options.clock.now() + this.#intervalMs;
  }
}

class RevisionCompactor implements AutoCompactor {
  readonly #options: AutoCompactorOptions;
  readonly #revisions: number;
  #lastCompacted = 0;
  #timer: Timer;

  constructor(revisions: number, options: AutoCompactorOptions) {
    this.#options = options;
    this.#revisions = revisions;
    this.#timer = options.clock.after(REVISION_CHECK_MS, () => this.#look());
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { clock, isLeader, revision } = this.#options;
    const wanted = revision() - this.#revisions;
    if (wanted > 0 && wanted > this.#lastCompacted && isLeader()) void this.#compact(wanted);
    this.#timer = clock.after(REVISION_CHECK_MS, () => this.#look());
  }

  async #compact(revision: number): Promise<void> {
    if (await compacted(this.#options, revision)) this.#lastCompacted = Math.max(this.#lastCompacted, revision);
  }
}

async function compacted({ compact, log }: AutoCompactorOptions, revision: number): Promise<boolean> {
  try {
    const isDone = await compact(revision);
    if (isDone) log('info', 'compacted by schedule', { revision });
    return isDone;
  } catch (error) {
    log('warn', 'could not compact by schedule, trying again', {
      revision,
      reason: errorText(error),
    });
    return false;
  }
}
