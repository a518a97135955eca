/** A file of the operator's, opened for reading alone: it may lie on a read-only medium. Stays open until the process ends. */
import fs from 'node:fs';
import { DiskError } from '../ports/disk.ts';
import type { ReadableFile } from './trailer.ts';

/** What is read at once where a reader goes through the file: pages are small, and each read has its price. */
const AHEAD_BYTES = 128 * 1024;

export class ReadOnlyFile implements ReadableFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #size: number;
  /** Read ahead, from `#aheadFrom` on. Never written to again: what was handed out are views on it. */
  #ahead: Uint8Array = new Uint8Array(0);
  #aheadFrom = 0;
  /** Where the last read ended. */
  #lastEnd = -1;

  /** @throws DiskError */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = this.#attempt('open', () => fs.openSync(path, 'r'));
    this.#size = this.#attempt('open', () => fs.fstatSync(this.#descriptor).size);
  }

  size(): number {
    return this.#size;
  }

  /** The caller's to keep. Fewer bytes where the file ends. @throws DiskError */
  read(at: number, length: number): Uint8Array {
    const follows = at === this.#lastEnd;
    this.#lastEnd = at + length;
    const isAhead = at >= this.#aheadFrom && at + length <= this.#aheadFrom + this.#ahead.length;
    if (!isAhead && (!follows || length >= AHEAD_BYTES)) return this.#fetch(at, length);
    if (!isAhead) {
      this.#ahead = this.#fetch(at, AHEAD_BYTES);
      this.#aheadFrom = at;
    }
    const from = at - this.#aheadFrom;
    return this.#ahead.subarray(from, from + length);
  }

  #fetch(at: number, length: number): Uint8Array {
    const out = new Uint8Array(Math.max(0, Math.min(length, this.#size - at)));
    let done = 0;
    while (done < out.length) {
      const count = this.#attempt('read', () => fs.readSync(this.#descriptor, out, done, out.length - done, at + done));
      if (count === 0) break;
      done += count;
    }
    return out.subarray(0, done);
  }

  #attempt<T>(action: string, body: () => T): T {
    try {
      return body();
    } catch (cause) {
      const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
      throw new DiskError(code ?? 'EUNKNOWN', this.path, action, cause);
    }
  }
}
