/**
 * Zstandard (RFC 8878), unpacked: browsers have no decoder of their own. Frames one behind the other, skippable ones passed over; frames that
 * need a dictionary are refused. A frame that has a checksum is held against it; one that is not unpacked to its end is not.
 *
 * Held against the reference library, as Node has it, by zstd.test.ts.
 */
import type { Unpacked } from './unpack.ts';
import { xxh64Low } from './xxh64.ts';
import {
  BackwardBits,
  constantFse,
  damaged,
  type FseTable,
  fseTable,
  type HuffmanTable,
  readFse,
  readHuffman,
} from './zstd-tables.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_BYTES_MAX = 128 * 1024;

/** Up to `max` bytes. What was unpacked before a fault is in the answer too. */
export function unpackZstd(bytes: Uint8Array, max: number): Unpacked {
  const out = new Output(max);
  const input = new Input(bytes);
  try {
    while (input.left > 0 && !out.isFull) readFrame(input, out);
    return { bytes: out.bytes(), isCut: out.isFull, fault: null };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return { bytes: out.bytes(), isCut: false, fault: cause.message };
  }
}

/** Little-endian numbers and runs of bytes, forward. */
class Input {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw damaged('it ends too soon');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  number(count: number): number {
    return this.take(count).reduceRight((value, byte) => value * 256 + byte, 0);
  }
}

/** What is unpacked; nothing beyond the bound is kept. */
class Output {
  readonly #max: number;
  #bytes = new Uint8Array(64 * 1024);
  length = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** More came than is kept. */
  get isFull(): boolean {
    return this.length > this.#max;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, Math.min(this.length, this.#max));
  }

  /** A view of what came since. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.length);
  }

  put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  fill(byte: number, count: number): void {
    this.#room(count);
    this.#bytes.fill(byte, this.length, this.length + count);
    this.length += count;
  }

  /** Again what stands `offset` bytes back; the copy may run into what it writes. */
  copy(offset: number, count: number, frameStart: number): void {
    if (offset > this.length - frameStart) throw damaged('a match before the beginning');
    this.#room(count);
    const bytes = this.#bytes;
    for (let i = 0; i < count; i++, this.length++) bytes[this.length] = bytes[this.length - offset] as number;
  }

