/** Protocol Buffers wire format, writing side: one growing buffer, sub-messages sized by moving their bytes. */
import type { ByteString } from '../bytes.ts';

const INITIAL_BYTES = 256;
const encoder = new TextEncoder();

export class Writer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #at = 0;

  /** An exact-size copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  get length(): number {
    return this.#at;
  }

  #reserve(count: number): void {
    const need = this.#at + count;
    if (need <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }

  uint32(value: number): void {
    this.#reserve(5);
    let v = value >>> 0;
    while (v >= 0x80) {
      this.#bytes[this.#at++] = (v & 0x7f) | 0x80;
      v >>>= 7;
    }
    this.#bytes[this.#at++] = v;
  }

  #halves(low: number, high: number): void {
    this.#reserve(10);
    let l = low >>> 0;
    let h = high >>> 0;
    while (h !== 0 || l >= 0x80) {
      this.#bytes[this.#at++] = (l & 0x7f) | 0x80;
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    this.#bytes[this.#at++] = l;
  }

  uint64(value: bigint): void {
    const unsigned = BigInt.asUintN(64, value);
    this.#halves(Number(unsigned & 0xffff_ffffn), Number(unsigned >> 32n));
  }

  /** A safe integer as int64 (negative numbers take 10 bytes, as protobuf demands). */
  ordinal(value: number): void {
    if (value >= 0 && value <= 0xffff_ffff) {
      this.uint32(value);
      return;
    }
    this.#halves((value % 0x1_0000_0000) | 0, Math.floor(value / 0x1_0000_0000));
  }

  bytes(value: Uint8Array): void {
    this.uint32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Same as bytes(fromByteString(value)) without the copy. */
  byteString(value: ByteString): void {
    this.uint32(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[this.#at++] = value.charCodeAt(i);
  }

  string(value: string): void {
    this.bytes(encoder.encode(value));
  }

  /** Writes what `body` writes, preceded by its length. */
  delimited(body: () => void): void {
    // One byte is the common length; longer ones shift the body, which is cheaper than sizing it twice.
    this.#reserve(1);
    const lengthAt = this.#at++;
    body();
    const length = this.#at - lengthAt - 1;
    let prefix = 1;
    for (let v = length; v >= 0x80; v >>>= 7) prefix++;
    if (prefix > 1) {
      this.#reserve(prefix - 1);
      this.#bytes.copyWithin(lengthAt + prefix, lengthAt + 1, this.#at);
      this.#at += prefix - 1;
    }
    let v = length;
    let at = lengthAt;
    while (v >= 0x80) {
      this.#bytes[at++] = (v & 0x7f) | 0x80;
      v >>>= 7;
    }
    this.#bytes[at] = v;
  }
}
