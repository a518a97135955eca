import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StoreSummary } from '../../lib/api/types.ts';
import { Stores } from './stores.ts';

const store = (mode: 'open' | 'signIn'): StoreSummary => ({
  ...{ id: 's', label: 's', colour: null, kind: 'external', endpoints: ['e'], readOnly: false, access: { mode } },
});
const fetched = vi.fn<() => Promise<Response>>();
const answer = (stores: readonly StoreSummary[]): Response => new Response(JSON.stringify(stores), { status: 200 });

beforeEach(() => {
  vi.useFakeTimers();
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what the page brought along is not asked for', () => {
  const stores = new Stores([store('open')]);
  stores.open();
  expect(stores.state.get().stores).toHaveLength(1);
  expect(fetched).not.toHaveBeenCalled();
});

test('it is asked for until an answer comes, and says when it is asked again', async () => {
  fetched.mockRejectedValueOnce(new Error('refused')).mockResolvedValueOnce(answer([store('open')]));
  const stores = new Stores(null);
  stores.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(stores.state.get()).toMatchObject({ stores: null, error: { code: 'NETWORK' }, retryAt: Date.now() + 3_000 });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(stores.state.get()).toMatchObject({ error: null, retryAt: null, stores: [{ id: 's' }] });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test('while a store demands a sign-in it is asked again, because another tab may have signed in', async () => {
  fetched.mockResolvedValue(answer([store('open')]));
  const close = new Stores([store('signIn')]).open();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  close();
});

test('what is shown stays when a later question has no answer', async () => {
  fetched.mockRejectedValue(new Error('refused'));
  const stores = new Stores([store('open')]);
  stores.open();
  await stores.refresh();
  expect(stores.state.get()).toMatchObject({ stores: [{ id: 's' }], retryAt: null });
});

test('questions at the same time are one', async () => {
  fetched.mockResolvedValue(answer([store('open')]));
  const stores = new Stores(null);
  await Promise.all([stores.refresh(), stores.refresh()]);
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('whoever keeps something of a store is told before it is shown as somebody else sees it', async () => {
  const as = (access: StoreSummary['access']): StoreSummary => ({ ...store('open'), access });
  const ada = { mode: 'user', user: 'ada', isRoot: false, readable: [] } as const;
  const answers: StoreSummary['access'][] = [
    { mode: 'open' },
    { mode: 'signIn' },
    ada,
    { ...ada, isRoot: true },
    { ...ada, user: 'bob' },
  ];
  const stores = new Stores([store('open')]);
  const told: unknown[] = [];
  const stop = stores.onIdentity((id) => told.push([id, stores.state.get().stores?.[0]?.access.mode]));
  for (const access of answers) {
    fetched.mockResolvedValueOnce(answer([as(access)]));
    await stores.refresh();
  }
  expect(told, 'as it was shown until then').toEqual([
    ['s', 'open'],
    ['s', 'signIn'],
    ['s', 'user'],
  ]);
  fetched.mockResolvedValueOnce(answer([]));
  await stores.refresh();
  expect(told, 'a store that is gone is gone for everybody').toHaveLength(4);
  stop();
});
