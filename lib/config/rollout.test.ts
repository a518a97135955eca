import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result } from '../base/result.ts';
import type { Classified, InstanceClass } from './gate.ts';
import type { Outcome, Refusal } from './rollout.ts';
import * as machine from './rollout.ts';
import { isExposing, isTerminal, ROLLOUT_STATES, type Rollout, type RolloutState } from './rollout-document.ts';
import { planWith, rolloutWith, verdictOf } from './rollout-fixtures.testing.ts';
import { type Look, supervise } from './supervise.ts';

const ada = { by: 'ada', at: 10_000 };
const bob = { by: 'bob', at: 10_000, reason: 'because' };

/** A rollout that stands in this state as the machine would have left it. */
function standing(state: RolloutState, changes: Partial<Rollout> = {}): Rollout {
  const pauseReason = state === 'PAUSED' ? ('MANUAL' as const) : null;
  return rolloutWith({
    state,
    pauseReason,
    pausedFrom: state === 'PAUSED' ? 'PROGRESSING' : null,
    startGeneration: 1,
    generation: 1,
    assignedAt: 0,
    lastEvalAt: 0,
    deadlineAt: 600_000,
    verdict: verdictOf('OK'),
    ...changes,
  });
}

type ActName =
  | 'approve'
  | 'start'
  | 'advance'
  | 'force'
  | 'promote'
  | 'pause'
  | 'resume'
  | 'abort'
  | 'cancel'
  | 'invalidate'
  | 'baseChanged'
  | 'rebase'
  | 'confirm'
  | 'complete'
  | 'revert';

const ACTS: Readonly<Record<ActName, (rollout: Rollout) => Result<Outcome, Refusal>>> = {
  approve: (rollout) => machine.approve(rollout, bob),
  start: (rollout) => machine.start(rollout, ada, 1),
  advance: (rollout) => machine.advance(rollout, ada),
  force: (rollout) => machine.force(rollout, bob),
  promote: (rollout) => machine.promote(rollout, ada),
  pause: (rollout) => machine.pause(rollout, ada),
  resume: (rollout) => machine.resume(rollout, ada),
  abort: (rollout) => machine.abort(rollout, ada),
  cancel: (rollout) => machine.cancel(rollout, ada),
  invalidate: (rollout) => machine.invalidate(rollout, ada, 'settings serves another release now'),
  baseChanged: (rollout) => machine.baseChanged(rollout, ada, 'settings was changed'),
  rebase: (rollout) => {
    const result = machine.rebase(rollout, ada, { rolloutId: 'ro_2', bases: [], stable: null, generation: 1 });
    return result.ok ? { ok: true, value: result.value.old } : result;
  },
  confirm: (rollout) => machine.confirmRollback(rollout, ada, []),
  complete: (rollout) => machine.complete(rollout, ada),
  revert: (rollout) => machine.revert(rollout, ada),
};

/** Every accepted transition, and where it leads; all others are refused. */
const TABLE: Readonly<Record<RolloutState, Partial<Record<ActName, RolloutState>>>> = {
  DRAFT: { start: 'PROGRESSING', cancel: 'CANCELLED' },
  INVALID: { cancel: 'CANCELLED' },
  AWAITING_APPROVAL: { approve: 'DRAFT', cancel: 'CANCELLED' },
  SCHEDULED: { start: 'PROGRESSING', cancel: 'CANCELLED', invalidate: 'INVALID' },
  PROGRESSING: {
    advance: 'PROGRESSING',
    force: 'PROGRESSING',
    promote: 'BAKING',
    pause: 'PAUSED',
    abort: 'ROLLING_BACK',
    baseChanged: 'PAUSED',
  },
  PAUSED: {
    force: 'PROGRESSING',
    promote: 'BAKING',
    resume: 'PROGRESSING',
    abort: 'ROLLING_BACK',
    baseChanged: 'PAUSED',
  },
  BAKING: { pause: 'PAUSED', abort: 'ROLLING_BACK', baseChanged: 'PAUSED', complete: 'COMPLETED' },
  ROLLING_BACK: { confirm: 'ROLLED_BACK' },
  COMPLETED: { revert: 'REVERTED' },
  ROLLED_BACK: {},
  CANCELLED: {},
  SUPERSEDED: {},
  REVERTED: {},
};

