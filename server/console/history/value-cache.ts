/**
 * Values by key and mod revision. A version never changes, so what is here is right for ever; what is not is one read away.
 * Bounded by bytes; what was not used for longest goes first.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';

export const VALUE_CACHE_BYTES_MAX = 64 * 1024 * 1024;
/** A larger value would push out hundreds of small ones. */
const VALUE_BYTES_MAX = 256 * 1024;
/** What an entry costs besides its bytes. */
const OVERHEAD_BYTES = 200;

export class ValueCache {
  readonly #bytesMax: number;
  /** In order of last use. */
  readonly #values = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(bytesMax = VALUE_CACHE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `value` is kept as it is: hand over a copy when the buffer is somebody else's. */
  set(key: ByteString, modRevision: number, value: Uint8Array): void {
    if (value.length > VALUE_BYTES_MAX) return;
    const name = nameOf(key, modRevision);
    if (this.#values.has(name)) return;
    this.#values.set(name, value);
    this.#bytes += costOf(name, value);
    for (const [oldest, bytes] of this.#values) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#values.delete(oldest);
      this.#bytes -= costOf(oldest, bytes);
    }
  }

  get(key: ByteString, modRevision: number): Uint8Array | undefined {
    const name = nameOf(key, modRevision);
    const found = this.#values.get(name);
    if (found === undefined) return undefined;
    this.#values.delete(name);
    this.#values.set(name, found);
    return found;
  }

  clear(): void {
    this.#values.clear();
    this.#bytes = 0;
  }
}

const nameOf = (key: ByteString, modRevision: number): string => `${modRevision} ${key}`;
const costOf = (name: string, value: Uint8Array): number => name.length + value.length + OVERHEAD_BYTES;
