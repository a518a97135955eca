/** A file of the operator's, opened for reading alone: it may lie on a read-only medium. Stays open until the process ends. */
import fs from 'node:fs';
import { DiskError } from '../ports/disk.ts';
import type { ReadableFile } from './trailer.ts';

export class ReadOnlyFile implements ReadableFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #size: number;

  /** @throws DiskError */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = this.#attempt('open', () => fs.openSync(path, 'r'));
    this.#size = this.#attempt('open', () => fs.fstatSync(this.#descriptor).size);
  }

  size(): number {
    return this.#size;
  }

  read(at: number, length: number): Uint8Array {
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
