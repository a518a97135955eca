/** Requests waiting for their answer: u32 LE id before the payload, on both ways. Ids wrap; a late answer finds nobody. */
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Clock, Timer } from '../ports/clock.ts';

const ID_BYTES = 4;

interface Pending {
  readonly done: (answer: Uint8Array | undefined) => void;
  readonly timer: Timer;
}

export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  static frame(id: number, payload: Uint8Array): Uint8Array {
    const out = new Uint8Array(ID_BYTES + payload.length);
    new DataView(out.buffer).setUint32(0, id, true);
    out.set(payload, ID_BYTES);
    return out;
  }

  /** The payload is a copy. @throws WireError */
  static parse(framed: Uint8Array): { readonly id: number; readonly payload: Uint8Array } {
    if (framed.length < ID_BYTES) throw new WireError('a request or answer without an id');
    const view = new DataView(framed.buffer, framed.byteOffset, framed.length);
    return { id: view.getUint32(0, true), payload: framed.slice(ID_BYTES) };
  }

  open(
    options: { readonly payload: Uint8Array; readonly timeoutMs: number },
    done: (answer: Uint8Array | undefined) => void,
  ): { readonly id: number; readonly framed: Uint8Array } {
    this.#lastId = (this.#lastId + 1) >>> 0;
    const id = this.#lastId;
    const timer = this.#clock.after(options.timeoutMs, () => this.#settle(id, undefined));
    this.#pending.set(id, { done, timer });
    return { id, framed: PendingRequests.frame(id, options.payload) };
  }

  /** It could not be sent. The caller hears of it in a later turn. */
  fail(id: number): void {
    this.#clock.after(0, () => this.#settle(id, undefined));
  }

  answered(framed: Uint8Array): void {
    const { id, payload } = PendingRequests.parse(framed);
    this.#settle(id, payload);
  }

  close(): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id, undefined);
  }

  #settle(id: number, answer: Uint8Array | undefined): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.timer.cancel();
    pending.done(answer);
  }
}
