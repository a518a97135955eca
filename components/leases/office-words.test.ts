import { expect, test } from 'vitest';
import type { CoordinationGroup } from '../../lib/api/coordination-types.ts';
import { officesOf } from './office-words.ts';

const contender = (lease: string, value = '') => ({
  ...{ key: `a/${lease}`, lease, createRevision: '1', modRevision: '1', valueBytes: value.length, value, since: null },
});

const group = (name: string, more: Partial<CoordinationGroup>): CoordinationGroup => ({
  ...{ id: `${name}/`, name, kind: 'lock', layout: 'leaseQueue', confidence: 'certain', reason: '' },
  ...{ holder: contender('a'), next: null, waiting: 0, term: null, terms: 1 },
  ...more,
});

test('what a lease holds is told before where it waits, with who follows', () => {
  const groups = [
    group('b', { holder: contender('z'), next: contender('a'), waiting: 1 }),
    group('jobs', { kind: 'election', next: contender('c', 'node-c'), waiting: 3 }),
    group('x', {}),
  ];
  expect(officesOf('a', groups).map(({ sentence }) => sentence)).toEqual([
    'Holds the election “jobs”: node-c follows, 2 more wait.',
    'Holds the lock “x”: it is free then.',
    'Loses its place in line for the lock “b”.',
  ]);
});

test('who follows a leader of Patroni is not foretold', () => {
  const patroni = group('/service/batman/leader', { kind: 'election', layout: 'patroniLeader' });
  expect(officesOf('a', [patroni])[0]?.sentence).toContain('its members decide who follows');
});
