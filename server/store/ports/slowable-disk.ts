/** A Disk whose flushes can be made to take longer, for drills: what waits for a flush waits, nothing else changes. */
import type { Clock, Timer } from './clock.ts';
import type { Disk, DiskFile, FlushCallback } from './disk.ts';

export class SlowableDisk implements Disk {
  readonly #disk: Disk;
  readonly #clock: Clock;
  #delayMs = 0;
  /** Ends of flushes that are held back. */
  readonly #held = new Map<() => void, Timer>();

  constructor(disk: Disk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Added to every flush that begins from now on; 0: none, and what is held back goes on. */
  slowBy(delayMs: number): void {
    this.#delayMs = delayMs;
    if (delayMs > 0) return;
    for (const [tell, timer] of [...this.#held]) {
      timer.cancel();
      this.#held.set(tell, this.#clock.after(0, tell));
    }
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    const file = this.#disk.open(path, options);
    return new SlowableFile(file, (done) => this.#flush(file, done));
  }

  space(dir: string): ReturnType<Disk['space']> {
    return this.#disk.space(dir);
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
  flushDirectory(dir: string): void {
    this.#disk.flushDirectory(dir);
  }

  /** The flush itself is not delayed, only the word of it: what is told to be durable is, and a file may be closed meanwhile. */
  #flush(file: DiskFile, done: FlushCallback): void {
    const delayMs = this.#delayMs;
    file.flush((error) => {
      if (delayMs === 0) {
        done(error);
        return;
      }
      const tell = () => {
        this.#held.delete(tell);
        done(error);
      };
      this.#held.set(tell, this.#clock.after(delayMs, tell));
    });
  }
}

class SlowableFile implements DiskFile {
  readonly #file: DiskFile;
  readonly #flush: (done: FlushCallback) => void;

  constructor(file: DiskFile, flush: (done: FlushCallback) => void) {
    this.#file = file;
    this.#flush = flush;
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
    this.#flush(done);
  }
  /** Opening and closing are not slowed: a drill must not keep a member from stopping. */
  flushSync(): void {
    this.#file.flushSync();
  }
  close(): void {
    this.#file.close();
  }
}
