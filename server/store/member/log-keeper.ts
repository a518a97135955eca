/**
 * How much log there is: every `snapshotCount` applied entries the state machine is made durable, then all but the last
 * CATCH_UP_ENTRIES before that point leave the core and the WAL. Followers behind that get an image instead.
 */
import { type LogIndex, logIndex } from '../../../lib/base/brand.ts';
import type { StateMachine } from '../apply/types.ts';
import { DiskError } from '../ports/disk.ts';
import type { Log } from '../ports/log.ts';
import type { EntryId, RaftNode } from '../raft/types.ts';
import type { Wal } from '../wal/wal.ts';
import type { SnapshotSpool } from './snapshot-spool.ts';

/** etcd's snapshot-catchup-entries. */
const CATCH_UP_ENTRIES = 5000;

interface LogKeeperOptions {
  readonly raft: RaftNode;
  readonly machine: StateMachine;
  readonly wal: Wal;
  readonly spool: SnapshotSpool;
  readonly log: Log;
  readonly snapshotCount: number;
  readonly onFatal: (error: Error) => void;
}

export class LogKeeper {
  readonly #options: LogKeeperOptions;
  #flushedAt: LogIndex;
  #isFlushing = false;
  #isStopped = false;
  #afterFlush: (() => void)[] = [];

  constructor(options: LogKeeperOptions) {
    this.#options = options;
    this.#flushedAt = options.machine.durableIndex();
  }

  /** Called after entries were applied. */
  applied(last: EntryId): void {
    if (last.index - this.#flushedAt >= this.#options.snapshotCount) this.flush(last);
  }

  /** Makes the state machine durable as of now, whose last entry is `last`, and lets go of what it makes dispensable. */
  flush(last: EntryId, done: () => void = () => undefined): void {
    this.#afterFlush.push(done);
    if (this.#isFlushing || this.#isStopped) {
      if (!this.#isFlushing) this.#finish();
      return;
    }
    const { machine, onFatal } = this.#options;
    this.#isFlushing = true;
    this.#flushedAt = last.index;
    const confState = machine.confState();
    machine.flush((error) => {
      this.#isFlushing = false;
      if (error !== undefined) onFatal(error);
      else if (!this.#isStopped) this.#compact({ ...last, confState });
      this.#finish();
    });
  }

  #finish(): void {
    const callbacks = this.#afterFlush;
    this.#afterFlush = [];
    for (const done of callbacks) done();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #compact(at: EntryId & { readonly confState: ReturnType<StateMachine['confState']> }): void {
    const { raft, wal, spool, log, onFatal } = this.#options;
    const keepFrom = logIndex(Math.max(0, at.index - CATCH_UP_ENTRIES));
    raft.compact(keepFrom);
    try {
      spool.release(at.index);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      log('warn', 'could not remove a snapshot that is no longer needed', { reason: error.message });
    }
    wal.append({ entries: [], hardState: undefined, snapshot: at });
    wal.flush((error) => {
      if (error !== undefined) onFatal(error);
      else if (!this.#isStopped) this.#release(keepFrom);
    });
    log('info', 'stored data is durable', { index: at.index, keptFrom: keepFrom + 1 });
  }

  #release(index: LogIndex): void {
    try {
      this.#options.wal.release(index);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#options.onFatal(error);
    }
  }
}
