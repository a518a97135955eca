// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeEvent } from '../../lib/api/types.ts';
import type { WatchRow } from '../../lib/live/watch-list.ts';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { KeyText, TouchKeys } from './touch-keys.tsx';

const event = (seq: number): ChangeEvent => ({
  revision: String(100 + seq),
  type: 'put',
  key: `key-${seq}`,
  createRevision: '1',
  version: '1',
  lease: null,
  valueBytes: 1,
  preview: 'v',
  at: 0,
});
/** Newest first, as the stream goes on: only even ones pass the filter. */
const rowsTo = (newest: number): WatchRow[] =>
  Array.from({ length: newest + 1 }, (_, index) => newest - index)
    .filter((seq) => seq % 2 === 0)
    .map((seq) => ({ row: { seq, kind: 'change', event: event(seq), isPast: false, receivedAt: 0 }, subs: 1 }));

const href = (path: string, params: unknown): string => `${path}?${String(params)}`;

/** One place on the screen, which shows the newest change. */
function Page({ newest }: { readonly newest: number }) {
  const rows = rowsTo(newest);
  return (
    <AddressForTests>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>
        <TouchKeys rows={rows}>
          <div>
            <KeyText seq={newest} event={event(newest)} href={href} />
            <p>elsewhere</p>
          </div>
        </TouchKeys>
      </QueryClientProvider>
    </AddressForTests>
  );
}

class NoLayout {
  observe(): void {}
  disconnect(): void {}
}
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('ResizeObserver', NoLayout);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a right click offers what belongs to the key, and goes on to when another row takes its place', () => {
  const { rerender } = render(<Page newest={4} />);
  fireEvent.contextMenu(screen.getByRole('link'));
  expect(screen.getByRole('menu').textContent).toContain('key-4');
  rerender(<Page newest={8} />);
  expect(screen.getByRole('link').textContent).toBe('key-8');
  expect(screen.getByRole('menu').textContent).toContain('key-4');
});

test('a pointer that rests on a key brings a card about it, and takes it away again', async () => {
  const { rerender } = render(<Page newest={4} />);
  const link = screen.getByRole('link');
  fireEvent.pointerOver(link);
  await act(() => vi.advanceTimersByTimeAsync(400));
  rerender(<Page newest={6} />);
  expect(screen.getAllByText('key-4')).toHaveLength(1);
  fireEvent.pointerOut(link);
  await act(() => vi.advanceTimersByTimeAsync(400));
  expect(screen.queryByText('key-4')).toBeNull();
});

test('what is no key keeps its own ways', () => {
  render(<Page newest={4} />);
  expect(fireEvent.contextMenu(screen.getByText('elsewhere')), 'the menu of the browser').toBe(true);
  expect(fireEvent.click(screen.getByText('elsewhere'))).toBe(true);
  expect(screen.queryByRole('menu')).toBeNull();
});

test('a plain click stays in the page, one with a key held is left to the browser', () => {
  render(<Page newest={4} />);
  expect(fireEvent.click(screen.getByRole('link'))).toBe(false);
  expect(screen.getByRole('link').getAttribute('href')).toBe('/keys?key=key-4&rev=104');
  const left: boolean[] = [];
  const byBrowser = (one: Event): void => {
    left.push(!one.defaultPrevented);
    // jsdom goes nowhere, and says so.
    one.preventDefault();
  };
  document.addEventListener('click', byBrowser, { once: true });
  fireEvent.click(screen.getByRole('link'), { ctrlKey: true });
  expect(left).toEqual([true]);
});
