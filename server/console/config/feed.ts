/**
 * Where the changes of a part of the store come from: the watch that the hub holds anyway, or, where the hub can have none (an account
 * that may not read all keys, a store that refuses it), a watch of that part alone.
 *
 * Both keep the order of the store and split no revision. `begin` names the revision that was listed: everything after it is told, once.
 */
import { compareBytes } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';
import { type Engine, EngineError, type StoredEvent, type Watcher } from '../../engines/engine.ts';
import type { WatchTaps } from '../hub/watch-taps.ts';

export interface FeedHandler {
  /** Events of the range, none when others changed; complete up to `revision`. */
  onEvents(events: readonly StoredEvent[], revision: number): void;
  /** Null: it is followed. */
  onProblem(problem: EngineError | null): void;
  /** Changes may be missing from here on: list anew, at once or, where the store refused, after a while. */
  onOver(error: EngineError | null): void;
}

export interface Feed {
  begin(revision: number): void;
  close(): void;
}

interface Told {
  readonly events: readonly StoredEvent[];
  readonly revision: number;
}

const problemOf = (error: string | null, endpoint: string): EngineError =>
  new EngineError(GrpcCode.UNAVAILABLE, error ?? 'the watch is broken', { endpoint });

/** Of the hub's watch. Join before listing: what comes meanwhile waits for `begin`. Null: the hub has no watch. */
export function joinFeed(taps: WatchTaps, { key, end }: KeyRange, handler: FeedHandler): Feed | null {
  let listed: number | null = null;
  let waiting: Told[] = [];
  let problem: EngineError | null = null;
  const isOurs = ({ kv }: StoredEvent): boolean => compareBytes(kv.key, key) >= 0 && compareBytes(kv.key, end) < 0;
  const tell = ({ events, revision }: Told, after: number): void => {
    // The hub may be behind the listing, which holds these already.
    if (revision <= after) return;
    const fresh = events.filter(({ kv }) => kv.modRevision > after);
    handler.onEvents(fresh, revision);
  };
  const leave = taps.join({
    onEvents: (all, revision) => {
      const told = { events: all.filter(isOurs), revision };
      if (listed !== null) tell(told, listed);
      else if (told.events.length > 0) waiting.push(told);
    },
    onConnection: ({ connected, error, endpoint }) => {
      problem = connected ? null : problemOf(error, endpoint);
      if (listed !== null) handler.onProblem(problem);
    },
    onOver: (reason) => {
      handler.onProblem(problemOf(reason, ''));
      handler.onOver(null);
    },
  });
  if (leave === null) return null;
  return {
    begin: (revision) => {
      listed = revision;
      for (const told of waiting) tell(told, revision);
      waiting = [];
      handler.onProblem(problem);
    },
    close: leave,
  };
}

/** Of a watch of its own. */
export function watchFeed(engine: Engine, range: KeyRange, handler: FeedHandler): Feed {
  let watcher: Watcher | undefined;
  return {
    begin: (revision) => {
      watcher = engine.watch(
        { ranges: [range], startRevision: revision + 1 },
        {
          onEvents: handler.onEvents,
          onAlive: () => undefined,
          onCompacted: () => handler.onOver(null),
          onConnection: ({ connected, error, endpoint }) =>
            handler.onProblem(connected ? null : problemOf(error, endpoint)),
          onFailed: handler.onOver,
        },
      );
    },
    close: () => watcher?.close(),
  };
}
