import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';

test('events run by time, then in the order they were scheduled', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (delays) => {
      const queue = new EventQueue();
      const ran: number[] = [];
      for (const [i, delay] of delays.entries()) queue.schedule(delay, () => ran.push(i));
      queue.runUntil(100);
      const expected = delays.map((delay, i) => ({ delay, i })).sort((a, b) => a.delay - b.delay || a.i - b.i);
      expect(ran).toEqual(expected.map(({ i }) => i));
    }),
  );
});

test('a cancelled event does not run, and time stops at the bound', () => {
  const queue = new EventQueue();
  const ran: number[] = [];
  queue.schedule(5, () => ran.push(1)).action = undefined;
  queue.schedule(7, () => ran.push(2));
  queue.runUntil(6);
  expect([ran, queue.now]).toEqual([[], 6]);
  queue.runUntil(7);
  expect([ran, queue.now, queue.eventsRun]).toEqual([[2], 7, 1]);
});

test('events may schedule events, and a condition may end the run', () => {
  const queue = new EventQueue();
  let count = 0;
  const again = () => {
    count++;
    queue.schedule(1, again);
  };
  queue.schedule(1, again);
  expect(queue.runUntil(1000, () => count === 3)).toBe(true);
  expect(queue.now).toBe(3);
});

test('an event cannot be scheduled in the past', () => {
  expect(() => new EventQueue().schedule(-1, () => {})).toThrow('negative');
});
