import { expect, test } from 'vitest';
import type { LeaseReading } from '../../lib/api/lease-types.ts';
import { layoutHeartbeat } from './heartbeat.layout.ts';

const reading = (granted: number, remaining: number, renewals: readonly number[]): LeaseReading => ({
  grantedTtlSeconds: String(granted),
  remainingTtlSeconds: String(remaining),
  at: 100_000,
  rhythm: { observedFrom: 90_000, renewals, everyMs: null, pace: 'unknown' },
});

test('two TTLs of beats lie left of now, one TTL of future right of it', () => {
  const layout = layoutHeartbeat({ reading: reading(30, 15, [40_000, 70_000]), now: 100_000, width: 90 });
  expect(layout.beats.map(({ x }) => x)).toEqual([0, 30]);
  expect([layout.watchedX, layout.nowX, layout.endX]).toEqual([50, 60, 75]);
});

test('beats from before the line begins are left out, and an end far away stays at the edge', () => {
  const layout = layoutHeartbeat({ reading: reading(3_600, 3_000, [-9_000_000, 99_000]), now: 100_000, width: 100 });
  expect(layout.beats).toHaveLength(1);
  expect(layout.endX).toBe(100);
});
