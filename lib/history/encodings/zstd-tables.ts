/** The entropy coding of Zstandard (RFC 8878 §4): bits read backwards, FSE tables, Huffman tables. @throws RangeError on damage, all of them */

/** What `bytes` hold is not what the format allows. */
export function damaged(what: string): RangeError {
  return new RangeError(`damaged Zstandard data: ${what}`);
}

/** Bits from the last one set towards the first byte (§4.1). Before the first byte there are zeros, as many as are asked for. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Bits not read yet; negative when more were read than there are. */
  left: number;

  constructor(bytes: Uint8Array) {
    const last = bytes[bytes.length - 1] ?? 0;
    if (last === 0) throw damaged('a bit stream without its end mark');
    this.#bytes = bytes;
    this.left = bytes.length * 8 - Math.clz32(last) + 23;
  }

  /** At most 32. */
  read(count: number): number {
    if (count === 0) return 0;
    this.left -= count;
    const from = this.left >> 3;
    const skip = this.left & 7;
    let value = 0;
    for (let i = (skip + count + 7) >> 3; i-- > 0; ) value = value * 256 + (this.#bytes[from + i] ?? 0);
    return Math.floor(value / 2 ** skip) % 2 ** count;
  }
}

/** A state is an index into all three. */
export interface FseTable {
  readonly log: number;
  readonly symbol: Uint8Array;
  readonly bits: Uint8Array;
  /** Base of the next state. */
  readonly next: Uint16Array;
}

/** §4.1.1: how often each symbol occurs, -1 for "less than once". `used` bytes were read. */
export function readFse(
  bytes: Uint8Array,
  { symbolsMax, logMax }: { readonly symbolsMax: number; readonly logMax: number },
): { readonly table: FseTable; readonly used: number } {
  let at = 0;
  const read = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value |= (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) << i;
    if (at > bytes.length * 8) throw damaged('a table that ends too soon');
    return value;
  };
  const log = read(4) + 5;
  if (log > logMax) throw damaged('a table larger than allowed');
  const counts: number[] = [];
  let remaining = 1 << log;
  while (remaining > 0 && counts.length < symbolsMax) {
    const width = 32 - Math.clz32(remaining + 1);
    const low = (1 << (width - 1)) - 1;
    const threshold = (1 << width) - 2 - remaining;
    let value = read(width);
    if ((value & low) < threshold) {
      at--;
      value &= low;
    } else if (value > low) value -= threshold;
    const count = value - 1;
    remaining -= Math.abs(count);
    counts.push(count);
    if (count !== 0) continue;
    for (let zeros = 3; zeros === 3; ) {
      zeros = read(2);
      for (let i = 0; i < zeros; i++) counts.push(0);
    }
  }
  if (remaining !== 0 || counts.length > symbolsMax) throw damaged('a table that does not add up');
  return { table: fseTable(counts, log), used: (at + 7) >> 3 };
}

export function fseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbol = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const next = new Uint16Array(size);
  const seen = counts.map((count) => Math.abs(count));
  let high = size;
  counts.forEach((count, one) => {
    if (count === -1) symbol[--high] = one;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  counts.forEach((count, one) => {
    for (let i = 0; i < count; i++) {
      symbol[at] = one;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  });
  for (let state = 0; state < size; state++) {
    const one = symbol[state] as number;
    const nth = seen[one] ?? 1;
    seen[one] = nth + 1;
    const width = log - (31 - Math.clz32(nth));
    bits[state] = width;
    next[state] = (nth << width) - size;
  }
  return { log, symbol, bits, next };
}

/** A table of one symbol that costs no bits. */
export const constantFse = (one: number): FseTable => ({
  log: 0,
  symbol: Uint8Array.of(one),
  bits: new Uint8Array(1),
  next: new Uint16Array(1),
});

export interface HuffmanTable {
  readonly log: number;
  readonly symbol: Uint8Array;
  readonly bits: Uint8Array;
}

const HUFFMAN_LOG_MAX = 11;

/** §4.2.1: the weights of the symbols, direct or by FSE. */
export function readHuffman(bytes: Uint8Array): { readonly table: HuffmanTable; readonly used: number } {
  const head = bytes[0] ?? 0;
  if (head < 128) return { table: huffmanTable(fseWeights(bytes.subarray(1, 1 + head))), used: 1 + head };
  const count = head - 127;
  const weights = Array.from({ length: count }, (_, i) => {
    const pair = bytes[1 + (i >> 1)] ?? 0;
    return i % 2 === 0 ? pair >> 4 : pair & 15;
  });
  return { table: huffmanTable(weights), used: 1 + ((count + 1) >> 1) };
}

/** Two states take turns; when one asks for bits that are not there the other gives the last symbol. */
function fseWeights(bytes: Uint8Array): readonly number[] {
  const { table, used } = readFse(bytes, { symbolsMax: 256, logMax: 6 });
  const input = new BackwardBits(bytes.subarray(used));
  const weights: number[] = [];
  let [mine, other] = [input.read(table.log), input.read(table.log)];
  while (weights.length < 255) {
    weights.push(table.symbol[mine] as number);
    mine = (table.next[mine] as number) + input.read(table.bits[mine] as number);
    if (input.left < 0) {
      weights.push(table.symbol[other] as number);
      return weights;
    }
    [mine, other] = [other, mine];
  }
  throw damaged('too many weights');
}

/** The weight of the last symbol is what is missing to a power of two. */
function huffmanTable(known: readonly number[]): HuffmanTable {
  const sum = known.reduce((total, weight) => total + (weight === 0 ? 0 : 1 << (weight - 1)), 0);
  const log = 32 - Math.clz32(sum);
  const rest = (1 << log) - sum;
  if (sum === 0 || log > HUFFMAN_LOG_MAX || (rest & (rest - 1)) !== 0) throw damaged('weights that do not add up');
  const weights = [...known, 32 - Math.clz32(rest)];
  if (weights.length > 256) throw damaged('too many weights');
  const symbol = new Uint8Array(1 << log);
  const bits = new Uint8Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    weights.forEach((one, value) => {
      if (one !== weight) return;
      const end = at + (1 << (weight - 1));
      symbol.fill(value, at, end);
      bits.fill(log + 1 - weight, at, end);
      at = end;
    });
  }
  return { log, symbol, bits };
}
