import { expect, test } from 'vitest';
import type { ClusterView, MemberView, RevisionView } from '../../lib/api/types.ts';
import { compactTo, fillWords, roomSteps } from './room-steps.ts';

const NOW = 10_000_000;
const MIB = 1024 * 1024;

const member = (name: string, fields: { isLeader?: boolean; size?: number; inUse?: number; full?: boolean } = {}) =>
  ({
    id: name,
    name,
    isLeader: fields.isLeader ?? false,
    status: {
      dbSizeBytes: String(fields.size ?? 100 * MIB),
      dbSizeInUseBytes: String(fields.inUse ?? 20 * MIB),
      errors: fields.full === true ? ['memberID:1 alarm:NOSPACE'] : [],
    },
  }) as unknown as MemberView;
const view = (...members: MemberView[]) => ({ members }) as unknown as ClusterView;
const revisions = (fields: Partial<RevisionView> = {}): RevisionView => ({
  current: '50000',
  compacted: '0',
  remembered: null,
  times: [],
  ...fields,
});

test('history is cut an hour back, or a thousand revisions where less is known, and never at the newest', () => {
  expect(compactTo(revisions(), NOW)).toBe('49000');
  const times = [
    { revision: '20000', at: NOW - 7_200_000 },
    { revision: '30000', at: NOW - 3_600_000 },
    { revision: '49990', at: NOW - 1_000 },
  ];
  expect(compactTo(revisions({ times }), NOW)).toBe('30000');
  expect(compactTo(revisions({ times, compacted: '30000' }), NOW)).toBeNull();
  expect(compactTo(revisions({ current: '900' }), NOW)).toBeNull();
});

test('members give space back one at a time, the leader last, and the alarm is cleared at the end', () => {
  const steps = roomSteps(
    view(member('m1', { isLeader: true }), member('m2', { full: true }), member('m3')),
    revisions(),
    NOW,
  );
  expect(steps.map(({ id, state }) => [id, state])).toEqual([
    ['compact', 'next'],
    ['delete', 'maybe'],
    ['defragment m2', 'later'],
    ['defragment m3', 'later'],
    ['defragment m1', 'later'],
    ['disarm m2', 'later'],
  ]);
});

test('a step is done when members say so', () => {
  const steps = roomSteps(
    view(member('m1', { size: 21 * MIB }), member('m2', { full: true, size: 100 * MIB })),
    revisions({ compacted: '49000' }),
    NOW,
  );
  expect(steps.map(({ state }) => state)).toEqual(['done', 'maybe', 'done', 'next', 'later']);
  expect(steps[2]?.why).toContain('nothing to win');
  expect(fillWords(member('m1'))).toBe('m1: 100 MiB, of which 20.0 MiB is in use');
});

test('where nothing can be cut or given back, keys have to go, and the alarm can be tried', () => {
  const steps = roomSteps(
    view(member('m1', { isLeader: true, full: true, size: 100 * MIB, inUse: 99 * MIB })),
    revisions({ current: '300' }),
    NOW,
  );
  expect(steps.map(({ id, state }) => [id, state])).toEqual([
    ['compact', 'done'],
    ['delete', 'next'],
    ['defragment m1', 'done'],
    ['disarm m1', 'next'],
  ]);
});
