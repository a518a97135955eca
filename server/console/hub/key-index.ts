/**
 * Every key of a store in byte order, without values: about 60 bytes and the key itself each.
 *
 * A sorted list of sorted chunks. Look-ups, writes, ranks and the totals of any prefix cost a binary search and one chunk;
 * nothing scans the whole. `fork` is a copy that shares all chunks until one side writes: the base of views of the past.
 *
 * Invariants (key-index.test.ts holds them against a plain sorted array): chunks are never empty, keys ascend strictly
 * within and across chunks, `size` and `bytes` are the sums.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';
import { prefixEnd } from '../../../lib/keys/key-tree.ts';
import { CHUNK_KEYS_MAX, KeyChunk, type KeyEntry } from './key-chunk.ts';

/** Two neighbours that together hold fewer keys than this become one. */
const MERGE_BELOW = CHUNK_KEYS_MAX / 2;

export interface Totals {
  readonly keys: number;
  /** Sum of the value sizes. */
  readonly bytes: number;
}

export class KeyIndex {
  #owner: object = {};
  #chunks: KeyChunk[] = [];
  #size = 0;
  #bytes = 0;
  /** Keys and bytes before each chunk; right for the first `#sumsValid` chunks. */
  #keysBefore: number[] = [];
  #bytesBefore: number[] = [];
  #sumsValid = 0;
  /** Told of each key that came or went (not of changed ones). */
  onStructure: ((key: ByteString) => void) | undefined;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: ByteString): KeyEntry | undefined {
    const cursor = this.seek(key);
    return cursor.key === key ? cursor.entry() : undefined;
  }

  has(key: ByteString): boolean {
    return this.seek(key).key === key;
  }

  set(entry: KeyEntry): void {
    if (this.#append(entry)) {
      this.onStructure?.(entry.key);
      return;
    }
    const at = this.#chunkOf(entry.key);
    const chunk = this.#writable(at);
    const offset = chunk.lowerBound(entry.key);
    if (chunk.keys[offset] === entry.key) {
      const before = chunk.bytes;
      chunk.replace(offset, entry);
      this.#bytes += chunk.bytes - before;
      this.#touched(at);
      return;
    }
    if (chunk.size === CHUNK_KEYS_MAX) {
      this.#split(at, chunk);
      this.set(entry);
      return;
    }
    chunk.insert(offset, entry);
    this.#size++;
    this.#bytes += entry.valueBytes;
    this.#touched(at);
    this.onStructure?.(entry.key);
  }

  /** False when there was no such key. */
  delete(key: ByteString): boolean {
    const at = this.#chunkOf(key);
    const found = this.#chunks[at];
    if (found === undefined || found.keys[found.lowerBound(key)] !== key) return false;
    const chunk = this.#writable(at);
    const before = chunk.bytes;
    chunk.remove(chunk.lowerBound(key));
    this.#size--;
    this.#bytes += chunk.bytes - before;
    this.#touched(at);
    this.#tidy(at);
    this.onStructure?.(key);
    return true;
  }

  /** Keys before `key` in byte order; everything for null. */
  before(key: ByteString | null): Totals {
    if (key === null) return { keys: this.#size, bytes: this.#bytes };
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return { keys: 0, bytes: 0 };
    this.#sum();
    const offset = chunk.lowerBound(key);
    return {
      keys: (this.#keysBefore[at] ?? 0) + offset,
      bytes: (this.#bytesBefore[at] ?? 0) + chunk.bytesBefore(offset),
    };
  }

  /** Totals of the keys that start with `prefix`. */
  totals(prefix: ByteString): Totals {
    const from = this.before(prefix);
    const to = this.before(prefixEnd(prefix));
    return { keys: to.keys - from.keys, bytes: to.bytes - from.bytes };
  }

  /** A cursor on the first key >= `key`. Good until the index changes. */
  seek(key: ByteString): KeyCursor {
    const at = this.#chunkOf(key);
    return new KeyCursor(this.#chunks, at, this.#chunks[at]?.lowerBound(key) ?? 0);
  }

  /** An independent index with the same keys; costs one array of chunk references. */
  fork(): KeyIndex {
    const copy = new KeyIndex();
    copy.#chunks = [...this.#chunks];
    copy.#size = this.#size;
    copy.#bytes = this.#bytes;
    // Both sides give up ownership of what they now share.
    this.#owner = {};
    return copy;
  }

  /** Keys in chunks that it does not share with `other`: what it costs in memory beside that one. Keys may be the same all the same. */
  keysBeside(other: KeyIndex): number {
    const shared = new Set(other.#chunks);
    return this.#chunks.reduce((sum, chunk) => (shared.has(chunk) ? sum : sum + chunk.size), 0);
  }

  /** Keys in the chunks in which these stand: what writing to them copies after a fork. */
  keysAround(keys: Iterable<ByteString>): number {
    const chunks = new Set<KeyChunk | undefined>();
    for (const key of keys) chunks.add(this.#chunks[this.#chunkOf(key)]);
    return [...chunks].reduce((sum, chunk) => sum + (chunk?.size ?? 0), 0);
  }

  /** The last chunk whose first key is <= `key`, or 0. */
  #chunkOf(key: ByteString): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle] as KeyChunk).first <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** The path of a listing: keys that come in order fill chunks to the brim. */
  #append(entry: KeyEntry): boolean {
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last];
    if (chunk !== undefined && (chunk.keys[chunk.size - 1] as ByteString) >= entry.key) return false;
    if (chunk === undefined || chunk.size === CHUNK_KEYS_MAX) {
      const fresh = new KeyChunk(this.#owner);
      fresh.insert(0, entry);
      this.#chunks.push(fresh);
    } else {
      const own = this.#writable(last);
      own.insert(own.size, entry);
      this.#touched(last);
    }
    this.#size++;
    this.#bytes += entry.valueBytes;
    return true;
  }

  #writable(at: number): KeyChunk {
    const chunk = this.#chunks[at] as KeyChunk;
    if (chunk.owner === this.#owner) return chunk;
    const copy = chunk.copy(this.#owner);
    this.#chunks[at] = copy;
    return copy;
  }

  #split(at: number, chunk: KeyChunk): void {
    const half = chunk.size >>> 1;
    const parts = [chunk.slice(0, half, this.#owner), chunk.slice(half, chunk.size, this.#owner)];
    this.#chunks.splice(at, 1, ...parts);
    this.#touched(at);
  }

  /** Drops an empty chunk, joins two small ones. */
  #tidy(at: number): void {
    const chunk = this.#chunks[at] as KeyChunk;
    const next = this.#chunks[at + 1];
    if (chunk.size === 0) {
      this.#chunks.splice(at, 1);
    } else if (next !== undefined && chunk.size + next.size < MERGE_BELOW) {
      for (let i = 0; i < next.size; i++) chunk.insert(chunk.size, next.entryAt(i));
      this.#chunks.splice(at + 1, 1);
    }
  }

  #touched(at: number): void {
    // The sums before the chunk itself stay right.
    this.#sumsValid = Math.min(this.#sumsValid, at + 1);
  }

  #sum(): void {
    const count = this.#chunks.length;
    let keys = 0;
    let bytes = 0;
    let from = Math.min(this.#sumsValid, count);
    if (from > 0) {
      from--;
      keys = this.#keysBefore[from] as number;
      bytes = this.#bytesBefore[from] as number;
    }
    for (let i = from; i < count; i++) {
      const chunk = this.#chunks[i] as KeyChunk;
      this.#keysBefore[i] = keys;
      this.#bytesBefore[i] = bytes;
      keys += chunk.size;
      bytes += chunk.bytes;
    }
    this.#sumsValid = count;
  }
}

/** Walks an index in key order. */
export class KeyCursor {
  readonly #chunks: readonly KeyChunk[];
  #chunk: number;
  #offset: number;

  constructor(chunks: readonly KeyChunk[], chunk: number, offset: number) {
    this.#chunks = chunks;
    this.#chunk = chunk;
    this.#offset = offset;
    this.#settle();
  }

  /** Undefined past the end. */
  get key(): ByteString | undefined {
    return this.#chunks[this.#chunk]?.keys[this.#offset];
  }

  /** Only where `key` is defined. */
  entry(): KeyEntry {
    return (this.#chunks[this.#chunk] as KeyChunk).entryAt(this.#offset);
  }

  /** The lease alone, without making an entry; only where `key` is defined. 0n: none. */
  lease(): bigint {
    return (this.#chunks[this.#chunk] as KeyChunk).leaseAt(this.#offset);
  }

  next(): void {
    this.#offset++;
    this.#settle();
  }

  /** While both stand at the same place of chunks that are the very same, moves both behind them. */
  skipShared(other: KeyCursor): void {
    for (;;) {
      const chunk = this.#chunks[this.#chunk];
      if (chunk === undefined || chunk !== other.#chunks[other.#chunk] || this.#offset !== other.#offset) return;
      this.#chunk++;
      this.#offset = 0;
      other.#chunk++;
      other.#offset = 0;
    }
  }

  /** The key after this one, without moving. */
  peek(): ByteString | undefined {
    return this.#chunks[this.#chunk]?.keys[this.#offset + 1] ?? this.#chunks[this.#chunk + 1]?.keys[0];
  }

  #settle(): void {
    const chunk = this.#chunks[this.#chunk];
    if (chunk !== undefined && this.#offset >= chunk.size) {
      this.#chunk++;
      this.#offset = 0;
    }
  }
}
