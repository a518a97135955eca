/**
 * What may happen to a rollout. Every function is pure and answers with the next
 * document, what becomes of the assignment, and the words for the log; the store layer makes one transaction of it.
 *
 * Invariants (rollout.test.ts): abort is accepted in every state that exposes anybody; nothing leads from a FAIL to a further
 * phase but a person's `force`; a phase never takes an instance out; terminal states stay.
 */
import { err, ok, type Result } from '../base/result.ts';
import type { Verdict } from './gate.ts';
import type { Json } from './json.ts';
import {
  type Base,
  isExposing,
  type LogEntry,
  type PauseReason,
  type Rollout,
  type RolloutState,
} from './rollout-document.ts';

export type AssignChange =
  /** Exposes what the phase (of the next document) says. */
  | { readonly kind: 'expose' }
  | { readonly kind: 'reset' }
  /** Nothing but the dead-man's clock. */
  | { readonly kind: 'renew' }
  /** The candidate becomes stable. */
  | { readonly kind: 'commit' };

export interface Outcome {
  readonly rollout: Rollout;
  readonly assign: AssignChange | null;
  readonly log: readonly LogEntry[];
}

export interface Refusal {
  /** 'state': not in this state; 'guard': something else forbids it. */
  readonly kind: 'state' | 'guard';
  readonly message: string;
}

export interface Actor {
  readonly by: string;
  readonly at: number;
  /** Why; demanded where a gate is overridden. */
  readonly reason?: string;
}

type Act = Result<Outcome, Refusal>;

const refuseState = (rollout: Rollout, act: string): Act =>
  err({ kind: 'state', message: `a rollout that is ${rollout.state} cannot be ${act}` });
const refuse = (message: string): Act => err({ kind: 'guard', message });

function outcome(
  rollout: Rollout,
  { by, at }: Actor,
  what: string,
  more: { readonly assign?: AssignChange; readonly evidence?: Json } = {},
): Outcome {
  const entry: LogEntry = { at, by, what, ...(more.evidence === undefined ? {} : { evidence: more.evidence }) };
  return { rollout, assign: more.assign ?? null, log: [entry] };
}

const secondsAfter = (at: number, seconds: number): number => at + seconds * 1000;

/** The parts that begin anew with each phase. */
const freshWindow = (rollout: Rollout, at: number): Partial<Rollout> => ({
  assignedAt: at,
  deadlineAt: secondsAfter(at, rollout.plan.gate.progressDeadlineSeconds),
  okSince: null,
  failTicks: 0,
  lastFailTickAt: null,
  errorTicks: 0,
  lastEvalAt: at,
  verdict: null,
  pauseReason: null,
  pausedFrom: null,
  pausedAt: null,
});

/** Where a checked rollout goes from DRAFT. */
export function settle(rollout: Rollout, at: number): RolloutState {
  if (rollout.approvals.length < rollout.approvalsNeeded) return 'AWAITING_APPROVAL';
  return rollout.startAt !== null && rollout.startAt > at ? 'SCHEDULED' : 'DRAFT';
}

export function approve(rollout: Rollout, actor: Actor): Act {
  if (rollout.state !== 'AWAITING_APPROVAL') return refuseState(rollout, 'approved');
  if (actor.by === rollout.createdBy) return refuse('approval needs a second person: you made this rollout');
  if (rollout.approvals.some(({ by }) => by === actor.by)) return refuse('you have approved it already');
  const approved = { ...rollout, approvals: [...rollout.approvals, { by: actor.by, at: actor.at }] };
  return ok(outcome({ ...approved, state: settle(approved, actor.at) }, actor, 'approved'));
}

/** `generation`: of the assignment before this write. */
export function start(rollout: Rollout, actor: Actor, generation: number): Act {
  if (rollout.state !== 'DRAFT' && rollout.state !== 'SCHEDULED') return refuseState(rollout, 'started');
  if (rollout.approvals.length < rollout.approvalsNeeded) return refuse('it waits for approval');
  const started: Rollout = {
    ...rollout,
    ...freshWindow(rollout, actor.at),
    state: 'PROGRESSING',
    phaseIndex: 0,
    startGeneration: generation + 1,
    generation: generation + 1,
    reason: phaseWords(rollout, 0),
  };
  return ok(outcome(started, actor, `started: ${phaseWords(rollout, 0)}`, { assign: { kind: 'expose' } }));
}

