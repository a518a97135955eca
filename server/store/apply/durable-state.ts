/**
 * State and the segments it lives in, kept in step: everything the log changes is appended as it is applied, and a flush
 * makes it durable as the state at one index.
 *
 * Invariant: what openDurableState() brings back is exactly the state at the index of the last commit (crash test:
 * state-machine.crash.test.ts).
 */

import { assert, defined } from '../../../lib/base/assert.ts';
import { type ClusterId, type LogIndex, logIndex, type Term, term } from '../../../lib/base/brand.ts';
import type { LeaseRecord } from '../lease/lease-store.ts';
import { EVERYTHING } from '../mvcc/key-range.ts';
import { KvStore } from '../mvcc/kv-store.ts';
import { OperationCounts } from '../mvcc/operation-counts.ts';
import { decodeRevision, type StoredRevision } from '../mvcc/revision-codec.ts';
import type { Location } from '../mvcc/revision-store.ts';
import { writeCurrent } from '../mvcc/segments/current.ts';
import { type Frame, META_TYPE_MIN, RecordType } from '../mvcc/segments/frame.ts';
import { type Loader, type OpenOptions, openSegments } from '../mvcc/segments/open.ts';
import { type Commit, decodeCommit, decodeSnapshotStart, SNAPSHOT_VERSION } from '../mvcc/segments/records.ts';
import { SegmentRewriter } from '../mvcc/segments/rewrite.ts';
import { parseName } from '../mvcc/segments/segment-file.ts';
import { SegmentStore } from '../mvcc/segments/segment-store.ts';
import { DiskError, type FlushCallback } from '../ports/disk.ts';
import { Defragmentation } from './defragmentation.ts';
import { alarmsFrame, applyMetaFrame, authFrames, imageFrames, leaseFrame, membershipFrame } from './meta-records.ts';
import { SnapshotError } from './snapshot.ts';
import { State } from './state.ts';
import type { SnapshotSource } from './types.ts';

/** Rows looked at in one slice of work(): a fraction of a millisecond. */
const SCRUB_ROWS_PER_SLICE = 2000;

/** The last applied entry. */
interface Position {
  readonly index: LogIndex;
  readonly term: Term;
}

export class DurableState {
  readonly state: State;
  readonly store: SegmentStore;
  /** Where `state` stands. */
  position: Position;
  readonly defragmentation: Defragmentation;
  readonly #rewriter: SegmentRewriter;
  /** The last state known to be durable. */
  #durable: Commit;
  #alarmsChanged = false;
  #authChanged = false;
  #membershipChanged = false;
  #isFlushing = false;
  /** Asked for while another flush, started by work(), was in flight. */
  #waiting: FlushCallback | undefined;
  #failure: DiskError | undefined;
  #isRetired = false;

