/**
 * Who led when, as the console saw it, gaps without a leader included. Bounded; since the console started.
 *
 * A leader that was out of sight for a moment and still leads the same term has not changed: it leads since it did.
 */
import type { LeaderChange } from '../../../lib/api/types.ts';
import { memberToHex } from '../ids.ts';

export const LEADER_CHANGES_MAX = 200;

export interface LeaderSighting {
  /** Null: no leader that the console can see. */
  readonly leader: { readonly id: bigint; readonly name: string } | null;
  readonly term: number;
  readonly revision: number;
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
  #started = false;

  /** True when something changed. */
  note(sighting: LeaderSighting, at: number): boolean {
    const { leader, term } = sighting;
    if (leader === null) return this.#noteNone(sighting, at);
    if (this.#current?.id === leader.id && this.#current.term === term) return false;
    const returned = this.#previous?.id === leader.id && this.#previous.term === term ? this.#previous : null;
    const since = returned?.since ?? { at, exact: this.#started };
    const leaderlessMs = this.#goneAt === null ? (this.#started ? 0 : null) : at - this.#goneAt;
    this.#push({ ...sighting, leaderlessMs }, at);
    this.#current = { id: leader.id, term, since };
    this.#goneAt = null;
    this.#started = true;
    return true;
  }

  get since(): { readonly at: number; readonly exact: boolean } | null {
    return this.#current?.since ?? null;
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
    this.#push({ ...sighting, leaderlessMs: null }, at);
    return true;
  }

  #push(sighting: LeaderSighting & { readonly leaderlessMs: number | null }, at: number): void {
    const { leader, term, revision, leaderlessMs } = sighting;
    this.#changes.push({
      at,
      term: String(term),
      leaderId: leader === null ? null : memberToHex(leader.id),
      leaderName: leader?.name ?? null,
      revision: String(revision),
      leaderlessMs,
    });
    if (this.#changes.length > LEADER_CHANGES_MAX) this.#changes.shift();
  }
}
