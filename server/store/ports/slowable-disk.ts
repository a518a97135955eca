/** A Disk whose flushes can be made to take longer, for drills: what waits for a flush waits, nothing else changes. */
import type { Clock, Timer } from './clock.ts';
import type { Disk, DiskFile, FlushCallback } from './disk.ts';
import { ForwardingDisk, ForwardingFile } from './forwarding-disk.ts';

export class SlowableDisk extends ForwardingDisk {
  readonly #clock: Clock;
  #delayMs = 0;
  /** Ends of flushes that are held back. */
  readonly #held = new Map<() => void, Timer>();

  constructor(disk: Disk, clock: Clock) {
    super(disk);
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

  protected override wrap(file: DiskFile): DiskFile {
    return new SlowableFile(file, (done) => this.#slowed(done));
  }

  /** The flush itself is not delayed, only the word of it: what is told to be durable is, and a file may be closed meanwhile. */
  #slowed(done: FlushCallback): FlushCallback {
    const delayMs = this.#delayMs;
    if (delayMs === 0) return done;
    return (error) => {
      const tell = () => {
        this.#held.delete(tell);
        done(error);
      };
      this.#held.set(tell, this.#clock.after(delayMs, tell));
    };
  }
}

/** Opening and closing flush at once: a drill must not keep a member from stopping. */
class SlowableFile extends ForwardingFile {
  readonly #slowed: (done: FlushCallback) => FlushCallback;

  constructor(file: DiskFile, slowed: (done: FlushCallback) => FlushCallback) {
    super(file);
    this.#slowed = slowed;
  }

  override flush(done: FlushCallback): void {
    super.flush(this.#slowed(done));
  }
}
