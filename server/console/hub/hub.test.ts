import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeEvent, IndexState } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { PastViews } from '../history/past-views.ts';
import { Hub } from './hub.ts';

interface Seen {
  readonly changes: ChangeEvent[];
  readonly gaps: { readonly from: number; readonly to: number; readonly reason: string }[];
  readonly phases: IndexState['phase'][];
}

let engine: FakeEngine;
let hub: Hub;
let seen: Seen;

function start(keysMax?: number): void {
  seen = { changes: [], gaps: [], phases: [] };
  hub = new Hub({
    engine,
    listener: {
      onChanges: (changes) => seen.changes.push(...changes),
      onGap: (gap) => seen.gaps.push(gap),
      onIndex: ({ phase }) => {
        if (seen.phases.at(-1) !== phase) seen.phases.push(phase);
      },
    },
    ...(keysMax === undefined ? {} : { keysMax }),
  });
  hub.start();
}

const failList = (which: number) => (n: number) => {
  if (n === which) throw new EngineError(GrpcCode.UNAVAILABLE, 'fake:1 cannot be reached');
};

const settle = () => vi.advanceTimersByTimeAsync(0);

function keys(view = hub.view()): string[] {
  const out: string[] = [];
  const cursor = view?.index.seek('' as ByteString);
  for (; cursor?.key !== undefined; cursor.next()) out.push(cursor.key);
  return out;
}

