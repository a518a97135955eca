/** A Disk that counts: how long flushes take, and how much is written. What /metrics reports of the disk. */
import { doublingBounds, Histogram } from '../../../lib/base/histogram.ts';
import type { Clock } from './clock.ts';
import type { Disk, DiskFile, FlushCallback } from './disk.ts';

/** etcd's own bounds for its disk: 1 ms doubled up to 8 s. */
const DISK_BUCKETS_SECONDS = doublingBounds(0.001, 14);

export interface DiskMeter {
  readonly flushSeconds: Histogram;
  bytesWritten: number;
}

export class MeteredDisk implements Disk {
  readonly meter: DiskMeter = { flushSeconds: new Histogram(DISK_BUCKETS_SECONDS), bytesWritten: 0 };
  readonly #disk: Disk;
  readonly #clock: Clock;

  constructor(disk: Disk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    return new MeteredFile(this.#disk.open(path, options), this.meter, this.#clock);
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
}

class MeteredFile implements DiskFile {
  readonly #file: DiskFile;
  readonly #meter: DiskMeter;
  readonly #clock: Clock;

  constructor(file: DiskFile, meter: DiskMeter, clock: Clock) {
    this.#file = file;
    this.#meter = meter;
    this.#clock = clock;
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
    this.#meter.bytesWritten += bytes.length;
  }
  truncate(size: number): void {
    this.#file.truncate(size);
  }

  flush(done: FlushCallback): void {
    const since = this.#clock.now();
    this.#file.flush((error) => {
      this.#meter.flushSeconds.observe((this.#clock.now() - since) / 1000);
      done(error);
    });
  }

  flushSync(): void {
    const since = this.#clock.now();
    this.#file.flushSync();
    this.#meter.flushSeconds.observe((this.#clock.now() - since) / 1000);
  }

  close(): void {
    this.#file.close();
  }
}
