/**
 * One look of the controller at one rollout: counters, windows and deadlines, then what the gate's verdict does.
 * At most one phase per look. Time in which nobody looked counts as not observed.
 */

import type { Result } from '../base/result.ts';
import { type CheckResult, type Classified, countClasses, judge, type Verdict } from './gate.ts';
import type { Json } from './json.ts';
import { PAUSE_SECONDS_MAX } from './plan.ts';
import { complete, type Outcome, passPhase, pause, type Refusal, rollBack } from './rollout.ts';
import { forgottenAt, type LogEntry, type Rollout } from './rollout-document.ts';

export const CONTROLLER = 'controller';

export interface Look {
  readonly rows: readonly Classified[];
  readonly checks: readonly CheckResult[];
  /** Whether the checks were evaluated since the look before. */
  readonly checksAreNew: boolean;
  /** The same classes for who stays on stable; null where there is nobody. */
  readonly stableRatio: number | null;
  readonly now: number;
}

/** What to write; null when nothing changed that is worth a write. */
export function supervise(rollout: Rollout, look: Look): Outcome | null {
  const seen = observe(rollout, look);
  const { verdict } = seen;
  if (verdict === null) return null;
  const actor = { by: CONTROLLER, at: look.now };
  const evidence = evidenceOf(verdict, look);
  if (verdict.kind === 'FAIL') return rollBack(seen, actor, verdict.why, evidence);
  if (verdict.kind === 'FAIL_TICK') {
    if (seen.failTicks <= seen.plan.gate.failureLimit) return written(rollout, seen);
    if (isEnvironment(seen, look))
      return orWritten(
        rollout,
        seen,
        pause(seen, actor, 'ENVIRONMENT_DEGRADED', `paused: ${verdict.why}, and instances on stable fail as much`),
      );
    return rollBack(seen, actor, verdict.why, evidence);
  }
  if (seen.state === 'PAUSED') return written(rollout, seen);
  if (seen.errorTicks > seen.plan.gate.consecutiveErrorLimit) {
    return orWritten(
      rollout,
      seen,
      pause(
        seen,
        actor,
        'EVALUATION_ERROR',
        `paused: a check cannot be evaluated (${look.checks.find((one) => one.is === 'error')?.why ?? ''})`,
      ),
    );
  }
  if (verdict.kind === 'INCONCLUSIVE') return inconclusive(rollout, seen, look, evidence);
  if (verdict.kind === 'OK' && seen.okSince !== null) return onOk(rollout, seen, look.now);
  return written(rollout, seen);
}

function onOk(before: Rollout, seen: Rollout, now: number): Outcome | null {
  const actor = { by: CONTROLLER, at: now };
  const observed = now - (seen.okSince ?? now);
  if (seen.state === 'BAKING') {
    return observed < seen.plan.bakeSeconds * 1000
      ? written(before, seen)
      : orWritten(before, seen, complete(seen, actor));
  }
  const phase = seen.plan.phases[seen.phaseIndex];
  if (observed < (phase?.observeSeconds ?? 0) * 1000) return written(before, seen);
  if (phase?.pause === true)
    return orWritten(
      before,
      seen,
      pause(seen, actor, 'STEP_PAUSE', 'the phase passed; it waits for somebody to go on'),
    );
  return orWritten(before, seen, passPhase(seen, actor));
}

function inconclusive(before: Rollout, seen: Rollout, look: Look, evidence: Json): Outcome | null {
  const actor = { by: CONTROLLER, at: look.now };
  const why = seen.verdict?.why ?? '';
  if (seen.plan.gate.onInconclusive === 'rollback') return rollBack(seen, actor, why, evidence);
  const counts = countClasses(look.rows);
  const isEmpty = look.rows.length === counts.excluded;
  return orWritten(before, seen, pause(seen, actor, isEmpty ? 'NO_TARGETS' : 'INCONCLUSIVE', `paused: ${why}`));
}

