/**
 * The Disk port on Node's file system: synchronous reads and buffered writes, fdatasync on the thread pool.
 *
 * Invariants: every failure is a DiskError with its errno; at most one flush of a file is in flight (asserted); a file
 * closed while a flush runs keeps its descriptor until that flush is over, so that the number is never reused under it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { assert } from '../../../lib/base/assert.ts';
import { type Disk, DiskError, type DiskFile, type DiskSpace, type FlushCallback } from './disk.ts';

function errnoOf(cause: unknown): string {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return code ?? 'EUNKNOWN';
}

function attempt<T>(target: string, action: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw new DiskError(errnoOf(cause), target, action, cause);
  }
}

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #descriptor: number;
  #size: number;
  #isFlushing = false;
  #isClosed = false;

  constructor(file: string, descriptor: number, size: number) {
    this.path = file;
    this.#descriptor = descriptor;
    this.#size = size;
  }

  size(): number {
    return this.#size;
  }

  read(at: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.#size - at));
    const out = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const count = attempt(this.path, 'read', () =>
        fs.readSync(this.#descriptor, out, done, wanted - done, at + done),
      );
      if (count === 0) return out.subarray(0, done);
      done += count;
    }
    return out;
  }

  write(at: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      done += attempt(this.path, 'write', () =>
        fs.writeSync(this.#descriptor, bytes, done, bytes.length - done, at + done),
      );
    }
    this.#size = Math.max(this.#size, at + bytes.length);
  }

  truncate(size: number): void {
    attempt(this.path, 'resize', () => fs.ftruncateSync(this.#descriptor, size));
    this.#size = size;
  }

  flush(done: FlushCallback): void {
    assert(!this.#isFlushing, `${this.path}: a flush is already in flight`);
    assert(!this.#isClosed, `${this.path}: flush after close`);
    this.#isFlushing = true;
    fs.fdatasync(this.#descriptor, (cause) => {
      this.#isFlushing = false;
      if (this.#isClosed) this.#release();
      done(cause === null ? undefined : new DiskError(errnoOf(cause), this.path, 'flush', cause));
    });
  }

  flushSync(): void {
    attempt(this.path, 'flush', () => fs.fdatasyncSync(this.#descriptor));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isFlushing) this.#release();
  }

  #release(): void {
    attempt(this.path, 'close', () => fs.closeSync(this.#descriptor));
  }
}

export class NodeDisk implements Disk {
  list(dir: string): string[] {
    return attempt(dir, 'list', () => fs.readdirSync(dir)).sort();
  }

  exists(target: string): boolean {
    return fs.existsSync(target);
  }

  makeDirectory(dir: string): void {
    attempt(dir, 'create directory', () => fs.mkdirSync(dir, { recursive: true, mode: 0o700 }));
  }

  open(file: string, options: { readonly create: boolean }): DiskFile {
    const flags = fs.constants.O_RDWR | (options.create ? fs.constants.O_CREAT : 0);
    return attempt(file, options.create ? 'create' : 'open', () => {
      const descriptor = fs.openSync(file, flags, 0o600);
      return new NodeFile(file, descriptor, fs.fstatSync(descriptor).size);
    });
  }

  rename(from: string, to: string): void {
    attempt(from, `rename to ${path.basename(to)}`, () => fs.renameSync(from, to));
  }

  remove(target: string): void {
    attempt(target, 'remove', () => fs.unlinkSync(target));
  }

  space(dir: string): DiskSpace | undefined {
    const { bavail, blocks, bsize } = attempt(dir, 'ask for the room in', () => fs.statfsSync(dir));
    // Some network file systems answer with zeros.
    return blocks === 0 ? undefined : { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  }

  flushDirectory(dir: string): void {
    // Windows has no handle for a directory; NTFS journals names itself.
    if (process.platform === 'win32') return;
    attempt(dir, 'flush directory', () => {
      const descriptor = fs.openSync(dir, fs.constants.O_RDONLY);
      try {
        fs.fsyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
    });
  }
}
