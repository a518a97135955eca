/** What operators do with rollouts: each act is checked by the machine (lib/config/rollout.ts) and is one guarded transaction. */
import { randomBytes } from 'node:crypto';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Result } from '../../../lib/base/result.ts';
import { overlapWith, touchedPaths } from '../../../lib/config/overlap.ts';
import { type Plan, planIssues } from '../../../lib/config/plan.ts';
import type { Actor, Outcome, Refusal } from '../../../lib/config/rollout.ts';
import * as machine from '../../../lib/config/rollout.ts';
import { newRollout, type Rollout } from '../../../lib/config/rollout-document.ts';
import { bundleOf, type TargetId } from '../../../lib/config/target.ts';
import { ConsoleError, invalidArgument } from '../errors.ts';
import type { RolloutAct } from './acts.ts';
import { analyse } from './analysis.ts';
import { refusedGate } from './check-hosts.ts';
import { actorOf, type ConfigContext, committed, conflict, contentError, precondition } from './context.ts';
import { NO_ACTIVE, overlapping, requireFaultless, requireGeneration, requireUntampered } from './releases.ts';
import { basesFor, rolloutWrite } from './rollout-write.ts';
import type { ConfigSnapshot, Kept } from './snapshot.ts';
import { requireTarget } from './targets.ts';

export interface CreateRolloutBody {
  readonly target: TargetId;
  readonly releaseId: string;
  readonly plan: Plan;
  /** Milliseconds since the epoch; null: not by itself. */
  readonly startAt: number | null;
  /** Starts at once where nothing forbids it. */
  readonly start: boolean;
  /** Where another rollout is in the way: waits for its end, behind those that wait already, instead of being refused. */
  readonly queue: boolean;
  /** The rolled back one that this tries again; null: none. */
  readonly parent: string | null;
  readonly expectGeneration: number;
  readonly by: string | undefined;
}

export async function createRollout(context: ConfigContext, body: CreateRolloutBody): Promise<Rollout> {
  const snapshot = await context.state.ready();
  const target = requireTarget(snapshot, body.target);
  const assign = snapshot.assignment(body.target);
  requireGeneration(assign.value, body.expectGeneration);
  const [issue] = planIssues(body.plan);
  if (issue !== undefined) throw contentError('plan', issue.path, issue.message);
  const refused = refusedGate(body.plan, context.checkHosts);
  if (refused !== undefined) throw contentError('plan', refused.path, refused.message);
  const actor = { by: actorOf(context, body.by), at: context.now() };
  const { analysis } = await candidateOf(context, snapshot, body.target, body.releaseId);
  if (assign.value.stable === body.releaseId)
    throw precondition(`this release is live already: there is nothing to roll out`);
  const rolloutId = `ro_${actor.at.toString(36)}${randomBytes(2).toString('hex')}`;
  const draft = newRollout({
    rolloutId,
    target: body.target,
    candidate: body.releaseId,
    stable: assign.value.stable,
    plan: body.plan,
    bases: basesFor(snapshot, body.target, analysis),
    approvalsNeeded: target.value.approvals,
    startAt: body.startAt,
    parent: parentOf(snapshot, body),
    createdAt: actor.at,
    createdBy: actor.by,
  });
  const settled: Rollout = { ...draft, state: machine.settle(draft, actor.at) };
  const created: Outcome = { rollout: settled, assign: null, log: [{ at: actor.at, by: actor.by, what: 'created' }] };
  if (!body.start || settled.state !== 'DRAFT') {
    await committed(context, rolloutWrite({ ...context, snapshot, outcome: created, fence: null }), () =>
      changed(body.target),
    );
    return settled;
  }
  const started = requireDone(machine.start(settled, actor, assign.value.generation), settled);
  const paths = analysis.changes.map(({ path }) => path);
  const other = inTheWay(snapshot, body.target, paths);
  if (other !== undefined && body.queue) {
    const reason = `waits for the end of rollout ${other.rolloutId} of ${other.target}`;
    const queued: Rollout = { ...settled, state: 'SCHEDULED', startAt: actor.at, reason };
    const log = [...created.log, { at: actor.at, by: actor.by, what: reason }];
    const outcome: Outcome = { rollout: queued, assign: null, log };
    await committed(context, rolloutWrite({ ...context, snapshot, outcome, fence: null }), () => changed(body.target));
    return queued;
  }
  const touched = requireFree(snapshot, body.target, paths);
  const outcome = { ...started, log: [...created.log, ...started.log] };
  await committed(context, rolloutWrite({ ...context, snapshot, outcome, fence: null, touched }), () =>
    changed(body.target),
  );
  return context.state.current?.get('rollouts', rolloutId)?.value ?? outcome.rollout;
}

