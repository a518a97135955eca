/**
 * Entries that the store has not taken yet, oldest first: it was full, did not answer, or its account may not write. Whoever adds one
 * has logged it. They are written as soon as the store takes them: asked for with every further change, and from time to time.
 * Writing one twice is no harm: it is the same entry under the same key.
 */
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { EngineError } from '../../engines/engine.ts';

/** Entries kept in memory; older ones are in the log alone. */
const BACKLOG_MAX = 1_000;
/** Doubled with every vain attempt. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;

export class Backlog {
  readonly #write: (entry: AuditEntry) => Promise<void>;
  #entries: AuditEntry[] = [];
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = RETRY_MS;
  #isClosed = false;

  /** @param write throws EngineError where the store does not take it */
  constructor(write: (entry: AuditEntry) => Promise<void>) {
    this.#write = write;
  }

  add(entry: AuditEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > BACKLOG_MAX) this.#entries.shift();
    this.#plan();
  }

  /** Writes what can be written; resolves also when the store takes nothing. Nobody else writes entries of it meanwhile. */
  flush(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
      this.#plan();
    });
    return this.#running;
  }

  /** What is left is in the log. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      for (let entry = this.#entries[0]; entry !== undefined; entry = this.#entries[0]) {
        await this.#write(entry);
        this.#waitMs = RETRY_MS;
        // Those beyond the bound may have gone meanwhile.
        if (this.#entries[0] === entry) this.#entries.shift();
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#waitMs = Math.min(2 * this.#waitMs, RETRY_MS_MAX);
    }
  }

  #plan(): void {
    if (this.#isClosed || this.#running !== null || this.#timer !== undefined || this.#entries.length === 0) return;
    this.#timer = setTimeout(() => void this.flush(), this.#waitMs);
    this.#timer.unref();
  }
}
