import { expect, test } from 'vitest';
import { Prng } from '../../base/prng.ts';
import { picker } from './pickers.ts';

const prng = new Prng(1);
const random = () => prng.float();
const of = (...keys: readonly string[]) => keys.map((key) => ({ key }));

test('round robin goes on behind the last one, also when that one is gone', () => {
  let there = of('a', 'b', 'c');
  const pick = picker('roundRobin', () => there, random);
  const next = () => pick()?.instance.key;
  expect([next(), next()]).toEqual(['a', 'b']);
  there = of('a', 'c', 'd');
  expect([next(), next(), next()]).toEqual(['c', 'd', 'a']);
});

test('least connections sends the next call to whoever has fewest under way', () => {
  const pick = picker('leastConnections', () => of('a', 'b'), random);
  const [first, second] = [pick(), pick()];
  expect(new Set([first?.instance.key, second?.instance.key]).size).toBe(2);
  first?.done();
  first?.done();
  expect(pick()?.instance.key).toBe(first?.instance.key);
});

test('random reaches everybody, and nobody is picked where nobody is', () => {
  const pick = picker('random', () => of('a', 'b', 'c'), random);
  expect(new Set(Array.from({ length: 50 }, () => pick()?.instance.key)).size).toBe(3);
  expect(picker('random', () => [], random)()).toBeNull();
});
