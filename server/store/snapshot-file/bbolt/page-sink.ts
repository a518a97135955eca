/** Pages written one behind the other, in large pieces; page ids are positions. */

import { PAGE_BYTES } from '../../../../lib/base/bbolt/page.ts';
import type { DiskFile } from '../../ports/disk.ts';

const PIECE_BYTES = 256 * 1024;

/** Pages that `bytes` take beyond the first. */
export const overflowOf = (bytes: number): number => Math.max(0, Math.ceil(bytes / PAGE_BYTES) - 1);

export class PageSink {
  readonly #file: DiskFile;
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #pieceBytes = 0;
  #written: number;

  constructor(file: DiskFile, firstId: number) {
    this.#file = file;
    this.#written = firstId * PAGE_BYTES;
  }

  /** The id of the page that is written next. */
  get nextId(): number {
    return (this.#written + this.#pieceBytes) / PAGE_BYTES;
  }

  /** Bytes written so far, the space for the pages before the first included. */
  get bytes(): number {
    return this.#written + this.#pieceBytes;
  }

  /** Copies one page with its overflow; the rest of the last page is zeros. @throws DiskError */
  write(page: Uint8Array): void {
    const length = Math.ceil(page.length / PAGE_BYTES) * PAGE_BYTES;
    if (this.#pieceBytes + length > PIECE_BYTES) this.spill();
    if (length > PIECE_BYTES) {
      const padded = new Uint8Array(length);
      padded.set(page);
      this.#file.write(this.#written, padded);
      this.#written += length;
      return;
    }
    this.#piece.set(page, this.#pieceBytes);
    this.#piece.fill(0, this.#pieceBytes + page.length, this.#pieceBytes + length);
    this.#pieceBytes += length;
  }

  /** Hands what is buffered to the file. */
  spill(): void {
    if (this.#pieceBytes === 0) return;
    this.#file.write(this.#written, this.#piece.subarray(0, this.#pieceBytes));
    this.#written += this.#pieceBytes;
    this.#pieceBytes = 0;
  }
}
