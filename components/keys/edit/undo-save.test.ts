import { expect, test } from 'vitest';
import type { KeyMeta } from '../../../lib/api/types.ts';
import { edit, type StoredKey, startDraft } from './draft.ts';
import { undoOf } from './undo-save.ts';

const stored = (lease: string | null): StoredKey => ({
  key: 'k',
  createRevision: '1',
  modRevision: '5',
  version: '2',
  lease,
  valueBytes: 3,
  value: 'old',
});
const meta = (lease: string | null): KeyMeta => ({
  key: 'k',
  createRevision: '1',
  modRevision: '6',
  version: '3',
  lease,
  valueBytes: 3,
});
const id = (): string => 'undo';

test('undo puts the old value back, guarded by the revision of the save, and keeps the lease', () => {
  const draft = edit(startDraft('k', stored('beef')), { text: 'new' });
  expect(undoOf(draft, { revision: '6', kv: meta('beef') }, id)).toEqual({
    kind: 'put',
    body: { key: 'k', value: 'old', expectModRevision: '6', lease: { mode: 'keep' }, idempotencyKey: 'undo' },
  });
});

test('undo of a detach attaches the old lease again, undo of an attach detaches', () => {
  const detached = edit(startDraft('k', stored('beef')), { lease: { mode: 'detach' } });
  expect(undoOf(detached, { revision: '6', kv: meta(null) }, id)).toMatchObject({
    body: { lease: { mode: 'attach', id: 'beef' } },
  });
  const attached = edit(startDraft('k', stored(null)), { lease: { mode: 'attach', id: 'f00' } });
  expect(undoOf(attached, { revision: '6', kv: meta('f00') }, id)).toMatchObject({
    body: { lease: { mode: 'detach' } },
  });
});

test('undo of a creation deletes the key only as it was created', () => {
  expect(undoOf(edit(startDraft('k', null), { text: 'x' }), { revision: '6', kv: meta(null) }, id)).toEqual({
    kind: 'delete',
    body: { target: { key: 'k' }, expectRevision: '6', expectKeys: 1, idempotencyKey: 'undo' },
  });
});
