// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConflictView } from './conflict-view.tsx';
import { bodyOf, conflicted, type Draft, edit, review, type StoredKey, startDraft } from './draft.ts';

vi.mock('next/navigation', () => ({
  usePathname: () => '/keys',
  useRouter: () => ({ push: vi.fn(), prefetch: vi.fn() }),
  useSearchParams: () => new URLSearchParams(),
}));

const stored = (value: string, modRevision: string): StoredKey => ({
  key: '/a',
  createRevision: '1',
  modRevision,
  version: '2',
  lease: 'beef',
  valueBytes: value.length,
  value,
});
const inConflict = (theirs: StoredKey | null): Draft =>
  conflicted(
    review(edit(startDraft('/a', stored('base', '7')), { text: 'mine' }), () => 'id'),
    theirs,
  );

const fetched = vi.fn();
beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(draft: Draft) {
  const onDraft = vi.fn<(next: Draft | null) => void>();
  render(<ConflictView draft={draft} onDraft={onDraft} />);
  return onDraft;
}

test('base, theirs and yours stand side by side', () => {
  show(inConflict(stored('theirs', '9')));
  expect(screen.getByRole('figure', { name: 'What you started from' }).textContent).toContain('base');
  expect(screen.getByRole('figure', { name: 'What they changed' }).textContent).toContain('theirs');
  expect(screen.getByRole('figure', { name: 'What you changed' }).textContent).toContain('mine');
});

test('no way out of a conflict writes: each leads to another edit, another review, or nothing', () => {
  for (const [button, step] of [
    ['Discard mine', null],
    ['Edit theirs', 'edit'],
    ['Put mine on theirs', 'review'],
  ] as const) {
    const onDraft = show(inConflict(stored('theirs', '9')));
    fireEvent.click(screen.getByRole('button', { name: button }));
    expect(onDraft).toHaveBeenCalledOnce();
    expect(onDraft.mock.calls[0]?.[0]?.step ?? null).toBe(step);
    cleanup();
  }
  expect(fetched).not.toHaveBeenCalled();
});

test('ones own text goes on guarded by their revision and still keeps the lease', () => {
  const onDraft = show(inConflict(stored('theirs', '9')));
  fireEvent.click(screen.getByRole('button', { name: 'Put mine on theirs' }));
  const next = onDraft.mock.calls[0]?.[0];
  expect(next === null || next === undefined ? null : bodyOf(next)).toMatchObject({
    value: 'mine',
    expectModRevision: '9',
    lease: { mode: 'keep' },
  });
});

test('when theirs was a delete, their text is not offered', () => {
  show(inConflict(null));
  expect(screen.queryByRole('button', { name: 'Edit theirs' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Create it again with mine' })).toBeDefined();
});
