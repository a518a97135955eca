import { expect, test } from 'vitest';
import type { ContenderView, TermView } from '../../lib/api/coordination-types.ts';
import { LANES_MAX, layoutTermLanes } from './term-lanes.layout.ts';

const NOW = 100_000;

const term = (value: string, more: Partial<TermView>): TermView => ({
  key: `a/${value}`,
  lease: '1',
  value,
  token: '1',
  from: '10',
  fromAt: 10_000,
  fromExact: true,
  to: null,
  toAt: null,
  toExact: true,
  ...more,
});
const waiter = (value: string, since: number | null): ContenderView => ({
  key: `a/${value}`,
  lease: '1',
  createRevision: '50',
  modRevision: '50',
  valueBytes: 1,
  value,
  since,
});

const layout = (
  terms: readonly TermView[],
  more: { readonly axis?: 'time' | 'revision'; readonly queue?: ContenderView[] } = {},
) =>
  layoutTermLanes({
    terms,
    queue: more.queue ?? [],
    labelOf: (one) => String(one.value),
    axis: more.axis ?? 'time',
    marksFlaps: true,
    now: NOW,
    revision: '100',
    width: 1_000,
  });

test('terms of one holder share a lane; a handover leaves no room between the bars', () => {
  const { lanes, bars, gaps } = layout([
    term('p', { to: '20', toAt: 40_000 }),
    term('q', { token: '2', from: '20', fromAt: 40_000, to: '30', toAt: 70_000 }),
    term('p', { token: '3', from: '30', fromAt: 70_000 }),
  ]);
  expect(lanes.map((lane) => lane.id)).toEqual(['p', 'q']);
  expect(bars.map((bar) => bar.lane)).toEqual([0, 1, 0]);
  const [first, second, third] = bars;
  expect((first?.x ?? 0) + (first?.width ?? 0)).toBeCloseTo(second?.x ?? -1);
  expect((third?.x ?? 0) + (third?.width ?? 0)).toBeCloseTo(1_000);
  expect(gaps).toEqual([]);
});

test('the time without a holder is a span of its own, up to now where it lasts', () => {
  const { gaps } = layout([term('p', { to: '20', toAt: 40_000 })]);
  expect(gaps).toHaveLength(1);
  expect((gaps[0]?.x ?? 0) + (gaps[0]?.width ?? 0)).toBeCloseTo(1_000);
});

test('a term whose start was not seen is open at its left, one without any time is counted instead of drawn', () => {
  const { bars, timeless } = layout([
    term('p', { fromAt: null, fromExact: false, to: '20', toAt: null }),
    term('q', { token: '2', from: '20', fromAt: null, fromExact: false }),
  ]);
  expect(timeless).toBe(1);
  expect(bars).toMatchObject([{ isOpenLeft: true, x: 0 }]);
});

test('by revision every term has its place', () => {
  const { bars, timeless } = layout(
    [term('p', { fromAt: null, to: '55', toAt: null }), term('q', { token: '2', from: '55', fromAt: null })],
    {
      axis: 'revision',
    },
  );
  expect(timeless).toBe(0);
  expect(bars[1]?.x).toBeCloseTo((bars[0]?.x ?? 0) + (bars[0]?.width ?? 0));
});

test('who waits has a lane and a line up to now; beyond the bound lanes are counted', () => {
  const queue = [waiter('p', 10_000), waiter('q', 60_000)];
  const { waits, lanes } = layout([term('p', {})], { queue });
  expect(lanes.map((lane) => [lane.id, lane.isHolder])).toEqual([
    ['p', true],
    ['q', false],
  ]);
  expect(waits).toMatchObject([{ lane: 1 }]);
  const many = Array.from({ length: LANES_MAX + 3 }, (_, i) => waiter(`w${i}`, null));
  expect(layout([], { queue: many }).hiddenLanes).toBe(3);
});

test('ticks are whole seconds that do not touch, so that no two read the same', () => {
  const { ticks } = layout([term('p', { fromAt: NOW - 1_500 })]);
  expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
  const days = layout([term('p', { fromAt: NOW - 3 * 86_400_000 })]).ticks;
  expect(new Set(days.map((tick) => tick.at)).size).toBe(days.length);
});
