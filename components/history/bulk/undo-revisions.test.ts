import { expect, test } from 'vitest';
import type { JobView } from '../../../lib/api/bulk-types.ts';
import { restoredText } from './undo-revisions.ts';

const job = (fields: Partial<JobView>): JobView => ({
  id: 'j',
  kind: 'undo',
  title: 'Undo revision 7',
  state: 'done',
  total: 3,
  done: 3,
  already: 0,
  refused: 0,
  problems: [],
  revisions: ['8'],
  error: null,
  startedAt: 0,
  endedAt: 1,
  version: 9,
  ...fields,
});

test('an undo says what came back, and names what did not with the reason', () => {
  expect(restoredText(job({}))).toBe('Restored 3 keys.');
  expect(restoredText(job({ done: 1, already: 2 }))).toBe('Restored 3 keys.');
  const problems = [{ key: 'a/b', reason: 'it exists by now (revision 9)' }];
  expect(restoredText(job({ done: 1, refused: 2, problems }))).toBe(
    'Restored 1 of 3 keys. Not a/b: it exists by now (revision 9), and 1 more.',
  );
  expect(restoredText(job({ done: 1, state: 'stopped', error: 'no quorum' }))).toBe('Restored 1 of 3 keys. no quorum');
});
