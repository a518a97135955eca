/**
 * The streams of one connection, by number (RFC 9113 §5.1). A stream is here from its HEADERS until both sides ended or one reset it;
 * of those we reset, the last ENDED_STREAMS_REMEMBERED numbers stay known, because frames that crossed our RST_STREAM are no error.
 */
import type { OwnStream } from './own-stream.ts';
import { ENDED_STREAMS_REMEMBERED, protocolError } from './protocol.ts';

export class StreamTable {
  readonly #open = new Map<number, OwnStream>();
  readonly #resetByUs = new Set<number>();
  /** The highest number a client has used. */
  lastId = 0;

  get size(): number {
    return this.#open.size;
  }

  get(id: number): OwnStream | undefined {
    return this.#open.get(id);
  }

  values(): Iterable<OwnStream> {
    return this.#open.values();
  }

  add(stream: OwnStream): void {
    this.#open.set(stream.id, stream);
  }

  delete(stream: OwnStream): void {
    this.#open.delete(stream.id);
  }

  /** Empties the table: its streams are the caller's to close. */
  takeAll(): OwnStream[] {
    const all = [...this.#open.values()];
    this.#open.clear();
    return all;
  }

  wasResetByUs(id: number): boolean {
    return this.#resetByUs.has(id);
  }

  rememberReset(id: number): void {
    this.#resetByUs.add(id);
    if (this.#resetByUs.size <= ENDED_STREAMS_REMEMBERED) return;
    const [oldest] = this.#resetByUs;
    if (oldest !== undefined) this.#resetByUs.delete(oldest);
  }

  /** @throws ConnectionError when no client has opened this one, or could */
  refuseIdle(id: number, what: string): void {
    if (id % 2 === 0 || id > this.lastId) throw protocolError(`${what} on an idle stream`);
  }
}
