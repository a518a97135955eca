/**
 * How much log there is: every `snapshotCount` applied entries, or LOG_BYTES of them, the state machine is made durable; then
 * all but the last CATCH_UP_ENTRIES, or CATCH_UP_BYTES, before that point leave the core and the WAL. Followers behind that
 * get an image instead. The bounds in bytes are ours: the log is in memory, and etcd's counts alone allow gigabytes of it.
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
const CATCH_UP_BYTES = 64 * 1024 * 1024;
/** Payload applied since the last durable point that asks for the next one. */
const LOG_BYTES = 64 * 1024 * 1024;
/** How finely the size of the kept log is known. */
const MARK_BYTES = 4 * 1024 * 1024;

interface LogKeeperOptions {
  readonly raft: RaftNode;
  readonly machine: StateMachine;
  readonly wal: Wal;
  readonly spool: SnapshotSpool;
  readonly log: Log;
  readonly snapshotCount: number;
  /** Entries kept behind the durable point; CATCH_UP_ENTRIES when left out. */
  readonly catchUpEntries?: number;
  readonly onFatal: (error: Error) => void;
}

export class LogKeeper {
  readonly #options: LogKeeperOptions;
  #flushedAt: LogIndex;
  #isFlushing = false;
  #isStopped = false;
  #afterFlush: (() => void)[] = [];
  /** Payload applied in this run, and what it was at some indexes on the way. */
  #bytes = 0;
  #bytesAtFlush = 0;
  #marks: { readonly index: LogIndex; readonly bytes: number }[] = [];

  constructor(options: LogKeeperOptions) {
    this.#options = options;
    this.#flushedAt = options.machine.durableIndex();
  }

  /** Called for every entry, before it counts as applied. */
  count(index: LogIndex, payloadBytes: number): void {
    this.#bytes += payloadBytes;
    if (this.#bytes - (this.#marks.at(-1)?.bytes ?? 0) >= MARK_BYTES) this.#marks.push({ index, bytes: this.#bytes });
  }

  /** Called after entries were applied. */
  applied(last: EntryId): void {
    const isDue =
      last.index - this.#flushedAt >= this.#options.snapshotCount || this.#bytes - this.#bytesAtFlush >= LOG_BYTES;
    if (isDue) this.flush(last);
  }

  /**
   * Makes the state machine durable as of now, whose last entry is `last`, and lets go of what it makes dispensable.
   * @throws DiskError: the member must stop
   */
  flush(last: EntryId, done: () => void = () => undefined): void {
    this.#afterFlush.push(done);
    if (this.#isFlushing || this.#isStopped) {
      if (!this.#isFlushing) this.#finish();
      return;
    }
    const { machine, onFatal } = this.#options;
    this.#flushedAt = last.index;
    this.#bytesAtFlush = this.#bytes;
    const confState = machine.confState();
    machine.flush((error) => {
      this.#isFlushing = false;
      if (error !== undefined) onFatal(error);
      else if (!this.#isStopped) this.#compact({ ...last, confState });
      this.#finish();
    });
    // Only now: it throws when the batch cannot even be written.
    this.#isFlushing = true;
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
    const keepFrom = this.#keepFrom(at.index);
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

  /** The last entry that may go, when everything up to `durable` could. */
  #keepFrom(durable: LogIndex): LogIndex {
    const { catchUpEntries = CATCH_UP_ENTRIES } = this.#options;
    const beyond = this.#marks.findLast(
      ({ index, bytes }) => index <= durable && this.#bytes - bytes >= CATCH_UP_BYTES,
    );
    const keepFrom = logIndex(Math.max(0, durable - catchUpEntries, beyond?.index ?? 0));
    this.#marks = this.#marks.filter(({ index }) => index >= keepFrom);
    return keepFrom;
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
