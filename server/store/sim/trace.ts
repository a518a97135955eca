/**
 * What happened, one line per event, folded into a hash as it happens: two runs are the same run exactly when their hashes
 * are equal. Legend of the lines: README.md.
 */

const PRIME = 0x01000193;

/** FNV-1a over the low bytes of the characters, twice with different bases: 64 bits, plenty to notice a difference. */
export class Trace {
  readonly #print: ((line: string) => void) | undefined;
  #a = 0x811c9dc5;
  #b = 0x9747b28c;
  #lines = 0;

  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  get lines(): number {
    return this.#lines;
  }

  line(timeMs: number, text: string): void {
    const line = `${timeMs.toFixed(3)} ${text}`;
    this.#lines++;
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      a = Math.imul(a ^ code, PRIME);
      b = Math.imul(b ^ (code + i), PRIME);
    }
    this.#a = Math.imul(a ^ 10, PRIME);
    this.#b = Math.imul(b ^ 10, PRIME);
    this.#print?.(line);
  }

  /** 16 hex digits. */
  hash(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }
}

/** Folds numbers into a 32-bit hash; for digests of state, where speed matters more than spread. */
export function mix(hash: number, value: number): number {
  let h = hash ^ value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function hashBytes(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, PRIME);
  return h >>> 0;
}
