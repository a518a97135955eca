import { expect, test } from 'vitest';
import type { AuditEntry } from '../../lib/api/audit.ts';
import { undoableRevision } from './undo-entry.tsx';

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
  expect(undoableRevision(entry({}))).toBe('7');
  expect(undoableRevision(entry({ action: 'lease.revoke' }))).toBe('7');
  for (const fields of [
    { result: 'refused', revision: null },
    { result: 'unknown' },
    { action: 'cluster.compact' },
    { action: 'config.publish' },
    { action: 'lease.grant', revision: null },
  ] as const) {
    expect(undoableRevision(entry(fields)), JSON.stringify(fields)).toBeNull();
  }
});