  #room(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** What one block leaves to the next. */
interface Frame {
  readonly start: number;
  huffman: HuffmanTable | null;
  readonly tables: (FseTable | null)[];
  readonly offsets: [number, number, number];
}

/** §3.1.1 */
function readFrame(input: Input, out: Output): void {
  const magic = input.number(4);
  if (magic - (magic % 16) === SKIPPABLE_MAGIC) {
    input.take(input.number(4));
    return;
  }
  if (magic !== MAGIC) throw damaged('what follows is no frame');
  const descriptor = input.number(1);
  const isSingle = (descriptor & 0x20) !== 0;
  if ((descriptor & 8) !== 0) throw damaged('a reserved bit is set');
  if (!isSingle) input.take(1);
  if (input.number([0, 1, 2, 4][descriptor & 3] ?? 0) !== 0)
    throw new RangeError('it needs a dictionary that is not here');
  const sizeCode = descriptor >> 6;
  input.take(sizeCode === 0 ? (isSingle ? 1 : 0) : 1 << sizeCode);
  const frame: Frame = { start: out.length, huffman: null, tables: [null, null, null], offsets: [1, 4, 8] };
  for (let isLast = false; !isLast && !out.isFull; ) {
    const head = input.number(3);
    isLast = (head & 1) === 1;
    const size = head >> 3;
    if (size > BLOCK_BYTES_MAX) throw damaged('a block larger than allowed');
    const type = (head >> 1) & 3;
    if (type === 0) out.put(input.take(size));
    else if (type === 1) out.fill(input.number(1), size);
    else if (type === 2) readBlock(new Input(input.take(size)), out, frame);
    else throw damaged('a block of a reserved type');
  }
  if ((descriptor & 4) === 0 || out.isFull) return;
  if (input.number(4) !== xxh64Low(out.since(frame.start)))
    throw new RangeError('its checksum does not fit: this is not what was compressed');
}

/** §3.1.1.3.2: literals, then sequences of "so many literals, then a copy". */
function readBlock(input: Input, out: Output, frame: Frame): void {
  const literals = readLiterals(input, frame);
  let count = input.number(1);
  if (count >= 128) count = count === 255 ? input.number(2) + 0x7f00 : (count - 128) * 256 + input.number(1);
  const blockEnd = out.length + BLOCK_BYTES_MAX;
  let used = 0;
  if (count > 0) {
    const modes = input.number(1);
    if ((modes & 3) !== 0) throw damaged('a reserved bit is set');
    const tables = KINDS.map((kind, i) => readTable(input, { kind, mode: (modes >> (6 - 2 * i)) & 3, frame, at: i }));
    used = runSequences({ count, tables, bits: new BackwardBits(input.rest()), literals, out, frame, blockEnd });
  }
  out.put(literals.subarray(used));
  if (out.length > blockEnd) throw damaged('a block that grows too large');
}

/** §3.1.1.3.1 */
function readLiterals(input: Input, frame: Frame): Uint8Array {
  const head = input.number(1);
  const type = head & 3;
  const format = (head >> 2) & 3;
  if (type < 2) {
    const extra = format === 1 ? 1 : format === 3 ? 2 : 0;
    const size = extra === 0 ? head >> 3 : (head >> 4) + input.number(extra) * 16;
    if (size > BLOCK_BYTES_MAX) throw damaged('more literals than a block holds');
    return type === 0 ? input.take(size) : new Uint8Array(size).fill(input.number(1));
  }
  const width = format < 2 ? 10 : format === 2 ? 14 : 18;
  const sizes = (head >> 4) + input.number((2 * width + 4) / 8 - 1) * 16;
  const size = sizes % 2 ** width;
  const section = input.take(Math.floor(sizes / 2 ** width));
  if (size > BLOCK_BYTES_MAX) throw damaged('more literals than a block holds');
  let from = 0;
  if (type === 2) {
    const { table, used } = readHuffman(section);
    frame.huffman = table;
    from = used;
  }
  if (frame.huffman === null) throw damaged('literals without their table');
  const literals = new Uint8Array(size);
  if (format === 0) readStream(section.subarray(from), frame.huffman, literals);
  else readStreams(section.subarray(from), frame.huffman, literals);
  return literals;
}

/** Four streams behind a table of the sizes of the first three. */
function readStreams(bytes: Uint8Array, table: HuffmanTable, literals: Uint8Array): void {
  const input = new Input(bytes);
  const sizes = [input.number(2), input.number(2), input.number(2)];
  const each = (literals.length + 3) >> 2;
  for (let i = 0; i < 4; i++) {
    const stream = i < 3 ? input.take(sizes[i] ?? 0) : input.rest();
    readStream(stream, table, literals.subarray(i * each, i < 3 ? (i + 1) * each : undefined));
  }
}

function readStream(bytes: Uint8Array, table: HuffmanTable, literals: Uint8Array): void {
  const bits = new BackwardBits(bytes);
  const mask = (1 << table.log) - 1;
  let state = bits.read(table.log);
  for (let i = 0; i < literals.length; i++) {
    literals[i] = table.symbol[state] as number;
    const width = table.bits[state] as number;
    state = ((state << width) & mask) + bits.read(width);
  }
  if (bits.left !== -table.log) throw damaged('literals that end elsewhere');
}

interface SequenceKind {
  readonly logMax: number;
  readonly symbolsMax: number;
  /** In force where no other table is given (§3.1.1.3.2.2). */
  readonly usual: FseTable;
}

const ones = (count: number): readonly number[] => Array<number>(count).fill(1);
const twos = (count: number): readonly number[] => Array<number>(count).fill(2);
const rare = (count: number): readonly number[] => Array<number>(count).fill(-1);

/** Literal lengths, offsets, match lengths. */
const KINDS: readonly SequenceKind[] = [
  {
    logMax: 9,
    symbolsMax: 36,
    usual: fseTable([4, 3, ...twos(11), ...ones(3), ...twos(9), 3, 2, ...ones(5), ...rare(4)], 6),
  },
  { logMax: 8, symbolsMax: 32, usual: fseTable([...ones(6), ...twos(3), ...ones(15), ...rare(5)], 5) },
  { logMax: 9, symbolsMax: 53, usual: fseTable([1, 4, 3, ...twos(6), ...ones(37), ...rare(7)], 6) },
];

interface TableChoice {
  readonly kind: SequenceKind;
  readonly mode: number;
  readonly frame: Frame;
  readonly at: number;
}

function readTable(input: Input, { kind, mode, frame, at }: TableChoice): FseTable {
  let table = frame.tables[at] ?? null;
  if (mode === 0) table = kind.usual;
  else if (mode === 1) {
    const one = input.number(1);
    if (one >= kind.symbolsMax) throw damaged('a code that does not exist');
    table = constantFse(one);
  } else if (mode === 2) {
    const read = readFse(input.rest(), kind);
    input.take(read.used);
    table = read.table;
  }
  if (table === null) throw damaged('a table is missing');
  frame.tables[at] = table;
  return table;
}

/** Bits that follow a code, by code; where each code begins follows from them (§3.1.1.3.2.1.1). */
const LITERAL_BITS = [...Array<number>(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BITS = [...Array<number>(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

function basesOf(bits: readonly number[], first: number): readonly number[] {
  let base = first;
  return bits.map((width) => {
    const mine = base;
    base += 2 ** width;
    return mine;
  });
}

const LITERAL_BASES = basesOf(LITERAL_BITS, 0);
const MATCH_BASES = basesOf(MATCH_BITS, 3);

interface SequenceRun {
  readonly count: number;
  readonly tables: readonly FseTable[];
  readonly bits: BackwardBits;
  readonly literals: Uint8Array;
  readonly out: Output;
  readonly frame: Frame;
  readonly blockEnd: number;
}

/** How many literals were used. */
function runSequences({ count, tables, bits, literals, out, frame, blockEnd }: SequenceRun): number {
  const [lengths, offsets, matches] = tables as [FseTable, FseTable, FseTable];
  let [length, offset, match] = [bits.read(lengths.log), bits.read(offsets.log), bits.read(matches.log)];
  const step = (table: FseTable, state: number): number =>
    (table.next[state] as number) + bits.read(table.bits[state] as number);
  let used = 0;
  for (let left = count; left > 0; left--) {
    const width = offsets.symbol[offset] as number;
    const distance = 2 ** width + bits.read(width);
    const matchCode = matches.symbol[match] as number;
    const matchLength = (MATCH_BASES[matchCode] ?? 0) + bits.read(MATCH_BITS[matchCode] ?? 0);
    const lengthCode = lengths.symbol[length] as number;
    const literalLength = (LITERAL_BASES[lengthCode] ?? 0) + bits.read(LITERAL_BITS[lengthCode] ?? 0);
    if (left > 1) {
      length = step(lengths, length);
      match = step(matches, match);
      offset = step(offsets, offset);
    }
    if (bits.left < 0 || used + literalLength > literals.length) throw damaged('a sequence without its bits');
    if (out.length + literalLength + matchLength > blockEnd) throw damaged('a block that grows too large');
    out.put(literals.subarray(used, used + literalLength));
    used += literalLength;
    out.copy(distanceOf(frame.offsets, distance, literalLength === 0), matchLength, frame.start);
  }
  if (bits.left !== 0) throw damaged('sequences that end elsewhere');
  return used;
}

/** §3.1.1.5: the three distances used last have numbers of their own. */
function distanceOf(last: [number, number, number], code: number, withoutLiterals: boolean): number {
  const nth = code > 3 ? 3 : code - 1 + (withoutLiterals ? 1 : 0);
  const [first, second, third] = last;
  const distance = code > 3 ? code - 3 : nth === 3 ? first - 1 : (last[nth] ?? first);
  if (distance <= 0) throw damaged('a distance of nothing');
  if (nth > 0) [last[0], last[1], last[2]] = [distance, first, nth === 1 ? third : second];
  return distance;
}
