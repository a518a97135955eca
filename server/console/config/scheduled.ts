/**
 * A rollout that waits for its time, or for another one to end: when both have come it is checked anew, because what it was checked
 * against may be gone. It never starts over a release that its author had not seen.
 */
import { semanticDiff } from '../../../lib/config/diff.ts';
import { overlapWith, touchedPaths } from '../../../lib/config/overlap.ts';
import type { Outcome } from '../../../lib/config/rollout.ts';
import * as machine from '../../../lib/config/rollout.ts';
import type { Rollout } from '../../../lib/config/rollout-document.ts';
import { CONTROLLER } from '../../../lib/config/supervise.ts';
import { bundleOf } from '../../../lib/config/target.ts';
import { analyse, type Checking } from './analysis.ts';
import { NO_ACTIVE } from './releases.ts';
import { basesFor } from './rollout-write.ts';
import type { ConfigSnapshot, Kept } from './snapshot.ts';

/** Null: not yet. `touched`: the paths to claim; null where it does not start. */
export type Due = { readonly outcome: Outcome; readonly touched: readonly string[] | null } | null;

export async function dueStart(
  checking: Checking,
  snapshot: ConfigSnapshot,
  { rollout, now }: { readonly rollout: Rollout; readonly now: number },
): Promise<Due> {
  if (rollout.startAt === null || rollout.startAt > now) return null;
  const actor = { by: CONTROLLER, at: now };
  const invalid = (why: string): Due => {
    const done = machine.invalidate(rollout, actor, why);
    return done.ok ? { outcome: done.value, touched: null } : null;
  };
  const touched = touchedBy(snapshot, rollout);
  const target = snapshot.get('targets', rollout.target)?.value;
  const candidate = snapshot.release(rollout.target, rollout.candidate);
  if (candidate === null || target === undefined) return invalid('its candidate is not in the store any more');
  if (isBehindAnother(snapshot, rollout, touched)) return null;
  const assign = snapshot.assignment(rollout.target).value;
  if (assign.stable !== rollout.stable)
    return invalid(`${rollout.target} serves another release than when it was made: make a new one on that`);
  const analysis = await analyse(checking, snapshot, { target, content: candidate.content });
  const [issue] = analysis.issues;
  if (issue !== undefined)
    return invalid(`${issue.path || 'the document'} ${issue.message} (merged for ${issue.where})`);
  const bases = basesFor(snapshot, rollout.target, analysis);
  const done = machine.start({ ...rollout, bases }, actor, assign.generation);
  return done.ok ? { outcome: done.value, touched } : null;
}

function touchedBy(snapshot: ConfigSnapshot, { target, candidate }: Rollout): string[] {
  const live = snapshot.release(target, snapshot.assignment(target).value.stable)?.content ?? {};
  const wanted = snapshot.release(target, candidate)?.content ?? {};
  return touchedPaths(semanticDiff(live, wanted).map(({ path }) => path));
}

/** One under way decides about the same keys, or one that waits for longer will: first come, first served. */
function isBehindAnother(snapshot: ConfigSnapshot, rollout: Rollout, touched: readonly string[]): boolean {
  const wanted = { target: rollout.target, touched };
  const active = snapshot.get('active', bundleOf(rollout.target))?.value ?? NO_ACTIVE;
  if (overlapWith(active, wanted) !== undefined) return true;
  const own = snapshot.createdAt('rollouts', rollout.rolloutId);
  const isDueBefore = ({ value, createRevision }: Kept<Rollout>): boolean =>
    value.state === 'SCHEDULED' && (value.startAt ?? Infinity) <= (rollout.startAt ?? 0) && createRevision < own;
  const before = [...snapshot.all('rollouts').values()].filter(isDueBefore).map(({ value }) => ({
    rolloutId: value.rolloutId,
    target: value.target,
    touched: touchedBy(snapshot, value),
  }));
  return overlapWith({ rollouts: before }, wanted) !== undefined;
}
