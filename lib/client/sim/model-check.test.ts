/**
 * The recipes in a world of lost requests, late requests, pauses, crashes, expiring leases and compaction: a short slice of seeds here,
 * the long run in e2e/coordination. And the proof that the check sees: each mistake in a recipe is found by the property it breaks.
 */
import { describe, expect, test } from 'vitest';
import * as client from '../index.ts';
import { type Mistake, withMistake } from '../test-support/mutant.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

const FAULTY_MS = 60_000;
const SEEDS = Array.from({ length: 8 }, (_, index) => index + 1);
/** A mistake must show within so many seeds. */
const SEEDS_OF_A_MUTANT = 40;

describe.each(Object.entries(SCENARIOS))('%s', (_, check) => {
  test('keeps its promises whatever the network, the processes and the leases do', async () => {
    let happened = 0;
    for (const seed of SEEDS) {
      const report = await check(client, { seed, faultyMs: FAULTY_MS });
      expect(report.violations).toEqual([]);
      happened += report.happened;
    }
    expect(happened, 'a scenario in which nothing happens proves nothing').toBeGreaterThan(SEEDS.length * 10);
  });
});

test('the same seed gives the same course of events', async () => {
  const [first, second] = [await run('mutex'), await run('mutex')];
  expect(second).toEqual(first);
});

const run = (name: ScenarioName) => SCENARIOS[name](client, { seed: 3, faultyMs: FAULTY_MS });