beforeEach(() => {
  vi.useFakeTimers();
  engine = new FakeEngine();
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

test('lists all pages at one revision, then follows one watch', async () => {
  for (let i = 0; i < 10; i++) engine.put(`/k${i}`);
  engine.pageKeys = 3;
  start();
  await settle();
  expect(seen.phases).toEqual(['listing', 'live']);
  expect(keys()).toHaveLength(10);
  expect(engine.watchCount).toBe(1);
  engine.put('/new');
  engine.remove('/k0');
  expect(keys()).toEqual(['/k1', '/k2', '/k3', '/k4', '/k5', '/k6', '/k7', '/k8', '/k9', '/new']);
  expect(hub.view()?.revision).toBe(engine.revision);
  expect(seen.changes.map((c) => [c.type, c.key])).toEqual([
    ['put', '/new'],
    ['delete', '/k0'],
  ]);
});

test('changes during the listing are neither lost nor overwritten by older pages', async () => {
  for (let i = 0; i < 6; i++) engine.put(`/k${i}`, 'old');
  engine.pageKeys = 2;
  // The first page is pinned; these come after it, with two pages still to read.
  const pinned = engine.revision;
  let changed = false;
  engine.onList = (n) => {
    if (n !== 2) return;
    // The watch was opened in this very turn: its first delivery must come before the page.
    queueMicrotask(() => {
      changed = true;
      engine.remove('/k5');
      engine.put('/k4', 'new value');
      engine.put('/k0', 'new');
      engine.put('/zz');
    });
  };
  start();
  await settle();
  expect(changed).toBe(true);
  expect(keys()).toEqual(['/k0', '/k1', '/k2', '/k3', '/k4', '/zz']);
  expect(hub.view()?.index.get('/k4' as ByteString)?.valueBytes).toBe(9);
  expect(hub.view()?.revision).toBe(pinned + 4);
  expect(seen.changes).toHaveLength(4);
});

test('a broken watch makes the index stale and its resumption live again, without a gap', async () => {
  engine.put('/a');
  start();
  await settle();
  engine.breakWatches('no route to host');
  expect(hub.state()).toMatchObject({ phase: 'stale', reason: 'no route to host' });
  engine.put('/b');
  expect(keys()).toEqual(['/a']);
  engine.resumeWatches();
  expect(hub.state().phase).toBe('live');
  expect(keys()).toEqual(['/a', '/b']);
  expect(seen.gaps).toEqual([{ from: 0, to: 2, reason: expect.any(String) }]);
  expect(engine.lists).toBe(1);
});

test('history compacted while away is an explicit gap, and the keys are listed again', async () => {
  engine.put('/a');
  start();
  await settle();
  const before = hub.revision;
  engine.breakWatches();
  engine.put('/b');
  engine.remove('/a');
  engine.compact(engine.revision);
  engine.resumeWatches();
  // Until the new listing is there the old view stays, true at its own revision.
  expect(hub.view()?.revision).toBe(before);
  expect(keys()).toEqual(['/a']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.gaps.at(-1)).toEqual({
    from: before,
    to: engine.revision,
    reason: `history before revision ${engine.revision} was compacted`,
  });
  expect(keys()).toEqual(['/b']);
  expect(seen.changes).toEqual([]);
  engine.put('/c');
  expect(seen.changes.map((c) => c.key)).toEqual(['/c']);
  expect(hub.recent?.since(before)).toBeNull();
});

test('a listing that fails half way is begun again without losing a change', async () => {
  for (let i = 0; i < 4; i++) engine.put(`/k${i}`);
  engine.pageKeys = 2;
  engine.onList = failList(2);
  start();
  await settle();
  expect(hub.state().reason).toBe('fake:1 cannot be reached');
  engine.put('/k9');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(hub.state().phase).toBe('live');
  expect(keys()).toEqual(['/k0', '/k1', '/k2', '/k3', '/k9']);
  expect(seen.changes.map((c) => c.key)).toEqual(['/k9']);
  expect(seen.gaps.filter((gap) => gap.from > 0)).toEqual([]);
});

test('an unreachable store is said to be so and tried again until it answers', async () => {
  engine.put('/a');
  engine.onList = failList(1);
  start();
  await settle();
  expect(hub.state()).toMatchObject({ phase: 'connecting', reason: 'fake:1 cannot be reached', keysTotal: null });
  const ready = hub.ready(5_000);
  await vi.advanceTimersByTimeAsync(500);
  expect((await ready)?.index.size).toBe(1);
});

test('too many keys make the hub limited: no index, but changes stay live', async () => {
  for (let i = 0; i < 5; i++) engine.put(`/k${i}`);
  start(4);
  await settle();
  expect(hub.state().phase).toBe('limited');
  expect(hub.state().reason).toMatch(/5 keys, more than 4/);
  expect(await hub.ready(10)).toBeNull();
  engine.put('/live');
  expect(seen.changes.map((c) => c.key)).toEqual(['/live']);
});

test('a watch that falls silent while the store moves on is asked, then moved elsewhere', async () => {
  start();
  await settle();
  engine.silence();
  engine.put('/a');
  hub.noteStoreRevision(engine.revision);
  await vi.advanceTimersByTimeAsync(800);
  expect(engine.pings).toBe(1);
  await vi.advanceTimersByTimeAsync(800);
  expect(engine.reconnects).toEqual(['the server went silent']);
  expect(keys()).toEqual(['/a']);
});

test('the key space at a past revision is the one a listing at it finds', async () => {
  const steps: (() => number)[] = [
    () => engine.put('/a', '1'),
    () => engine.put('/b', '1'),
    () => engine.put('/a', '22'),
    () => engine.remove('/b'),
    () =>
      engine.commit([
        { key: '/b', value: '333' },
        { key: '/c', value: '' },
      ]),
    () => engine.remove('/a'),
  ];
  for (const step of steps) step();
  start();
  await settle();
  const past = new PastViews(engine, hub);
  const lists = engine.lists;
  for (const revision of [5, 3, 7, 2, 4, 6, 1]) {
    const view = await past.at(revision);
    const { kvs } = await engine.kv.list({ key: Uint8Array.of(0), end: Uint8Array.of(0), revision });
    expect(keys(view)).toEqual(kvs.map((kv) => new TextDecoder().decode(kv.key)));
    expect(kvs.map((kv) => view.index.get(new TextDecoder().decode(kv.key) as ByteString)?.modRevision)).toEqual(
      kvs.map((kv) => kv.modRevision),
    );
  }
  // Only the test's own lists: the views came from undoing changes.
  expect(engine.lists - lists).toBe(7);
  expect(keys()).toEqual(['/b', '/c']);
});

test('what happened while it watched is answered from memory, values included, without asking the store', async () => {
  engine.put('/a', 'one');
  start();
  await settle();
  const past = new PastViews(engine, hub);
  const pinned = hub.revision;
  engine.put('/b', 'two');
  engine.put('/a', 'changed');
  engine.remove('/b');
  const lists = engine.lists;
  const changes = vi.spyOn(engine.history, 'changes');
  expect(keys(await past.at(pinned))).toEqual(['/a']);
  expect(keys(await past.at(pinned + 1))).toEqual(['/a', '/b']);
  expect(await past.at(pinned + 2)).toMatchObject({ source: 'memory', revision: pinned + 2 });
  expect(new TextDecoder().decode(hub.values.get('/a' as ByteString, pinned + 2))).toBe('changed');
  expect(hub.timeOf(pinned + 1)).not.toBeNull();
  expect([engine.lists - lists, changes.mock.calls.length]).toEqual([0, 0]);
});

test('reads of the store for the past run one at a time, and not at all for who has gone away', async () => {
  for (let i = 0; i < 6; i++) engine.put(`/k${i}`);
  start();
  await settle();
  const past = new PastViews(engine, hub);
  let running = 0;
  let most = 0;
  const { changes } = engine.history;
  vi.spyOn(engine.history, 'changes').mockImplementation(async (request) => {
    most = Math.max(most, ++running);
    const answer = await changes(request);
    running--;
    return answer;
  });
  const gone = new AbortController();
  const views = [past.at(3), past.at(5), past.at(2, gone.signal)];
  gone.abort();
  const settled = await Promise.allSettled(views);
  expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(most).toBe(1);
  expect(await past.at(2)).toMatchObject({ source: 'store', revision: 2 });
});

test('a revision that does not exist yet is refused by name', async () => {
  start();
  await settle();
  const refused = expect(new PastViews(engine, hub).at(99)).rejects.toMatchObject({
    code: GrpcCode.OUT_OF_RANGE,
    detail: { current: '1' },
  });
  await vi.advanceTimersByTimeAsync(2_000);
  await refused;
});
