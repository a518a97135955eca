/**
 * Bounded cache of file blocks for reading values back: neighbours in revision order are neighbours on disk, so a range
 * over keys written together reads each block once. Scattered reads stay small: a block is fetched whole only when a
 * few reads in a row of time asked for it. Only whole blocks that no longer change are kept.
 */
import type { DiskFile } from '../../ports/disk.ts';

const BLOCK_BYTES = 64 * 1024;
/** Blocks per file that a cache key can name. */
const BLOCKS_PER_FILE = 2 ** 20;
/** A block missed once more while it is among this many last missed ones is fetched whole. */
const RECENT_MISSES = 64;

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
  /** Oldest first. */
  readonly #missed = new Set<number>();
  #lastKey = -1;
  #lastBlock: Uint8Array | undefined;

  constructor(bytesMax: number) {
    this.#blocksMax = Math.max(1, Math.floor(bytesMax / BLOCK_BYTES));
  }

  /** Like DiskFile.read, but the result may be a view shared with other readers. */
  read(source: CachedSource, at: number, length: number): Uint8Array {
    const number = Math.floor(at / BLOCK_BYTES);
    const from = at - number * BLOCK_BYTES;
    if (from + length > BLOCK_BYTES || (number + 1) * BLOCK_BYTES > source.size) return source.file.read(at, length);
    const block = this.#block(source, number);
    return block === undefined ? source.file.read(at, length) : block.subarray(from, from + length);
  }

  #block(source: CachedSource, number: number): Uint8Array | undefined {
    const key = source.slot * BLOCKS_PER_FILE + number;
    if (key === this.#lastKey) return this.#lastBlock;
    let block = this.#blocks.get(key);
    if (block === undefined) {
      if (!this.#missed.delete(key)) {
        this.#remember(key);
        return undefined;
      }
      block = source.file.read(number * BLOCK_BYTES, BLOCK_BYTES);
      if (this.#blocks.size >= this.#blocksMax) deleteFirst(this.#blocks);
    } else this.#blocks.delete(key);
    this.#blocks.set(key, block);
    this.#lastKey = key;
    this.#lastBlock = block;
    return block;
  }

  #remember(missed: number): void {
    if (this.#missed.size >= RECENT_MISSES) deleteFirst(this.#missed);
    this.#missed.add(missed);
  }
}

/** Maps and sets iterate in order of insertion. */
function deleteFirst(collection: Map<number, unknown> | Set<number>): void {
  for (const key of collection.keys()) {
    collection.delete(key);
    return;
  }
}
