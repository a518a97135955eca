/** Who watches a key or a folder, and the call that asks. Not in client.ts: it comes with the key that is open. */
import { bytesParams, call } from './call.ts';
import { routes } from './routes.ts';
import type { DeleteTarget } from './types.ts';

/** Members know their own watchers only, so each is asked. */
export interface WatchersView {
  /** Watchers that see some key of it, those of consoles among them; null: the store cannot tell. */
  readonly watchers: number | null;
  /** Of those, the ones behind the current revision. */
  readonly slow: number | null;
  /** Members of the store, and those that answered; fewer of them: there may be more watchers. */
  readonly members: number;
  readonly answered: number;
}

export const readWatchers = (
  store: string,
  { key, prefix }: DeleteTarget,
  signal: AbortSignal,
): Promise<WatchersView> =>
  call<WatchersView>({ path: routes.watchers(store), params: bytesParams({ key, prefix }), signal });
