/**
 * HPACK decoding (RFC 7541). One decoder per connection: every block must pass through it, in order, even those nobody wants,
 * because blocks change the dynamic table. What a block may unfold to is bounded; beyond, it is read on without being kept.
 */
import { huffmanDecode } from './huffman.ts';
import { ConnectionError, ErrorCode, HEADER_BLOCK_BYTES_MAX, HEADER_TABLE_BYTES } from './protocol.ts';
import { STATIC_TABLE } from './static-table.ts';

/** What a field counts besides its bytes (RFC 7541 §4.1). */
const FIELD_OVERHEAD_BYTES = 32;
const INTEGER_MAX = 2 ** 24;
const scratch = Buffer.allocUnsafeSlow(Math.ceil((HEADER_BLOCK_BYTES_MAX * 8) / 5) + 1);

export type Field = readonly [name: string, value: string];

export interface HpackLimits {
  /** Sum of names, values and 32 per field. */
  readonly listBytesMax: number;
  readonly pairsMax: number;
}

export class HpackDecoder {
  readonly #limits: HpackLimits;
  /** Oldest first: index 62 is the last. */
  readonly #table: Field[] = [];
  #tableBytes = 0;
  #tableBytesMax = HEADER_TABLE_BYTES;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Grows whenever the dynamic table changes: a block decodes as before while this stands still. */
  tableVersion = 0;

  constructor(limits: HpackLimits) {
    this.#limits = limits;
  }

  /** The fields in order, or undefined when they exceed the limits. @throws ConnectionError COMPRESSION_ERROR */
  decode(block: Buffer): readonly Field[] | undefined {
    this.#block = block;
    this.#at = 0;
    let fields: Field[] | undefined = [];
    let listBytes = 0;
    while (this.#at < block.length) {
      const first = block[this.#at] as number;
      if ((first & 0xe0) === 0x20) {
        if (listBytes > 0) throw compressionError('table size update behind a field');
        this.#resize(this.#integer(5));
        continue;
      }
      const field = this.#field(first);
      listBytes += sizeOf(field);
      if (listBytes > this.#limits.listBytesMax) fields = undefined;
      else if (fields !== undefined && fields.push(field) > this.#limits.pairsMax) fields = undefined;
    }
    return fields;
  }

  #field(first: number): Field {
    if (first >= 0x80) return this.#indexed(this.#integer(7));
    const isInserted = (first & 0x40) !== 0;
    const nameIndex = this.#integer(isInserted ? 6 : 4);
    const name = nameIndex === 0 ? this.#string() : this.#indexed(nameIndex)[0];
    const field: Field = [name, this.#string()];
    if (isInserted) this.#insert(field);
    return field;
  }

  #indexed(index: number): Field {
    const dynamic = index - STATIC_TABLE.length - 1;
    const field = dynamic < 0 ? STATIC_TABLE[index - 1] : this.#table[this.#table.length - 1 - dynamic];
    if (field === undefined) throw compressionError(`no field has index ${index}`);
    return field;
  }

  #insert(field: Field): void {
    this.tableVersion++;
    this.#tableBytes += sizeOf(field);
    this.#table.push(field);
    this.#evict();
  }

  #resize(bytesMax: number): void {
    if (bytesMax > HEADER_TABLE_BYTES) throw compressionError(`table size ${bytesMax} above ${HEADER_TABLE_BYTES}`);
    this.tableVersion++;
    this.#tableBytesMax = bytesMax;
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#tableBytesMax) this.#tableBytes -= sizeOf(this.#table.shift() as Field);
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (value > INTEGER_MAX || scale > INTEGER_MAX) throw compressionError('integer too large');
      if (byte < 0x80) return value;
    }
  }

  #string(): string {
    const isHuffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#block.length) throw compressionError('string beyond its block');
    this.#at = to;
    if (!isHuffman) return this.#block.toString('latin1', from, to);
    const written = huffmanDecode(this.#block, from, to, scratch);
    if (written < 0) throw compressionError('bad Huffman string');
    return scratch.toString('latin1', 0, written);
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw compressionError('block ends within a field');
    return byte;
  }
}

const sizeOf = (field: Field): number => field[0].length + field[1].length + FIELD_OVERHEAD_BYTES;

const compressionError = (message: string): ConnectionError =>
  new ConnectionError(ErrorCode.COMPRESSION_ERROR, message);