describe('every transition, and every refused one', () => {
  for (const state of ROLLOUT_STATES) {
    for (const [name, act] of Object.entries(ACTS)) {
      const expected = TABLE[state][name as ActName];
      test(`${state} ${name}: ${expected ?? 'refused'}`, () => {
        const before = standing(state);
        const result = act(before);
        if (expected === undefined) {
          expect(result).toMatchObject({ ok: false, error: { kind: 'state' } });
        } else {
          expect(result).toMatchObject({ ok: true, value: { rollout: { state: expected } } });
          if (result.ok) expect(result.value.log.length, 'it is logged').toBeGreaterThan(0);
        }
        expect(before).toEqual(standing(state));
      });
    }
  }

  test('guards refuse with the reason', () => {
    const message = (result: Result<unknown, Refusal>) => (result.ok ? 'accepted' : result.error.message);
    expect(message(machine.approve(standing('AWAITING_APPROVAL'), ada))).toContain('second person');
    expect(message(machine.start(standing('DRAFT', { approvalsNeeded: 1 }), ada, 1))).toContain('approval');
    expect(message(machine.force(standing('PROGRESSING'), ada))).toContain('needs a reason');
    expect(message(machine.force(standing('PAUSED', { pausedFrom: 'BAKING' }), bob))).toContain('everyone has it');
    expect(message(machine.advance(standing('PROGRESSING', { verdict: verdictOf('WAIT') }), ada))).toContain('WAIT');
    expect(message(machine.promote(standing('PROGRESSING', { verdict: verdictOf('FAIL_TICK') }), ada))).toContain(
      'needs a reason',
    );
    expect(message(machine.resume(standing('PAUSED', { pauseReason: 'BASE_CHANGED' }), ada))).toContain('rebase');
  });

  test('a second approval by the same person does not count', () => {
    const one = machine.approve(standing('AWAITING_APPROVAL', { approvalsNeeded: 2 }), bob);
    expect(one).toMatchObject({ ok: true, value: { rollout: { state: 'AWAITING_APPROVAL' } } });
    if (one.ok) expect(machine.approve(one.value.rollout, bob)).toMatchObject({ ok: false });
  });

  test('a step that passed goes on when it is resumed; a manual pause is observed again', () => {
    const step = standing('PAUSED', { pauseReason: 'STEP_PAUSE' });
    expect(machine.resume(step, ada)).toMatchObject({
      value: { rollout: { phaseIndex: 1, state: 'PROGRESSING' }, assign: { kind: 'expose' } },
    });
    expect(machine.resume({ ...step, verdict: verdictOf('WAIT') }, ada)).toMatchObject({
      value: { rollout: { phaseIndex: 0 }, assign: null },
    });
    expect(machine.resume(standing('PAUSED', { okSince: 5 }), ada)).toMatchObject({
      value: { rollout: { okSince: null, deadlineAt: 610_000 }, assign: null },
    });
    expect(machine.resume(standing('PAUSED', { pausedFrom: 'BAKING' }), ada)).toMatchObject({
      value: { rollout: { state: 'BAKING' } },
    });
  });

  test('a rebase ends the old rollout and starts the new one at its first phase', () => {
    const paused = standing('PAUSED', { pauseReason: 'BASE_CHANGED', phaseIndex: 3 });
    const bases = [{ target: 'settings', stable: 'r_base' }];
    const result = machine.rebase(paused, ada, { rolloutId: 'ro_2', bases, stable: 'r_x', generation: 9 });
    expect(result).toMatchObject({
      value: {
        old: { rollout: { state: 'SUPERSEDED' } },
        renewed: {
          rollout: { rolloutId: 'ro_2', state: 'PROGRESSING', phaseIndex: 0, bases, parent: 'ro_1', generation: 10 },
        },
      },
    });
  });
});

const rows = (counts: Partial<Record<InstanceClass, number>>): Classified[] =>
  Object.entries(counts).flatMap(([is, count]) =>
    Array.from({ length: count }, (_, i) => ({ instanceId: `${is}${i}`, is: is as InstanceClass, why: is })),
  );
const look = (counts: Partial<Record<InstanceClass, number>>, now: number, more: Partial<Look> = {}): Look => ({
  rows: rows(counts),
  checks: [],
  checksAreNew: true,
  stableRatio: null,
  now,
  ...more,
});
const looked = (rollout: Rollout, one: Look): Rollout => supervise(rollout, one)?.rollout ?? rollout;
const begun = (changes: Partial<Rollout> = {}): Rollout => standing('PROGRESSING', { verdict: null, ...changes });