function phaseWords({ plan }: Rollout, index: number): string {
  const phase = plan.phases[index];
  return phase === undefined ? '' : `phase ${index + 1} of ${plan.phases.length}, ${phase.percent} %`;
}

/** The next phase, or the bake after the last. */
function next(rollout: Rollout, actor: Actor, what: string, evidence?: Json): Outcome {
  const more = evidence === undefined ? {} : { evidence };
  const index = rollout.phaseIndex + 1;
  if (index >= rollout.plan.phases.length) {
    const baking: Rollout = {
      ...rollout,
      ...freshWindow(rollout, actor.at),
      state: 'BAKING',
      reason: 'everyone has it; being watched',
    };
    const deadlineAt = secondsAfter(baking.deadlineAt ?? actor.at, rollout.plan.bakeSeconds);
    return outcome({ ...baking, deadlineAt }, actor, `${what}: baking`, more);
  }
  const advanced: Rollout = {
    ...rollout,
    ...freshWindow(rollout, actor.at),
    state: 'PROGRESSING',
    phaseIndex: index,
    generation: rollout.generation + 1,
    reason: phaseWords(rollout, index),
  };
  return outcome(advanced, actor, `${what}: ${phaseWords(rollout, index)}`, { ...more, assign: { kind: 'expose' } });
}

/** The gate has been OK for as long as the phase demands. */
export function passPhase(rollout: Rollout, actor: Actor): Act {
  if (rollout.state !== 'PROGRESSING') return refuseState(rollout, 'moved on');
  return rollout.verdict?.kind === 'OK' ? ok(next(rollout, actor, 'gate passed')) : refuse('the gate is not OK');
}

/** Skips the rest of this phase's observation; the gate must be OK. */
export function advance(rollout: Rollout, actor: Actor): Act {
  const isStep = rollout.state === 'PAUSED' && rollout.pauseReason === 'STEP_PAUSE';
  if (rollout.state !== 'PROGRESSING' && !isStep) return refuseState(rollout, 'advanced');
  if (rollout.verdict?.kind !== 'OK') {
    return refuse(
      `the gate says ${rollout.verdict?.kind ?? 'nothing yet'}: ${rollout.verdict?.why ?? 'not evaluated in this phase'}`,
    );
  }
  return ok(next(rollout, actor, 'advanced'));
}

/** A person overrides the gate, with a reason that stays in the log. */
export function force(rollout: Rollout, actor: Actor): Act {
  if (!isExposing(rollout.state) || rollout.state === 'BAKING') return refuseState(rollout, 'forced on');
  if (rollout.pausedFrom === 'BAKING') return refuse('everyone has it already: promote it, or let it bake');
  if ((actor.reason ?? '').trim() === '') return refuse('overriding the gate needs a reason');
  return ok(
    next(rollout, actor, `gate overridden (${actor.reason})`, {
      verdict: verdictJson(rollout.verdict),
      reason: actor.reason ?? '',
    }),
  );
}

const verdictJson = (verdict: Verdict | null): Json =>
  verdict === null ? null : { kind: verdict.kind, why: verdict.why, counts: verdict.counts };

/** Exposes everyone now; then it bakes. Not against a failing gate, unless a reason is given. */
export function promote(rollout: Rollout, actor: Actor): Act {
  if (rollout.state !== 'PROGRESSING' && rollout.state !== 'PAUSED') return refuseState(rollout, 'promoted');
  if (rollout.pausedFrom === 'BAKING') return refuse('everyone has it already');
  if (rollout.pauseReason === 'BASE_CHANGED') return refuse('a layer it rests on changed: rebase it first, or abort');
  const isFailing = rollout.verdict?.kind === 'FAIL' || rollout.verdict?.kind === 'FAIL_TICK';
  const reason = (actor.reason ?? '').trim();
  if (isFailing && reason === '')
    return refuse(`the gate says ${rollout.verdict?.kind}: promoting against it needs a reason`);
  const last = rollout.plan.phases.length - 1;
  const baking: Rollout = {
    ...rollout,
    ...freshWindow(rollout, actor.at),
    state: 'BAKING',
    phaseIndex: last,
    generation: rollout.generation + 1,
    reason: 'promoted to everyone; being watched',
  };
  const deadlineAt = secondsAfter(baking.deadlineAt ?? actor.at, rollout.plan.bakeSeconds);
  return ok(
    outcome({ ...baking, deadlineAt }, actor, `promoted to everyone${reason === '' ? '' : ` (${reason})`}`, {
      assign: { kind: 'expose' },
    }),
  );
}

