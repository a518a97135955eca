/** What a watch of everything from the first revision on tells, as the judges of this folder take it. */

export interface HistoryPair {
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: bigint;
}

export interface HistoryEvent {
  readonly revision: number;
  readonly key: string;
  /** Undefined: deleted. */
  readonly pair: HistoryPair | undefined;
}

/** `EventHistory` finds what a key held at a revision. */
export class EventHistory {
  readonly events: readonly HistoryEvent[];
  readonly #byKey = new Map<string, HistoryEvent[]>();

  /** @param events in order of revision. */
  constructor(events: readonly HistoryEvent[]) {
    this.events = events;
    for (const event of events) {
      const list = this.#byKey.get(event.key);
      if (list === undefined) this.#byKey.set(event.key, [event]);
      else list.push(event);
    }
  }

  keys(): readonly string[] {
    return [...this.#byKey.keys()];
  }

  of(key: string): readonly HistoryEvent[] {
    return this.#byKey.get(key) ?? [];
  }

  /** The last event of `key` at or before `revision`. */
  lastBy(key: string, revision: number): HistoryEvent | undefined {
    const list = this.of(key);
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((list[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return list[low - 1];
  }

  pairAt(key: string, revision: number): HistoryPair | undefined {
    return this.lastBy(key, revision)?.pair;
  }
}

/** One line, for messages. */
export function describePair(
  pair: { readonly value: string; readonly modRevision: number; readonly version: number } | undefined,
): string {
  return pair === undefined ? 'nothing' : `"${pair.value}" of revision ${pair.modRevision}, version ${pair.version}`;
}

export const describeEvent = ({ revision, key, pair }: HistoryEvent): string =>
  pair === undefined ? `delete ${key} at ${revision}` : `put ${key} "${pair.value}" at ${revision}`;
