import { afterEach, expect, test, vi } from 'vitest';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type ListRequest } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { Hub } from '../hub/hub.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from './keys.ts';
import { ConfigState } from './state.ts';

const keys = new ConfigKeys(DEFAULT_CONFIG_PREFIX);
let state: ConfigState | undefined;
let hub: Hub | undefined;
afterEach(() => {
  state?.close();
  hub?.close();
  hub = undefined;
  vi.useRealTimers();
});

/** Lists everything; the limits that were asked for, and how many keys each page held. */
async function listed(count: number, bytes: number): Promise<{ limits: number[]; seen: number }> {
  const engine = new FakeEngine();
  const text = JSON.stringify('x'.repeat(bytes));
  engine.commit(
    Array.from({ length: count }, (_, i) => ({ key: keys.key('schemas', String(i).padStart(5, '0')), value: text })),
  );
  const limits: number[] = [];
  const { list } = engine.kv;
  engine.kv.list = (request: ListRequest) => {
    limits.push(request.limit ?? 0);
    return list(request);
  };
  state = new ConfigState(engine, keys, null);
  const snapshot = await state.ready();
  return { limits, seen: snapshot.all('schemas').size };
}

test('small documents are listed in pages that grow to a thousand keys', async () => {
  expect(await listed(2_000, 10)).toEqual({ limits: [50, 200, 800, 1_000], seen: 2_000 });
});

test('large ones in pages of a few mebibytes, however many there are', async () => {
  const { limits, seen } = await listed(60, 512 * 1024);
  expect(seen).toBe(60);
  expect(limits[0]).toBe(50);
  expect(Math.max(...limits.slice(1))).toBeLessThanOrEqual(8);
});

const ignore = (): void => undefined;
const settle = () => vi.advanceTimersByTimeAsync(0);
const document = (name: string): string => keys.key('schemas', name);

/** A console on a store, with its clock under the test's control. */
function begin(engine: FakeEngine): { readonly hub: Hub; readonly state: ConfigState } {
  vi.useFakeTimers();
  hub = new Hub({ engine, listener: { onChanges: ignore, onGap: ignore, onIndex: ignore } });
  state = new ConfigState(engine, keys, hub.taps);
  hub.start();
  state.start();
  return { hub, state };
}

const names = (of: ConfigState): string[] => [...(of.current?.all('schemas').keys() ?? [])];

/** The hub may not read all keys, the configuration may be read. */
const refuseAll = (engine: FakeEngine): (() => void) => {
  const { list } = engine.kv;
  engine.kv.list = (request: ListRequest) =>
    request.key.length === 1
      ? Promise.reject(new EngineError(GrpcCode.PERMISSION_DENIED, 'permission denied'))
      : list(request);
  return () => {
    engine.kv.list = list;
  };
};

test('a console costs its store one watch, configuration included', async () => {
  const engine = new FakeEngine();
  engine.put(document('a'), '1');
  const { state: followed } = begin(engine);
  await settle();
  expect(engine.watchCount).toBe(1);
  engine.put(document('b'), '2');
  expect(names(followed)).toEqual(['a', 'b']);
  expect(followed.problem).toBeNull();
});

test('what is not configuration moves the revision it is complete at, and tells nobody', async () => {
  const engine = new FakeEngine();
  const { state: followed } = begin(engine);
  await settle();
  const told: unknown[] = [];
  followed.subscribe((families) => told.push(families));
  const follows = followed.follows(engine.revision + 1);
  const revision = engine.put('/elsewhere');
  await follows;
  expect([followed.current?.revision, told]).toEqual([revision, []]);
});

test('the configuration is there before any page hears of the change', async () => {
  vi.useFakeTimers();
  const engine = new FakeEngine();
  const seen: (number | undefined)[] = [];
  hub = new Hub({
    engine,
    listener: {
      onChanges: () => seen.push(state?.current?.revision),
      onGap: ignore,
      onIndex: ignore,
    },
  });
  state = new ConfigState(engine, keys, hub.taps);
  hub.start();
  state.start();
  await settle();
  const revisions = [engine.put(document('a'), '1'), engine.put('/elsewhere')];
  expect(seen).toEqual(revisions);
});

test('a change while it is listed is neither lost nor taken twice, whatever the hub has seen by then', async () => {
  for (const isHubLate of [false, true]) {
    const engine = new FakeEngine();
    for (let i = 0; i < 60; i++) engine.put(document(`old${i}`), '0');
    const followed = begin(engine).state;
    engine.onList = () => {
      // The hub hears of it before the next page is there, or only after the listing.
      if (isHubLate) engine.silence();
      if (engine.lists < 8) engine.put(document(`new${engine.lists}`), '1');
    };
    await settle();
    if (isHubLate) engine.resumeWatches();
    await settle();
    engine.onList = () => undefined;
    engine.put(document('last'), '2');
    const wanted = await engine.kv.list({ ...keys.range(), limit: 0 });
    expect(names(followed).sort()).toEqual(
      wanted.kvs.map(({ key }) => new TextDecoder().decode(key).slice(document('').length)).sort(),
    );
    expect(followed.current?.revision).toBe(engine.revision);
    followed.close();
    hub?.close();
  }
});

test('a broken watch is a problem until it stands again, and nothing is missing then', async () => {
  const engine = new FakeEngine();
  const { state: followed } = begin(engine);
  await settle();
  engine.breakWatches('connection lost');
  engine.put(document('a'), '1');
  expect([followed.problem, names(followed)]).toEqual(['connection lost', []]);
  engine.resumeWatches();
  expect([followed.problem, names(followed)]).toEqual([null, ['a']]);
});

test('history compacted under a broken watch: listed anew, and still one watch', async () => {
  const engine = new FakeEngine();
  engine.put(document('a'), '1');
  const { state: followed } = begin(engine);
  await settle();
  engine.breakWatches();
  engine.remove(document('a'));
  engine.put(document('b'), '1');
  engine.compact(engine.revision + 1);
  engine.put('/after');
  engine.resumeWatches();
  expect(followed.problem).not.toBeNull();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([names(followed), followed.problem, engine.watchCount]).toEqual([['b'], null, 1]);
});

test('an account that may read the configuration alone follows it with a watch of its own, as long as it must', async () => {
  const engine = new FakeEngine();
  engine.put(document('a'), '1');
  const allow = refuseAll(engine);
  const { hub: refused, state: followed } = begin(engine);
  await settle();
  engine.put(document('b'), '2');
  expect([names(followed), refused.view(), engine.watchCount]).toEqual([['a', 'b'], null, 1]);
  allow();
  await vi.advanceTimersByTimeAsync(10_000);
  engine.put(document('c'), '3');
  expect([names(followed), refused.revision, engine.watchCount]).toEqual([['a', 'b', 'c'], engine.revision, 1]);
});

test('a hub that does not begin is not waited for longer than a moment', async () => {
  vi.useFakeTimers();
  const engine = new FakeEngine();
  engine.put(document('a'), '1');
  hub = new Hub({ engine, listener: { onChanges: ignore, onGap: ignore, onIndex: ignore } });
  state = new ConfigState(engine, keys, hub.taps);
  state.start();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(names(state)).toEqual(['a']);
  hub.start();
  await settle();
  expect(engine.watchCount).toBe(1);
});