export function pause(rollout: Rollout, actor: Actor, why: PauseReason = 'MANUAL', words?: string): Act {
  if (rollout.state !== 'PROGRESSING' && rollout.state !== 'BAKING') return refuseState(rollout, 'paused');
  return ok(outcome(paused(rollout, actor, why, words ?? `paused by ${actor.by}`), actor, words ?? 'paused'));
}

const paused = (rollout: Rollout, { at }: Actor, pauseReason: PauseReason, reason: string): Rollout => ({
  ...rollout,
  pausedAt: rollout.pausedAt ?? at,
  state: 'PAUSED',
  pauseReason,
  pausedFrom: rollout.state === 'BAKING' ? 'BAKING' : 'PROGRESSING',
  okSince: null,
  reason,
});

/** Observation begins anew, with a new deadline. */
export function resume(rollout: Rollout, actor: Actor): Act {
  if (rollout.state !== 'PAUSED') return refuseState(rollout, 'resumed');
  if (rollout.pauseReason === 'BASE_CHANGED') return refuse('a layer it rests on changed: rebase it or abort');
  if (rollout.pauseReason === 'STEP_PAUSE' && rollout.verdict?.kind === 'OK')
    return ok(next(rollout, actor, 'resumed'));
  const state = rollout.pausedFrom ?? 'PROGRESSING';
  const { gate, bakeSeconds } = rollout.plan;
  const seconds = gate.progressDeadlineSeconds + (state === 'BAKING' ? bakeSeconds : 0);
  const resumed: Rollout = {
    ...rollout,
    state,
    pauseReason: null,
    pausedFrom: null,
    pausedAt: null,
    okSince: null,
    errorTicks: 0,
    deadlineAt: secondsAfter(actor.at, seconds),
    reason: state === 'BAKING' ? 'everyone has it; being watched' : phaseWords(rollout, rollout.phaseIndex),
  };
  return ok(outcome(resumed, actor, 'resumed'));
}

/** Always wins where anybody is exposed. */
export function abort(rollout: Rollout, actor: Actor): Act {
  if (!isExposing(rollout.state)) return refuseState(rollout, 'aborted');
  const reason = (actor.reason ?? '').trim();
  return ok(rollBack(rollout, actor, `aborted by ${actor.by}${reason === '' ? '' : `: ${reason}`}`));
}

export function rollBack(rollout: Rollout, actor: Actor, reason: string, evidence?: Json): Outcome {
  const back: Rollout = {
    ...rollout,
    state: 'ROLLING_BACK',
    pauseReason: null,
    pausedFrom: null,
    pausedAt: null,
    okSince: null,
    generation: rollout.generation + 1,
    rollbackAt: actor.at,
    lastEvalAt: actor.at,
    reason,
  };
  return outcome(back, actor, `rolling back: ${reason}`, {
    assign: { kind: 'reset' },
    ...(evidence === undefined ? {} : { evidence }),
  });
}

export function cancel(rollout: Rollout, actor: Actor): Act {
  const isBefore = ['DRAFT', 'INVALID', 'AWAITING_APPROVAL', 'SCHEDULED'].includes(rollout.state);
  if (!isBefore) return refuseState(rollout, 'cancelled');
  return ok(
    outcome(
      { ...rollout, state: 'CANCELLED', endedAt: actor.at, reason: `cancelled by ${actor.by}` },
      actor,
      'cancelled',
    ),
  );
}

