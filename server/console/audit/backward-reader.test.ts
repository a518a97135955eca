import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Decode } from '../../../lib/base/bytes.ts';
import type { Engine, ListRequest, StoredKey } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { BackwardReader } from './backward-reader.ts';
import { AUDIT_PREFIX, firstIdAt } from './entry.ts';

const NOON = 1_800_000_000_000;
const DAY_MS = 24 * 3_600_000;
const idAt = (at: number, n = 0): string => `${firstIdAt(at)}-${String(n).padStart(8, '0')}`;
const textOf = ({ key }: StoredKey): string => (utf8Decode(key) ?? '').slice(AUDIT_PREFIX.length);

function storeWith(ids: Iterable<string>): FakeEngine {
  const store = new FakeEngine();
  store.commit([...new Set(ids)].map((id) => ({ key: AUDIT_PREFIX + id, value: 'v' })));
  return store;
}

/** Counts what is asked of a store. */
function watched(store: FakeEngine) {
  const asked = { lists: 0, values: 0, keys: 0 };
  const list = async (request: ListRequest) => {
    const answer = await store.kv.list(request);
    asked.lists++;
    if (request.keysOnly === true) asked.keys += answer.kvs.length;
    else asked.values += answer.kvs.length;
    return answer;
  };
  const engine: Engine = { ...store, kv: { ...store.kv, list }, watch: store.watch, cost: store.cost, close() {} };
  return { engine, asked };
}

async function all(reader: BackwardReader, least: number): Promise<string[]> {
  const seen: string[] = [];
  while (reader.left > 0) {
    const left = reader.left;
    const stretch = await reader.back(least);
    expect(stretch.length).toBeGreaterThanOrEqual(Math.min(least, left));
    expect(stretch.length).toBeLessThanOrEqual(2 * least);
    seen.push(...stretch.map(textOf));
  }
  return seen;
}

const moments = fc.oneof(
  fc.integer({ min: NOON - 90 * DAY_MS, max: NOON }),
  // Bursts, a clock that is ahead, and many in one moment.
  fc.integer({ min: NOON - 2 * DAY_MS, max: NOON - 2 * DAY_MS + 40 }),
  fc.integer({ min: NOON + DAY_MS, max: NOON + DAY_MS + 20 }),
  fc.constant(NOON - 5),
);
const consoleIds = fc.tuple(moments, fc.nat(30)).map(([at, n]) => idAt(at, n));
const foreignIds = fc.constantFrom(
  '',
  '!',
  '0',
  '00001',
  '000018000000000001234',
  '9',
  'zzz',
  'zzz/1',
  'zzz/2',
  '~',
  'ä',
);
const trails = fc.array(fc.oneof({ arbitrary: consoleIds, weight: 6 }, { arbitrary: foreignIds, weight: 1 }), {
  maxLength: 60,
});

test('every key comes once, newest first, whatever the times look like and whoever else put keys there', async () => {
  await fc.assert(
    fc.asyncProperty(trails, fc.integer({ min: 1, max: 7 }), fc.option(consoleIds), async (ids, least, before) => {
      const store = storeWith(ids);
      const range = before === null ? {} : { before };
      const reader = await BackwardReader.open(store, range, NOON);
      const expected = [...new Set(ids)].filter((id) => before === null || id < before).sort();
      expect(reader.total).toBe(expected.length);
      // As bytes sort: the one letter beyond ASCII is the last either way.
      expect(await all(reader, least)).toEqual(expected.reverse());
    }),
    { numRuns: 400 },
  );
});

test('all is read as it stood when it was opened, though somebody goes on changing', async () => {
  const ids = Array.from({ length: 300 }, (_, i) => idAt(NOON + i * 1_000));
  const store = storeWith(ids);
  const reader = await BackwardReader.open(store, {}, NOON + DAY_MS);
  store.onList = (n) => {
    store.put(`${AUDIT_PREFIX}${idAt(NOON + n * 777, 7)}`);
    store.remove(AUDIT_PREFIX + ids[n]);
  };
  expect(await all(reader, 20)).toEqual(ids.toReversed());
  expect(reader.revision).toBe(2);
});

test.each([
  ['evenly', (i: number) => NOON - i * 60_000],
  ['all on one busy day a month ago', (i: number) => NOON - 30 * DAY_MS - i * 3],
  ['twenty lately, the rest in a storm before', (i: number) => (i < 20 ? NOON - i * 3_600_000 : NOON - DAY_MS - i)],
  ['more and more rarely towards the past', (i: number) => NOON - i * i],
  ['by a console whose clock is an hour ahead', (i: number) => NOON + 3_600_000 - i * 500],
  ['by one that is years ahead', (i: number) => NOON + 2_000 * DAY_MS - i * 500],
])('the newest of a long trail cost a few counts and what is handed out: %s', async (_, at) => {
  const { engine, asked } = watched(storeWith(Array.from({ length: 4_000 }, (_, i) => idAt(at(i)))));
  const reader = await BackwardReader.open(engine, {}, NOON + 1);
  const stretch = await reader.back(100);
  expect(stretch[0]).toMatchObject({ key: expect.anything() });
  expect(textOf(stretch[0] ?? expect.fail('nothing came'))).toBe(idAt(at(0)));
  expect(asked.values).toBe(stretch.length);
  expect(asked.values).toBeLessThanOrEqual(200);
  expect(asked.keys, 'the oldest').toBe(1);
  expect(asked.lists).toBeLessThan(35);
  const before = asked.lists;
  await reader.back(100);
  expect(asked.lists - before, 'the next stretch knows how close they stand').toBeLessThan(10);
});

test('what counting by time cannot part is walked by name: one value is read for each that is handed out', async () => {
  const { engine, asked } = watched(storeWith(Array.from({ length: 2_500 }, (_, i) => idAt(NOON, i))));
  const reader = await BackwardReader.open(engine, {}, NOON + 1);
  const stretch = await reader.back(100);
  expect(stretch.map(textOf)).toEqual(Array.from({ length: 100 }, (_, i) => idAt(NOON, 2_499 - i)));
  expect(asked.values).toBe(100);
});

test('from an id on, and nothing where there is nothing', async () => {
  const ids = Array.from({ length: 50 }, (_, i) => idAt(NOON + i));
  const reader = await BackwardReader.open(storeWith(ids), { from: firstIdAt(NOON + 40) }, NOON);
  expect(await all(reader, 3)).toEqual(ids.slice(40).reverse());
  const empty = await BackwardReader.open(new FakeEngine(), {}, NOON);
  expect([empty.total, empty.left, await empty.back(10)]).toEqual([0, 0, []]);
});
