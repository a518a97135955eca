/**
 * ReadIndex (thesis §6.4): a leader answers a read once a quorum has confirmed, after the read arrived, that it still leads.
 *
 * Requests that arrive between two Readies share one confirmation, called a round. A round's number travels as the context of
 * the heartbeats; an answer to round n confirms every round up to n. Rounds are numbered from 1 within one leadership.
 *
 * Invariant: a request joins a round before that round's heartbeats leave, never after (read-index.test.ts).
 */
import type { LogIndex, MemberId } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { type Electorate, quorumReached } from './quorum.ts';

/** Reads waiting on one leader. Beyond it requests are dropped: the caller retries. */
export const READS_WAITING_MAX = 65_536;

const CONTEXT_BYTES = 8;
const HIGH_WORD = 0x1_0000_0000;

export interface ReadRequest {
  readonly from: MemberId;
  readonly context: Uint8Array;
}

export interface ConfirmedReads {
  readonly index: LogIndex;
  readonly requests: readonly ReadRequest[];
}

interface Round extends ConfirmedReads {
  readonly number: number;
}

export class ReadIndexQueue {
  #waiting: ReadRequest[] = [];
  #rounds: Round[] = [];
  #count = 0;
  #last = 0;
  #confirmedBy = new Map<MemberId, number>();

  /** False when READS_WAITING_MAX is reached. */
  add(request: ReadRequest): boolean {
    if (this.#count >= READS_WAITING_MAX) return false;
    this.#count++;
    this.#waiting.push(request);
    return true;
  }

  hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Gathers everything waiting into a new round that will be answered with `commitIndex`. */
  openRound(commitIndex: LogIndex): void {
    this.#last++;
    this.#rounds.push({ number: this.#last, index: commitIndex, requests: this.#waiting });
    this.#waiting = [];
  }

  /** Context for heartbeats: the newest round still open, empty when there is none. */
  context(): Uint8Array {
    return this.#rounds.length === 0 ? EMPTY_BYTES : encodeRound(this.#last);
  }

  /** `id` has confirmed the round that its heartbeat answer carries. Anything else in `context` is ignored. */
  confirm(id: MemberId, context: Uint8Array): void {
    const round = decodeRound(context);
    if (round <= this.#last && round > (this.#confirmedBy.get(id) ?? 0)) this.#confirmedBy.set(id, round);
  }

  /** The leader itself always confirms. */
  confirmSelf(id: MemberId): void {
    this.#confirmedBy.set(id, this.#last);
  }

  /** Removes and returns the rounds that a quorum of `electorate` has confirmed, oldest first. */
  takeConfirmed(electorate: Electorate): ConfirmedReads[] {
    if (this.#rounds.length === 0) return [];
    const confirmed = quorumReached(electorate, (id) => this.#confirmedBy.get(id) ?? 0);
    const done = this.#rounds.filter((round) => round.number <= confirmed);
    this.#rounds = this.#rounds.slice(done.length);
    for (const round of done) this.#count -= round.requests.length;
    return done;
  }

  /** Leadership ended: nothing here can be answered any more. */
  clear(): void {
    this.#waiting = [];
    this.#rounds = [];
    this.#count = 0;
    this.#last = 0;
    this.#confirmedBy.clear();
  }
}

function encodeRound(round: number): Uint8Array {
  const context = new Uint8Array(CONTEXT_BYTES);
  const view = new DataView(context.buffer);
  view.setUint32(0, Math.floor(round / HIGH_WORD));
  view.setUint32(4, round % HIGH_WORD);
  return context;
}

function decodeRound(context: Uint8Array): number {
  if (context.length !== CONTEXT_BYTES) return 0;
  const view = new DataView(context.buffer, context.byteOffset, CONTEXT_BYTES);
  return view.getUint32(0) * HIGH_WORD + view.getUint32(4);
}