/** Trying again is a new rollout with new checks, which says whose place it takes. */
function parentOf(snapshot: ConfigSnapshot, { parent, target }: CreateRolloutBody): string | null {
  if (parent === null) return null;
  const before = snapshot.get('rollouts', parent)?.value;
  if (before?.target === target && before.state === 'ROLLED_BACK') return parent;
  throw invalidArgument('parent', `${parent} is no rolled back rollout of ${target}`);
}

const changed = (target: TargetId): ConsoleError =>
  conflict(`${target} or a layer of it changed meanwhile; nothing was written`);

/** The candidate, checked as if it were published now: layers may have changed since. */
async function candidateOf(context: ConfigContext, snapshot: ConfigSnapshot, target: TargetId, releaseId: string) {
  const release = snapshot.release(target, releaseId);
  if (release === null)
    throw new ConsoleError(GrpcCode.NOT_FOUND, `${target} has no release ${releaseId}`, { releaseId });
  requireUntampered(release);
  const analysis = await analyse(context, snapshot, {
    target: requireTarget(snapshot, target).value,
    content: release.content,
  });
  requireFaultless(analysis);
  return { release, analysis };
}

function inTheWay(snapshot: ConfigSnapshot, target: TargetId, paths: readonly string[]) {
  const active = snapshot.get('active', bundleOf(target))?.value ?? NO_ACTIVE;
  return overlapWith(active, { target, touched: touchedPaths(paths) });
}

/** The paths to claim. @throws ConsoleError 409 OVERLAP */
function requireFree(snapshot: ConfigSnapshot, target: TargetId, paths: readonly string[], besides?: string): string[] {
  const touched = touchedPaths(paths);
  const active = snapshot.get('active', bundleOf(target))?.value ?? NO_ACTIVE;
  const others = { rollouts: active.rollouts.filter(({ rolloutId }) => rolloutId !== besides) };
  const other = overlapWith(others, { target, touched });
  if (other !== undefined) throw overlapping(other);
  return touched;
}

function requireDone(result: Result<Outcome, Refusal>, rollout: Rollout): Outcome {
  if (result.ok) return result.value;
  throw precondition(result.error.message, { state: rollout.state, current: rollout });
}

export interface ActBody {
  readonly rolloutId: string;
  readonly act: RolloutAct;
  /** The pointer's generation as it was shown. Not asked of an abort: it always wins. */
  readonly expectGeneration: number;
  readonly reason: string;
  readonly by: string | undefined;
}

/** An abort meets a controller that writes at the same moment: it looks again, this often. */
const ABORT_TRIES = 10;

export async function actOnRollout(context: ConfigContext, body: ActBody): Promise<Rollout> {
  for (let left = body.act === 'abort' ? ABORT_TRIES : 1; ; left--) {
    const snapshot = await context.state.ready();
    const kept = snapshot.get('rollouts', body.rolloutId);
    if (kept === undefined)
      throw new ConsoleError(GrpcCode.NOT_FOUND, `there is no rollout ${body.rolloutId}`, {
        rolloutId: body.rolloutId,
      });
    try {
      return await actOnce(context, snapshot, kept, body);
    } catch (error) {
      const isBeaten = error instanceof ConsoleError && error.code === GrpcCode.ABORTED && body.act === 'abort';
      if (!isBeaten || left <= 1) throw error;
      await context.state.follows(kept.modRevision + 1);
    }
  }
}

async function actOnce(
  context: ConfigContext,
  snapshot: ConfigSnapshot,
  { value: rollout }: Kept<Rollout>,
  body: ActBody,
): Promise<Rollout> {
  const actor = { by: actorOf(context, body.by), at: context.now(), reason: body.reason };
  const assign = snapshot.assignment(rollout.target).value;
  if (body.act !== 'abort' && assign.generation !== body.expectGeneration) {
    throw conflict(
      `${rollout.target} is at generation ${assign.generation} now, not ${body.expectGeneration}; nothing was done`,
      { current: rollout },
    );
  }
  const write = await writeOf(context, snapshot, rollout, { act: body.act, actor });
  const beaten = (): ConsoleError =>
    conflict('the rollout changed in this very moment; look again', { current: rollout });
  await committed(context, write.transaction, beaten);
  return context.state.current?.get('rollouts', write.rolloutId)?.value ?? rollout;
}

