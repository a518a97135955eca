import { expect, test, vi } from 'vitest';
import type { WireBytes } from '../api/types.ts';
import { remembered } from './remembered.ts';

const large = (mark: number) => String(mark).padEnd(10_000, '.');

test('a large value is worked out once while it is among the last ones, a small one each time', () => {
  const work = vi.fn((value: WireBytes) => String(value).length);
  const ask = remembered(work);
  expect([ask(large(1)), ask(large(1)), ask('small'), ask('small')]).toEqual([10_000, 10_000, 5, 5]);
  expect(work).toHaveBeenCalledTimes(3);
  for (let mark = 2; mark < 20; mark++) ask(large(mark));
  ask(large(19));
  expect(work).toHaveBeenCalledTimes(21);
  ask(large(1));
  expect(work, 'it had to make room').toHaveBeenCalledTimes(22);
});
