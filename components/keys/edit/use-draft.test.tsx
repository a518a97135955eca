// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoreContext } from '../../shell/use-store.ts';
import { edit, review, type StoredKey, startDraft } from './draft.ts';
import { EditView } from './edit-view.tsx';
import { useDraft } from './use-draft.ts';

vi.mock('next/navigation', () => ({
  usePathname: () => '/keys',
  useRouter: () => ({ push: vi.fn(), prefetch: vi.fn() }),
  useSearchParams: () => new URLSearchParams(),
}));

const KEY = '/leased';
const base: StoredKey = {
  key: KEY,
  createRevision: '1',
  modRevision: '7',
  version: '2',
  lease: 'beef',
  valueBytes: 3,
  value: 'old',
};
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const saved = vi.fn();

beforeEach(() => {
  fetched.mockReset();
  saved.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Harness({ identity = 'user ada' }: { readonly identity?: string }) {
  const { draft, set, save } = useDraft({ storeId: 's', identity, key: KEY, onSaved: saved });
  if (draft === null) {
    return (
      <button type="button" onClick={() => set(review(edit(startDraft(KEY, base), { text: 'new' }), () => 'id-1'))}>
        begin
      </button>
    );
  }
  return <EditView draft={draft} onDraft={set} onSave={() => void save()} />;
}

function begin(): void {
  show(<Harness />);
  fireEvent.click(screen.getByText('begin'));
}

function show(content: ReactNode): void {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <StoreContext
        value={{
          id: 's',
          label: 's',
          colour: null,
          kind: 'external',
          endpoints: ['e'],
          readOnly: false,
          access: { mode: 'open' },
        }}
      >
        {content}
      </StoreContext>
    </QueryClientProvider>,
  );
}

const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const sent = (call: number): unknown => JSON.parse(String(fetched.mock.calls[call]?.[1].body));

test('saving sends one guarded write that keeps the lease', async () => {
  fetched.mockResolvedValue(answer(200, { revision: '8', kv: null }));
  begin();
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(saved).toHaveBeenCalledOnce());
  expect(fetched).toHaveBeenCalledOnce();
  expect(sent(0)).toEqual({
    key: KEY,
    value: 'new',
    expectModRevision: '7',
    lease: { mode: 'keep' },
    idempotencyKey: 'id-1',
  });
});

test('detaching the lease is sent only after it was chosen', async () => {
  fetched.mockResolvedValue(answer(200, { revision: '8', kv: null }));
  begin();
  fireEvent.click(screen.getByRole('radio', { name: /Detach/ }));
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(saved).toHaveBeenCalledOnce());
  expect(sent(0)).toMatchObject({ lease: { mode: 'detach' } });
});

test('a refused write shows the conflict and writes nothing more', async () => {
  const current = { ...base, modRevision: '9', value: 'theirs' };
  fetched.mockResolvedValue(
    answer(409, { code: 'ABORTED', message: 'changed', detail: { expectModRevision: '7', current } }),
  );
  begin();
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByRole('region', { name: 'Conflict' });
  fireEvent.click(screen.getByRole('button', { name: 'Put mine on theirs' }));
  await screen.findByRole('region', { name: 'Review the change' });
  expect(fetched).toHaveBeenCalledOnce();
  expect(saved).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Back to editing' }));
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
});

test('after a lost answer the very same write is sent again', async () => {
  fetched.mockRejectedValueOnce(new TypeError('network'));
  fetched.mockResolvedValueOnce(answer(200, { revision: '8', kv: null }));
  begin();
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText(/Saving again is safe/);
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(saved).toHaveBeenCalledOnce());
  expect(sent(1)).toEqual(sent(0));
});

test('what was typed is there again for whoever typed it, and for nobody else', () => {
  begin();
  cleanup();
  show(<Harness identity="user bob" />);
  expect(screen.getByText('begin'), 'bob has typed nothing').toBeTruthy();
  cleanup();
  show(<Harness />);
  expect(screen.queryByText('begin')).toBeNull();
});
