/**
 * Bounded cache of file blocks for reading values back: neighbours in revision order are neighbours on disk, so a range
 * over keys written together reads each block once. Only whole blocks that no longer change are kept.
 */
import type { DiskFile } from '../../ports/disk.ts';

const BLOCK_BYTES = 64 * 1024;
/** Blocks per file that a cache key can name. */
const BLOCKS_PER_FILE = 2 ** 20;

export interface CachedSource {
  /** Unique per file for the life of the cache. */
  readonly slot: number;
  readonly file: DiskFile;
  /** Bytes below this never change. */
  readonly size: number;
}

export class BlockCache {
  readonly #blocksMax: number;
  /** Least recently used first. */
  readonly #blocks = new Map<number, Uint8Array>();
  #lastKey = -1;
  #lastBlock: Uint8Array | undefined;

  constructor(bytesMax: number) {
    this.#blocksMax = Math.max(1, Math.floor(bytesMax / BLOCK_BYTES));
  }

  /** Like DiskFile.read, but the result may be a view shared with other readers. */
  read(source: CachedSource, at: number, length: number): Uint8Array {
    const first = Math.floor(at / BLOCK_BYTES);
    const last = Math.floor((at + length - 1) / BLOCK_BYTES);
    if (last - first > 1 || (last + 1) * BLOCK_BYTES > source.size) return source.file.read(at, length);
    const from = at - first * BLOCK_BYTES;
    const block = this.#block(source, first);
    if (last === first) return block.subarray(from, from + length);
    const out = new Uint8Array(length);
    const head = block.subarray(from);
    out.set(head);
    out.set(this.#block(source, last).subarray(0, length - head.length), head.length);
    return out;
  }

  #block(source: CachedSource, number: number): Uint8Array {
    const key = source.slot * BLOCKS_PER_FILE + number;
    if (key === this.#lastKey && this.#lastBlock !== undefined) return this.#lastBlock;
    let block = this.#blocks.get(key);
    if (block === undefined) {
      block = source.file.read(number * BLOCK_BYTES, BLOCK_BYTES);
      if (this.#blocks.size >= this.#blocksMax) {
        for (const oldest of this.#blocks.keys()) {
          this.#blocks.delete(oldest);
          break;
        }
      }
    } else this.#blocks.delete(key);
    this.#blocks.set(key, block);
    this.#lastKey = key;
    this.#lastBlock = block;
    return block;
  }
}
