// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LeaseList } from '../../lib/api/lease-types.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { LocksPage } from '../locks/locks-page.tsx';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { StoreContext } from '../shell/use-store.ts';
import { LeasesPage } from './leases-page.tsx';

const STORE: StoreSummary = {
  ...{ id: 'main', label: 'main', colour: null, kind: 'bundled', endpoints: ['127.0.0.1:2379'], readOnly: false },
  access: { mode: 'open' },
};

const LEASES: LeaseList = {
  ...{ revision: '7', at: 100_000, total: 10_000, read: 9_000, oldestAt: 99_000, counts: 'all', matching: 10_000 },
  ...{ offset: 0, keyless: 3, overdue: 2, isOfReadable: false },
  leases: [{ id: 'cafe01', time: null, keyCount: 0, keys: [] }],
  calendar: [{ leases: 4, keys: 5, unkeptLeases: 1, unkeptKeys: 2 }],
};

const LOCKS = {
  ...{ revision: '7', at: 100_000, total: 1_000, matching: 1_000, offset: 0, groups: [], held: 1_000, waiting: 20_000 },
  deadlocks: { circles: 2, revision: '7' },
};

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  );
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(480);
  vi.stubGlobal('fetch', async (url: string) => Response.json(String(url).includes('/leases') ? LEASES : LOCKS));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const page = (what: React.ReactNode) => (
  <AddressForTests>
    <QueryClientProvider client={new QueryClient()}>
      <StoreContext.Provider value={STORE}>{what}</StoreContext.Provider>
    </QueryClientProvider>
  </AddressForTests>
);

test('the page says what ends in a minute, and how much of a long list is known', async () => {
  render(page(<LeasesPage />));
  expect(await screen.findByText(/^4 leases with 5 keys end in the next 60 s/)).toBeDefined();
  expect(screen.getByText(/times of 9,000 of 10,000 read so far/)).toBeDefined();
  expect(screen.getByText('2 overdue')).toBeDefined();
  expect(screen.getByRole('row', { name: /cafe01/ })).toBeDefined();
});

test('a thousand locks are summed up by the console, deadlocks too', async () => {
  render(page(<LocksPage />));
  expect(await screen.findByText(/^1,000 locks: 1,000 held, 20,000 waiting$/)).toBeDefined();
  expect(screen.getByText('2 deadlocks')).toBeDefined();
});
