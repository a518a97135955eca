/** SHA-256 of bytes that come in pieces (FIPS 180-4): browsers reckon it only over what is in memory as a whole. */

const BLOCK_BYTES = 64;
/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = fractions(64, Math.cbrt);
const INITIAL = fractions(8, Math.sqrt);

export class Sha256 {
  readonly #state = Uint32Array.from(INITIAL);
  readonly #words = new Uint32Array(64);
  readonly #rest = new Uint8Array(BLOCK_BYTES);
  #restBytes = 0;
  #bytes = 0;

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#restBytes > 0) {
      at = Math.min(bytes.length, BLOCK_BYTES - this.#restBytes);
      this.#rest.set(bytes.subarray(0, at), this.#restBytes);
      this.#restBytes += at;
      if (this.#restBytes < BLOCK_BYTES) return;
      this.#block(this.#rest, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#block(bytes, at);
    this.#restBytes = bytes.length - at;
    this.#rest.set(bytes.subarray(at));
  }

  /** Once, at the end. */
  digest(): Uint8Array {
    const bits = this.#bytes * 8;
    // A one bit, zeros, and the length in 64 bits fill up the last block.
    const zeros = (2 * BLOCK_BYTES - 9 - this.#restBytes) % BLOCK_BYTES;
    const padding = new Uint8Array(1 + zeros + 8);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.add(padding);
    const out = new Uint8Array(32);
    const words = new DataView(out.buffer);
    this.#state.forEach((word, i) => {
      words.setUint32(i * 4, word);
    });
    return out;
  }

  #block(bytes: Uint8Array, from: number): void {
    const w = this.#words;
    for (let i = 0, at = from; i < 16; i++, at += 4)
      w[i] = (byte(bytes, at) << 24) | (byte(bytes, at + 1) << 16) | (byte(bytes, at + 2) << 8) | byte(bytes, at + 3);
    for (let i = 16; i < 64; i++) {
      const [early, late] = [word(w, i - 15), word(w, i - 2)];
      const small0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
      const small1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
      w[i] = (word(w, i - 16) + small0 + word(w, i - 7) + small1) | 0;
    }
    const state = this.#state;
    let [a, b, c, d] = [word(state, 0), word(state, 1), word(state, 2), word(state, 3)];
    let [e, f, g, h] = [word(state, 4), word(state, 5), word(state, 6), word(state, 7)];
    for (let i = 0; i < 64; i++) {
      const big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const first = (h + big1 + ((e & f) ^ (~e & g)) + word(K, i) + word(w, i)) | 0;
      const big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] = word(state, 0) + a;
    state[1] = word(state, 1) + b;
    state[2] = word(state, 2) + c;
    state[3] = word(state, 3) + d;
    state[4] = word(state, 4) + e;
    state[5] = word(state, 5) + f;
    state[6] = word(state, 6) + g;
    state[7] = word(state, 7) + h;
  }
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] as number;
const word = (words: Uint32Array, at: number): number => words[at] as number;
const rotated = (value: number, by: number): number => (value >>> by) | (value << (32 - by));

function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const out: number[] = [];
  for (let candidate = 2; out.length < count; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) isPrime = false;
    if (isPrime) out.push(Math.floor((root(candidate) % 1) * 2 ** 32));
  }
  return Uint32Array.from(out);
}
