import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CheckResult,
  type Classified,
  classify,
  type GateSubject,
  type InstanceClass,
  judge,
  type Sighting,
} from './gate.ts';
import { DEFAULT_GATE, type GateParameters } from './plan.ts';
import { CANDIDATE, reportWith, STABLE, sightingWith, TARGET } from './rollout-fixtures.testing.ts';

const SECOND = 1000;
const subject: GateSubject = {
  target: TARGET,
  candidate: CANDIDATE,
  generation: 5,
  assignedAt: 0,
  parameters: DEFAULT_GATE,
};
const layers = (releaseId: string, generation: number) => [{ target: TARGET, releaseId, generation }];

describe('what an instance counts as', () => {
  test.each<[string, InstanceClass, Partial<Sighting>, number]>([
    ['applied and healthy', 'healthy', {}, 1],
    ['a rejection', 'rejected', { report: reportWith({ state: 'REJECTED', running: layers(STABLE, 4) }) }, 1],
    [
      'a rejection of something else',
      'pending',
      {
        ackedAt: null,
        report: reportWith({ state: 'REJECTED', layers: layers('r_other', 5), running: layers(STABLE, 4) }),
      },
      1,
    ],
    [
      'a rejection from an earlier rollout of the same release',
      'pending',
      {
        ackedAt: null,
        report: reportWith({ state: 'REJECTED', layers: layers(CANDIDATE, 4), running: layers(STABLE, 4) }),
      },
      1,
    ],
    ['unhealthy while it warms up', 'pending', { report: reportWith({ health: 'DOWN' }) }, 9],
    ['unhealthy afterwards', 'unhealthy', { report: reportWith({ health: 'DOWN' }) }, 10],
    ['degraded afterwards', 'unhealthy', { report: reportWith({ health: 'DEGRADED' }) }, 10],
    ['gone before it confirmed', 'lost', { ackedAt: null, lostAt: 5 * SECOND }, 6],
    ['gone soon after', 'lost', { lostAt: 120 * SECOND }, 121],
    ['gone long after', 'excluded', { lostAt: 121 * SECOND }, 122],
    ['stopped in good order', 'excluded', { leftGracefully: true, lostAt: null }, 6],
    [
      'alive without a word',
      'silent',
      { ackedAt: null, report: reportWith({ state: 'APPLIED', running: layers(STABLE, 4) }) },
      150,
    ],
    ['alive, and there is time', 'pending', { ackedAt: null, report: reportWith({ running: layers(STABLE, 4) }) }, 149],
    [
      'joined late: its time starts when it is first seen',
      'pending',
      { ackedAt: null, firstSeenAt: 100 * SECOND, report: reportWith({ running: layers(STABLE, 4) }) },
      249,
    ],
    ['no news for too long', 'stale', {}, 91],
    ['held back, and says so', 'excluded', { report: reportWith({ state: 'INCOMPATIBLE' }) }, 1],
    ['held back, whatever it says', 'excluded', { isHeldBack: true, ackedAt: null }, 150],
    ['busy with another layer', 'healthy', { report: reportWith({ state: 'PENDING' }), reportedAt: 199 * SECOND }, 200],
    [
      'busy with the candidate itself',
      'pending',
      { ackedAt: null, report: reportWith({ state: 'PENDING', running: layers(STABLE, 4) }) },
      149,
    ],
    ['restarting again and again', 'lost', { bootsInWindow: 2 }, 1],
    ['restarted once', 'healthy', { bootsInWindow: 1 }, 1],
    ['fell back to what it ran before', 'pending', { report: reportWith({ running: layers(STABLE, 4) }) }, 1],
  ])('%s is %s', (_, is, changes, seconds) => {
    expect(classify(subject, sightingWith(changes), seconds * SECOND).is).toBe(is);
  });

  test('a rejection shows where', () => {
    const error = { code: 'schema', path: '/db/port', message: 'must be <= 65535' };
    const { why } = classify(subject, sightingWith({ report: reportWith({ state: 'REJECTED', error }) }), 0);
    expect(why).toBe('rejected it at /db/port: must be <= 65535');
  });
});

