/** Who counts and who has confirmed the way back: told from reports alone. */
import { describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { type Assignment, emptyAssignment, type Release } from '../../../lib/config/documents.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import { CANDIDATE, reportWith, rolloutWith, STABLE, TARGET } from '../../../lib/config/rollout-fixtures.testing.ts';
import type { Requirements } from '../../../lib/config/version-range.ts';
import {
  classifyAll,
  EMPTY_ROSTER,
  eligibleFor,
  instanceKey,
  nextRoster,
  ROSTER_BYTES_MAX,
  unconfirmedBack,
} from './fleet.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from './keys.ts';
import { ConfigSnapshot } from './snapshot.ts';

const ROLLBACK_AT = 1_000;
/** The assignment that took the candidate away. */
const GENERATION = 7;
const keys = new ConfigKeys(DEFAULT_CONFIG_PREFIX);
const RELEASE: Release = {
  ...{ target: TARGET, kind: 'config', content: {}, schema: null, locked: [], requires: {}, releaseId: CANDIDATE },
  ...{ sha256: '', semver: '1.0.0', parent: null, author: 'ada', note: '', createdAt: 0 },
};
const rollingBack = rolloutWith({ state: 'ROLLING_BACK', generation: GENERATION, rollbackAt: ROLLBACK_AT });

const layers = (releaseId: string, generation: number) => [{ target: TARGET, releaseId, generation }];

function snapshotOf(
  assign: Partial<Assignment>,
  reports: readonly InstanceReport[],
  seenAt = ROLLBACK_AT + 1,
  requires: Requirements = {},
) {
  const snapshot = new ConfigSnapshot(keys);
  const put = (key: string, value: unknown): void => {
    const kv = { key: utf8Encode(key), value: utf8Encode(JSON.stringify(value)) };
    snapshot.put({ ...kv, createRevision: 1, modRevision: 1, version: 1, lease: 0n }, seenAt);
  };
  put(keys.key('assign', TARGET), { ...emptyAssignment(TARGET), generation: GENERATION, stable: STABLE, ...assign });
  put(keys.key('releases', `${TARGET}/${CANDIDATE}`), { ...RELEASE, requires });
  for (const report of reports) put(keys.key('instances', instanceKey(report)), report);
  return snapshot;
}

const left = (changes: Partial<InstanceReport>, assign: Partial<Assignment> = {}, seenAt?: number): string[] =>
  unconfirmedBack(snapshotOf(assign, [reportWith(changes)], seenAt), rollingBack);

describe('who is held back because its version does not meet what the candidate requires', () => {
  const exposing = rolloutWith({ state: 'PROGRESSING', assignedAt: 0, startGeneration: GENERATION });
  const old = reportWith({ instanceId: 'old', appVersion: '1.9.0', running: layers(STABLE, GENERATION) });
  const recent = reportWith({ instanceId: 'recent', appVersion: '2.1.0', running: layers(STABLE, GENERATION) });
  const told = { candidate: CANDIDATE, rolloutId: exposing.rolloutId, thresholdBp: 10_000 };
  const snapshot = snapshotOf(told, [old, recent], 1, { app: '>=2.0.0' });

  test('is not waited for, and the floor of a small fleet is found among the others', () => {
    const roster = nextRoster(snapshot, exposing, EMPTY_ROSTER, 1);
    expect(Object.keys(roster.instances)).toEqual([instanceKey(recent)]);
    expect(eligibleFor(snapshot, exposing)).toEqual([recent]);
  });

  test('counts as nothing also where it was given the candidate as another version', () => {
    const known = nextRoster(snapshotOf(told, [old, recent], 1), exposing, EMPTY_ROSTER, 1);
    const rows = classifyAll(snapshot, exposing, known, 1_000_000);
    expect(rows.map(({ is }) => is)).toEqual(['excluded', 'silent']);
  });
});

test('a fleet that is too large for its roster is judged by those seen first, and by whoever rejects', () => {
  const exposing = rolloutWith({ state: 'PROGRESSING', assignedAt: 0, startGeneration: GENERATION });
  const told = { candidate: CANDIDATE, rolloutId: exposing.rolloutId, thresholdBp: 10_000 };
  const reports = Array.from({ length: 6_000 }, (_, i) =>
    reportWith({ instanceId: `instance-${i}-${'x'.repeat(40)}`, bootId: `${i}`.padEnd(36, 'b') }),
  );
  const refusal = { state: 'REJECTED', layers: layers(CANDIDATE, GENERATION) } as const;
  const last = { ...(reports.at(-1) ?? reportWith()), instanceId: 'zz', ...refusal };
  const roster = nextRoster(snapshotOf(told, [...reports, last]), exposing, EMPTY_ROSTER, 1_732_213_000_000);
  const judged = Object.keys(roster.instances);
  expect(judged.length).toBeGreaterThan(2_000);
  expect(judged.length).toBeLessThan(6_000);
  expect(judged).toContain(instanceKey(last));
  expect(nextRoster(snapshotOf(told, [...reports, last]), exposing, roster, 2), 'and stays so').toBe(roster);
  const crashing = [1, 2, 3].reduce((before, boot) => {
    const again = [...reports, last].map((one) => ({ ...one, bootId: `${boot}-${one.bootId}`.slice(0, 36) }));
    return nextRoster(snapshotOf(told, again), exposing, before, 1_732_213_000_000 + boot);
  }, roster);
  expect(crashing.instances[instanceKey(last)]?.boots.length).toBe(3);
  expect(JSON.stringify(crashing).length, 'also when all of it restarts again and again').toBeLessThan(
    ROSTER_BYTES_MAX,
  );
});

describe('who has confirmed the way back', () => {
  test.each<[string, Partial<InstanceReport>, boolean]>([
    ['runs stable and was told so by the way back', { layers: layers(STABLE, 7), running: layers(STABLE, 7) }, true],
    ['knows something newer still', { layers: layers(STABLE, 8), running: layers(STABLE, 8) }, true],
    ['still runs the candidate', { layers: layers(CANDIDATE, 6), running: layers(CANDIDATE, 6) }, false],
    ['said that it runs stable before it could know', { layers: layers(STABLE, 5), running: layers(STABLE, 5) }, false],
    ['has been told and is not done', { layers: layers(STABLE, 7), running: layers(CANDIDATE, 6) }, false],
    ['hangs in the middle of the candidate', { layers: layers(CANDIDATE, 6), running: layers(STABLE, 5) }, false],
    ['has just been restarted and runs nothing', { layers: layers(STABLE, 7), running: [] }, false],
    ['runs a third release', { layers: layers('r_other', 7), running: layers('r_other', 7) }, false],
    ['will not take stable either', { state: 'REJECTED', layers: layers(STABLE, 7), running: layers('r_x', 3) }, false],
  ])('an instance that %s', (_, report, isConfirmed) => {
    expect(left(report)).toEqual(isConfirmed ? [] : ['i1']);
  });

  test('a layer that serves nothing again is confirmed by a report without it that came afterwards', () => {
    const without = { layers: [], running: [] };
    expect(left(without, { stable: null })).toEqual([]);
    expect(left(without, { stable: null }, ROLLBACK_AT - 1)).toEqual(['i1']);
    expect(left({ layers: layers(CANDIDATE, 6), running: layers(CANDIDATE, 6) }, { stable: null })).toEqual(['i1']);
  });

  test('every live instance of the target counts, also those that were never exposed', () => {
    const back = reportWith({ layers: layers(STABLE, 7), running: layers(STABLE, 7) });
    const never = reportWith({ instanceId: 'i2', layers: layers(STABLE, 5), running: layers(STABLE, 5) });
    const elsewhere = reportWith({ instanceId: 'i3', env: 'test' });
    expect(unconfirmedBack(snapshotOf({}, [back, never, elsewhere]), rollingBack)).toEqual(['i2']);
  });
});
