/** Protocol Buffers wire format, reading side. Every malformed input is a `WireError`, never an out-of-bounds read. */

export class WireError extends Error {
  override readonly name = 'WireError';
}

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

/** Nesting deeper than this is refused: etcd's deepest legal message is a nested txn, and recursion must be bounded. */
export const NESTING_MAX = 100;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  #byte(): number {
    if (this.at >= this.end) throw new WireError('message is truncated');
    return this.bytes[this.at++] as number;
  }

  /** A tag or length: at most 32 bits matter. */
  uint32(): number {
    let result = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    const byte = this.#byte();
    result |= (byte & 0x0f) << 28;
    if (byte >= 0x80) this.#skipVarintTail(5);
    return result >>> 0;
  }

  #skipVarintTail(read: number): void {
    for (let n = read; n < 10; n++) if (this.#byte() < 0x80) return;
    throw new WireError('varint is longer than 10 bytes');
  }

  /** The 64 bits as two unsigned halves; the caller gives them a type. */
  varint64(): { low: number; high: number } {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return { low: low >>> 0, high: 0 };
    }
    const middle = this.#byte();
    low |= (middle & 0x0f) << 28;
    high = (middle & 0x7f) >> 4;
    if (middle < 0x80) return { low: low >>> 0, high };
    for (let shift = 3; shift < 35; shift += 7) {
      const byte = this.#byte();
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) return { low: low >>> 0, high: high >>> 0 };
    }
    throw new WireError('varint is longer than 10 bytes');
  }

  uint64(): bigint {
    const { low, high } = this.varint64();
    return (BigInt(high) << 32n) | BigInt(low);
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** int64 as a safe integer. Values beyond 2^53 saturate: an ordinal that large is beyond anything that exists. */
  ordinal(): number {
    const { low, high } = this.varint64();
    if (high < 0x20_0000) return high * 0x1_0000_0000 + low;
    if (high >= 0xffe0_0000) {
      const value = (high - 0x1_0000_0000) * 0x1_0000_0000 + low;
      return Math.max(value, Number.MIN_SAFE_INTEGER);
    }
    return high >= 0x8000_0000 ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  }

  bool(): boolean {
    const { low, high } = this.varint64();
    return low !== 0 || high !== 0;
  }

  /** Length-delimited payload as a view on the input: copy it before keeping it. */
  view(): Uint8Array {
    const from = this.#payload();
    return this.bytes.subarray(from, this.at);
  }

  /** A reader of the length-delimited payload, which this one then stands behind. */
  nested(): Reader {
    const from = this.#payload();
    return new Reader(this.bytes, from, this.at);
  }

  /** Moves behind the payload. Returns where it begins. */
  #payload(): number {
    const length = this.uint32();
    if (length > this.end - this.at) throw new WireError('length exceeds the message');
    const from = this.at;
    this.at += length;
    return from;
  }

  string(): string {
    try {
      return decoder.decode(this.view());
    } catch (cause) {
      if (cause instanceof WireError) throw cause;
      throw new WireError('string field contains invalid UTF-8', { cause });
    }
  }

  skip(wireType: number): void {
    switch (wireType) {
      case WIRE_VARINT:
        this.varint64();
        return;
      case WIRE_FIXED64:
        this.#advance(8);
        return;
      case WIRE_BYTES:
        this.#payload();
        return;
      case WIRE_FIXED32:
        this.#advance(4);
        return;
      default:
        throw new WireError(`wire type ${wireType} is not supported`);
    }
  }

  #advance(count: number): void {
    if (count > this.end - this.at) throw new WireError('message is truncated');
    this.at += count;
  }
}
