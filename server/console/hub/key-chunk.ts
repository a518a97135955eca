/**
 * Up to CHUNK_KEYS_MAX neighbouring keys of the index, as parallel arrays: no object per key.
 *
 * A chunk belongs to the index that may write to it (`owner`); others copy it first (see KeyIndex.fork).
 */
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import type { StoredKey } from '../../engines/engine.ts';

export const CHUNK_KEYS_MAX = 512;

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
  readonly keys: ByteString[] = [];
  readonly #createRevisions = new Float64Array(CHUNK_KEYS_MAX);
  readonly #modRevisions = new Float64Array(CHUNK_KEYS_MAX);
  readonly #versions = new Float64Array(CHUNK_KEYS_MAX);
  readonly #leases = new BigInt64Array(CHUNK_KEYS_MAX);
  readonly #valueBytes = new Uint32Array(CHUNK_KEYS_MAX);
  /** Sum of the value sizes. */
  bytes = 0;

  constructor(owner: object) {
    this.owner = owner;
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

  /** Keys [from, to) as a new chunk. */
  slice(from: number, to: number, owner: object): KeyChunk {
    const out = new KeyChunk(owner);
    for (let i = from; i < to; i++) out.keys.push(this.keys[i] as ByteString);
    out.#createRevisions.set(this.#createRevisions.subarray(from, to));
    out.#modRevisions.set(this.#modRevisions.subarray(from, to));
    out.#versions.set(this.#versions.subarray(from, to));
    out.#leases.set(this.#leases.subarray(from, to));
    out.#valueBytes.set(this.#valueBytes.subarray(from, to));
    for (let i = from; i < to; i++) out.bytes += this.#valueBytes[i] as number;
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
