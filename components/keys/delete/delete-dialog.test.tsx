// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeletePreview, DeleteTarget, WireBytes } from '../../../lib/api/types.ts';
import type { WatchersView } from '../../../lib/api/watcher-types.ts';
import { StoreContext } from '../../shell/use-store.ts';
import { confirmWord, DeleteDialog } from './delete-dialog.tsx';

const meta = (key: string) => ({
  key,
  createRevision: '1',
  modRevision: '2',
  version: '1',
  lease: null,
  valueBytes: 5,
});
const preview = (target: DeleteTarget, keys: number): DeletePreview => ({
  target,
  revision: '40',
  keys,
  bytes: 10,
  sample: [meta('/a/x')],
  leasedKeys: 0,
  leases: [],
});
const WATCHED: WatchersView = { watchers: 4, slow: 1, members: 3, answered: 2 };
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const deleted = vi.fn();
const writes = () => fetched.mock.calls.filter(([, init]) => init.method === 'POST');

beforeEach(() => {
  fetched.mockReset();
  deleted.mockReset();
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    path.includes('/watchers') ? Promise.resolve(answer(200, WATCHED)) : fetched(path, init),
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(target: DeleteTarget): void {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
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
        <DeleteDialog target={target} onClose={() => {}} onDeleted={deleted} />
      </StoreContext>
    </QueryClientProvider>,
  );
}
const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

test('a folder is deleted only after the number of its keys was typed', async () => {
  fetched.mockImplementation(async (_path, init) =>
    init.method === 'POST' ? answer(200, { revision: '41', deleted: 2 }) : answer(200, preview({ prefix: '/a/' }, 2)),
  );
  open({ prefix: '/a/' });
  const button = await screen.findByRole('button', { name: 'Delete 2 keys' });
  expect(button).toHaveProperty('disabled', true);
  expect(await screen.findByText(/^4 watchers, 1 behind on 2 of 3 members will see it/)).toBeDefined();
  fireEvent.change(screen.getByLabelText('Type 2 to delete'), { target: { value: '3' } });
  fireEvent.submit(screen.getByLabelText('Type 2 to delete'));
  expect(writes()).toHaveLength(0);
  fireEvent.change(screen.getByLabelText('Type 2 to delete'), { target: { value: '2' } });
  fireEvent.click(button);
  await waitFor(() => expect(deleted).toHaveBeenCalledOnce());
  expect(JSON.parse(String(writes()[0]?.[1].body))).toMatchObject({
    target: { prefix: '/a/' },
    expectRevision: '40',
    expectKeys: 2,
  });
});

test('a key is deleted only after its name was typed', async () => {
  fetched.mockImplementation(async () => answer(200, preview({ key: '/a/x' }, 1)));
  open({ key: '/a/x' });
  const button = await screen.findByRole('button', { name: 'Delete 1 key' });
  expect(button).toHaveProperty('disabled', true);
  fireEvent.change(screen.getByLabelText('Type x to delete'), { target: { value: 'x' } });
  expect(button).toHaveProperty('disabled', false);
});

test('when the keys changed meanwhile nothing is deleted and the new preview must be confirmed anew', async () => {
  let keys = 2;
  fetched.mockImplementation(async (_path, init) => {
    if (init.method !== 'POST') return answer(200, preview({ prefix: '/a/' }, keys));
    keys = 3;
    return answer(409, { code: 'ABORTED', message: '/a/y changed at revision 41' });
  });
  open({ prefix: '/a/' });
  await screen.findByRole('button', { name: 'Delete 2 keys' });
  fireEvent.change(screen.getByLabelText('Type 2 to delete'), { target: { value: '2' } });
  fireEvent.click(screen.getByRole('button', { name: 'Delete 2 keys' }));
  const again = await screen.findByRole('button', { name: 'Delete 3 keys' });
  expect(again).toHaveProperty('disabled', true);
  expect(screen.getByText('Nothing was written.', { exact: false })).toBeDefined();
  expect(deleted).not.toHaveBeenCalled();
});

test('a name that cannot be typed as it is, or is too long to be, gives way to the number of keys', () => {
  const wordOf = (key: WireBytes): string => confirmWord(preview({ key }, 1));
  expect(wordOf('/a/x y')).toBe('x y');
  expect(wordOf('//')).toBe('//');
  expect(wordOf('/a/x/')).toBe('x');
  for (const key of ['/a/x\n', '/a/x ', '/a/\u202ex', `/a/${'x'.repeat(61)}`, { base64: '/w==' }])
    expect(wordOf(key)).toBe('1');
});
