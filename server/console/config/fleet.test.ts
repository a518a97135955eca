/** Who has confirmed the way back: told from reports alone. */
import { describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { type Assignment, emptyAssignment } from '../../../lib/config/documents.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import { CANDIDATE, reportWith, rolloutWith, STABLE, TARGET } from '../../../lib/config/rollout-fixtures.testing.ts';
import { instanceKey, unconfirmedBack } from './fleet.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from './keys.ts';
import { ConfigSnapshot } from './snapshot.ts';

const ROLLBACK_AT = 1_000;
/** The assignment that took the candidate away. */
const GENERATION = 7;
const keys = new ConfigKeys(DEFAULT_CONFIG_PREFIX);
const rollingBack = rolloutWith({ state: 'ROLLING_BACK', generation: GENERATION, rollbackAt: ROLLBACK_AT });

const layers = (releaseId: string, generation: number) => [{ target: TARGET, releaseId, generation }];

function snapshotOf(assign: Partial<Assignment>, reports: readonly InstanceReport[], seenAt = ROLLBACK_AT + 1) {
  const snapshot = new ConfigSnapshot(keys);
  const put = (key: string, value: unknown): void => {
    const kv = { key: utf8Encode(key), value: utf8Encode(JSON.stringify(value)) };
    snapshot.put({ ...kv, createRevision: 1, modRevision: 1, version: 1, lease: 0n }, seenAt);
  };
  put(keys.key('assign', TARGET), { ...emptyAssignment(TARGET), generation: GENERATION, stable: STABLE, ...assign });
  for (const report of reports) put(keys.key('instances', instanceKey(report)), report);
  return snapshot;
}

const left = (changes: Partial<InstanceReport>, assign: Partial<Assignment> = {}, seenAt?: number): string[] =>
  unconfirmedBack(snapshotOf(assign, [reportWith(changes)], seenAt), rollingBack);

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
