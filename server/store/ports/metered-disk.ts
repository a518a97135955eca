/** A Disk that counts: how long flushes take, and how much is written. What /metrics reports of the disk. */
import { doublingBounds, Histogram } from '../../../lib/base/histogram.ts';
import type { Clock } from './clock.ts';
import type { Disk, DiskFile, FlushCallback } from './disk.ts';
import { ForwardingDisk, ForwardingFile } from './forwarding-disk.ts';

/** etcd's own bounds for its disk: 1 ms doubled up to 8 s. */
const DISK_BUCKETS_SECONDS = doublingBounds(0.001, 14);

export interface DiskMeter {
  readonly flushSeconds: Histogram;
  bytesWritten: number;
}

export class MeteredDisk extends ForwardingDisk {
  readonly meter: DiskMeter = { flushSeconds: new Histogram(DISK_BUCKETS_SECONDS), bytesWritten: 0 };
  readonly #clock: Clock;

  constructor(disk: Disk, clock: Clock) {
    super(disk);
    this.#clock = clock;
  }

  protected override wrap(file: DiskFile): DiskFile {
    return new MeteredFile(file, this.meter, this.#clock);
  }
}

class MeteredFile extends ForwardingFile {
  readonly #meter: DiskMeter;
  readonly #clock: Clock;

  constructor(file: DiskFile, meter: DiskMeter, clock: Clock) {
    super(file);
    this.#meter = meter;
    this.#clock = clock;
  }

  override write(at: number, bytes: Uint8Array): void {
    super.write(at, bytes);
    this.#meter.bytesWritten += bytes.length;
  }

  override flush(done: FlushCallback): void {
    const since = this.#clock.now();
    super.flush((error) => {
      this.#observe(since);
      done(error);
    });
  }

  override flushSync(): void {
    const since = this.#clock.now();
    super.flushSync();
    this.#observe(since);
  }

  #observe(since: number): void {
    this.#meter.flushSeconds.observe((this.#clock.now() - since) / 1000);
  }
}
