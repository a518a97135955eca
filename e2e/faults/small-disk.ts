/**
 * A disk of a few hundred megabytes for one member, that can be filled and emptied. It is a tmpfs in a mount namespace of its own: a
 * process holds the namespace open until its input ends, so that nothing stays mounted whatever becomes of the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A log segment is 64 MiB of zeros from the beginning; two of them, stored data and an image must fit. */
const SIZE = '320m';
const FILL_CHUNK_BYTES = 1024 * 1024;

export class SmallDisk {
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /** Undefined where we may not mount. @param folder an existing one, empty. */
  static async mount(folder: string): Promise<SmallDisk | undefined> {
    const script = `mount -t tmpfs -o size=${SIZE} tmpfs "$0" && echo mounted && exec cat`;
    const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, folder], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const isMounted = await Promise.race([
      once(holder.stdout, 'data').then(() => true),
      once(holder, 'close').then(() => false),
      once(holder, 'error').then(() => false),
    ]);
    return isMounted ? new SmallDisk(holder, folder) : undefined;
  }

  /** Makes `command` see the disk: put it in front of its arguments. The process keeps its id. */
  get wrapper(): readonly string[] {
    return ['nsenter', '--target', String(this.#holder.pid), '--mount', '--'];
  }

  fill(): void {
    const file = openSync(this.#filler, 'w');
    const chunk = new Uint8Array(FILL_CHUNK_BYTES);
    try {
      for (;;) writeSync(file, chunk);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC')) throw cause;
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  async unmount(): Promise<void> {
    this.#holder.stdin?.end();
    if (this.#holder.exitCode === null) await once(this.#holder, 'close');
  }

  get #filler(): string {
    return path.join(`/proc/${this.#holder.pid}/root`, this.#folder, 'filler');
  }
}