  constructor(state: State, store: SegmentStore, commit: Commit) {
    this.state = state;
    this.store = store;
    this.position = { index: logIndex(commit.appliedIndex), term: term(commit.appliedTerm) };
    this.#durable = commit;
    this.#rewriter = new SegmentRewriter(store, state.kv.index.rows);
    this.defragmentation = new Defragmentation(store, this.#rewriter);
  }

  /** The error of a flush. It is never retried: what it carried may be lost without a trace (ports/disk.ts). */
  get failure(): DiskError | undefined {
    return this.#failure;
  }

  get durable(): Commit {
    return this.#durable;
  }

  leaseChanged(id: bigint, record: LeaseRecord | undefined): void {
    this.store.appendMeta(leaseFrame(id, record));
  }

  alarmsChanged(): void {
    this.#alarmsChanged = true;
  }

  authChanged(): void {
    this.#authChanged = true;
  }

  membershipChanged(): void {
    this.#membershipChanged = true;
  }

  /** What a commit or snapshot says of the state as it is now. */
  commitNow(): Commit {
    const { kv } = this.state;
    return {
      appliedIndex: this.position.index,
      appliedTerm: this.position.term,
      revision: kv.revision(),
      compactRevision: kv.compactRevision(),
    };
  }

  /** @throws DiskError when the batch cannot be written or a flush failed before; a failing flush goes to `done`. All are fatal. */
  flush(done: FlushCallback): void {
    if (this.#failure !== undefined) throw this.#failure;
    assert(this.#waiting === undefined, 'a flush of the state machine is asked for while another is in flight');
    if (this.#isFlushing) this.#waiting = done;
    else this.#startFlush(done);
  }

  /**
   * One slice of background work: removing what compaction made dead, first from the index, then (once the compaction
   * is durable, which is seen to here) from the files. Never both at once; rewrite.ts says why.
   */
  work(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    const { kv } = this.state;
    const compactRevision = kv.compactRevision();
    if (!this.#rewriter.isBusy && kv.scrub(compactRevision, SCRUB_ROWS_PER_SLICE)) return true;
    const isClean = !this.#rewriter.isBusy && !kv.isPinned;
    const isSealing = isClean && this.defragmentation.prepare();
    if ((isSealing || this.#durable.compactRevision < compactRevision) && !this.#isFlushing) {
      this.#startFlush(() => undefined);
    }
    const mayStart = this.#durable.compactRevision === compactRevision && !isSealing;
    if (!this.#rewriter.isBusy && !mayStart) return false;
    if (this.#rewriter.step(this.#durable.compactRevision)) return true;
    if (!this.#rewriter.isBusy) this.defragmentation.rested();
    return false;
  }

  /** Another state has taken this one's place, and is durable. */
  retire(): void {
    this.#isRetired = true;
    this.store.destroy();
    this.defragmentation.retire();
  }

  #startFlush(done: FlushCallback): void {
    if (this.#membershipChanged) this.store.appendMeta(membershipFrame(this.state));
    if (this.#alarmsChanged) this.store.appendMeta(alarmsFrame(this.state));
    if (this.#authChanged) for (const frame of authFrames(this.state)) this.store.appendMeta(frame);
    this.#membershipChanged = false;
    this.#alarmsChanged = false;
    this.#authChanged = false;
    const commit = this.commitNow();
    const ended = (error: DiskError | undefined) => {
      this.#isFlushing = false;
      this.#failure ??= error;
      if (error === undefined) this.#durable = commit;
      done(error);
      this.#flushWaiting(error);
    };
    try {
      this.store.flush({ commit, image: () => imageFrames(this.state) }, ended);
      this.#isFlushing = true;
    } catch (error) {
      if (error instanceof DiskError) this.#failure ??= error;
      throw error;
    }
  }

  #flushWaiting(error: DiskError | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (error !== undefined || this.#isRetired) {
      waiting(error);
      return;
    }
    // This runs at the end of another flush, where nobody would catch it.
    try {
      this.#startFlush(waiting);
    } catch (cause) {
      if (!(cause instanceof DiskError)) throw cause;
      waiting(cause);
    }
  }
}

const FRESH: Commit = { appliedIndex: 0, appliedTerm: 0, revision: 1, compactRevision: 0 };

/** @throws DamagedSegmentError, DiskError */
export function openDurableState(options: OpenOptions): DurableState {
  let loading: LoadingState | undefined;
  const { store, commit = FRESH } = openSegments(options, (opening) => {
    loading = new LoadingState(opening);
    return loading;
  });
  const { state } = defined(loading, 'segments were opened without a loader').finish(commit);
  return new DurableState(state, store, commit);
}

/**
 * Builds the state of a snapshot in the next incarnation of the directory and makes it the current one. A crash at any
 * point leaves the old state or the new. The caller retires the old one.
 * @throws SnapshotError (the old state is untouched), DiskError
 */
export function restoreDurableState(old: DurableState, source: SnapshotSource): DurableState {
  const { options } = old.store;
  const { disk, dir } = options;
  const incarnation = old.store.incarnation + 1;
  // What an earlier attempt left behind.
  for (const name of disk.list(dir)) if (parseName(name)?.incarnation === incarnation) disk.remove(`${dir}/${name}`);
  const store = new SegmentStore(options, incarnation);
  const loading = new LoadingState(store, old.state.kv.counts);
  let commit: Commit;
  try {
    commit = receive(loading, source);
  } catch (error) {
    store.destroy();
    throw error;
  }
  const { state } = loading.finish(commit);
  store.flushSync({ commit, image: () => imageFrames(state) });
  writeCurrent(disk, dir, incarnation);
  return new DurableState(state, store, commit);
}

function receive(loading: LoadingState, source: SnapshotSource): Commit {
  const { store } = loading;
  let started = false;
  let commit: Commit | undefined;
  const take = (frame: Frame): void => {
    if (commit !== undefined) throw new SnapshotError('the snapshot goes on after its end');
    if (!started) {
      checkStart(store.options.clusterId, frame);
      started = true;
    } else if (frame.type === RecordType.REVISION) {
      const { payload } = frame;
      loading.revision(decodeRevision(payload), store.append(payload), payload.length);
      if (store.isFull()) store.sealSync();
    } else if (frame.type >= META_TYPE_MIN) loading.meta(frame);
    else if (frame.type === RecordType.COMMIT) ({ commit } = decodeCommit(frame.payload));
    else throw new SnapshotError(`the snapshot holds a record of type ${frame.type}, which this version does not know`);
  };
  for (let frames = source.nextFrames(); frames !== undefined; frames = source.nextFrames()) frames.forEach(take);
  if (commit === undefined) throw new SnapshotError('the snapshot ends before its last record');
  const { metadata } = source;
  if (commit.appliedIndex !== metadata.index || commit.appliedTerm !== metadata.term) {
    throw new SnapshotError(
      `the snapshot was announced for index ${metadata.index} of term ${metadata.term} and holds ` +
        `index ${commit.appliedIndex} of term ${commit.appliedTerm}`,
    );
  }
  return commit;
}

function checkStart(expected: ClusterId, frame: Frame): void {
  if (frame.type !== RecordType.SNAPSHOT) throw new SnapshotError('the snapshot does not begin with its header');
  const { version, clusterId } = decodeSnapshotStart(frame.payload);
  if (version !== SNAPSHOT_VERSION) {
    throw new SnapshotError(
      `the snapshot has format version ${version}, this program reads version ${SNAPSHOT_VERSION}`,
    );
  }
  if (clusterId !== expected) {
    throw new SnapshotError(`the snapshot is of cluster ${clusterId.toString(16)}, not ${expected.toString(16)}`);
  }
}

/** A state that is being read in. */
class LoadingState implements Loader {
  readonly store: SegmentStore;
  readonly state: State;

  constructor(store: SegmentStore, counts = new OperationCounts()) {
    this.store = store;
    this.state = new State(new KvStore(store, counts));
  }

  revision(stored: StoredRevision, location: Location, length: number): void {
    this.state.kv.load(stored, location, length);
  }

  meta(frame: Frame): void {
    applyMetaFrame(this.state, frame);
  }

  /** Everything was read: brings the index to the state of `commit` and attaches keys to their leases. */
  finish(commit: Commit): LoadingState {
    const { kv, leases } = this.state;
    kv.finishLoading(commit);
    kv.forEachLive(EVERYTHING, 0, (row) => {
      const lease = kv.index.rows.lease(row);
      if (lease !== 0n) leases.attach(lease, kv.index.keyOf(kv.index.rows.slot(row)));
      return true;
    });
    return this;
  }
}
