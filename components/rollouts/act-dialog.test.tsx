// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RolloutDetail } from '../../lib/api/config-types.ts';
import { emptyAssignment } from '../../lib/config/documents.ts';
import { rolloutWith, TARGET } from '../../lib/config/rollout-fixtures.testing.ts';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { ActDialog } from './act-dialog.tsx';

const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const unheard = (): Response =>
  new Response(JSON.stringify({ code: 'UNAVAILABLE', message: 'no leader' }), { status: 503 });
const keys = (): unknown[] =>
  fetched.mock.calls.map(
    ([, { body }]) => (JSON.parse(String(body)) as { readonly idempotencyKey: string }).idempotencyKey,
  );

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function show(name: 'abort' | 'pause', onClose: () => void): void {
  const detail: RolloutDetail = {
    ...{ revision: '9', rollout: rolloutWith({ state: 'PROGRESSING' }), assignment: emptyAssignment(TARGET) },
    ...{ candidate: null, stable: null, changes: [], instances: [], gone: [], preview: [], log: [] },
    ...{ supervision: { leader: null, since: null }, problem: null, now: 0 },
  };
  render(
    <AddressForTests>
      <QueryClientProvider client={new QueryClient()}>
        <ActDialog act={name} detail={detail} onClose={onClose} />
      </QueryClientProvider>
    </AddressForTests>,
  );
}

const later = (ms: number): Promise<void> => act(() => vi.advanceTimersByTimeAsync(ms).then(() => undefined));

test('an abort that no store has heard is tried again with the same key until one has', async () => {
  const onClose = vi.fn();
  fetched.mockImplementation(async () => unheard());
  show('abort', onClose);
  fireEvent.click(screen.getByRole('button', { name: 'Abort now' }));
  await later(0);
  expect(screen.getByRole('alert').textContent).toContain('no leader');
  expect(screen.getByText(/^Tried 1 time\./)).toBeDefined();
  await later(2_000);
  expect(screen.getByText(/^Tried 2 times\./)).toBeDefined();
  expect(onClose).not.toHaveBeenCalled();
  fetched.mockImplementation(async () => new Response(JSON.stringify(rolloutWith({ state: 'ROLLING_BACK' }))));
  await later(2_000);
  expect(onClose).toHaveBeenCalledOnce();
  expect(new Set(keys()).size, 'one abort, however often it was sent').toBe(1);
  await later(10_000);
  expect(fetched).toHaveBeenCalledTimes(3);
});

test('anything else is tried once', async () => {
  fetched.mockImplementation(async () => unheard());
  show('pause', () => undefined);
  fireEvent.click(screen.getByRole('button', { name: 'Pause this rollout' }));
  await later(10_000);
  expect(fetched).toHaveBeenCalledOnce();
});
