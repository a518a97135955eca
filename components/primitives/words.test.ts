import { expect, test } from 'vitest';
import type { QueueView, SemaphoreView } from '../../lib/api/coordination-types.ts';
import { concern, kindName, ratesText, stateText, waitingText } from './words.ts';

const NOW = 1_000_000;
const belief = { name: 'x', confidence: 'certain', reason: '' } as const;
const semaphore: SemaphoreView = {
  ...belief,
  kind: 'semaphore',
  permits: 3,
  holding: [],
  waiting: [],
  holdingCount: 3,
  waitingCount: 2,
};
const queue: QueueView = {
  ...belief,
  kind: 'queue',
  order: 'fifo',
  items: [],
  depth: 4,
  oldestAt: NOW - 65_000,
  inHand: 1,
  orphans: 0,
  idleConsumers: 0,
  rates: null,
};

test('each kind says how it stands', () => {
  expect(stateText(semaphore, NOW)).toBe('3 of 3 permits in use');
  expect(stateText({ ...semaphore, permits: null }, NOW)).toContain('not to be read');
  expect(stateText(queue, NOW)).toMatch(/^4 items, the oldest for 1 min/);
  expect(stateText({ ...queue, depth: 0, oldestAt: null }, NOW)).toBe('empty, 1 in hand');
  expect(stateText({ ...belief, kind: 'counter', value: '18446744073709551616', shards: 0, rates: null }, NOW)).toMatch(
    /^18.446.744.073.709.551.616$/,
  );
  expect(stateText({ ...belief, kind: 'barrier', present: [], presentCount: 2, openedAt: null }, NOW)).toContain(
    'waiting for the rest',
  );
  expect(kindName({ ...queue, order: 'delayed' })).toBe('delayed queue');
  expect(waitingText(semaphore)).toBe('2');
});

test('what needs a look is said, and nothing else', () => {
  expect(concern(semaphore)).toBeNull();
  expect(concern({ ...semaphore, holdingCount: 4 })).toContain('lowered');
  expect(concern(queue)).toBeNull();
  expect(concern({ ...queue, orphans: 2 })).toContain('2 items of consumers that died');
  expect(concern({ ...queue, idleConsumers: 1 })).toContain('stand idle');
  expect(concern({ ...queue, order: 'delayed', idleConsumers: 1 }), 'they are not due').toBeNull();
});

test('rates say over which time', () => {
  expect(ratesText({ in: 3, out: 2, overMs: 60_000 }, { in: 'put', out: 'taken' })).toBe(
    '3 put, 2 taken in the last minute',
  );
  expect(ratesText({ in: 3, out: 0, overMs: 5_000 }, { in: 'changes', out: null })).toBe('3 changes in the last 5 s');
  expect(ratesText(null, { in: 'put', out: 'taken' })).toContain('not known');
});
