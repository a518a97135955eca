import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChangeEvent } from '../api/types.ts';
import { matchesFilter, NO_FILTER } from './change-filter.ts';
import { ChangeRing } from './change-ring.ts';
import { ChangeView } from './change-view.ts';

const event = (revision: number, key = `/k${revision}`, type: ChangeEvent['type'] = 'put'): ChangeEvent => ({
  revision: String(revision),
  type,
  key,
  createRevision: '1',
  version: '1',
  lease: null,
  valueBytes: 0,
  preview: '',
  at: 0,
});
const push = (ring: ChangeRing, ...events: readonly ChangeEvent[]): void => {
  for (const one of events) ring.push({ kind: 'change', isPast: false, event: one, receivedAt: 0 });
};
const shown = (view: ChangeView): (string | undefined)[] =>
  view.state.get().rows.map((row) => (row.kind === 'change' ? row.event.revision : `gap:${row.reason}`));

test('held rows stand still, what came meanwhile is counted and nothing of it is lost', () => {
  const ring = new ChangeRing(100);
  const view = new ChangeView(ring);
  push(ring, event(1), event(2));
  view.read();
  view.hold();
  push(ring, event(3), event(4));
  view.read();
  expect(shown(view)).toEqual(['1', '2']);
  expect(view.state.get().waiting).toBe(2);
  view.release();
  expect(shown(view)).toEqual(['1', '2', '3', '4']);
});

test('however holds, reads and releases interleave, the rows after the last release are all rows in order', () => {
  const step = fc.constantFrom('push', 'read', 'hold', 'release');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ring = new ChangeRing(1_000);
      const view = new ChangeView(ring);
      let count = 0;
      for (const one of steps) {
        if (one === 'push') push(ring, event(++count));
        else view[one]();
      }
      view.read();
      view.release();
      expect(shown(view)).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)));
    }),
  );
});

test('a new filter looks at everything the ring still holds and keeps a held window held', () => {
  const ring = new ChangeRing(100);
  const view = new ChangeView(ring);
  push(ring, event(1, '/a/1'), event(2, '/b/1'));
  view.read();
  view.hold();
  push(ring, event(3, '/a/2', 'delete'), event(4, '/b/2'));
  view.read();
  view.setFilter({ ...NO_FILTER, text: '/a', match: 'prefix', types: 'all' });
  expect([shown(view), view.state.get().waiting]).toEqual([['1'], 1]);
  view.setFilter({ ...NO_FILTER, text: '/', match: 'contains', types: 'delete' });
  expect([shown(view), view.state.get().waiting]).toEqual([[], 1]);
  view.release();
  expect(shown(view)).toEqual(['3']);
});

test('gap rows pass every filter', () => {
  const ring = new ChangeRing(100);
  const view = new ChangeView(ring);
  ring.push({ kind: 'gap', from: '1', to: '9', reason: 'away', receivedAt: 0 });
  view.setFilter({ ...NO_FILTER, text: 'nothing', match: 'prefix', types: 'put' });
  expect(shown(view)).toEqual(['gap:away']);
});

test('what a long pause cannot hold is told by a gap row', () => {
  const ring = new ChangeRing(100);
  const view = new ChangeView(ring, 3);
  view.hold();
  for (let revision = 1; revision <= 5; revision++) {
    push(ring, event(revision));
    view.read();
  }
  expect(view.state.get().waiting).toBe(5);
  view.release();
  expect(shown(view)).toEqual(['3', '4', '5']);
  expect(view.state.get().forgotten).toBe(1);
});

test('rows that left the ring before they were read are told by a gap row', () => {
  const ring = new ChangeRing(3);
  const view = new ChangeView(ring);
  for (let revision = 1; revision <= 5; revision++) push(ring, event(revision));
  view.read();
  expect(shown(view)).toEqual(['gap:2 changes came faster than this page could take them', '3', '4', '5'].slice(0));
});

test('clearing empties the window but not the stream', () => {
  const ring = new ChangeRing(100);
  const view = new ChangeView(ring);
  push(ring, event(1));
  view.read();
  view.clear();
  push(ring, event(2));
  view.read();
  expect(shown(view)).toEqual(['2']);
  view.setFilter({ ...NO_FILTER, text: '', match: 'prefix', types: 'all' });
  expect(shown(view)).toEqual(['2']);
});

test('a filter on value and lease lets deletes pass only where it asks for neither', () => {
  const put = { ...event(1), preview: '{"level":"debug"}', lease: 'beef' };
  const gone = { ...event(2, '/k1', 'delete'), preview: null };
  const passes = (filter: Partial<typeof NO_FILTER>) =>
    [put, gone].map((one) => matchesFilter(one, { ...NO_FILTER, ...filter }));
  expect(passes({})).toEqual([true, true]);
  expect(passes({ value: 'debug' })).toEqual([true, false]);
  expect(passes({ value: 'info' })).toEqual([false, false]);
  expect(passes({ lease: 'leased' })).toEqual([true, false]);
  expect(passes({ lease: 'none' })).toEqual([false, false]);
  expect(passes({ lease: 'beef' })).toEqual([true, false]);
  expect(passes({ lease: 'cafe' })).toEqual([false, false]);
});
