import { expect, test } from 'vitest';
import type { AuditEntry } from '../../lib/api/audit.ts';
import { undoableRevisions } from './undo-entry.tsx';

const entry = (fields: Partial<AuditEntry>): AuditEntry => ({
  id: '1',
  at: 0,
  user: null,
  from: '10.0.0.1',
  action: 'key.put',
  targetKind: 'key',
  target: '/a',
  guard: null,
  note: null,
  result: 'done',
  revision: '7',
  message: null,
  ...fields,
});

test('what changed keys and was done can be taken back, and nothing else', () => {
  expect(undoableRevisions(entry({}))).toEqual(['7']);
  expect(undoableRevisions(entry({ action: 'lease.revoke' }))).toEqual(['7']);
  for (const fields of [
    { result: 'refused', revision: null },
    { result: 'unknown' },
    { action: 'cluster.compact' },
    { action: 'config.publish' },
    { action: 'lease.grant', revision: null },
  ] as const) {
    expect(undoableRevisions(entry(fields)), JSON.stringify(fields)).toBeNull();
  }
});

test('a change of many keys is taken back whole, as long as its transactions are named', () => {
  const bulk = { action: 'keys.copy', target: null, targetKind: 'prefix', revision: '12' } as const;
  expect(undoableRevisions(entry(bulk))).toEqual(['12']);
  expect(undoableRevisions(entry({ ...bulk, revisions: '7-9,12' }))).toEqual(['7', '8', '9', '12']);
  expect(undoableRevisions(entry({ ...bulk, revisions: 'too many to name' }))).toEqual([]);
  expect(undoableRevisions(entry({ ...bulk, revisions: '1-900000' })), 'more than one request may name').toEqual([]);
  expect(undoableRevisions(entry({ ...bulk, revision: '0' })), 'nothing was changed').toBeNull();
});
