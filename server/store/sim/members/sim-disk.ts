/**
 * The Disk of one simulated member: MemoryDisk's model of what survives (sectors in any combination, names as a prefix) with
 * flushes that take virtual time, and three ways to fail: full, failing flushes, rot in files nobody has open.
 *
 * A flush that fails loses what it carried for good, as Linux does: the pages count as clean afterwards.
 */
import type { Prng } from '../../../../lib/base/prng.ts';
import { DiskError, type DiskFile, type FlushCallback } from '../../ports/disk.ts';
import { ForwardingDisk, ForwardingFile } from '../../ports/forwarding-disk.ts';
import { MemoryDisk } from '../../ports/memory-disk.ts';
import type { DiskParameters } from '../parameters.ts';
import type { ProcessClock } from '../world.ts';

/** A stalled flush takes this many times as long. */
const FLUSH_STALL = 50;

export type DiskFailure = 'full' | 'failsFlush';

interface SimDiskOptions {
  readonly clock: ProcessClock;
  readonly prng: Prng;
  readonly parameters: Pick<DiskParameters, 'flushMsMean' | 'flushStallRate'>;
  /** A flush of this file failed, and whoever asked for it has been told. */
  readonly onFailedFlush: (path: string) => void;
}

export class SimDisk extends ForwardingDisk {
  readonly #memory: MemoryDisk;
  readonly #options: SimDiskOptions;
  #failure: DiskFailure | undefined;
  /** By the world's time. */
  #hangsUntil = 0;

  constructor(options: SimDiskOptions) {
    const memory = new MemoryDisk();
    super(memory);
    this.#memory = memory;
    this.#options = options;
  }

  /** Undefined repairs it. */
  fail(failure: DiskFailure | undefined): void {
    this.#failure = failure;
    this.#memory.failWriteWith = failure === 'full' ? 'ENOSPC' : undefined;
    this.#memory.failFlushWith = failure === 'failsFlush' ? 'EIO' : undefined;
  }

  get failure(): DiskFailure | undefined {
    return this.#failure;
  }

  /** Power off: of what was not flushed, anything may survive. The survival rate itself varies. */
  powerOff(): void {
    const { prng } = this.#options;
    const rate = prng.pick([0, 0.2, 0.5, 0.8, 1]);
    this.#memory.crash(() => prng.chance(rate));
  }

  /** The process is gone, the page cache is not. */
  kill(): void {
    this.#memory.kill();
  }

  /** A copy of the whole disk while its machine is down; the returned function puts it back. */
  backup(): () => void {
    return this.#memory.save();
  }

  /** Flushes that begin within this time end after it. */
  hang(lengthMs: number): void {
    this.#hangsUntil = Math.max(this.#hangsUntil, this.#options.clock.worldNow() + lengthMs);
  }

  flipByte(path: string, at: number, mask: number): void {
    this.#memory.flipByte(path, at, mask);
  }

  override open(path: string, options: { readonly create: boolean }): DiskFile {
    if (this.#failure === 'full' && options.create && !this.#memory.exists(path))
      throw new DiskError('ENOSPC', path, 'create');
    return super.open(path, options);
  }

  protected override wrap(file: DiskFile): DiskFile {
    return new SimFile(file, {
      finishFlush: (done) => this.#finishFlush(file.path, done),
      check: () => this.#mustFlush(file.path),
    });
  }

  override flushDirectory(dir: string): void {
    this.#mustFlush(dir);
    super.flushDirectory(dir);
  }

  #mustFlush(path: string): void {
    if (this.#failure === 'failsFlush') throw new DiskError('EIO', path, 'flush');
  }

  /** Flushes end in the order in which they began, like requests in one device's queue. */
  #finishFlush(path: string, done: FlushCallback): FlushCallback {
    const { clock, prng, parameters, onFailedFlush } = this.#options;
    const factor = prng.chance(parameters.flushStallRate) ? FLUSH_STALL : 1;
    const busyMs = prng.exponential(parameters.flushMsMean) * factor;
    const delayMs = Math.max(0, this.#hangsUntil - clock.worldNow()) + busyMs;
    clock.afterReal(delayMs, () => this.#memory.completeFlush());
    return (error) => {
      done(error);
      if (error !== undefined) onFailedFlush(path);
    };
  }
}

interface FlushHooks {
  readonly finishFlush: (done: FlushCallback) => FlushCallback;
  readonly check: () => void;
}

class SimFile extends ForwardingFile {
  readonly #hooks: FlushHooks;

  constructor(file: DiskFile, hooks: FlushHooks) {
    super(file);
    this.#hooks = hooks;
  }

  override flush(done: FlushCallback): void {
    super.flush(this.#hooks.finishFlush(done));
  }

  override flushSync(): void {
    this.#hooks.check();
    super.flushSync();
  }
}
