/**
 * Up to CHUNK_KEYS_MAX neighbouring keys of the index, as parallel arrays: no object per key.
 *
 * A chunk belongs to the index that may write to it (`owner`); others copy it first (see KeyIndex.fork).
 */
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import type { StoredKey } from '../../engines/engine.ts';

export const CHUNK_KEYS_MAX = 512;
/** Four columns of eight bytes, one of four. */
const ROW_BYTES = 36;

/** All the index knows of a key: everything but its value. */
export interface KeyEntry {
  readonly key: ByteString;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** 0n: none. */
  readonly lease: bigint;
  readonly valueBytes: number;
}

export function entryOf(kv: StoredKey): KeyEntry {
  const { createRevision, modRevision, version, lease } = kv;
  return { key: toByteString(kv.key), createRevision, modRevision, version, lease, valueBytes: kv.value.length };
}

export class KeyChunk {
  readonly owner: object;
  readonly keys: ByteString[];
  /** All columns in one piece of memory: copying a chunk, which every first write after a fork does, is one copy. */
  readonly #memory: ArrayBuffer;
  readonly #createRevisions: Float64Array;
  readonly #modRevisions: Float64Array;
  readonly #versions: Float64Array;
  readonly #leases: BigInt64Array;
  readonly #valueBytes: Uint32Array;
  /** Sum of the value sizes. */
  bytes: number;

  constructor(owner: object, from?: KeyChunk) {
    this.owner = owner;
    this.keys = from === undefined ? [] : from.keys.slice();
    this.#memory = from === undefined ? new ArrayBuffer(CHUNK_KEYS_MAX * ROW_BYTES) : from.#memory.slice(0);
    this.#createRevisions = new Float64Array(this.#memory, 0, CHUNK_KEYS_MAX);
    this.#modRevisions = new Float64Array(this.#memory, CHUNK_KEYS_MAX * 8, CHUNK_KEYS_MAX);
    this.#versions = new Float64Array(this.#memory, CHUNK_KEYS_MAX * 16, CHUNK_KEYS_MAX);
    this.#leases = new BigInt64Array(this.#memory, CHUNK_KEYS_MAX * 24, CHUNK_KEYS_MAX);
    this.#valueBytes = new Uint32Array(this.#memory, CHUNK_KEYS_MAX * 32, CHUNK_KEYS_MAX);
    this.bytes = from?.bytes ?? 0;
  }

  get size(): number {
    return this.keys.length;
  }

  get first(): ByteString {
    return this.keys[0] as ByteString;
  }

  /** Position of the first key >= `key`; `size` when there is none. */
  lowerBound(key: ByteString): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.keys[middle] as ByteString) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  entryAt(at: number): KeyEntry {
    return {
      key: this.keys[at] as ByteString,
      createRevision: this.#createRevisions[at] as number,
      modRevision: this.#modRevisions[at] as number,
      version: this.#versions[at] as number,
      lease: this.#leases[at] as bigint,
      valueBytes: this.#valueBytes[at] as number,
    };
  }

  leaseAt(at: number): bigint {
    return this.#leases[at] as bigint;
  }

  /** Sum of the value sizes of the first `count` keys. */
  bytesBefore(count: number): number {
    if (count >= this.keys.length) return this.bytes;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#valueBytes[i] as number;
    return sum;
  }

  /** Overwrites the key at `at` with the same key's newer state. */
  replace(at: number, entry: KeyEntry): void {
    this.bytes += entry.valueBytes - (this.#valueBytes[at] as number);
    this.#store(at, entry);
  }

  /** The chunk must not be full. */
  insert(at: number, entry: KeyEntry): void {
    const { size } = this;
    if (at < size) {
      for (const column of this.#columns()) column.copyWithin(at + 1, at, size);
      this.keys.splice(at, 0, entry.key);
    } else {
      this.keys.push(entry.key);
    }
    this.bytes += entry.valueBytes;
    this.#store(at, entry);
  }

  remove(at: number): void {
    this.bytes -= this.#valueBytes[at] as number;
    for (const column of this.#columns()) column.copyWithin(at, at + 1, this.size);
    this.keys.splice(at, 1);
  }

  /** The same keys, for another owner. */
  copy(owner: object): KeyChunk {
    return new KeyChunk(owner, this);
  }

  /** Keys [from, to) as a new chunk. */
  slice(from: number, to: number, owner: object): KeyChunk {
    const out = new KeyChunk(owner);
    for (let i = from; i < to; i++) out.insert(out.size, this.entryAt(i));
    return out;
  }

  #store(at: number, entry: KeyEntry): void {
    this.#createRevisions[at] = entry.createRevision;
    this.#modRevisions[at] = entry.modRevision;
    this.#versions[at] = entry.version;
    this.#leases[at] = entry.lease;
    this.#valueBytes[at] = entry.valueBytes;
  }

  #columns(): readonly (Float64Array | BigInt64Array | Uint32Array)[] {
    return [this.#createRevisions, this.#modRevisions, this.#versions, this.#leases, this.#valueBytes];
  }
}