/** The document with this look's verdict, windows and counters. */
function observe(rollout: Rollout, look: Look): Rollout {
  const { gate } = rollout.plan;
  const { now } = look;
  const lastEvalAt = rollout.lastEvalAt ?? now;
  const gap = now - lastEvalAt;
  const isBlind = gap < 0 || gap > 2 * gate.evalIntervalSeconds * 1000;
  const isPaused = rollout.state === 'PAUSED';
  // The deadline stops while paused, and while nobody looked.
  const shift = isPaused || isBlind ? Math.max(0, gap) : 0;
  const deadlineAt = (rollout.deadlineAt ?? now) + shift;
  const verdict = judge({
    rows: look.rows,
    checks: look.checks,
    now,
    deadlineAt: isPaused ? Number.POSITIVE_INFINITY : deadlineAt,
    parameters: gate,
  });
  const isTick =
    rollout.lastFailTickAt === null ||
    now - rollout.lastFailTickAt >= gate.evalIntervalSeconds * 1000 ||
    now < rollout.lastFailTickAt;
  const isFailTick = verdict.kind === 'FAIL_TICK' && isTick;
  const hasError = look.checks.some((check) => check.is === 'error');
  return {
    ...rollout,
    deadlineAt,
    lastEvalAt: now,
    verdict,
    failTicks: rollout.failTicks + (isFailTick ? 1 : 0),
    lastFailTickAt: isFailTick ? now : rollout.lastFailTickAt,
    errorTicks: !look.checksAreNew ? rollout.errorTicks : hasError ? rollout.errorTicks + 1 : 0,
    okSince: verdict.kind === 'OK' && !isPaused ? (isBlind ? now : (rollout.okSince ?? now)) : null,
  };
}

/** Worth a write: another verdict, another counter, or simply that a tick has passed (a successor must know how long it was blind). */
function written(before: Rollout, seen: Rollout): Outcome | null {
  const isSame =
    before.verdict?.kind === seen.verdict?.kind &&
    before.verdict?.why === seen.verdict?.why &&
    before.okSince === seen.okSince &&
    before.failTicks === seen.failTicks;
  const elapsed = (seen.lastEvalAt ?? 0) - (before.lastEvalAt ?? 0);
  const log = [...verdictLog(before, seen), ...pauseLog(before, seen)];
  if (isSame && log.length === 0 && elapsed >= 0 && elapsed < seen.plan.gate.evalIntervalSeconds * 1000) return null;
  return { rollout: seen, assign: null, log };
}

const verdictLog = (before: Rollout, { verdict, lastEvalAt }: Rollout): LogEntry[] =>
  before.verdict?.kind === verdict?.kind || verdict === null
    ? []
    : [{ at: lastEvalAt ?? 0, by: CONTROLLER, what: `gate ${verdict.kind}: ${verdict.why}` }];

/** Once, at the first look after the pause has lasted too long. */
function pauseLog(before: Rollout, seen: Rollout): LogEntry[] {
  const at = seen.lastEvalAt ?? 0;
  const limit = forgottenAt(seen);
  if (limit === null || at < limit || (before.lastEvalAt ?? 0) >= limit) return [];
  const hours = PAUSE_SECONDS_MAX / 3_600;
  return [{ at, by: CONTROLLER, what: `paused for longer than ${hours} hours: resume it or abort it` }];
}

const orWritten = (before: Rollout, seen: Rollout, act: Result<Outcome, Refusal>): Outcome | null =>
  act.ok ? act.value : written(before, seen);

function isEnvironment({ plan }: Rollout, { rows, stableRatio }: Look): boolean {
  const { maxDeltaToStable, maxErrorRatio } = plan.gate;
  if (maxDeltaToStable === null || stableRatio === null || stableRatio <= maxErrorRatio) return false;
  return failureRatio(rows) - stableRatio <= maxDeltaToStable;
}

export function failureRatio(rows: readonly Classified[]): number {
  const counts = countClasses(rows);
  const failures = counts.rejected + counts.unhealthy + counts.lost + counts.silent;
  const decided = failures + counts.healthy;
  return decided === 0 ? 0 : failures / decided;
}

const EVIDENCE_MAX = 20;

function evidenceOf(verdict: Verdict, { rows, checks }: Look): Json {
  const failing = rows.filter(({ is }) => is === 'rejected' || is === 'unhealthy' || is === 'lost' || is === 'silent');
  return {
    verdict: verdict.kind,
    counts: verdict.counts,
    instances: failing.slice(0, EVIDENCE_MAX).map(({ instanceId, is, why }) => ({ instanceId, is, why })),
    checks: checks.filter(({ is }) => is !== 'pass').map(({ name, is, why }) => ({ name, is, why })),
  };
}
