/**
 * XXH64 with seed 0, as far as Zstandard keeps it: its low 32 bits. Numbers of 64 bits as two halves, because big integers take seconds for
 * what a value may unpack to. After the specification of xxHash 0.1.1; held against the reference library by zstd.test.ts.
 */

/** Bits 0–31 and 32–63 of each. */
class Word {
  low: number;
  high: number;

  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }

  add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  xor(low: number, high: number): void {
    this.low ^= low;
    this.high ^= high;
  }

  /** Modulo 2^64. */
  multiply(by: Word): void {
    const { low, high } = this;
    const [a, b] = [low & 0xffff, low >>> 16];
    const [c, d] = [by.low & 0xffff, by.low >>> 16];
    const across = b * c + ((a * c) >>> 16);
    const carried = a * d + (across & 0xffff);
    const carry = b * d + Math.floor(across / 0x10000) + Math.floor(carried / 0x10000);
    this.high = (carry + Math.imul(high, by.low) + Math.imul(low, by.high)) | 0;
    this.low = Math.imul(low, by.low);
  }

  /** @param bits 1 to 31 */
  rotate(bits: number): void {
    const { low, high } = this;
    this.low = (low << bits) | (high >>> (32 - bits));
    this.high = (high << bits) | (low >>> (32 - bits));
  }

  /** Xor with itself, `bits` further right. */
  fold(bits: number): void {
    const { low, high } = this;
    if (bits > 31) this.low ^= high >>> (bits - 32);
    else this.xor((low >>> bits) | (high << (32 - bits)), high >>> bits);
  }
}

const P1 = new Word(0x85ebca87, 0x9e3779b1);
const P2 = new Word(0x27d4eb4f, 0xc2b2ae3d);
const P3 = new Word(0x9e3779f9, 0x165667b1);
const P4 = new Word(0xc2b2ae63, 0x85ebca77);
const P5 = new Word(0x165667c5, 0x27d4eb2f);

const STRIPE_BYTES = 32;

/** 0 to 2^32 - 1. */
export function xxh64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { hash, used } = stripes(view);
  hash.add(bytes.length | 0, 0);
  let at = used;
  const lane = new Word(0, 0);
  for (; at + 8 <= bytes.length; at += 8) {
    lane.low = 0;
    lane.high = 0;
    round(lane, view, at);
    hash.xor(lane.low, lane.high);
    hash.rotate(27);
    hash.multiply(P1);
    hash.add(P4.low, P4.high);
  }
  for (; at < bytes.length; at += at + 4 <= bytes.length ? 4 : 1) {
    const isWord = at + 4 <= bytes.length;
    lane.low = isWord ? view.getInt32(at, true) : view.getUint8(at);
    lane.high = 0;
    lane.multiply(isWord ? P1 : P5);
    hash.xor(lane.low, lane.high);
    hash.rotate(isWord ? 23 : 11);
    hash.multiply(isWord ? P2 : P1);
    if (isWord) hash.add(P3.low, P3.high);
  }
  hash.fold(33);
  hash.multiply(P2);
  hash.fold(29);
  hash.multiply(P3);
  hash.fold(32);
  return hash.low >>> 0;
}

/** What is shorter than a stripe has none. */
function stripes(view: DataView): { readonly hash: Word; readonly used: number } {
  const used = view.byteLength - (view.byteLength % STRIPE_BYTES);
  if (used === 0) return { hash: new Word(P5.low, P5.high), used };
  const first = new Word(P1.low, P1.high);
  first.add(P2.low, P2.high);
  // The negative of it; its low half is not 0.
  const last = new Word(-P1.low, ~P1.high);
  const lanes = [first, new Word(P2.low, P2.high), new Word(0, 0), last] as const;
  const [a, b, c, d] = lanes;
  for (let at = 0; at < used; at += STRIPE_BYTES) {
    round(a, view, at);
    round(b, view, at + 8);
    round(c, view, at + 16);
    round(d, view, at + 24);
  }
  const hash = new Word(0, 0);
  const part = new Word(0, 0);
  for (const [i, lane] of lanes.entries()) {
    Object.assign(part, lane);
    part.rotate([1, 7, 12, 18][i] ?? 0);
    hash.add(part.low, part.high);
  }
  for (const lane of lanes) {
    // A round of its own, without input.
    lane.multiply(P2);
    turn(lane);
    hash.xor(lane.low, lane.high);
    hash.multiply(P1);
    hash.add(P4.low, P4.high);
  }
  return { hash, used };
}

const input = new Word(0, 0);

/** Takes eight bytes in. */
function round(lane: Word, view: DataView, at: number): void {
  input.low = view.getInt32(at, true);
  input.high = view.getInt32(at + 4, true);
  input.multiply(P2);
  lane.add(input.low, input.high);
  turn(lane);
}

function turn(lane: Word): void {
  lane.rotate(31);
  lane.multiply(P1);
}
