import { expect, test } from 'vitest';
import type { WaitView } from '../../lib/api/coordination-types.ts';
import { circleSentence, deadlockText } from './words.ts';

const wait = (waiter: string, name: string, behind: string): WaitView => ({
  waiter,
  lock: `${name}/`,
  name,
  behind,
  holder: behind,
  place: 1,
});

test('a deadlock is told as who waits for what behind whom, all the way round', () => {
  expect(circleSentence([wait('a1', 'x', 'b2'), wait('b2', 'y', 'a1')])).toBe(
    'Deadlock: lease a1 waits for “x” behind lease b2, which waits for “y” behind lease a1. It ends only when one of them gives up, or its lease runs out or is taken away.',
  );
  expect([deadlockText(0), deadlockText(1), deadlockText(2)]).toEqual([null, '1 deadlock', '2 deadlocks']);
});
