/** Every recipe with what the model check holds it to. The recipes come from a module of their own, so that mutants can take their place. */

import type * as Counters from '../recipes/counter.ts';
import type * as Barriers from '../recipes/double-barrier.ts';
import type * as Elections from '../recipes/election.ts';
import type * as Mutexes from '../recipes/mutex.ts';
import type * as Queues from '../recipes/queue.ts';
import type * as RwLocks from '../recipes/rw-lock.ts';
import type * as Semaphores from '../recipes/semaphore.ts';
import { BARRIER, checkBarrier } from './barriers.ts';
import { checkCounter } from './counters.ts';
import { electionRules, mutexRules, rwLockRules, semaphoreRules } from './lock-rules.ts';
import { checkLock } from './locks.ts';
import { checkQueue } from './queues.ts';
import type { Conditions, Report } from './stage.ts';

/** The functions under test. */
export interface Recipes {
  readonly mutex: (typeof Mutexes)['mutex'];
  readonly election: (typeof Elections)['election'];
  readonly rwLock: (typeof RwLocks)['rwLock'];
  readonly semaphore: (typeof Semaphores)['semaphore'];
  readonly queue: (typeof Queues)['queue'];
  readonly priorityQueue: (typeof Queues)['priorityQueue'];
  readonly delayedQueue: (typeof Queues)['delayedQueue'];
  readonly counter: (typeof Counters)['counter'];
  readonly shardedCounter: (typeof Counters)['shardedCounter'];
  readonly doubleBarrier: (typeof Barriers)['doubleBarrier'];
  readonly hierarchicalBarrier: (typeof Barriers)['hierarchicalBarrier'];
}

type Scenario = (recipes: Recipes, conditions: Conditions) => Promise<Report>;

const PRIORITIES = 3;
const DELAY_MS_MAX = 3_000;
const PARTIES = 4;
const GROUPS = 3;
const PER_GROUP = 2;

export const SCENARIOS = {
  mutex: ({ mutex }, conditions) => checkLock(mutexRules(mutex), conditions),
  election: ({ election }, conditions) => checkLock(electionRules(election), conditions),
  rwLock: ({ rwLock }, conditions) => checkLock(rwLockRules(rwLock), conditions),
  semaphore: ({ semaphore }, conditions) => checkLock(semaphoreRules(semaphore), conditions),
  queue: ({ queue }, conditions) => checkQueue({ make: queue, isFifo: true }, conditions),
  priorityQueue: ({ priorityQueue }, conditions) =>
    checkQueue(
      {
        make: (store, name) => {
          const queue = priorityQueue(store, name);
          return { ...queue, put: (value) => queue.put(value, Math.floor(store.host.random() * PRIORITIES)) };
        },
        isFifo: false,
      },
      conditions,
    ),
  delayedQueue: ({ delayedQueue }, conditions) =>
    checkQueue(
      {
        make: (store, name) => {
          const queue = delayedQueue(store, name);
          const { host } = store;
          return { ...queue, put: (value) => queue.put(value, Math.floor(host.now() + host.random() * DELAY_MS_MAX)) };
        },
        isFifo: false,
      },
      conditions,
    ),
  counter: ({ counter }, conditions) => checkCounter(counter, true, conditions),
  counterWithoutSession: ({ counter }, conditions) => checkCounter(counter, false, conditions),
  shardedCounter: ({ shardedCounter }, conditions) =>
    checkCounter((store, name) => shardedCounter(store, name, 4), true, conditions),
  doubleBarrier: ({ doubleBarrier }, conditions) =>
    checkBarrier(
      { groups: 1, partiesPerGroup: PARTIES, make: (store) => doubleBarrier(store, BARRIER, PARTIES) },
      conditions,
    ),
  hierarchicalBarrier: ({ hierarchicalBarrier }, conditions) =>
    checkBarrier(
      {
        groups: GROUPS,
        partiesPerGroup: PER_GROUP,
        make: (store, group) =>
          hierarchicalBarrier(store, [
            { name: `${BARRIER}/group-${group}`, count: PER_GROUP },
            { name: BARRIER, count: GROUPS },
          ]),
      },
      conditions,
    ),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
