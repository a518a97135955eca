import { expect, test } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { CoordinationQueue } from '../../../lib/recognise/coordination-queue.ts';
import { WaitBook } from './wait-book.ts';

function lock(name: string, leases: readonly bigint[]): CoordinationQueue {
  const queue = new CoordinationQueue('leaseQueue', `${name}/` as ByteString);
  const contenders = leases.map((lease, at) => ({
    ...{ key: `${name}/${lease.toString(16)}` as ByteString, lease, createRevision: at + 1, modRevision: at + 1 },
    ...{ valueBytes: 0, value: null, since: null },
  }));
  queue.observe(contenders, { revision: 9, at: null });
  return queue;
}

test('the number of deadlocks may be half a second old and says so; the waits themselves are those of now', () => {
  const book = new WaitBook();
  const free = [lock('a', [1n]), lock('b', [2n])];
  const stuck = [lock('a', [1n, 2n]), lock('b', [2n, 1n])];
  expect(book.read({ queues: free, revision: 10, version: 1, now: 1_000, freshMs: 500 }).circles).toHaveLength(0);
  const soon = book.read({ queues: stuck, revision: 11, version: 2, now: 1_100, freshMs: 500 });
  expect([soon.circles.length, soon.revision], 'still the one before').toEqual([0, 10]);
  const exact = book.read({ queues: stuck, revision: 11, version: 2, now: 1_100, freshMs: 0 });
  expect([exact.circles.length, exact.revision], 'who asks for the waits themselves gets those of now').toEqual([
    1, 11,
  ]);
  const later = book.read({ queues: stuck, revision: 12, version: 2, now: 1_600, freshMs: 500 });
  expect([later.circles.length, later.revision]).toEqual([1, 12]);
  const same = book.read({ queues: stuck, revision: 50, version: 2, now: 1_700, freshMs: 500 });
  expect([same.circles.length, same.revision], 'other keys changed since').toEqual([1, 50]);
});