interface Wanted {
  readonly act: RolloutAct;
  readonly actor: Actor;
}

async function writeOf(context: ConfigContext, snapshot: ConfigSnapshot, rollout: Rollout, { act, actor }: Wanted) {
  const { rolloutId, target } = rollout;
  const assign = snapshot.assignment(target).value;
  const plain = (result: Result<Outcome, Refusal>, touched?: readonly string[]) => {
    const outcome = requireDone(result, rollout);
    return {
      rolloutId,
      transaction: rolloutWrite({
        ...context,
        snapshot,
        outcome,
        fence: null,
        ...(touched === undefined ? {} : { touched }),
      }),
    };
  };
  switch (act) {
    case 'start': {
      requireDone(machine.start(rollout, actor, assign.generation), rollout);
      const { analysis } = await candidateOf(context, snapshot, target, rollout.candidate);
      // Checked just now, against what is served just now.
      const bases = basesFor(snapshot, target, analysis);
      return plain(
        machine.start({ ...rollout, stable: assign.stable, bases }, actor, assign.generation),
        requireFree(
          snapshot,
          target,
          analysis.changes.map(({ path }) => path),
        ),
      );
    }
    case 'rebase':
      return rebaseOf(context, snapshot, rollout, actor);
    case 'revert':
      return revertOf(context, snapshot, rollout, actor);
    case 'approve':
      return plain(machine.approve(rollout, actor));
    case 'pause':
      return plain(machine.pause(rollout, actor));
    case 'resume':
      return plain(machine.resume(rollout, actor));
    case 'advance':
      return plain(machine.advance(rollout, actor));
    case 'force':
      return plain(machine.force(rollout, actor));
    case 'promote':
      return plain(machine.promote(rollout, actor));
    case 'abort':
      return plain(machine.abort(rollout, actor));
    case 'cancel':
      return plain(machine.cancel(rollout, actor));
  }
}

async function rebaseOf(context: ConfigContext, snapshot: ConfigSnapshot, rollout: Rollout, actor: Actor) {
  const { target } = rollout;
  const assign = snapshot.assignment(target).value;
  const { analysis } = await candidateOf(context, snapshot, target, rollout.candidate);
  const rolloutId = `ro_${actor.at.toString(36)}${randomBytes(2).toString('hex')}`;
  const bases = basesFor(snapshot, target, analysis);
  const result = machine.rebase(rollout, actor, {
    rolloutId,
    bases,
    stable: assign.stable,
    generation: assign.generation,
  });
  if (!result.ok) throw precondition(result.error.message, { state: rollout.state, current: rollout });
  const touched = requireFree(
    snapshot,
    target,
    analysis.changes.map(({ path }) => path),
    rollout.rolloutId,
  );
  const { renewed, old } = result.value;
  return {
    rolloutId,
    transaction: rolloutWrite({ ...context, snapshot, outcome: renewed, also: [old], fence: null, touched }),
  };
}

/** Back to the release before, in one transaction and without a gate: it was healthy when it was replaced. */
function revertOf(context: ConfigContext, snapshot: ConfigSnapshot, rollout: Rollout, actor: Actor) {
  const { target } = rollout;
  const assign = snapshot.assignment(target);
  const outcome = requireDone(machine.revert(rollout, actor), rollout);
  if (assign.value.stable !== rollout.candidate)
    throw precondition(`${target} serves another release by now: revert that one`, { current: assign.value });
  const before = snapshot.release(target, rollout.stable);
  if (before === null) throw precondition('there was no release before it to go back to');
  if (assign.value.rolloutId !== null) throw overlapping({ rolloutId: assign.value.rolloutId, target, path: '' });
  const next = {
    ...assign.value,
    generation: assign.value.generation + 1,
    stable: before.releaseId,
    previous: rollout.candidate,
    probe: null,
  };
  const transaction = rolloutWrite({ ...context, snapshot, outcome, fence: null }).put(
    snapshot.keys.key('assign', target),
    next,
  );
  return { rolloutId: rollout.rolloutId, transaction };
}
