/** A watch delivers every event of its range exactly once, in order of revision, whatever happened to its connections. */
import { describeEvent, type EventHistory, type HistoryEvent } from './events.ts';

export interface WatchLog {
  readonly name: string;
  readonly prefix: string;
  /** The first and the last revision it had to deliver. */
  readonly from: number;
  readonly until: number;
  /** As they came. */
  readonly received: readonly HistoryEvent[];
}

/** The first thing that is wrong; undefined: nothing. */
export function checkWatch(history: EventHistory, log: WatchLog): string | undefined {
  const { name, prefix, from, until } = log;
  const due = history.events.filter(
    ({ key, revision }) => key.startsWith(prefix) && revision >= from && revision <= until,
  );
  const received = log.received.filter(({ revision }) => revision <= until);
  for (let at = 0; at < Math.max(due.length, received.length); at++) {
    const [expected, found] = [due[at], received[at]];
    if (expected !== undefined && found !== undefined && isSame(expected, found)) continue;
    if (found === undefined) return `${name} missed ${describe(expected)}`;
    const seenBefore = received.slice(0, at).some((event) => isSame(event, found));
    if (seenBefore) return `${name} got ${describe(found)} twice`;
    const isDue = due.slice(at).some((event) => isSame(event, found));
    return `${name} got ${describe(found)}${isDue ? ', and before it missed' : ', which is not in the history, instead of'} ${describe(expected)}`;
  }
  return undefined;
}

const describe = (event: HistoryEvent | undefined): string => (event === undefined ? 'nothing' : describeEvent(event));

const isSame = (a: HistoryEvent, b: HistoryEvent): boolean =>
  a.revision === b.revision &&
  a.key === b.key &&
  a.pair?.value === b.pair?.value &&
  a.pair?.modRevision === b.pair?.modRevision &&
  a.pair?.createRevision === b.pair?.createRevision &&
  a.pair?.version === b.pair?.version &&
  a.pair?.lease === b.pair?.lease;