describe('the controller’s looks', () => {
  test('a phase passes only after it was OK for the whole observation', () => {
    let rollout = begun();
    for (let at = 0; at < 300_000; at += 10_000) {
      rollout = looked(rollout, look({ healthy: 2 }, at));
      expect(rollout.phaseIndex, `at ${at}`).toBe(0);
    }
    rollout = looked(rollout, look({ healthy: 2 }, 300_000));
    expect(rollout).toMatchObject({ phaseIndex: 1, generation: 2, okSince: null });
  });

  test('a doubt in between starts the observation anew', () => {
    let rollout = looked(begun(), look({ healthy: 2 }, 1_000));
    rollout = looked(rollout, look({ healthy: 1, stale: 1 }, 11_000));
    expect(rollout.okSince).toBe(null);
    rollout = looked(rollout, look({ healthy: 2 }, 21_000));
    expect(rollout.okSince).toBe(21_000);
  });

  test('time in which nobody looked is not observed, and extends the deadline', () => {
    const rollout = looked(begun(), look({ healthy: 2 }, 1_000));
    const late = looked(rollout, look({ healthy: 2 }, 400_000));
    expect(late).toMatchObject({ phaseIndex: 0, okSince: 400_000, deadlineAt: 600_000 + 399_000 });
    expect(looked(rollout, look({ healthy: 2 }, 500)).okSince, 'a clock that jumped back saw nothing either').toBe(500);
  });

  test('a rejection turns it back at once; other failures after more than the tolerated ticks', () => {
    expect(looked(begun(), look({ healthy: 9, rejected: 1 }, 1_000))).toMatchObject({
      state: 'ROLLING_BACK',
      rollbackAt: 1_000,
    });
    let rollout = looked(begun(), look({ lost: 1 }, 1_000));
    expect(rollout).toMatchObject({ state: 'PROGRESSING', failTicks: 1 });
    rollout = looked(rollout, look({ lost: 1 }, 5_000));
    expect(rollout, 'within the same interval').toMatchObject({ failTicks: 1 });
    rollout = looked(rollout, look({ lost: 1 }, 11_000));
    expect(rollout).toMatchObject({ state: 'ROLLING_BACK' });
  });

  test('the failure gate stays armed while paused, and the deadline does not', () => {
    const paused = standing('PAUSED', { lastEvalAt: 0 });
    expect(looked(paused, look({ rejected: 1 }, 1_000)).state).toBe('ROLLING_BACK');
    const waiting = looked(paused, look({ pending: 1 }, 15_000));
    expect(waiting).toMatchObject({ state: 'PAUSED', deadlineAt: 615_000 });
  });

  test('of a fleet that does not confirm the way back a hundred are named, and all are counted', () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `instance-${i}`);
    const { value } = machine.confirmRollback(standing('ROLLING_BACK'), ada, names) as { value: Outcome };
    expect(value.rollout.unconfirmed).toEqual(names.slice(0, machine.UNCONFIRMED_MAX));
    expect(value.log[0]?.what).toContain('5000 did not confirm');
  });

  test('a pause that lasts for more than a day is logged as forgotten, once; a resumed one is not', () => {
    const day = 86_400_000;
    const { value } = machine.pause(begun(), { by: 'ada', at: 1_000 }) as { value: { rollout: Rollout } };
    const log = (rollout: Rollout, now: number) => supervise(rollout, look({ healthy: 5 }, now))?.log ?? [];
    const before = { ...value.rollout, verdict: verdictOf('OK'), lastEvalAt: day + 500 };
    expect(log(before, day + 999)).toEqual([]);
    expect(log(before, day + 1_000).map(({ what }) => what)).toEqual([
      'paused for longer than 24 hours: resume it or abort it',
    ]);
    expect(log({ ...before, lastEvalAt: day + 1_000 }, day + 60_000)).toEqual([]);
    expect(machine.resume(before, ada)).toMatchObject({ value: { rollout: { pausedAt: null } } });
  });

  test('without an answer by the deadline it pauses, or turns back where the plan says so', () => {
    const late = { lastEvalAt: 595_000 };
    expect(looked(begun(late), look({ healthy: 1, pending: 1 }, 600_000))).toMatchObject({
      state: 'PAUSED',
      pauseReason: 'INCONCLUSIVE',
    });
    expect(looked(begun(late), look({}, 600_000))).toMatchObject({ state: 'PAUSED', pauseReason: 'NO_TARGETS' });
    const strict = begun({ ...late, plan: planWith({ onInconclusive: 'rollback' }) });
    expect(looked(strict, look({ pending: 1 }, 600_000)).state).toBe('ROLLING_BACK');
  });

  test('checks that cannot be evaluated pause it after the tolerated number', () => {
    const checks = [{ name: 'errors', is: 'error', why: 'no answer' }] as const;
    let rollout = begun();
    for (let i = 1; i <= 4; i++) rollout = looked(rollout, look({ healthy: 5 }, i * 10_000, { checks }));
    expect(rollout.state).toBe('PROGRESSING');
    expect(looked(rollout, look({ healthy: 5 }, 50_000, { checks }))).toMatchObject({
      state: 'PAUSED',
      pauseReason: 'EVALUATION_ERROR',
    });
  });

  test('when stable instances fail as much, the environment is blamed, not the candidate', () => {
    const plan = planWith({ maxDeltaToStable: 0.1, failureLimit: 0 });
    const degraded = looked(begun({ plan }), look({ lost: 1, healthy: 1 }, 1_000, { stableRatio: 0.5 }));
    expect(degraded).toMatchObject({ pauseReason: 'ENVIRONMENT_DEGRADED' });
    const later = looked(degraded, look({ lost: 1, healthy: 1 }, 11_000, { stableRatio: 0.5 }));
    expect(later, 'and it waits for as long as that lasts').toMatchObject({ state: 'PAUSED' });
    expect(looked(later, look({ lost: 1, healthy: 1 }, 21_000, { stableRatio: 0 })).state, 'no longer').toBe(
      'ROLLING_BACK',
    );
    expect(looked(begun({ plan }), look({ lost: 1, healthy: 1 }, 1_000, { stableRatio: 0.1 })).state).toBe(
      'ROLLING_BACK',
    );
    expect(
      looked(begun({ plan }), look({ rejected: 1 }, 1_000, { stableRatio: 1 })).state,
      'a rejection is proof',
    ).toBe('ROLLING_BACK');
  });

  test('after the last phase it bakes, then completes, and only then the pointer moves', () => {
    let rollout = begun({ phaseIndex: 4, okSince: 0, lastEvalAt: 290_000, verdict: verdictOf('OK') });
    const baking = supervise(rollout, look({ healthy: 10 }, 300_000));
    expect(baking).toMatchObject({ rollout: { state: 'BAKING' }, assign: null });
    rollout = baking?.rollout ?? rollout;
    for (let at = 301_000; at < 901_000; at += 10_000) {
      expect(rollout.state).toBe('BAKING');
      rollout = looked(rollout, look({ healthy: 10 }, at));
    }
    expect(supervise(rollout, look({ healthy: 10 }, 911_000))).toMatchObject({
      rollout: { state: 'COMPLETED' },
      assign: { kind: 'commit' },
    });
  });

  test('a look that brings nothing new is not written, but each tick is', () => {
    const seen = looked(begun(), look({ pending: 1 }, 1_000));
    expect(supervise(seen, look({ pending: 1 }, 2_000))).toBe(null);
    expect(supervise(seen, look({ pending: 1 }, 11_000))).not.toBe(null);
  });
});

