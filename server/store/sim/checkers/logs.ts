/**
 * Logs against each other (Raft paper figure 3): log matching, leader completeness, and that nothing is committed unless it is
 * durable on a quorum and, when by counting, of the leader's own term.
 */
import { defined } from '../../../../lib/base/assert.ts';
import type { MemberId } from '../../../../lib/base/brand.ts';
import { shortId } from '../../raft/describe.ts';
import { quorumReached } from '../../raft/quorum.ts';
import type { ConfState, Entry, RaftStatus, Ready } from '../../raft/types.ts';
import type { DurableLog } from '../actor.ts';
import { hashBytes, mix } from '../trace.ts';
import { SimulationViolation } from '../world.ts';
import type { History } from './history.ts';
import { LogMirror } from './log-mirror.ts';

/** Runs stay far below it, so that (term, index) fits one number. */
const INDEX_SPAN = 2 ** 24;

interface Watched {
  readonly mirror: LogMirror;
  readonly disk: DurableLog;
  commitIndex: number;
  confState: ConfState | undefined;
  leadsTerm: number | undefined;
}

export class LogChecker {
  readonly #history: History;
  readonly #members = new Map<MemberId, Watched>();
  readonly #disks = new Map<MemberId, DurableLog>();
  /** Fingerprint of the entry at (term, index), and of the term before it. */
  readonly #fingerprints = new Map<number, number>();

  constructor(history: History) {
    this.#history = history;
  }

  started(id: MemberId, disk: DurableLog): void {
    this.#disks.set(id, disk);
    const mirror = new LogMirror(disk);
    const watched = { mirror, disk, commitIndex: mirror.startIndex, confState: undefined, leadsTerm: undefined };
    this.#members.set(id, watched);
    // A new cluster's bootstrap entries are committed from the beginning; afterwards this only compares.
    this.#commitUpTo(id, watched, disk.hardState.commitIndex);
  }

  crashed(id: MemberId): void {
    this.#members.delete(id);
  }

  ready(id: MemberId, ready: Ready, status: RaftStatus): void {
    const watched = defined(this.#members.get(id), `${shortId(id)} is not watched`);
    watched.mirror.take(ready);
    for (const entry of ready.entries) this.#matches(id, watched.mirror, entry);
    if (ready.snapshot !== undefined) watched.commitIndex = Math.max(watched.commitIndex, ready.snapshot.index);
    // A leader may commit and step down before its next Ready is taken.
    const ledTerm = watched.leadsTerm;
    watched.leadsTerm = status.role === 'leader' ? status.term : undefined;
    if (status.commitIndex > watched.commitIndex) {
      if (status.commitIndex > this.#history.lastIndex)
        this.#mayCommit(id, watched, { status, ledTerm: watched.leadsTerm ?? ledTerm });
      this.#commitUpTo(id, watched, status.commitIndex);
    }
    if (watched.leadsTerm !== undefined) this.#isComplete(id, watched);
    watched.confState = status.confState;
  }

  #commitUpTo(id: MemberId, watched: Watched, commitIndex: number): void {
    for (let index = watched.commitIndex + 1; index <= commitIndex; index++) {
      const entry = watched.mirror.entryAt(index);
      if (entry === undefined) throw new SimulationViolation(`${shortId(id)} commits ${index}, which it does not hold`);
      this.#history.commit(id, entry);
    }
    watched.commitIndex = Math.max(watched.commitIndex, commitIndex);
  }

  /** Log matching: one (term, index), one entry and one predecessor; by induction one prefix. */
  #matches(id: MemberId, mirror: LogMirror, entry: Entry): void {
    const key = entry.term * INDEX_SPAN + entry.index;
    const previous = mirror.termAt(entry.index - 1) ?? -1;
    const fingerprint = mix(mix(hashBytes(entry.data), entry.type), previous);
    const known = this.#fingerprints.get(key);
    if (known === undefined) this.#fingerprints.set(key, fingerprint);
    else if (known !== fingerprint) {
      throw new SimulationViolation(
        `log matching: ${shortId(id)} holds another entry or predecessor at term ${entry.term} index ${entry.index}`,
      );
    }
  }

  /** A commit index that nobody knew before is a leader's, of its own term, and durable on a quorum. */
  #mayCommit(
    id: MemberId,
    watched: Watched,
    now: { readonly status: RaftStatus; readonly ledTerm: number | undefined },
  ): void {
    const { commitIndex, confState } = now.status;
    const term = watched.mirror.termAt(commitIndex);
    if (term === undefined || term !== now.ledTerm) {
      throw new SimulationViolation(
        `commit rule: ${shortId(id)}, leader of ${now.ledTerm ?? 'no term'}, commits ${commitIndex} of term ${term}`,
      );
    }
    const holds = (member: MemberId) => Number(this.#isDurable(member, commitIndex, term));
    const confStates = [confState, ...(watched.confState === undefined ? [] : [watched.confState])];
    if (confStates.some((electorate) => quorumReached(electorate, holds) >= 1)) return;
    throw new SimulationViolation(`${shortId(id)} commits ${commitIndex} of term ${term} without a durable quorum`);
  }

  #isDurable(member: MemberId, index: number, term: number): boolean {
    const disk = this.#disks.get(member);
    if (disk === undefined) return false;
    return index <= disk.start.index || disk.entries[index - disk.start.index - 1]?.term === term;
  }

  /** Leader completeness: who leads holds everything committed in earlier terms. */
  #isComplete(id: MemberId, watched: Watched): void {
    const last = this.#history.lastIndex;
    const committed = this.#history.termAt(last) ?? 0;
    if (committed > (watched.leadsTerm ?? 0)) return;
    if (last <= watched.mirror.startIndex || watched.mirror.termAt(last) === committed) return;
    throw new SimulationViolation(
      `leader completeness: ${shortId(id)} leads term ${watched.leadsTerm} without ${last} of term ${committed}`,
    );
  }
}
