/**
 * The last changes, in order, in a ring of fixed size. Rows are named by a sequence number that only grows, so a view may
 * remember where it stands while the ring moves on.
 */
import type { ChangeEvent, WireInt } from '../api/types.ts';

export type ChangeRow =
  | {
      readonly seq: number;
      readonly kind: 'change';
      readonly event: ChangeEvent;
      /** It happened before this stream began: context, not news. */
      readonly isPast: boolean;
      readonly receivedAt: number;
    }
  | {
      readonly seq: number;
      readonly kind: 'gap';
      /** Changes after this revision… */
      readonly from: WireInt;
      /** …up to and with this one were not seen. */
      readonly to: WireInt;
      readonly reason: string;
      readonly receivedAt: number;
    };

/** False for what happened before the stream began: every listing holds it already. */
export const isNews = (row: ChangeRow): boolean => row.kind === 'gap' || !row.isPast;

/** The revision of a change; the last one a gap leaves out. */
export const revisionOf = (row: ChangeRow): WireInt => (row.kind === 'change' ? row.event.revision : row.to);

export type WithoutSeq<Row> = Row extends unknown ? Omit<Row, 'seq'> : never;

/** About 20 MB at 400 bytes a row; at 1,000 changes a second it holds the last 50 s. */
export const RING_ROWS = 50_000;

export class ChangeRing {
  readonly capacity: number;
  readonly #rows: (ChangeRow | undefined)[] = [];
  #nextSeq = 0;

  constructor(capacity: number = RING_ROWS) {
    this.capacity = capacity;
  }

  /** The oldest row still held; equals `nextSeq` when there is none. */
  get firstSeq(): number {
    return Math.max(0, this.#nextSeq - this.capacity);
  }

  /** The number the next row will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  push(row: WithoutSeq<ChangeRow>): void {
    const seq = this.#nextSeq++;
    this.#rows[seq % this.capacity] = { ...row, seq } as ChangeRow;
  }

  /** Undefined when the row has left the ring or is yet to come. */
  at(seq: number): ChangeRow | undefined {
    if (seq < this.firstSeq || seq >= this.#nextSeq) return undefined;
    return this.#rows[seq % this.capacity];
  }

  /** Rows from `seq` on, oldest first; starts later when those have left the ring. */
  *since(seq: number): Generator<ChangeRow> {
    for (let at = Math.max(seq, this.firstSeq); at < this.#nextSeq; at++) {
      const row = this.at(at);
      if (row !== undefined) yield row;
    }
  }
}