const anyCounts = fc.record({
  healthy: fc.nat(5),
  unhealthy: fc.nat(2),
  rejected: fc.nat(1),
  lost: fc.nat(2),
  silent: fc.nat(2),
  pending: fc.nat(3),
  stale: fc.nat(1),
});

test('whatever happens in whatever order: no way from FAIL onward without a person, abort where anybody is exposed, ends stay ended', () => {
  const event = fc.oneof(
    fc.record({ type: fc.constant('look' as const), counts: anyCounts, ms: fc.integer({ min: -5_000, max: 700_000 }) }),
    fc.record({
      type: fc.constant('act' as const),
      name: fc.constantFrom<ActName>(...(Object.keys(ACTS) as ActName[])),
    }),
  );
  void fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.nat(2), (events, failureLimit) => {
      let rollout = rolloutWith({ plan: planWith({ failureLimit }), state: 'DRAFT' });
      let now = 0;
      for (const one of events) {
        const before = rollout;
        if (one.type === 'look') {
          now += one.ms;
          if (!isExposing(rollout.state)) continue;
          const outcome = supervise(rollout, look(one.counts, now));
          rollout = outcome?.rollout ?? rollout;
          const isForward =
            rollout.phaseIndex > before.phaseIndex || (rollout.state === 'COMPLETED' && before.state !== 'COMPLETED');
          if (isForward) expect(outcome?.rollout.plan && one.counts.rejected).toBe(0);
          if (one.counts.rejected > 0) expect(rollout.state).toBe('ROLLING_BACK');
          expect(rollout.phaseIndex - before.phaseIndex, 'at most one phase per look').toBeLessThanOrEqual(1);
        } else {
          const result = ACTS[one.name](rollout);
          if (one.name === 'abort') expect(result.ok).toBe(isExposing(before.state));
          rollout = result.ok ? result.value.rollout : rollout;
          const isFailing = before.verdict?.kind === 'FAIL' || before.verdict?.kind === 'FAIL_TICK';
          if (isFailing && one.name !== 'force' && rollout.state !== 'SUPERSEDED')
            expect(rollout.phaseIndex).toBe(before.phaseIndex);
        }
        if (isTerminal(before.state))
          expect(before.state === 'COMPLETED' ? ['COMPLETED', 'REVERTED'] : [before.state]).toContain(rollout.state);
        expect(rollout.generation).toBeGreaterThanOrEqual(before.generation);
        expect((rollout.state === 'PAUSED') === (rollout.pauseReason !== null)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});
