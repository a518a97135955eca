/** One outcome of the rollout machine as one transaction: the rollout, its target's pointer, its lock and its log change together. */
import { NO_EXPOSURE } from '../../../lib/config/cohort.ts';
import type { ActiveRollouts, Assignment, Roster } from '../../../lib/config/documents.ts';
import { exposureOf } from '../../../lib/config/plan.ts';
import type { Outcome } from '../../../lib/config/rollout.ts';
import { type Base, isTerminal, type Rollout } from '../../../lib/config/rollout-document.ts';
import { bundleOf, layersOf, type TargetId } from '../../../lib/config/target.ts';
import type { Engine } from '../../engines/engine.ts';
import { ConfigWrite } from './context.ts';
import { eligibleFor } from './fleet.ts';
import type { ConfigSnapshot } from './snapshot.ts';

export interface RolloutWrite {
  readonly engine: Engine;
  readonly snapshot: ConfigSnapshot;
  readonly outcome: Outcome;
  /** Only while this is the life of the leader's key: the controller's fence. Null: an operator's act. */
  readonly fence: number | null;
  /** Paths this rollout decides about; for a start. */
  readonly touched?: readonly string[];
  readonly roster?: Roster;
  /** Further rollouts that end in the same transaction. */
  readonly also?: readonly Outcome[];
}

/** The transaction; commit it. What it guards: every document it was decided upon. */
export function rolloutWrite({
  engine,
  snapshot,
  outcome,
  fence,
  touched,
  roster,
  also = [],
}: RolloutWrite): ConfigWrite {
  const { keys } = snapshot;
  const write = new ConfigWrite(engine);
  if (fence !== null) write.fence(keys.leader(), fence);
  const { target } = outcome.rollout;
  const assign = snapshot.assignment(target);
  write.expect(keys.key('assign', target), assign.modRevision);
  let { rollout } = outcome;
  if (outcome.assign !== null) {
    const next = assignmentAfter(snapshot, assign.value, outcome);
    // Somebody may have written to the pointer by hand: the generation grows from what stands there.
    rollout = { ...rollout, generation: next.generation };
    if (outcome.assign.kind === 'expose' && rollout.startGeneration > assign.value.generation) {
      rollout = { ...rollout, startGeneration: next.generation };
    }
    write.put(keys.key('assign', target), next);
  }
  for (const one of [{ ...outcome, rollout }, ...also]) putRollout(write, snapshot, one);
  guardBases(write, snapshot, outcome);
  putActive(write, snapshot, [{ ...outcome, rollout }, ...also], touched);
  if (roster !== undefined) write.put(keys.key('rosters', rollout.rolloutId), roster);
  return write;
}

function putRollout(write: ConfigWrite, snapshot: ConfigSnapshot, { rollout, log }: Outcome): void {
  const { keys } = snapshot;
  const kept = snapshot.get('rollouts', rollout.rolloutId);
  const key = keys.key('rollouts', rollout.rolloutId);
  write.expect(key, kept?.modRevision ?? 0).put(key, rollout);
  if (kept === undefined) {
    // The history is pruned by who publishes: a new rollout holds its candidate, or does not come about.
    const name = `${rollout.target}/${rollout.candidate}`;
    write.fence(keys.key('releases', name), snapshot.createdAt('releases', name));
  }
  log.forEach((entry, i) => {
    write.put(keys.logEntry(rollout.rolloutId, kept?.modRevision ?? 0, i), entry);
  });
}

function assignmentAfter(snapshot: ConfigSnapshot, current: Assignment, { rollout, assign }: Outcome): Assignment {
  const { target } = rollout;
  const readers = snapshot.instancesOf(target).length;
  const base = { ...current, generation: current.generation + 1, probe: null, readers };
  const nobody = { ...base, ...NO_EXPOSURE, candidate: null, rolloutId: null, seed: '', expiresAt: null };
  switch (assign?.kind) {
    case 'expose': {
      const { plan, phaseIndex, seed, candidate, rolloutId } = rollout;
      const instanceIds = eligibleFor(snapshot, rollout).map(({ instanceId }) => instanceId);
      const atLeast = current.rolloutId === rolloutId ? current.thresholdBp : 0;
      const held = { ...base, candidate, rolloutId, seed, expiresAt: expiryOf(rollout) };
      return { ...held, ...exposureOf(plan, phaseIndex, { seed, instanceIds, atLeast }) };
    }
    case 'renew':
      return { ...current, expiresAt: expiryOf(rollout) };
    case 'commit':
      return { ...nobody, stable: rollout.candidate, previous: current.stable };
    default:
      return nobody;
  }
}

/** From the last time somebody looked. */
const expiryOf = ({ plan, lastEvalAt, createdAt }: Rollout): number | null =>
  plan.deadManSeconds === null ? null : (lastEvalAt ?? createdAt) + plan.deadManSeconds * 1000;

/** Nobody may change a layer it rests on in the very moment of a start or a completion. */
function guardBases(write: ConfigWrite, snapshot: ConfigSnapshot, { rollout, assign }: Outcome): void {
  if (assign === null || assign.kind === 'reset' || assign.kind === 'renew') return;
  for (const { target } of rollout.bases)
    write.expect(snapshot.keys.key('assign', target), snapshot.assignment(target).modRevision);
}

function putActive(
  write: ConfigWrite,
  snapshot: ConfigSnapshot,
  outcomes: readonly Outcome[],
  touched: readonly string[] | undefined,
): void {
  const [first] = outcomes;
  if (first === undefined) return;
  const name = bundleOf(first.rollout.target);
  const active = snapshot.get('active', name);
  const held = active?.value.rollouts ?? [];
  const ended = new Set(
    outcomes.filter(({ rollout }) => isTerminal(rollout.state)).map(({ rollout }) => rollout.rolloutId),
  );
  const kept = held.filter(({ rolloutId }) => !ended.has(rolloutId));
  const added =
    touched === undefined ? [] : [{ rolloutId: first.rollout.rolloutId, target: first.rollout.target, touched }];
  if (kept.length === held.length && added.length === 0) return;
  const next: ActiveRollouts = { rollouts: [...kept, ...added] };
  const key = snapshot.keys.key('active', name);
  write.expect(key, active?.modRevision ?? 0).put(key, next);
}

/** The pointer's state as this rollout left it; what differs was done by hand. */
export function foreignChange(snapshot: ConfigSnapshot, rollout: Rollout): string | null {
  const { value } = snapshot.assignment(rollout.target);
  if (
    value.generation !== rollout.generation ||
    value.rolloutId !== rollout.rolloutId ||
    value.candidate !== rollout.candidate
  ) {
    return `the pointer of ${rollout.target} was changed by hand`;
  }
  if (value.stable !== rollout.stable) return `what is stable in ${rollout.target} was changed by hand`;
  const changed = rollout.bases.find(({ target, stable }) => snapshot.assignment(target).value.stable !== stable);
  return changed === undefined ? null : `${changed.target}, a layer it was checked with, serves another release now`;
}

/** Every other layer of the places that were checked, with what it serves. */
export const basesFor = (
  snapshot: ConfigSnapshot,
  own: TargetId,
  { places }: { readonly places: readonly TargetId[] },
): Base[] =>
  [...new Set([...layersOf(own), ...places.flatMap(layersOf)])]
    .filter((target) => target !== own)
    .map((target) => ({ target, stable: snapshot.assignment(target).value.stable }));
