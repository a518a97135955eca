/** A Disk that hands everything to the one behind it. What wraps a disk extends these two and overrides what it is about. */
import type { Disk, DiskFile, DiskSpace, FlushCallback } from './disk.ts';

export abstract class ForwardingDisk implements Disk {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** What callers get for a file of the disk behind. */
  protected abstract wrap(file: DiskFile): DiskFile;

  open(path: string, options: { readonly create: boolean }): DiskFile {
    return this.wrap(this.#disk.open(path, options));
  }
  list(dir: string): string[] {
    return this.#disk.list(dir);
  }
  exists(path: string): boolean {
    return this.#disk.exists(path);
  }
  makeDirectory(dir: string): void {
    this.#disk.makeDirectory(dir);
  }
  rename(from: string, to: string): void {
    this.#disk.rename(from, to);
  }
  remove(path: string): void {
    this.#disk.remove(path);
  }
  space(dir: string): DiskSpace | undefined {
    return this.#disk.space(dir);
  }
  flushDirectory(dir: string): void {
    this.#disk.flushDirectory(dir);
  }
}

export abstract class ForwardingFile implements DiskFile {
  readonly #file: DiskFile;

  constructor(file: DiskFile) {
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }
  size(): number {
    return this.#file.size();
  }
  read(at: number, length: number): Uint8Array {
    return this.#file.read(at, length);
  }
  write(at: number, bytes: Uint8Array): void {
    this.#file.write(at, bytes);
  }
  truncate(size: number): void {
    this.#file.truncate(size);
  }
  flush(done: FlushCallback): void {
    this.#file.flush(done);
  }
  flushSync(): void {
    this.#file.flushSync();
  }
  close(): void {
    this.#file.close();
  }
}
