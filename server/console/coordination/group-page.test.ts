import { expect, test } from 'vitest';
import type { CoordinationListQuery } from '../../../lib/api/coordination-types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { CoordinationQueue } from '../../../lib/recognise/coordination-queue.ts';
import { groupPage } from './group-page.ts';

const QUERY: CoordinationListQuery = {
  ...{ kind: 'lock', sort: 'name', descending: false, find: '', lease: null, offset: 0, limit: 100 },
};

/** Those that stand there joined at these revisions. */
function queue(name: string, revisions: readonly number[], valueBytes = 0): CoordinationQueue {
  const one = new CoordinationQueue('leaseQueue', `${name}/` as ByteString);
  const contenders = revisions.map((revision) => ({
    ...{ key: `${name}/${revision.toString(16)}` as ByteString, lease: BigInt(revision), createRevision: revision },
    ...{ modRevision: revision, valueBytes, value: null, since: null },
  }));
  one.observe(contenders, { revision: 100, at: null });
  return one;
}

const all = [queue('c', [30]), queue('a', [20, 40, 50]), queue('d', []), queue('b', [10, 60]), queue('vote', [5], 3)];
const names = (query: Partial<CoordinationListQuery>) =>
  groupPage(all, { ...QUERY, ...query }).queues.map(({ group }) => group.slice(0, -1));

test('only one kind is listed, or both, by name unless asked otherwise', () => {
  expect(names({})).toEqual(['a', 'b', 'c', 'd']);
  expect(names({ kind: 'election' })).toEqual(['vote']);
  expect(names({ kind: null, descending: true })).toEqual(['vote', 'd', 'c', 'b', 'a']);
});

test('most waiting, longest held, longest wait and newest token come first when asked for; who has none comes last', () => {
  expect(names({ sort: 'waiting', descending: true })).toEqual(['a', 'b', 'c', 'd']);
  expect(names({ sort: 'held', descending: true })).toEqual(['b', 'a', 'c', 'd']);
  expect(names({ sort: 'held' })).toEqual(['c', 'a', 'b', 'd']);
  expect(names({ sort: 'longest', descending: true })).toEqual(['a', 'b', 'c', 'd']);
  expect(names({ sort: 'token', descending: true })).toEqual(['c', 'a', 'b', 'd']);
});

test('a page says how many there are, how many fit, and how many hold and wait among all of the kind', () => {
  const page = groupPage(all, { ...QUERY, find: 'b/', offset: 0, limit: 1 });
  expect(page.counts).toEqual({ total: 4, matching: 1, offset: 0, held: 3, waiting: 3 });
  expect(names({ offset: 1, limit: 2 })).toEqual(['b', 'c']);
});

test('a lock is also found by the key of somebody who waits for it, and by a lease that stands in it, to the bit', () => {
  expect(names({ find: 'a/32' })).toEqual(['a']);
  expect(names({ lease: '3c' }), 'the lease of the one who waits').toEqual(['b']);
  expect(names({ lease: '3' })).toEqual([]);
});
