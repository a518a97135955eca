/**
 * Databases for Maintenance.Snapshot: the state of the moment, written beside the member's data in small steps between which the
 * member serves, and kept until its reader is done. A file rather than a stream, because a slow reader must not hold the index
 * in place, and because clients are told the length first.
 */

import { EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { Histogram } from '../../../lib/base/histogram.ts';
import { SnapshotError } from '../apply/snapshot.ts';
import type { StateMachine } from '../apply/types.ts';
import type { Clock } from '../ports/clock.ts';
import { type Disk, DiskError, type DiskFile } from '../ports/disk.ts';
import { SNAPSHOT_BUCKETS_SECONDS } from './counts.ts';
import { DatabaseExport } from './snapshot-export.ts';
import type { DatabaseFile } from './types.ts';

/** Each may take as much room as the member's data. */
const FILES_MAX = 2;
const FILE_NAME = /^export-\d+\.db$/;

interface SnapshotFilesOptions {
  readonly disk: Disk;
  /** May hold other files too. Created when missing. */
  readonly dir: string;
  readonly machine: Pick<StateMachine, 'openSnapshot'>;
  readonly clock: Clock;
}

export class SnapshotFiles {
  readonly seconds = new Histogram(SNAPSHOT_BUCKETS_SECONDS);
  readonly #options: SnapshotFilesOptions;
  #files = 0;
  #next = 1;

  /** Removes what an earlier process left behind. @throws DiskError */
  constructor(options: SnapshotFilesOptions) {
    this.#options = options;
    const { disk, dir } = options;
    disk.makeDirectory(dir);
    for (const name of disk.list(dir)) if (FILE_NAME.test(name)) disk.remove(`${dir}/${name}`);
  }

  /**
   * The caller closes the file. When `isCancelled` it stops early, with Canceled.
   * @throws EtcdError too many requests | unavailable: the disk failed or the state was replaced meanwhile
   */
  async create(isCancelled: () => boolean): Promise<DatabaseFile> {
    if (this.#files >= FILES_MAX) throw etcdErrors.tooManyRequests();
    this.#files++;
    let file: DiskFile | undefined;
    try {
      file = this.#open();
      const since = this.#options.clock.now();
      await this.#fill(file, isCancelled);
      this.seconds.observe((this.#options.clock.now() - since) / 1000);
      return this.#handOut(file);
    } catch (error) {
      this.#discard(file);
      if (error instanceof DiskError || error instanceof SnapshotError)
        throw new EtcdError(GrpcCode.UNAVAILABLE, `etcdserver: no snapshot could be made: ${error.message}`);
      throw error;
    }
  }

  #open(): DiskFile {
    const { disk, dir } = this.#options;
    const path = `${dir}/export-${this.#next++}.db`;
    if (disk.exists(path)) disk.remove(path);
    return disk.open(path, { create: true });
  }

  async #fill(file: DiskFile, isCancelled: () => boolean): Promise<void> {
    const { machine, clock } = this.#options;
    const image = machine.openSnapshot();
    try {
      const database = new DatabaseExport(image, file);
      while (database.step()) {
        await new Promise<void>((resolve) => clock.after(0, resolve));
        if (isCancelled()) throw new EtcdError(GrpcCode.CANCELED, 'context canceled');
      }
    } finally {
      image.close();
    }
  }

  #handOut(file: DiskFile): DatabaseFile {
    let isOpen = true;
    return {
      bytes: file.size(),
      read: (at, length) => file.read(at, length),
      close: () => {
        if (isOpen) this.#discard(file);
        isOpen = false;
      },
    };
  }

  #discard(file: DiskFile | undefined): void {
    this.#files--;
    if (file === undefined) return;
    file.close();
    // A crash may leave it behind; the next start removes it.
    this.#options.disk.remove(file.path);
  }
}
