/** What each kind of lock promises, for the scenario that checks it. The recipes come in from outside, so that mutants can. */
import type { Election } from '../recipes/election.ts';
import type { Lockable, Mutex } from '../recipes/mutex.ts';
import { within } from '../recipes/mutex.ts';
import type { RwLock } from '../recipes/rw-lock.ts';
import type { Semaphore } from '../recipes/semaphore.ts';
import type { RecipeStore } from '../recipes/store.ts';
import type { LockRules } from './locks.ts';

const NAME = 'sim/lock';

export const mutexRules = (mutex: (store: RecipeStore, name: string) => Mutex): LockRules => ({
  prefix: `${NAME}/`,
  choose: (store) => ({ way: 'lock', lock: mutex(store, NAME) }),
  ahead: () => ({ prefix: `${NAME}/`, atMost: 0 }),
  mayShare: () => false,
  isFifo: true,
  isFenced: () => true,
});

export const electionRules = (election: (store: RecipeStore, name: string) => Election): LockRules => ({
  ...mutexRules(() => ({}) as Mutex),
  choose: (store) => ({ way: 'leadership', lock: asLock(store, election(store, NAME)) }),
});

/** An election is a lock whose holder has something to say. */
function asLock(store: RecipeStore, election: Election): Lockable {
  const acquire: Lockable['acquire'] = async (session, options) => {
    const leadership = await election.campaign(session, 'me', options);
    return {
      key: leadership.key,
      token: leadership.token,
      signal: leadership.signal,
      guard: leadership.guard,
      get isHeld() {
        return leadership.isLeader;
      },
      release: () => leadership.resign(),
    };
  };
  return {
    acquire,
    tryAcquire: (session, { signal, timeoutMs = 0 } = {}) =>
      within(store, { signal, timeoutMs }, (patience) => acquire(session, { signal: patience })),
  };
}

const WRITE_CHANCE = 0.4;

export const rwLockRules = (rwLock: (store: RecipeStore, name: string) => RwLock): LockRules => ({
  prefix: `${NAME}/`,
  choose: (store, chance) =>
    chance < WRITE_CHANCE
      ? { way: 'write', lock: rwLock(store, NAME).write }
      : { way: 'read', lock: rwLock(store, NAME).read },
  ahead: (way) => ({ prefix: way === 'read' ? `${NAME}/write` : `${NAME}/`, atMost: 0 }),
  mayShare: (a, b) => a === 'read' && b === 'read',
  isFifo: false,
  isFenced: (way) => way === 'write',
});

const PERMITS = 3;

export const semaphoreRules = (
  semaphore: (store: RecipeStore, name: string, permits: number) => Semaphore,
): LockRules => ({
  prefix: `${NAME}/permits/`,
  choose: (store) => ({ way: 'permit', lock: semaphore(store, NAME, PERMITS) }),
  ahead: () => ({ prefix: `${NAME}/permits/`, atMost: PERMITS - 1 }),
  mayShare: () => true,
  holdersMax: PERMITS,
  isFifo: false,
  isFenced: () => false,
});
