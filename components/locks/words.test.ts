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
});

test('steps along one line are told as one, wherever the circle was begun', () => {
  const circle = [wait('b', 'x', 'c'), wait('c', 'y', 'd'), wait('d', 'y', 'a'), wait('a', 'x', 'b')];
  const steps = ['waits for “y” behind lease a (1 between)', 'waits for “x” behind lease c (1 between)'];
  const turned = (at: number) => circleSentence([...circle.slice(at), ...circle.slice(0, at)]);
  for (const at of [0, 1]) expect(turned(at)).toContain(`lease c ${steps[0]}, which ${steps[1]}.`);
  for (const at of [2, 3]) expect(turned(at)).toContain(`lease a ${steps[1]}, which ${steps[0]}.`);
});

test('the number of deadlocks has its word', () => {
  expect([deadlockText(0), deadlockText(1), deadlockText(2)]).toEqual([null, '1 deadlock', '2 deadlocks']);
});