/** It waited for its time, and what it was checked against is gone: nobody was exposed, and nobody will be by itself. */
export function invalidate(rollout: Rollout, actor: Actor, why: string): Act {
  if (rollout.state !== 'SCHEDULED') return refuseState(rollout, 'called invalid');
  return ok(outcome({ ...rollout, state: 'INVALID', reason: why }, actor, `not started: ${why}`));
}

/** Somebody changed the assignment or a layer it rests on. Exposure stays as it is. */
export function baseChanged(rollout: Rollout, actor: Actor, words: string): Act {
  if (!isExposing(rollout.state)) return refuseState(rollout, 'paused');
  if (rollout.pauseReason === 'BASE_CHANGED') return refuse('it is paused for that already');
  const from = rollout.pausedFrom ?? (rollout.state === 'BAKING' ? 'BAKING' : 'PROGRESSING');
  return ok(outcome({ ...paused(rollout, actor, 'BASE_CHANGED', words), pausedFrom: from }, actor, words));
}

/** The old one ends; a new one with the present bases starts at its first phase, in the same transaction. */
export function rebase(
  rollout: Rollout,
  actor: Actor,
  fresh: {
    readonly rolloutId: string;
    readonly bases: readonly Base[];
    readonly stable: string | null;
    readonly generation: number;
  },
): Result<{ readonly old: Outcome; readonly renewed: Outcome }, Refusal> {
  if (rollout.state !== 'PAUSED' || rollout.pauseReason !== 'BASE_CHANGED') {
    return err({ kind: 'state', message: 'only a rollout that is paused because a base changed can be rebased' });
  }
  const old = outcome(
    {
      ...rollout,
      state: 'SUPERSEDED',
      pauseReason: null,
      pausedAt: null,
      endedAt: actor.at,
      reason: `rebased as ${fresh.rolloutId}`,
    },
    actor,
    `rebased as ${fresh.rolloutId}`,
  );
  const draft: Rollout = {
    ...rollout,
    ...fresh,
    state: 'DRAFT',
    pauseReason: null,
    pausedAt: null,
    parent: rollout.rolloutId,
    createdAt: actor.at,
    createdBy: actor.by,
  };
  const renewed = start(draft, actor, fresh.generation);
  return renewed.ok ? ok({ old, renewed: renewed.value }) : renewed;
}

/** Named in a rollout that has ended; the log has the number. A fleet that is cut off must not outgrow the document that says so. */
export const UNCONFIRMED_MAX = 100;

/** Every live instance is back, or the wait is over. */
export function confirmRollback(rollout: Rollout, actor: Actor, unconfirmed: readonly string[]): Act {
  if (rollout.state !== 'ROLLING_BACK') return refuseState(rollout, 'confirmed as rolled back');
  const took = Math.max(0, actor.at - (rollout.rollbackAt ?? actor.at));
  const words =
    unconfirmed.length === 0
      ? `rolled back: every live instance confirmed after ${took < 1000 ? `${took} ms` : `${(took / 1000).toFixed(1)} s`}`
      : `rolled back, but ${unconfirmed.length} did not confirm: ${unconfirmed.slice(0, 5).join(', ')}`;
  return ok(
    outcome(
      { ...rollout, state: 'ROLLED_BACK', endedAt: actor.at, unconfirmed: unconfirmed.slice(0, UNCONFIRMED_MAX) },
      actor,
      words,
    ),
  );
}

export function complete(rollout: Rollout, actor: Actor): Act {
  if (rollout.state !== 'BAKING') return refuseState(rollout, 'completed');
  const done: Rollout = {
    ...rollout,
    state: 'COMPLETED',
    endedAt: actor.at,
    generation: rollout.generation + 1,
    reason: 'the candidate is live',
  };
  return ok(outcome(done, actor, 'completed: the candidate is live', { assign: { kind: 'commit' } }));
}

/** After a completed rollout the target went back to the release before it. */
export function revert(rollout: Rollout, actor: Actor): Act {
  if (rollout.state !== 'COMPLETED') return refuseState(rollout, 'reverted');
  return ok(outcome({ ...rollout, state: 'REVERTED', reason: `reverted by ${actor.by}` }, actor, 'reverted'));
}
