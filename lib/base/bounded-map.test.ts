import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

test('it holds what was set last, as a list that is cut would', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 300 }), fc.integer({ min: 1, max: 12 }), (keys, max) => {
      const map = new BoundedMap<number, number>(max);
      let oracle: [number, number][] = [];
      for (const [at, key] of keys.entries()) {
        map.set(key, at);
        const known = oracle.find(([one]) => one === key);
        if (known === undefined) oracle = [...oracle, [key, at] as [number, number]].slice(-max);
        else known[1] = at;
      }
      expect([...map.values()]).toEqual(oracle.map(([, value]) => value));
      expect(map.size).toBe(oracle.length);
      for (const key of keys) expect(map.get(key)).toBe(oracle.find(([one]) => one === key)?.[1]);
    }),
  );
});

test('what is full forgets one after the other, without looking for the oldest each time', () => {
  const map = new BoundedMap<number, string>(1_000);
  for (let key = 0; key < 2_000; key++) map.set(key, 'v');
  const looks = (['keys', 'entries', 'values', Symbol.iterator] as const).map((name) => vi.spyOn(Map.prototype, name));
  for (let key = 2_000; key < 50_000; key++) map.set(key, 'v');
  const calls = looks.map((look) => look.mock.calls.length);
  vi.restoreAllMocks();
  expect(calls).toEqual([0, 0, 0, 0]);
  expect([map.size, map.get(48_999), map.get(49_000)]).toEqual([1_000, undefined, 'v']);
});
