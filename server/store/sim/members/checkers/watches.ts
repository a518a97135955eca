/**
 * Watch streams against the reference's events: every batch holds exactly the events of its range that follow the last one, up to the
 * revision it reports. That is complete, ordered, unique, atomic per revision and resumable in one comparison.
 */
import { type Event, EventType } from '../../../../../lib/base/etcdpb/mvcc.ts';
import type { WatchBatch } from '../../../mvcc/types.ts';
import { SimulationViolation } from '../../world.ts';
import { isWithin, type KeyRange, type ReferenceEvent, type ReferenceStore } from './reference-store.ts';
import { type Pair, pairOf, pairShape } from './shapes.ts';

export interface WatchWish extends KeyRange {
  readonly prevKv: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
}

/** One client's watch through all its resumptions. */
export interface WatchStream {
  readonly wish: WatchWish;
  /** The first revision not seen yet. */
  next: number;
  /** Place in the reference's events from where on to look. */
  position: number;
}

export class WatchChecker {
  readonly #reference: ReferenceStore;
  events = 0;

  constructor(reference: ReferenceStore) {
    this.#reference = reference;
  }

  begin(wish: WatchWish, next: number): WatchStream {
    return { wish, next, position: 0 };
  }

  delivered(stream: WatchStream, batch: WatchBatch): void {
    if (batch.revision < stream.next)
      throw new SimulationViolation(`a watch got a batch of revision ${batch.revision} after ${stream.next - 1}`);
    const { events, position } = this.#expected(stream, batch.revision);
    const found = batch.events.map(eventText);
    const isEqual =
      events.length === found.length && events.every((event, i) => this.#isEvent(event, found[i], stream));
    if (!isEqual) {
      const expected = events.map((event) => referenceText(event, false).text).join(' | ');
      const got = found.map(({ text }) => text).join(' | ');
      throw new SimulationViolation(
        `a watch from ${stream.next} got "${got}" up to ${batch.revision}, expected "${expected}"`,
      );
    }
    this.events += found.length;
    stream.next = batch.revision + 1;
    stream.position = position;
  }

  /** The member says that what comes next is compacted; the client goes on behind it. */
  compacted(stream: WatchStream, compactRevision: number): void {
    if (stream.next >= compactRevision || compactRevision > this.#reference.compactRevision) {
      throw new SimulationViolation(
        `a watch at ${stream.next} is told that ${compactRevision} is compacted; ${this.#reference.compactRevision} is`,
      );
    }
    stream.next = compactRevision + 1;
  }

  /** Events that the stream should have had by now. */
  missing(stream: WatchStream): number {
    return this.#expected(stream, this.#reference.revision).events.length;
  }

  #expected(
    { wish, next, position: from }: WatchStream,
    through: number,
  ): { readonly events: readonly ReferenceEvent[]; readonly position: number } {
    const all = this.#reference.events;
    const events: ReferenceEvent[] = [];
    let position = from;
    for (let event = all[position]; event !== undefined && event.revision <= through; event = all[++position]) {
      const isWanted = event.pair === undefined ? !wish.noDelete : !wish.noPut;
      if (event.revision >= next && isWanted && isWithin(event.key, wish)) events.push(event);
    }
    return { events, position };
  }

  /** A previous pair may be gone with a compaction, and must be there otherwise. */
  #isEvent(expected: ReferenceEvent, found: EventText | undefined, { wish }: WatchStream): boolean {
    const { text, previous } = referenceText(expected, wish.prevKv);
    if (found === undefined || found.text !== text) return false;
    const mayBeGone = expected.revision - 1 < this.#reference.compactRevision && found.previous === '-';
    return found.previous === previous || mayBeGone;
  }
}

interface EventText {
  readonly text: string;
  readonly previous: string;
}

const textOf = (revision: number, key: string, pair: Pair | undefined): string =>
  `${revision} ${pair === undefined ? `delete ${key}` : pairShape(pair)}`;

function eventText({ type, kv, prevKv }: Event): EventText {
  const pair = kv === undefined ? undefined : pairOf(kv);
  const text = textOf(pair?.modRevision ?? 0, pair?.key ?? '', type === EventType.PUT ? pair : undefined);
  return { text, previous: pairShape(prevKv === undefined ? undefined : pairOf(prevKv)) };
}

const referenceText = ({ revision, key, pair, previous }: ReferenceEvent, hasPrevious: boolean): EventText => ({
  text: textOf(revision, key, pair),
  previous: hasPrevious ? pairShape(previous) : '-',
});
