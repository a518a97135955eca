/** Who watches a key or a folder: members of the bundled store tell it (server/docs/extras.md), others cannot. */
import type { DeleteTarget } from '../../../lib/api/types.ts';
import type { WatchersView } from '../../../lib/api/watcher-types.ts';
import { type Engine, EngineError, type WatcherCounts } from '../../engines/engine.ts';
import { rangeOf } from './delete-keys.ts';

/** The total alone is asked for, and no answer can hold fewer than one range. */
const RANGES_MAX = 1;

/** @param endpoints of the members, '' where none is known. @throws EngineError when the range may not be read */
export async function watchersOf(
  { kv, extras }: Pick<Engine, 'kv' | 'extras'>,
  endpoints: readonly string[],
  target: DeleteTarget,
): Promise<WatchersView> {
  const range = rangeOf(target);
  // A store that cannot tell would not refuse either: who may not read a key learns nothing about it anywhere.
  await kv.list({ ...range, keysOnly: true, limit: 1 });
  const question = { ...range, compactRevision: 0, rangesMax: RANGES_MAX };
  const answers = await Promise.all(
    endpoints.map(async (endpoint): Promise<WatcherCounts | null> => {
      if (extras === null || endpoint === '') return null;
      try {
        return await extras.watchers(endpoint, question);
      } catch (error) {
        if (error instanceof EngineError) return null;
        throw error;
      }
    }),
  );
  const told = answers.filter((one) => one !== null);
  const sum = (of: 'watchers' | 'slow'): number | null =>
    told.length === 0 ? null : told.reduce((total, one) => total + one[of], 0);
  return { watchers: sum('watchers'), slow: sum('slow'), members: endpoints.length, answered: told.length };
}