type Counts = Partial<Record<InstanceClass, number>>;

const rowsOf = (counts: Counts): Classified[] =>
  Object.entries(counts).flatMap(([is, count]) =>
    Array.from({ length: count }, (_, i) => ({ instanceId: `${is}-${i}`, is: is as InstanceClass, why: '' })),
  );

const verdict = (
  counts: Counts,
  changes: Partial<GateParameters> = {},
  options: { late?: boolean; checks?: CheckResult[] } = {},
) =>
  judge({
    rows: rowsOf(counts),
    checks: options.checks ?? [],
    now: options.late === true ? 1000 : 0,
    deadlineAt: 1000,
    parameters: { ...DEFAULT_GATE, ...changes },
  }).kind;

/** The rules of the gate one after the other, as an operator would be told them. */
function byTheRules(counts: Record<InstanceClass, number>, gate: GateParameters, late: boolean): string {
  const { healthy, unhealthy, rejected, lost, silent, pending, stale } = counts;
  const n = healthy + unhealthy + rejected + lost + silent + pending + stale;
  const failures = rejected + unhealthy + lost + silent;
  const decided = healthy + failures;
  const isShort = decided < Math.min(gate.minSample, n) || healthy < Math.min(gate.minHealthyReports, n);
  if (rejected > gate.maxRejections) return 'FAIL';
  if (n > 0 && failures / n > gate.maxErrorRatio) return 'FAIL_TICK';
  if (decided >= Math.min(gate.minSample, n) && decided > 0 && failures / decided > gate.maxErrorRatio)
    return 'FAIL_TICK';
  if (late && (n === 0 || isShort || pending > 0 || stale > 0)) return 'INCONCLUSIVE';
  if (n === 0 || isShort || stale > 0 || (healthy + failures) / n < gate.minAckRatio) return 'WAIT';
  return 'OK';
}

