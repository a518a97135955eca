import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChangeEvent } from '../api/types.ts';
import { matchesFilter, NO_FILTER } from './change-filter.ts';
import { ChangeRing, type ChangeRow } from './change-ring.ts';
import { WatchList } from './watch-list.ts';

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
const pastRow = (revision: number): ChangeRow => ({
  seq: 0,
  kind: 'change',
  isPast: true,
  event: event(revision),
  receivedAt: 0,
});
const shown = (list: WatchList): (string | undefined)[] =>
  [...list.state.get().rows].map(({ row }) => (row.kind === 'change' ? row.event.revision : `gap:${row.reason}`));
const prefix = (text: string) => ({ ...NO_FILTER, text });

test('held rows stand still, what came meanwhile is counted and nothing of it is lost', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  push(ring, event(1), event(2));
  list.read();
  list.hold();
  push(ring, event(3), event(4));
  list.read();
  expect(shown(list)).toEqual(['1', '2']);
  expect(list.state.get().waiting).toBe(2);
  list.release();
  expect(shown(list)).toEqual(['1', '2', '3', '4']);
});

test('a paused subscription keeps its rows back while the others go on, and brings them to where they belong', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  list.setFilters([prefix('/a'), prefix('/b')]);
  list.setPaused(new Set([0]));
  push(ring, event(1, '/a'), event(2, '/b'), event(3, '/a'), event(4, '/b'), event(5, '/other'));
  list.read();
  expect(shown(list)).toEqual(['2', '4']);
  expect(list.state.get().counts).toEqual([
    { seen: 2, waiting: 2 },
    { seen: 2, waiting: 0 },
  ]);
  list.setPaused(new Set());
  expect(shown(list)).toEqual(['1', '2', '3', '4']);
});

test('a row that two subscriptions let pass is shown once, with both marks, as soon as one of them may show it', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  list.setFilters([prefix('/a'), prefix('/a/b')]);
  list.setPaused(new Set([1]));
  push(ring, event(1, '/a/b/c'));
  list.read();
  expect([...list.state.get().rows].map(({ subs }) => subs)).toEqual([0b11]);
});

test('however pauses, holds and reads interleave, all rows are there in order once everything goes on', () => {
  const step = fc.oneof(
    fc.constantFrom('push /a', 'push /b', 'read', 'hold', 'release'),
    fc.constantFrom('pause', 'pause 0', 'pause 1', 'pause 0 1'),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ring = new ChangeRing(1_000);
      const list = new WatchList(ring);
      list.setFilters([prefix('/a'), prefix('/b')]);
      let count = 0;
      for (const one of steps) {
        const [word = '', ...rest] = one.split(' ');
        if (word === 'push') push(ring, event(++count, rest[0] ?? ''));
        else if (word === 'pause') list.setPaused(new Set(rest.map(Number)));
        else if (word === 'hold') list.hold();
        else if (word === 'release') list.release();
        else list.read();
        const seqs = [...list.state.get().rows].map(({ row }) => row.seq);
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
      list.read();
      list.setPaused(new Set());
      list.release();
      expect(shown(list)).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)));
    }),
  );
});

test('new filters look at everything the ring still holds and keep a held list held', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  push(ring, event(1, '/a/1'), event(2, '/b/1'));
  list.read();
  list.hold();
  push(ring, event(3, '/a/2', 'delete'), event(4, '/b/2'));
  list.read();
  list.setFilters([prefix('/a')]);
  expect([shown(list), list.state.get().waiting]).toEqual([['1'], 1]);
  list.setFilters([{ ...NO_FILTER, text: '/', match: 'contains', types: 'delete' }]);
  expect([shown(list), list.state.get().waiting]).toEqual([[], 1]);
  list.release();
  expect(shown(list)).toEqual(['3']);
});

test('gap rows belong to every subscription', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  ring.push({ kind: 'gap', from: '1', to: '9', reason: 'away', receivedAt: 0 });
  list.setFilters([prefix('nothing'), prefix('none')]);
  expect([...list.state.get().rows]).toMatchObject([{ row: { reason: 'away' }, subs: 0b11 }]);
});

test('what a long pause cannot hold is told by a gap row', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring, 3);
  list.hold();
  for (let revision = 1; revision <= 5; revision++) {
    push(ring, event(revision));
    list.read();
  }
  expect(list.state.get().waiting).toBe(5);
  list.release();
  expect(shown(list)).toEqual(['3', '4', '5']);
  expect(list.state.get().forgotten).toBe(1);
});

test('rows that left the ring before they were read are told by a gap row', () => {
  const ring = new ChangeRing(3);
  const list = new WatchList(ring);
  for (let revision = 1; revision <= 5; revision++) push(ring, event(revision));
  list.read();
  expect(shown(list)).toEqual(['gap:2 changes came faster than this page could take them', '3', '4', '5']);
});

test('the past stands before the ring and ends where the ring begins', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  list.setPast([pastRow(1), pastRow(2), pastRow(3)]);
  expect(shown(list), 'nothing has come yet').toEqual(['1', '2', '3']);
  push(ring, event(3), event(4));
  list.read();
  expect(shown(list), 'revision 3 once').toEqual(['1', '2', '3', '4']);
  push(ring, event(5));
  list.read();
  expect(shown(list)).toEqual(['1', '2', '3', '4', '5']);
});

test('what was read in place of a gap stands where the gap stood', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  push(ring, event(1));
  ring.push({ kind: 'gap', from: '1', to: '3', reason: 'away', receivedAt: 0 });
  push(ring, event(4));
  list.read();
  list.fillGap(1, [pastRow(2), pastRow(3)]);
  push(ring, event(5));
  list.read();
  expect(shown(list)).toEqual(['1', '2', '3', '4', '5']);
});

test('clearing empties the list but not the stream', () => {
  const ring = new ChangeRing(100);
  const list = new WatchList(ring);
  list.setPast([pastRow(1)]);
  push(ring, event(2));
  list.read();
  list.clear();
  push(ring, event(3));
  list.read();
  expect(shown(list)).toEqual(['3']);
  list.setFilters([NO_FILTER]);
  expect(shown(list)).toEqual(['3']);
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
  expect(passes({ text: '/k', match: 'key' }), 'one key exactly').toEqual([false, false]);
  expect(passes({ text: '/k1', match: 'key' })).toEqual([true, true]);
});

test('what was read of the list stays as it was while the list grows and forgets', () => {
  const ring = new ChangeRing(1_000);
  const list = new WatchList(ring, 5);
  for (let revision = 1; revision <= 40; revision++) {
    push(ring, event(revision));
    list.read();
    const { rows } = list.state.get();
    const before = [...rows];
    push(ring, event(1_000 + revision));
    list.read();
    expect([...rows]).toEqual(before);
    expect([rows.at(-1), rows.at(rows.length)]).toEqual([before.at(-1), undefined]);
  }
  expect(shown(list)).toEqual(['38', '1038', '39', '1039', '40', '1040'].slice(1));
  expect(list.state.get().forgotten).toBe(75);
});
