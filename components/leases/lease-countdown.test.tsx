// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { ClusterView } from '../../lib/api/types.ts';
import { LiveStore } from '../../lib/live/live-store.ts';
import { LiveContext } from '../shell/use-live.ts';
import { LeaseCountdown } from './lease-countdown.tsx';

afterEach(cleanup);

const said = (live: LiveStore, view: Partial<ClusterView>): void =>
  act(() => live.cluster.set({ value: view as ClusterView, receivedAt: 1 }));

test('nothing counts down while the store has no leader, whatever was read of the lease before', () => {
  const live = new LiveStore();
  render(
    <LiveContext value={live}>
      <LeaseCountdown lease={{ grantedTtlSeconds: '8', remainingTtlSeconds: '0', at: 1 }} />
    </LiveContext>,
  );
  expect(screen.getByText(/ends now/)).toBeDefined();
  said(live, { reachable: true, leaderId: null });
  expect(screen.getByText('no leader')).toBeDefined();
  expect(screen.queryByText(/ends now/)).toBeNull();
  said(live, { reachable: true, leaderId: 'a' });
  expect(screen.getByText(/ends now/)).toBeDefined();
});

test('a lease that has ended stays ended, with a leader or without', () => {
  const live = new LiveStore();
  said(live, { reachable: true, leaderId: null });
  render(
    <LiveContext value={live}>
      <LeaseCountdown lease={{ grantedTtlSeconds: '8', remainingTtlSeconds: '-1', at: 1 }} />
    </LiveContext>,
  );
  expect(screen.getByText('ended')).toBeDefined();
});
