import { describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { type Assignment, emptyAssignment } from '../../../lib/config/documents.ts';
import type { Rollout } from '../../../lib/config/rollout-document.ts';
import { rolloutWith, TARGET } from '../../../lib/config/rollout-fixtures.testing.ts';
import { surplusOf } from './history-limit.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from './keys.ts';
import { ConfigSnapshot } from './snapshot.ts';

const keys = new ConfigKeys(DEFAULT_CONFIG_PREFIX);
const KEPT = { releases: 3, rollouts: 2 };

interface Past {
  readonly releases: number;
  readonly assign?: Partial<Assignment>;
  readonly rollouts?: readonly Partial<Rollout>[];
  readonly draftBase?: string;
}

/** Releases r_1, r_2 … and rollouts in the order of their making. */
function past({ releases, assign = {}, rollouts = [], draftBase }: Past): ConfigSnapshot {
  const snapshot = new ConfigSnapshot(keys);
  let revision = 0;
  const put = (key: string, value: unknown): void => {
    revision++;
    const kv = { key: utf8Encode(key), value: utf8Encode(JSON.stringify(value)), version: 1, lease: 0n };
    snapshot.put({ ...kv, createRevision: revision, modRevision: revision }, 0);
  };
  for (let i = 1; i <= releases; i++) {
    const by = { sha256: '', semver: `1.0.${i}`, parent: null, author: '', note: '', createdAt: 0 };
    const content = { target: TARGET, kind: 'config', content: {}, schema: null, locked: [], requires: {} };
    put(keys.release(TARGET, `r_${i}`), { ...content, releaseId: `r_${i}`, ...by });
  }
  put(keys.key('assign', TARGET), { ...emptyAssignment(TARGET), ...assign });
  rollouts.forEach((one, i) => {
    put(keys.key('rollouts', `ro_${i}`), rolloutWith({ rolloutId: `ro_${i}`, ...one }));
  });
  if (draftBase !== undefined)
    put(keys.key('drafts', TARGET), { target: TARGET, base: draftBase, text: '', author: '', updatedAt: 0 });
  return snapshot;
}

describe('what may go when there is too much of the past', () => {
  test('the oldest releases beyond the limit, and none below it', () => {
    expect(surplusOf(past({ releases: 3 }), TARGET, KEPT)).toEqual({ releases: [], rollouts: [] });
    expect(surplusOf(past({ releases: 5 }), TARGET, KEPT).releases).toEqual(['r_1', 'r_2']);
  });

  test.each<[string, Past]>([
    ['what is stable', { releases: 6, assign: { stable: 'r_1' } }],
    ['what was stable before it', { releases: 6, assign: { stable: 'r_6', previous: 'r_1' } }],
    ['a candidate', { releases: 6, assign: { candidate: 'r_1' } }],
    [
      'what instances are asked about',
      {
        releases: 6,
        assign: { probe: { releaseId: 'r_1', generation: 1, askedAt: 0, until: 0 } },
      },
    ],
    ['what a draft was begun from', { releases: 6, draftBase: 'r_1' }],
    ['the candidate of a rollout that waits', { releases: 6, rollouts: [{ state: 'SCHEDULED', candidate: 'r_1' }] }],
    ['the stable release of a rollout under way', { releases: 6, rollouts: [{ state: 'PAUSED', stable: 'r_1' }] }],
    [
      'the stable release of one that turns back',
      { releases: 6, rollouts: [{ state: 'ROLLING_BACK', stable: 'r_1' }] },
    ],
  ])('%s stays, however old it is', (_, scene) => {
    expect(surplusOf(past(scene), TARGET, KEPT).releases).toEqual(['r_2', 'r_3']);
  });

  test('what only an ended rollout knew may go', () => {
    const rollouts = [{ state: 'ROLLED_BACK', candidate: 'r_1', stable: 'r_2' }] as const;
    expect(surplusOf(past({ releases: 5, rollouts }), TARGET, KEPT).releases).toEqual(['r_1', 'r_2']);
  });

  test('the oldest ended rollouts beyond the limit, none that is under way, none of another target', () => {
    const rollouts = [
      { state: 'PAUSED' },
      { state: 'COMPLETED' },
      { state: 'ROLLED_BACK' },
      { state: 'CANCELLED', target: 'other' },
      { state: 'REVERTED' },
      { state: 'SUPERSEDED' },
    ] as const;
    expect(surplusOf(past({ releases: 1, rollouts }), TARGET, KEPT).rollouts).toEqual(['ro_1', 'ro_2']);
  });
});
