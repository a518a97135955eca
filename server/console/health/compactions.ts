/**
 * When history was compacted last, and up to where, as members' own numbers tell. Compaction is an entry of the log, so what any
 * member says of it holds for the store; the first to say so is the closest to the moment.
 */
import type { CompactionState } from '../../../lib/api/compaction-types.ts';
import type { MemberReading } from './member-reading.ts';

/** What a member says, and when it was asked. */
interface Told {
  readonly at: number;
  readonly reading: MemberReading;
}

const SECOND_MS = 1_000;

export class Compactions {
  #last: { readonly revision: number; readonly between: readonly [number, number] | null } | null = null;

  /** @param before what the same member said the last time */
  note(before: Told | null, now: Told): void {
    const revision = now.reading.compactedRevision ?? 0;
    if (revision === 0 || revision < (this.#last?.revision ?? 0)) return;
    const known = this.#last?.revision === revision ? this.#last.between : null;
    this.#last = { revision, between: narrower(known, momentOf(before, now)) };
  }

  /** Another store stands behind the endpoints. */
  reset(): void {
    this.#last = null;
  }

  get last(): CompactionState['last'] {
    return this.#last === null ? null : { revision: String(this.#last.revision), between: this.#last.between };
  }
}

/** Null: it had been done before anybody looked. */
function momentOf(before: Told | null, { at, reading }: Told): Span {
  const moved = before !== null && before.reading.compactedRevision !== reading.compactedRevision;
  const earliest = moved ? before.at - SECOND_MS : 0;
  // Told in whole seconds, and only when the work is done: until then the moment told is that of the one before.
  const toldAt = (reading.compactedAtSeconds ?? 0) * SECOND_MS;
  // A process that told a moment and is asked again before anything moved tells the same one.
  if (toldAt > earliest) return [toldAt, toldAt];
  return moved ? [before.at, at] : null;
}

type Span = readonly [number, number] | null;

const narrower = (a: Span, b: Span): Span => {
  if (a === null || b === null) return a ?? b;
  return a[1] - a[0] <= b[1] - b[0] ? a : b;
};