describe('the decision table', () => {
  test.each<[string, string, Counts, Partial<GateParameters>, boolean]>([
    ['all healthy', 'OK', { healthy: 5 }, {}, false],
    ['a fleet of one', 'OK', { healthy: 1 }, {}, false],
    ['nobody there', 'WAIT', {}, {}, false],
    ['nobody there, too late', 'INCONCLUSIVE', {}, {}, true],
    ['everybody left in good order', 'WAIT', { excluded: 3 }, {}, false],
    ['one rejection', 'FAIL', { healthy: 99, rejected: 1 }, {}, false],
    ['one rejection, tolerated', 'OK', { healthy: 99, rejected: 1 }, { maxRejections: 1 }, false],
    ['one rejection, too late as well', 'FAIL', { pending: 9, rejected: 1 }, {}, true],
    ['one of one crashed', 'FAIL_TICK', { lost: 1 }, {}, false],
    ['one of ten crashed', 'FAIL_TICK', { lost: 1, pending: 9 }, {}, false],
    ['4 of 100', 'OK', { silent: 4, healthy: 96 }, {}, false],
    ['6 of 100', 'FAIL_TICK', { silent: 6, healthy: 94 }, {}, false],
    ['6 of 100, though 94 may yet turn healthy: doomed', 'FAIL_TICK', { silent: 6, pending: 94 }, {}, false],
    ['a failing sample before all have answered', 'FAIL_TICK', { unhealthy: 1, healthy: 4, pending: 95 }, {}, false],
    ['too few answers', 'WAIT', { healthy: 4, pending: 6 }, {}, false],
    ['enough answers, too few of all', 'WAIT', { healthy: 9, pending: 1 }, {}, false],
    ['95 of 100 answered', 'OK', { healthy: 95, pending: 5 }, {}, false],
    ['95 of 100 answered, too late for the rest', 'INCONCLUSIVE', { healthy: 95, pending: 5 }, {}, true],
    ['old reports block', 'WAIT', { healthy: 9, stale: 1 }, {}, false],
    ['old reports, too late', 'INCONCLUSIVE', { healthy: 9, stale: 1 }, {}, true],
    ['failures beat the deadline', 'FAIL_TICK', { silent: 5, pending: 5 }, {}, true],
    ['healthy reports wanted', 'WAIT', { pending: 1 }, { minSample: 0, minAckRatio: 0 }, false],
  ])('%s: %s', (_, kind, counts, changes, late) => expect(verdict(counts, changes, { late })).toBe(kind));

  const check = (is: CheckResult['is']): CheckResult => ({ name: 'error rate', is, why: '0.3 is above 0.1' });

  test('a metric or a webhook can fail or delay, and never excuses failing instances', () => {
    expect(verdict({ healthy: 5 }, {}, { checks: [check('pass')] })).toBe('OK');
    expect(verdict({ healthy: 5 }, {}, { checks: [check('fail')] })).toBe('FAIL_TICK');
    expect(verdict({ healthy: 5 }, {}, { checks: [check('error')] })).toBe('WAIT');
    expect(verdict({ healthy: 5 }, {}, { checks: [check('error')], late: true })).toBe('INCONCLUSIVE');
    expect(verdict({ rejected: 1 }, {}, { checks: [check('pass')] })).toBe('FAIL');
  });

  test('every small fleet is judged as the rules say, read from the top, for every limit they can have', () => {
    const limits: Partial<GateParameters>[] = [
      {},
      { maxRejections: 1 },
      { minSample: 0, minHealthyReports: 0 },
      { minSample: 2, maxErrorRatio: 0.5, minAckRatio: 0.5 },
      { minSample: 100, minHealthyReports: 3, maxErrorRatio: 0.4, minAckRatio: 1 },
      { maxRejections: 2, maxErrorRatio: 1, minAckRatio: 0 },
    ];
    const seen = new Map<string, number>();
    const names = ['healthy', 'unhealthy', 'rejected', 'lost', 'silent', 'pending', 'stale', 'excluded'] as const;
    for (let code = 0; code < 3 ** names.length; code++) {
      const counts = Object.fromEntries(names.map((name, i) => [name, Math.floor(code / 3 ** i) % 3])) as Record<
        InstanceClass,
        number
      >;
      for (const changes of limits) {
        for (const late of [false, true]) {
          const wanted = byTheRules(counts, { ...DEFAULT_GATE, ...changes }, late);
          const kind = verdict(counts, changes, { late });
          if (kind !== wanted) expect(kind, JSON.stringify({ counts, changes, late })).toBe(wanted);
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }
    }
    expect([...seen.keys()].sort()).toEqual(['FAIL', 'FAIL_TICK', 'INCONCLUSIVE', 'OK', 'WAIT']);
  });

  test('more than the tolerated rejections is always FAIL, whatever else is true', () => {
    const counts = fc.record({
      healthy: fc.nat(50),
      unhealthy: fc.nat(5),
      lost: fc.nat(5),
      silent: fc.nat(5),
      pending: fc.nat(50),
      stale: fc.nat(5),
      excluded: fc.nat(5),
    });
    void fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5 }), fc.boolean(), (others, rejected, late) => {
        expect(verdict({ ...others, rejected }, {}, { late })).toBe('FAIL');
      }),
    );
    void fc.assert(
      fc.property(counts, fc.boolean(), (others, late) => {
        const kind = verdict(others, {}, { late });
        const failures = others.unhealthy + others.lost + others.silent;
        const n = failures + others.healthy + others.pending + others.stale;
        if (kind === 'OK') {
          expect(others.stale).toBe(0);
          expect(others.healthy).toBeGreaterThan(0);
          expect(failures / n).toBeLessThanOrEqual(DEFAULT_GATE.maxErrorRatio);
        }
        if (n > 0 && failures / n > DEFAULT_GATE.maxErrorRatio) expect(kind).toBe('FAIL_TICK');
      }),
    );
  });
});
