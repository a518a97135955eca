import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { resolved } from '../../../lib/history/merge.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';
import {
  bodyOf,
  conflicted,
  type Draft,
  draftValue,
  edit,
  failed,
  isChange,
  keepMine,
  mergeOf,
  review,
  type StoredKey,
  saving,
  startDraft,
  takeMerged,
  takeTheirs,
  warningOf,
} from './draft.ts';

const stored = (value: StoredKey['value'], modRevision = '7', lease: string | null = null): StoredKey => ({
  key: '/a',
  createRevision: '3',
  modRevision,
  version: '2',
  lease,
  valueBytes: 1,
  value,
});
const id = (): string => 'id-1';

test('a write is guarded by the revision that was shown and keeps the lease', () => {
  const draft = review(edit(startDraft('/a', stored('x', '7', 'beef')), { text: 'y' }), id);
  expect(bodyOf(draft)).toEqual({
    key: '/a',
    value: 'y',
    expectModRevision: '7',
    lease: { mode: 'keep' },
    idempotencyKey: 'id-1',
  });
});

test('a new key is guarded by its absence', () => {
  const draft = review(edit(startDraft('/new', null), { text: '1' }), id);
  expect(bodyOf(draft)).toMatchObject({ expectModRevision: '0', lease: { mode: 'detach' } });
});

test('only the review step can write', () => {
  const editing = edit(startDraft('/a', stored('x')), { text: 'y' });
  const reviewed = review(editing, id);
  const steps: Draft[] = [
    editing,
    saving(reviewed),
    conflicted(reviewed, stored('z', '9')),
    takeTheirs(conflicted(reviewed, null)),
  ];
  expect(steps.map(bodyOf)).toEqual([undefined, undefined, undefined, undefined]);
  expect(bodyOf(reviewed)).toBeDefined();
});

test('an edit that changes nothing cannot be reviewed', () => {
  const draft = startDraft('/a', stored('x'));
  expect(isChange(draft)).toBe(false);
  expect(review(draft, id).step).toBe('edit');
});

test('changing only the lease is a change', () => {
  const draft = edit(startDraft('/a', stored('x', '7', 'beef')), { lease: { mode: 'detach' } });
  expect(isChange(draft)).toBe(true);
  expect(isChange(edit(draft, { lease: { mode: 'attach', id: 'beef' } }))).toBe(false);
});

test('H2: after a conflict ones own text is guarded by the new revision, and reviewed again', () => {
  const draft = conflicted(review(edit(startDraft('/a', stored('x')), { text: 'mine' }), id), stored('theirs', '9'));
  const mine = keepMine(draft, () => 'id-2');
  expect(mine.step).toBe('review');
  expect(bodyOf(mine)).toMatchObject({ value: 'mine', expectModRevision: '9', idempotencyKey: 'id-2' });
});

test('after a conflict with a delete the key is created again, without a lease that nobody chose', () => {
  const draft = conflicted(review(edit(startDraft('/a', stored('x', '7', 'beef')), { text: 'mine' }), id), null);
  expect(bodyOf(keepMine(draft, id))).toMatchObject({ expectModRevision: '0', lease: { mode: 'detach' } });
});

test('trying again after a lost answer sends the very same write, another text another one', () => {
  const draft = review(edit(startDraft('/a', stored('x')), { text: 'y' }), id);
  expect(bodyOf(failed(saving(draft), new Error('no answer')))).toEqual(bodyOf(draft));
  expect(bodyOf(review(edit(draft, { text: 'z' }), () => 'id-9'))?.idempotencyKey).toBe('id-9');
});

test('compact JSON is laid out for editing and stored compact, its numbers untouched', () => {
  const draft = startDraft('/a', stored('{"id":2324035512266048524,"on":true}'));
  expect(draft.text).toContain('\n  "id": 2324035512266048524');
  expect(draftValue(draft)).toBe('{"id":2324035512266048524,"on":true}');
  expect(isChange(draft)).toBe(false);
  expect(isChange(edit(draft, { isCompact: false }))).toBe(true);
});

test('JSON that would be broken is warned about, other text is not', () => {
  expect(warningOf(edit(startDraft('/a', stored('{"a":1}')), { text: '{"a":' }))?.kind).toBe('brokenJson');
  expect(warningOf(edit(startDraft('/a', stored('plain')), { text: '{"a":' }))).toBeNull();
});

test('binary values are edited as hexadecimal digits, and what is no byte cannot be saved', () => {
  const draft = startDraft('/a', stored({ base64: '/wA=' }));
  expect(draft).toMatchObject({ encoding: 'hex', text: 'ff 00' });
  expect(isChange(draft)).toBe(false);
  expect(draftValue(edit(draft, { text: 'FF\n00 fe' }))).toEqual({ base64: '/wD+' });
  expect(review(edit(draft, { text: 'ff 00 fe' }), id).step).toBe('review');
  const bad = edit(draft, { text: 'ff\n0' });
  expect(warningOf(bad)).toEqual({ kind: 'malformed', text: 'Line 2: a byte has two digits, here is one.' });
  expect(review(bad, id).step).toBe('edit');
});

test('text that no bytes stand for cannot be saved, and is not silently replaced', () => {
  const bad = edit(startDraft('/a', stored('x')), { text: 'x\ud800' });
  expect(warningOf(bad)?.kind).toBe('malformed');
  expect(review(bad, id).step).toBe('edit');
});

test('any value is stored again byte for byte when nothing was changed, and differs by what was typed alone', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\r\n', '\n', '\r', '\ufeff', ' ', '{', '}', '"', ':', '1', '\u2028', 'é', '\0'),
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), text.map(utf8Encode), fc.json().map(utf8Encode)), (bytes) => {
      const value = toWire(bytes);
      const draft = startDraft('/a', stored(value));
      expect(draftValue(draft)).toEqual(value);
      expect(isChange(draft)).toBe(false);
      const more = draftValue({
        ...draft,
        isCompact: false,
        text: `${draft.text}${draft.encoding === 'hex' ? ' 41' : 'A'}`,
      });
      if (!draft.isCompact) expect(more).toEqual(toWire(Uint8Array.of(...bytes, 0x41)));
    }),
  );
});

test('H3: a merge starts from the value the operator began with, never from what stands there now', () => {
  const began = stored('a\nb\nc', '7');
  const draft = conflicted(review(edit(startDraft('/a', began), { text: 'A\nb\nc' }), id), stored('a\nb\nC', '9'));
  // Whatever was compacted meanwhile: the base is in the draft.
  const parts = mergeOf(draft);
  expect(parts === null ? null : resolved(parts, [])).toBe('A\nb\nC');
  const merged = takeMerged(draft, 'A\nb\nC', () => 'id-3');
  expect(bodyOf(merged)).toMatchObject({ value: 'A\nb\nC', expectModRevision: '9' });
  expect(mergeOf(conflicted(draft, null)), 'with a delete there is nothing to merge').toBeNull();
});
