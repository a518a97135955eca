/**
 * Watch answers as bytes, shared by all who get the same: an event and its header are encoded once, however many watchers they
 * go to; only the watch id differs. The parts of an answer in the order of its fields are the answer.
 */
import type { ResponseHeader } from '../../../../lib/base/etcdpb/kv.ts';
import type { Event } from '../../../../lib/base/etcdpb/mvcc.ts';
import { WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';

export class WatchWire {
  /** Lives as long as the event, which watchers that are reached together share. */
  readonly #events = new WeakMap<Event, Uint8Array>();
  #header: { readonly revision: number; readonly raftTerm: number; readonly bytes: Uint8Array } | undefined;

  /** @param watchId its field, as watchIdField() gives it. */
  partsOf(header: ResponseHeader, watchId: Uint8Array, events: readonly Event[]): Uint8Array[] {
    const parts = [this.#headerField(header), watchId];
    for (const event of events) parts.push(this.#eventField(event));
    return parts;
  }

  #headerField(header: ResponseHeader): Uint8Array {
    const { revision, raftTerm } = header;
    if (this.#header?.revision !== revision || this.#header.raftTerm !== raftTerm)
      this.#header = { revision, raftTerm, bytes: WatchResponse.encode({ header }) };
    return this.#header.bytes;
  }

  #eventField(event: Event): Uint8Array {
    let bytes = this.#events.get(event);
    if (bytes === undefined) {
      bytes = WatchResponse.encode({ events: [event] });
      this.#events.set(event, bytes);
    }
    return bytes;
  }
}

export const watchIdField = (watchId: bigint): Uint8Array => WatchResponse.encode({ watchId });
