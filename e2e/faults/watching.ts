/** Watchers of a round: through all members in turn, or bound to one that dies and comes back. */
import { type Client, connect } from '../../lib/client/index.ts';
import type { HistoryEvent } from '../../server/store/sim/histories/events.ts';
import type { WatchLog } from '../../server/store/sim/histories/watch-order.ts';
import { historyEvent, now } from './recorder.ts';

export interface WatchWish {
  readonly name: string;
  readonly endpoints: readonly string[];
  readonly prefix: string;
}

export class Watcher {
  readonly wish: WatchWish;
  /** The first revision it must deliver. */
  readonly from: number;
  readonly #client: Client;
  readonly #stop = new AbortController();
  readonly #received: HistoryEvent[] = [];
  readonly #goneAt = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  readonly #done: Promise<void>;

  constructor(wish: WatchWish, from: number) {
    this.wish = wish;
    this.from = from;
    this.#client = connect({ endpoints: wish.endpoints });
    this.#done = this.#run();
    this.#done.catch(() => undefined);
  }

  /** When this watcher heard that the key was deleted. */
  goneAt(key: string): number | undefined {
    return this.#goneAt.get(key);
  }

  /** True when it delivered an event at `revision` or later within the time. Rejects when the watch ended by itself. */
  async reaches(revision: number, timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    let look = () => {};
    const reached = new Promise<boolean>((resolve) => {
      look = () => {
        if ((this.#received.at(-1)?.revision ?? 0) >= revision) resolve(true);
      };
      timer = setTimeout(() => resolve(false), timeoutMs);
      this.#listeners.add(look);
      look();
    });
    try {
      return await Promise.race([reached, this.#done.then(() => false)]);
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done.catch(() => undefined);
    this.#client.close();
  }

  log(until: number): WatchLog {
    const { name, prefix } = this.wish;
    return { name, prefix, from: this.from, until, received: this.#received };
  }

  async #run(): Promise<void> {
    const options = { startRevision: this.from, signal: this.#stop.signal };
    for await (const { events } of this.#client.watch({ prefix: this.wish.prefix }, options)) {
      const at = now();
      for (const event of events.map(historyEvent)) {
        this.#received.push(event);
        if (event.pair === undefined && !this.#goneAt.has(event.key)) this.#goneAt.set(event.key, at);
      }
      for (const look of this.#listeners) look();
    }
  }
}

/** Everything that happened from `from` to `until`, by the word of one member. @throws Error when it does not come in time */
export async function readHistory(
  endpoint: string,
  { from, until, timeoutMs }: { readonly from: number; readonly until: number; readonly timeoutMs: number },
): Promise<readonly HistoryEvent[]> {
  if (until < from) return [];
  const watcher = new Watcher({ name: 'history', endpoints: [endpoint], prefix: '' }, from);
  try {
    if (!(await watcher.reaches(until, timeoutMs)))
      throw new Error(`${endpoint} did not tell its history up to ${until}`);
    return watcher.log(until).received.filter(({ revision }) => revision <= until);
  } finally {
    await watcher.close();
  }
}
