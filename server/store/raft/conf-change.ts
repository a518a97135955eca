/**
 * Membership arithmetic: one ConfState and one change give the next ConfState, or the reason why not. Pure; the core
 * applies the result to its progress table (membership.ts).
 *
 * Simple changes touch at most one voter, so that old and new majorities overlap (thesis §4.1). Everything else passes through a
 * joint configuration in which both majorities must agree (thesis §4.3). A voter that becomes a learner stays a voter
 * of the outgoing half until the joint configuration is left: it waits in `learnersNext`.
 *
 * Invariants, checked on every result: learners and voters are disjoint; learnersNext is within votersOutgoing; outside a
 * joint configuration votersOutgoing and learnersNext are empty and autoLeave is false (conf-change.test.ts).
 */
import { assert } from '../../../lib/base/assert.ts';
import { type MemberId, NO_MEMBER } from '../../../lib/base/brand.ts';
import { err, ok, type Result } from '../../../lib/base/result.ts';
import type { ConfChange, ConfState } from './types.ts';

export const EMPTY_CONF_STATE: ConfState = {
  voters: [],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
};

export const isJoint = (conf: ConfState): boolean => conf.votersOutgoing.length > 0;

/** Every id that takes part, voting or not, sorted. */
export const confMembers = (conf: ConfState): MemberId[] =>
  sorted(new Set([...conf.voters, ...conf.votersOutgoing, ...conf.learners, ...conf.learnersNext]));

export const isVoter = (conf: ConfState, id: MemberId): boolean =>
  conf.voters.includes(id) || conf.votersOutgoing.includes(id);

/** The same membership with every list sorted, so that equal memberships are equal values. */
export function normalizeConfState(conf: ConfState): ConfState {
  return {
    voters: sorted(new Set(conf.voters)),
    learners: sorted(new Set(conf.learners)),
    votersOutgoing: sorted(new Set(conf.votersOutgoing)),
    learnersNext: sorted(new Set(conf.learnersNext)),
    autoLeave: conf.autoLeave,
  };
}

/** The configuration after `change`; the error is a sentence for an operator. `conf` is not modified. */
export function changeConfState(conf: ConfState, change: ConfChange): Result<ConfState, string> {
  const next = changed(conf, change);
  if (next.ok) assertValid(next.value);
  return next;
}

function changed(conf: ConfState, change: ConfChange): Result<ConfState, string> {
  if (change.changes.length === 0) return leaveJoint(conf);
  if (isJoint(conf)) return err('the joint configuration must be left first');
  const wantsJoint = change.transition !== 'auto' || change.changes.length > 1;
  if (wantsJoint && conf.voters.length === 0) return err('a configuration without voters cannot become joint');

  const draft = new Draft(conf, wantsJoint);
  for (const { type, id } of change.changes) {
    if (id === NO_MEMBER) continue;
    if (type === 'addVoter') draft.addVoter(id);
    else if (type === 'addLearner') draft.addLearner(id);
    else if (type === 'remove') draft.remove(id);
  }
  if (draft.voters.size === 0) return err('the last voter cannot be removed');
  if (!wantsJoint && votersChanged(conf.voters, draft.voters) > 1) return err('more than one voter changed at once');
  return ok(draft.confState(wantsJoint && change.transition !== 'jointExplicit'));
}

function leaveJoint(conf: ConfState): Result<ConfState, string> {
  if (!isJoint(conf)) return err('the configuration is not joint');
  return ok({
    voters: conf.voters,
    learners: sorted(new Set([...conf.learners, ...conf.learnersNext])),
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  });
}

/** A configuration being changed. */
class Draft {
  readonly voters: Set<MemberId>;
  readonly #outgoing: Set<MemberId>;
  readonly #learners: Set<MemberId>;
  readonly #learnersNext: Set<MemberId>;

  constructor(conf: ConfState, joint: boolean) {
    this.voters = new Set(conf.voters);
    this.#outgoing = new Set(joint ? conf.voters : []);
    this.#learners = new Set(conf.learners);
    this.#learnersNext = new Set(conf.learnersNext);
  }

  addVoter(id: MemberId): void {
    this.#learners.delete(id);
    this.#learnersNext.delete(id);
    this.voters.add(id);
  }

  addLearner(id: MemberId): void {
    this.voters.delete(id);
    if (this.#outgoing.has(id)) this.#learnersNext.add(id);
    else this.#learners.add(id);
  }

  remove(id: MemberId): void {
    this.voters.delete(id);
    this.#learners.delete(id);
    this.#learnersNext.delete(id);
  }

  confState(autoLeave: boolean): ConfState {
    return {
      voters: sorted(this.voters),
      learners: sorted(this.#learners),
      votersOutgoing: sorted(this.#outgoing),
      learnersNext: sorted(this.#learnersNext),
      autoLeave,
    };
  }
}

function votersChanged(before: readonly MemberId[], after: ReadonlySet<MemberId>): number {
  const removed = before.filter((id) => !after.has(id)).length;
  return removed + (after.size - (before.length - removed));
}

function assertValid(conf: ConfState): void {
  const joint = isJoint(conf);
  for (const id of conf.learners) assert(!isVoter(conf, id), `configuration: ${id} is both learner and voter`);
  for (const id of conf.learnersNext) {
    assert(conf.votersOutgoing.includes(id), `configuration: next learner ${id} is not an outgoing voter`);
    assert(!conf.voters.includes(id), `configuration: next learner ${id} is still an incoming voter`);
  }
  assert(joint || (conf.learnersNext.length === 0 && !conf.autoLeave), 'configuration: joint leftovers');
}

function sorted(ids: ReadonlySet<MemberId>): MemberId[] {
  return [...ids].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
