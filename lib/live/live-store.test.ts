import { expect, test } from 'vitest';
import type { ChangeEvent, ClusterView, LiveEvents, RevisionView } from '../api/types.ts';
import { LiveStore, REVISION_EVERY_MS, STORM_PER_SECOND } from './live-store.ts';
import type { LiveMessage } from './protocol.ts';

const change = (revision: number): ChangeEvent => ({
  revision: String(revision),
  type: 'put',
  key: `/k${revision}`,
  createRevision: '1',
  version: '1',
  lease: null,
  valueBytes: 0,
  preview: '',
  at: 0,
});
const changes = (...revisions: number[]): LiveMessage => ({
  name: 'changes',
  data: revisions.map(change),
  receivedAt: 1_000,
});
const hello = (revision: string, resumed = true): LiveMessage => ({
  name: 'hello',
  data: { revision, resumed } as LiveEvents['hello'],
  receivedAt: 1_000,
});
const revision = (current: string): LiveMessage => ({
  name: 'revision',
  data: { current, compacted: '0', remembered: null, times: [] } satisfies RevisionView,
  receivedAt: 1_000,
});

function start() {
  const frames: { task: () => void; ms: number | null }[] = [];
  const store = new LiveStore({ pace: (task, ms) => frames.push({ task, ms }) });
  const flush = (): void => {
    for (const frame of frames.splice(0)) frame.task();
  };
  const rows = (): string[] =>
    [...store.ring.since(0)].map((row) => (row.kind === 'gap' ? `gap ${row.from}-${row.to}` : row.event.revision));
  return { store, frames, flush, rows };
}

test('what a reconnect replays is taken once', () => {
  const { store, rows } = start();
  store.onMessage(changes(5, 6));
  store.onMessage(hello('8'));
  store.onMessage(changes(5, 6));
  store.onMessage(changes(6, 7, 7, 8));
  expect(rows()).toEqual(['5', '6', '7', '7', '8']);
});

test('a gap is a row, and changes from within it are not taken twice', () => {
  const { store, rows } = start();
  store.onMessage(changes(5));
  store.onMessage({ name: 'gap', data: { from: '5', to: '9', reason: 'away' }, receivedAt: 1_000 });
  store.onMessage(changes(9, 10));
  expect(rows()).toEqual(['5', 'gap 5-9', '10']);
});

test('a store whose revision went back is other data: said in a gap, and its changes are taken', () => {
  const { store, rows } = start();
  store.onMessage(changes(900));
  store.onMessage(hello('3'));
  store.onMessage(revision('3'));
  store.onMessage(changes(4));
  expect(rows()).toEqual(['900', 'gap 0-3', '4']);
});

test('a console that has not heard from its store yet does not look like replaced data', () => {
  const { store, rows } = start();
  store.onMessage(changes(900));
  store.onMessage(hello('0'));
  store.onMessage(revision('0'));
  store.onMessage(changes(901));
  expect(rows()).toEqual(['900', '901']);
});

test('listeners are told once per frame, and the current revision follows the changes', () => {
  const { store, frames, flush } = start();
  store.onMessage(revision('5'));
  let told = 0;
  store.changes.subscribe(() => told++);
  store.onMessage(changes(6));
  store.onMessage(changes(7, 8));
  expect([frames.length, told]).toEqual([1, 0]);
  flush();
  expect([told, store.revision.get()?.value.current]).toEqual([1, '8']);
});

test('the revision ticks ten times a second at most, and ends at the newest', () => {
  const { store, frames, flush } = start();
  store.onMessage(revision('5'));
  const told: (string | undefined)[] = [];
  store.revision.subscribe(() => told.push(store.revision.get()?.value.current));
  store.onMessage(changes(6));
  flush();
  const [resting] = frames;
  for (const next of [7, 8, 9]) {
    store.onMessage(changes(next));
    frames.find((frame) => frame.ms === null)?.task();
  }
  expect([told, resting?.ms]).toEqual([['6'], REVISION_EVERY_MS]);
  resting?.task();
  expect(told).toEqual(['6', '9']);
});

test('in a storm listeners are told five times a second, not each frame', () => {
  const { store, frames } = start();
  store.onMessage(changes(...Array.from({ length: STORM_PER_SECOND * 3 }, (_, index) => index + 1)));
  expect(frames[0]?.ms).toBe(200);
});

test('the clock of the console is judged by the quickest message', () => {
  const { store } = start();
  const cluster = (at: number, receivedAt: number): LiveMessage => ({
    name: 'cluster',
    data: { at } as ClusterView,
    receivedAt,
  });
  store.onMessage(cluster(10_000, 11_500));
  store.onMessage(cluster(20_000, 21_020));
  store.onMessage(cluster(30_000, 33_000));
  expect(store.consoleTime(50_000)).toBe(48_980);
});

test('what happened before the stream began is listed as the past and counts in no rate', () => {
  const { store, flush } = start();
  store.onMessage(hello('12'));
  store.onMessage({ name: 'recent', data: [change(11), change(12)], receivedAt: 1_000 });
  store.onMessage(changes(13));
  flush();
  const rows = [...store.ring.since(0)].map((row) => row.kind === 'change' && [row.event.revision, row.isPast]);
  expect(rows).toEqual([
    ['11', true],
    ['12', true],
    ['13', false],
  ]);
  expect(store.ratePerSecond(1_000)).toBe(0.5);
});
