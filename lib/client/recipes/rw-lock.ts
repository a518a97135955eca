/**
 * A reader-writer lock with the key layout of Go's recipes: `<name>/read/<nanoseconds>` and `<name>/write/<nanoseconds>`, leased,
 * without a value. A reader waits for the writers before it, a writer for everybody before it; nobody overtakes, so a waiting
 * writer is not starved by readers that come later.
 */
import { type Lockable, lockable } from './mutex.ts';
import { lastCreatedBefore, type RecipeStore, uniqueKey } from './store.ts';

export interface RwLock {
  readonly read: Lockable;
  readonly write: Lockable;
}

/** @param name without a trailing slash. One session may hold several places: each acquisition has a key of its own. */
export function rwLock(store: RecipeStore, name: string): RwLock {
  return {
    read: lockable({
      store,
      keyOf: () => uniqueKey(store, `${name}/read`),
      blocker: (createRevision) => lastCreatedBefore(`${name}/write`, createRevision),
    }),
    write: lockable({
      store,
      keyOf: () => uniqueKey(store, `${name}/write`),
      blocker: (createRevision) => lastCreatedBefore(`${name}/`, createRevision),
    }),
  };
}
