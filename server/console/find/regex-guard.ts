/** Regular expressions in bounded time: a text on which one takes too long is given up, named, and the search goes on. */
import { Worker } from 'node:worker_threads';
import { errorText } from '../../../lib/base/error-text.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import type { RegexAnswer, RegexSetup } from './regex-worker.ts';

/** For all texts of one batch together; a batch is small. */
const BATCH_TIMEOUT_MS = 1_000;

/** [start, length] of the first match; null: none; 'timeout': given up. */
export type Judged = readonly [number, number] | null | 'timeout';

export class RegexGuard {
  readonly #pattern: string;
  readonly #position = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | null = null;
  /** Texts given up so far. */
  timeouts = 0;

  /** @throws ConsoleError INVALID_ARGUMENT when it is no regular expression */
  constructor(pattern: string) {
    try {
      // Compiled here only to learn whether it can be.
      new RegExp(pattern, 'u');
    } catch (error) {
      const text = errorText(error);
      throw new ConsoleError(GrpcCode.INVALID_ARGUMENT, `q: ${text}`, { field: 'q' });
    }
    this.#pattern = pattern;
  }

  async judge(texts: readonly string[]): Promise<readonly Judged[]> {
    const out: Judged[] = [];
    while (out.length < texts.length) {
      const rest = texts.slice(out.length);
      const answer = await this.#ask(rest);
      if (answer !== null) {
        out.push(...answer);
        continue;
      }
      // Those before the one it hung at were judged and lost with the thread: once more, without it.
      const stuck = Atomics.load(this.#position, 0);
      if (stuck > 0)
        out.push(...((await this.#ask(rest.slice(0, stuck))) ?? rest.slice(0, stuck).map(() => 'timeout' as const)));
      out.push('timeout');
      this.timeouts++;
    }
    return out;
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = null;
  }

  /** Null when the time was up. */
  #ask(texts: readonly string[]): Promise<RegexAnswer | null> {
    const worker = this.#running();
    Atomics.store(this.#position, 0, 0);
    return new Promise((resolve, reject) => {
      const done = (answer: RegexAnswer | null): void => {
        clearTimeout(timer);
        worker.off('message', done);
        worker.off('error', reject);
        if (answer === null) this.close();
        resolve(answer);
      };
      const timer = setTimeout(() => done(null), BATCH_TIMEOUT_MS);
      worker.on('message', done);
      worker.once('error', reject);
      worker.postMessage(texts);
    });
  }

  #running(): Worker {
    const setup: RegexSetup = { pattern: this.#pattern, at: this.#position.buffer as SharedArrayBuffer };
    this.#worker ??= new Worker(new URL('./regex-worker.ts', import.meta.url), { workerData: setup });
    return this.#worker;
  }
}
