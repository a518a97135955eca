/** Where a store's history begins. etcd does not tell when it compacts, so one small read asks every while. */
import { EngineError, type HistoryCapability } from '../engines/engine.ts';

const ASK_EVERY_MS = 10_000;

export class CompactedRevision {
  readonly #history: HistoryCapability | null;
  readonly #onChange: () => void;
  #timer: NodeJS.Timeout | undefined;
  #value = 0;

  constructor(history: HistoryCapability | null, onChange: () => void) {
    this.#history = history;
    this.#onChange = onChange;
  }

  /** Reads below it fail; 0: never compacted, or not known yet. */
  get value(): number {
    return this.#value;
  }

  start(): void {
    this.#timer = setInterval(() => this.#ask(), ASK_EVERY_MS);
    this.#timer.unref();
    this.#ask();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** It is another store now. */
  reset(): void {
    this.#value = 0;
  }

  /** Asks now. @throws EngineError */
  async refresh(): Promise<number> {
    if (this.#history === null) return this.#value;
    const compacted = await this.#history.compactedRevision(this.#value);
    if (compacted !== this.#value) {
      this.#value = compacted;
      this.#onChange();
    }
    return compacted;
  }

  #ask(): void {
    this.refresh().catch((error: unknown) => {
      // Unreachable, or not allowed to read: the last known value stays, and the cluster view says what is wrong.
      if (!(error instanceof EngineError)) throw error;
    });
  }
}
