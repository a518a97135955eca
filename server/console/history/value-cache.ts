/**
 * Values by key and mod revision. A version never changes, so what is here is right for ever; what is not is one read away.
 * Bounded by bytes; what was not used for longest goes first.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';

const VALUE_CACHE_BYTES_MAX = 64 * 1024 * 1024;
/** A larger value would push out hundreds of small ones. */
const VALUE_BYTES_MAX = 256 * 1024;
/** What an entry costs besides its bytes. */
const OVERHEAD_BYTES = 200;

export class ValueCache {
  readonly #bytesMax: number;
  /** In order of last use. */
  readonly #values = new Map<string, Uint8Array>();
  /**
   * Stands behind the last one that was let go; null: none was yet. A new iterator would have to step over the place of each that went
   * before: with a full cache that is most of the table, for every single value.
   */
  #oldest: MapIterator<[string, Uint8Array]> | null = null;
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
    while (this.#bytes > this.#bytesMax) this.#letGo();
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
    this.#oldest = null;
    this.#bytes = 0;
  }

  #letGo(): void {
    this.#oldest ??= this.#values.entries();
    const next = this.#oldest.next();
    if (next.done === true) {
      // All were let go, and it does not see what came after.
      this.#oldest = null;
      return;
    }
    const [name, value] = next.value;
    this.#values.delete(name);
    this.#bytes -= costOf(name, value);
  }
}

const nameOf = (key: ByteString, modRevision: number): string => `${modRevision} ${key}`;
const costOf = (name: string, value: Uint8Array): number => name.length + value.length + OVERHEAD_BYTES;
