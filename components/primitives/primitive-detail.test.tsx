// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PartyView, PrimitiveView } from '../../lib/api/coordination-types.ts';
import { MomentContext } from '../coordination/moment.ts';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { PrimitiveDetail } from './primitive-detail.tsx';

const NOW = 1_800_000_000_000;
const belief = { name: 'a/b', confidence: 'certain', reason: 'because' } as const;
const party = (key: string): PartyView => ({
  key,
  lease: 'cafe01',
  createRevision: '7',
  since: NOW - 5_000,
  value: '',
});

function show(one: PrimitiveView): void {
  render(
    <AddressForTests>
      <QueryClientProvider client={new QueryClient()}>
        <MomentContext value={NOW}>
          <PrimitiveDetail one={one} onBack={() => undefined} />
        </MomentContext>
      </QueryClientProvider>
    </AddressForTests>,
  );
}
// jsdom lays nothing out: every table is as wide as it likes.
class NoLayout {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
beforeEach(() => vi.stubGlobal('ResizeObserver', NoLayout));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ALL: readonly [string, PrimitiveView, string][] = [
  [
    'semaphore',
    {
      ...belief,
      kind: 'semaphore',
      permits: 1,
      holding: [party('a/b/permits/1')],
      waiting: [party('a/b/permits/2')],
      holdingCount: 1,
      waitingCount: 1,
    },
    'Semaphore: 1 of 1 permit in use.',
  ],
  [
    'reader-writer lock',
    {
      ...belief,
      kind: 'rwLock',
      mode: 'read',
      holding: [party('a/b/read/1')],
      waiting: [{ ...party('a/b/write/2'), wants: 'write' }],
      holdingCount: 1,
      waitingCount: 1,
    },
    'Reader-writer lock: 1 reader reads.',
  ],
  [
    'barrier',
    { ...belief, kind: 'barrier', present: [party('x')], presentCount: 1, openedAt: null },
    'waiting for the rest',
  ],
  [
    'queue',
    {
      ...belief,
      kind: 'queue',
      order: 'fifo',
      items: [party('a/b/1')],
      depth: 1,
      oldestAt: NOW - 5_000,
      inHand: 2,
      orphans: 1,
      idleConsumers: 0,
      rates: { in: 3, out: 1, overMs: 60_000 },
    },
    '1 item, the oldest for 5 s',
  ],
  ['counter', { ...belief, kind: 'counter', value: '42', shards: 4, rates: null }, 'Counter: 42.'],
  ['group', { ...belief, kind: 'group', members: [party('a/b/members/w')], memberCount: 1 }, 'Group: 1 member.'],
];

test.each(ALL)('a %s says how it stands', (_, one, sentence) => {
  show(one);
  expect(screen.getByRole('region', { name: /a\/b$/ }).textContent).toContain(sentence);
});