const STUCK = /still waiting/;
/** name of the mistake, where it shows, as what, and the mistake. */
const MISTAKES: readonly [string, ScenarioName, RegExp, Mistake][] = [
  [
    'the two-leader bug: one deletion seen is taken for an election',
    'election',
    /granted by token \d+ with|hold at the same time/,
    {
      file: 'contender.ts',
      find: 'await endOf(turn.store, { key, createRevision, seenAt: revision }, turn.signal);',
      replace: 'await endOf(turn.store, { key, createRevision, seenAt: revision }, turn.signal); return revision;',
    },
  ],
  [
    'a mutex that does not wait for the one before it',
    'mutex',
    /granted by token \d+ with/,
    { file: 'contender.ts', find: 'if (blocker === null) return revision;', replace: 'return revision;' },
  ],
  [
    'a mutex that overtakes: it waits for the oldest only',
    'mutex',
    /granted by token \d+ with|follows/,
    {
      file: 'mutex.ts',
      find: '    blocker: (createRevision) => lastCreatedBefore(prefix, createRevision),\n',
      replace: '    blocker: (createRevision) => lastCreatedBefore(prefix, createRevision - 3),\n',
    },
  ],
  [
    'a holder that believes its timers and not the clock',
    'mutex',
    /fenced off|hold at the same time/,
    {
      file: 'contender.ts',
      find: 'return !over.signal.aborted && session.isAlive;',
      replace: 'return !over.signal.aborted;',
    },
  ],
  [
    'a wait that begins when it begins, and misses what came before',
    'mutex',
    STUCK,
    {
      file: 'store.ts',
      find: 'store.watch({ key }, { startRevision: from, signal })',
      replace: 'store.watch({ key }, { signal })',
    },
  ],
  [
    'a late request that is left standing',
    'mutex',
    STUCK,
    {
      file: 'contender.ts',
      find: 'if (isUnclear && fenceKey === undefined) sweep',
      replace: 'if (place.key === "") sweep',
    },
  ],
  [
    'a place that whoever gave up leaves behind',
    'mutex',
    STUCK,
    {
      file: 'contender.ts',
      find: 'const leaving = leave(candidate.store, session, place);',
      replace: 'const leaving = Promise.resolve();',
    },
  ],
  [
    'a reader that does not wait for writers',
    'rwLock',
    /granted by token|hold at the same time/,
    {
      file: 'rw-lock.ts',
      find: '/write`, createRevision)',
      replace: '/writers`, createRevision)',
    },
  ],
  [
    'a writer that does not wait for readers',
    'rwLock',
    /granted by token|hold at the same time/,
    { file: 'rw-lock.ts', find: '/`, createRevision)', replace: '/write`, createRevision)' },
  ],
  [
    'one permit too many',
    'semaphore',
    /granted by token|hold at the same time/,
    { file: 'semaphore.ts', find: 'before.length < limit', replace: 'before.length <= limit' },
  ],
  [
    'a first in line that does not watch the holders',
    'semaphore',
    STUCK,
    { file: 'semaphore.ts', find: 'event.type === EventType.DELETE && ahead.has(key)', replace: 'key === undefined' },
  ],
  [
    'an item that is claimed without looking whether it is still there',
    'queue',
    /two hands|done \d+ times/,
    {
      file: 'queue.ts',
      find: '      compare: [modRevisionIs(item.key, item.modRevision)],',
      replace: '      compare: [],',
    },
  ],
  [
    'an item that nobody gives back when its consumer dies',
    'queue',
    /is lost/,
    {
      file: 'queue.ts',
      find: 'if (taken.length === 0) return false;',
      replace: 'if (taken.length >= 0) return false;',
    },
  ],
  [
    'an item in hand without a claim to it',
    'queue',
    /two hands|done \d+ times/,
    { file: 'queue.ts', find: '        putOp(claimKey, session.leaseHex, session.lease),\n', replace: '' },
  ],
  [
    'a queue that takes the youngest first',
    'queue',
    /was taken before/,
    {
      file: 'queue.ts',
      find: 'sortTarget: order, sortOrder: SortOrder.ASCEND',
      replace: 'sortTarget: order, sortOrder: SortOrder.DESCEND',
    },
  ],
  [
    'a number of a priority that is given out twice',
    'priorityQueue',
    /is lost/,
    {
      file: 'queue.ts',
      find: 'store.txn({ compare: [guard], success: [mark, putOp(key, value)] }, { signal })',
      replace: 'store.txn({ success: [mark, putOp(key, value)] }, { signal })',
    },
  ],
  [
    'an addition that does not look whether the number is still the same',
    'counter',
    /additions are lost/,
    {
      file: 'counter.ts',
      find: 'compare: [modRevisionIs(key, at), modRevisionIs(ticketKey, ticket)]',
      replace: 'compare: [modRevisionIs(ticketKey, ticket)]',
    },
  ],
  [
    'an addition that is sent again without knowing whether it went through',
    'counter',
    /at most/,
    { file: 'counter.ts', find: 'if (found !== ticket) return numberIn(kv, key);', replace: 'ticket = found;' },
  ],
  [
    'an addition without a session that is sent again',
    'counterWithoutSession',
    /at most/,
    {
      file: 'counter.ts',
      find: '      success: [putOp(key, String(next))],\n    });',
      replace: '      success: [putOp(key, String(next))],\n    }).catch(() => ({ succeeded: false }));',
    },
  ],
  [
    'a barrier that goes by the ready of the round before',
    'doubleBarrier',
    /started with/,
    {
      file: 'double-barrier.ts',
      find: 'if (ready > place.createRevision) return { ready, present: waiters.length, above };',
      replace: 'if (ready > 0) return { ready, present: waiters.length, above };',
    },
  ],
  [
    'a barrier that starts one short',
    'doubleBarrier',
    /started with/,
    { file: 'double-barrier.ts', find: 'if (rank === own.count - 1) {', replace: 'if (rank >= own.count - 2) {' },
  ],
  [
    'a late entry that counts for the next round',
    'doubleBarrier',
    /started with/,
    { file: 'double-barrier.ts', find: "value: '', signal, fenceKey };", replace: "value: '', signal };" },
  ],
  [
    'a barrier that nobody waits to leave',
    'doubleBarrier',
    /ended with/,
    { file: 'double-barrier.ts', find: 'if (last === undefined) {', replace: 'if (last === undefined || ready > 0) {' },
  ],
  [
    'a group that does not wait for the others',
    'hierarchicalBarrier',
    /started with/,
    { file: 'double-barrier.ts', find: 'above ??= await enterAbove(here, stop);', replace: 'above ??= null;' },
  ],
];

describe('the check catches', () => {
  test.each(MISTAKES)('%s', async (_, scenario, expected, mistake) => {
    const found = await withMistake(mistake, async (recipes) => {
      for (let seed = 1; seed <= SEEDS_OF_A_MUTANT; seed++) {
        const { violations } = await SCENARIOS[scenario](recipes, { seed, faultyMs: FAULTY_MS });
        if (violations.length > 0) return violations;
      }
      return [];
    });
    expect(found.join('\n')).toMatch(expected);
  });
});
