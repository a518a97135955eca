/**
 * Reads revisions that follow one another, a large piece of their file at a time: for images, which read everything once. The
 * cache of scattered reads is left to those.
 */
import type { Location } from '../revision-store.ts';
import { FRAME_HEADER_BYTES, frameBytes, isFrameAt } from './frame.ts';
import type { SegmentStore } from './segment-store.ts';

const PIECE_BYTES = 256 * 1024;

export class SequentialReader {
  readonly #store: SegmentStore;
  #slot = -1;
  /** Where `#piece` begins in the file of `#slot`. */
  #from = 0;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(store: SegmentStore) {
    this.#store = store;
  }

  /** The frame around a payload of `length` bytes, CRC checked: a view on memory that is not reused. @throws DamagedSegmentError, DiskError */
  frame(location: Location, length: number): Uint8Array {
    const { file, at } = this.#store.locate(location);
    const bytes = frameBytes(length);
    if (at + bytes > file.size) return this.#store.readFrame(location, length);
    if (file.slot !== this.#slot || at < this.#from || at + bytes > this.#from + this.#piece.length) {
      this.#piece = file.file.read(at, Math.min(Math.max(PIECE_BYTES, bytes), file.size - at));
      this.#from = at;
      this.#slot = file.slot;
    }
    const from = at - this.#from;
    // The other way to the same bytes names what is wrong with them.
    if (!isFrameAt(this.#piece, from, length)) return this.#store.readFrame(location, length);
    return this.#piece.subarray(from, from + bytes);
  }

  /** Same, without the frame around it. */
  payload(location: Location, length: number): Uint8Array {
    return this.frame(location, length).subarray(FRAME_HEADER_BYTES);
  }
}
