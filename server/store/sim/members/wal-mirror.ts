/**
 * What one member may rely on having on disk, by the word of its own log: kept outside the member from its append() and flush()
 * calls. After every restart the log must give back all of it; a log that lied about a flush, or lost something, is found here.
 */
import { type LogIndex, logIndex, type MemberId, NO_MEMBER, type Term, term } from '../../../../lib/base/brand.ts';
import type { RaftStart } from '../../member/boot.ts';
import { shortId } from '../../raft/describe.ts';
import type { Entry, EntryId, HardState } from '../../raft/types.ts';
import type { WalPart } from '../../wal/wal.ts';
import type { DurableLog } from '../actor.ts';
import { FRESH_IMAGE } from '../machine.ts';
import { SimulationViolation } from '../world.ts';

export class WalMirror implements DurableLog {
  readonly #id: MemberId;
  start: EntryId = { term: term(0), index: logIndex(0) };
  entries: Entry[] = [];
  hardState: HardState = { term: term(0), vote: NO_MEMBER, commitIndex: logIndex(0) };
  /** Images of whole members are checked by their content (checkers/states.ts). */
  readonly image = FRESH_IMAGE;
  /** Appended and not known to be durable. */
  #pending: WalPart[] = [];

  constructor(id: MemberId) {
    this.#id = id;
  }

  get lastIndex(): LogIndex {
    return logIndex(this.start.index + this.entries.length);
  }

  /** `part` without the markers of the member's own state machine, which change nothing about the log. */
  appended(part: WalPart): void {
    this.#pending.push(part);
  }

  /** A flush begins: what the returned function is to be called for when it ended well. */
  flushBegins(): () => void {
    const parts = [...this.#pending];
    return () => {
      for (const part of parts) {
        if (this.#pending[0] !== part) continue;
        this.#pending.shift();
        this.#keep(part);
      }
    };
  }

  /** The member came up again with what its log gave back. */
  recovered({ hardState, snapshot, entries }: RaftStart): void {
    this.#checkHardState(hardState);
    const last = snapshot.index + entries.length;
    for (let index = Math.max(this.start.index, snapshot.index) + 1; index <= this.lastIndex; index++) {
      const kept = this.#termAt(index);
      const found = index <= last ? entries[index - snapshot.index - 1]?.term : undefined;
      if (kept === found || this.#isOverwritten(index)) continue;
      throw new SimulationViolation(
        `${shortId(this.#id)} restarts with ${found === undefined ? 'nothing' : `term ${found}`} at ${index}, where its log had flushed term ${kept}`,
      );
    }
    this.#pending = [];
    this.start = { term: snapshot.term, index: snapshot.index };
    this.entries = [...entries];
    this.hardState = hardState;
  }

  #termAt(index: number): Term | undefined {
    return this.entries[index - this.start.index - 1]?.term;
  }

  /** Something that was still on its way to the disk replaces this entry, and made it there. */
  #isOverwritten(index: number): boolean {
    return this.#pending.some(
      ({ entries, snapshot }) => (entries[0]?.index ?? index + 1) <= index || (snapshot?.index ?? 0) >= index,
    );
  }

  #checkHardState(found: HardState): void {
    const kept = this.hardState;
    const keepsVote = found.term > kept.term || kept.vote === NO_MEMBER || found.vote === kept.vote;
    if (found.term >= kept.term && keepsVote && found.commitIndex >= kept.commitIndex) return;
    throw new SimulationViolation(
      `${shortId(this.#id)} restarts in term ${found.term} with vote ${shortId(found.vote)} and commit ${found.commitIndex}; ` +
        `its log had flushed term ${kept.term}, vote ${shortId(kept.vote)}, commit ${kept.commitIndex}`,
    );
  }

  #keep({ snapshot, entries, hardState }: WalPart): void {
    if (snapshot !== undefined) {
      this.start = { term: snapshot.term, index: snapshot.index };
      this.entries = [];
    }
    for (const entry of entries) {
      this.entries.length = entry.index - this.start.index - 1;
      this.entries.push(entry);
    }
    this.hardState = hardState ?? this.hardState;
  }
}
