/**
 * Who led when, as the console saw it, gaps without a leader included. Bounded; since the console started.
 *
 * A leader that was out of sight for a moment and still leads the same term has not changed: it leads since it did.
 * Terms only grow: those that passed between two leaders without one being seen are counted, never guessed at.
 */
import type { LeaderChange } from '../../../lib/api/types.ts';
import { memberToHex } from '../ids.ts';

export const LEADER_CHANGES_MAX = 200;

export interface LeaderSighting {
  /** Null: no leader that the console can see. */
  readonly leader: { readonly id: bigint; readonly name: string } | null;
  readonly term: number;
  readonly revision: number;
  /** When the leader itself last said that it leads; null where it was never asked. */
  readonly confirmedAt: number | null;
}

interface Reign {
  readonly id: bigint;
  readonly term: number;
  readonly since: { readonly at: number; readonly exact: boolean };
}

export class LeaderLog {
  readonly #changes: LeaderChange[] = [];
  #current: Reign | null = null;
  #previous: Reign | null = null;
  #goneAt: number | null = null;
  #confirmedAt: number | null = null;
  #started = false;

  /** True when something changed. */
  note(sighting: LeaderSighting, at: number): boolean {
    const { leader, term } = sighting;
    if (leader === null) return this.#noteNone(sighting, at);
    if (this.#current?.id === leader.id && this.#current.term === term) {
      this.#confirmedAt = sighting.confirmedAt ?? at;
      return false;
    }
    const before = this.#current ?? this.#previous;
    const isReturn = before?.id === leader.id && before.term === term;
    const leaderlessMs = this.#goneAt === null ? (this.#started ? 0 : null) : at - this.#goneAt;
    this.#push(sighting, at, {
      leaderlessMs,
      leaderlessMsMax: this.#confirmedAt === null ? null : at - this.#confirmedAt,
      unseenTerms: before === null ? 0 : Math.max(0, term - before.term - 1),
    });
    this.#current = { id: leader.id, term, since: isReturn ? before.since : { at, exact: this.#started } };
    this.#confirmedAt = sighting.confirmedAt ?? at;
    this.#goneAt = null;
    this.#started = true;
    return true;
  }

  /** Since when this member leads, where it is the one that was seen last. */
  sinceOf(leader: bigint): { readonly at: number; readonly exact: boolean } | null {
    return this.#current?.id === leader ? this.#current.since : null;
  }

  /** Newest last. */
  get changes(): readonly LeaderChange[] {
    return this.#changes;
  }

  #noteNone(sighting: LeaderSighting, at: number): boolean {
    // Before the first leader was seen there was none to lose: how long it was so nobody here can know.
    if (this.#current === null) return false;
    this.#previous = this.#current;
    this.#current = null;
    this.#goneAt = at;
    this.#push(sighting, at, { leaderlessMs: null, leaderlessMsMax: null, unseenTerms: 0 });
    return true;
  }

  #push(
    { leader, term, revision }: LeaderSighting,
    at: number,
    span: Pick<LeaderChange, 'leaderlessMs' | 'leaderlessMsMax' | 'unseenTerms'>,
  ): void {
    this.#changes.push({
      at,
      term: String(term),
      leaderId: leader === null ? null : memberToHex(leader.id),
      leaderName: leader?.name ?? null,
      revision: String(revision),
      ...span,
    });
    if (this.#changes.length > LEADER_CHANGES_MAX) this.#changes.shift();
  }
}
