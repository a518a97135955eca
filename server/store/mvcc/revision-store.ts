/**
 * Where the bytes of stored revisions live. The index (key-index.ts) keeps everything but the value in memory and reads
 * the rest back from here. MemoryRevisionStore is for tests; the durable one is segments/.
 */
import { defined } from '../../../lib/base/assert.ts';

/** Opaque to everyone but the store that issued it; a safe integer. */
export type Location = number;

export interface RevisionStore {
  /** Keeps one stored revision (revision-codec.ts). Called in ascending revision order. @throws DiskError */
  append(payload: Uint8Array): Location;
  /** The bytes of one revision; a view that must not be written to. @throws when they are damaged. */
  read(location: Location, length: number): Uint8Array;
  /** Compaction dropped this revision: its bytes may be reclaimed. */
  release(location: Location, length: number, tombstone: boolean): void;
  size(): { readonly total: number; readonly inUse: number };
}

export class MemoryRevisionStore implements RevisionStore {
  readonly #payloads = new Map<Location, Uint8Array>();
  #next = 0;
  #bytes = 0;

  append(payload: Uint8Array): Location {
    const location = this.#next++;
    this.#payloads.set(location, payload);
    this.#bytes += payload.length;
    return location;
  }

  read(location: Location): Uint8Array {
    return defined(this.#payloads.get(location), `no revision at location ${location}`);
  }

  release(location: Location, length: number): void {
    if (this.#payloads.delete(location)) this.#bytes -= length;
  }

  size(): { readonly total: number; readonly inUse: number } {
    return { total: this.#bytes, inUse: this.#bytes };
  }
}
