/**
 * Protocol Buffers as text without their schema: fields by number, in the order in which they stand. Whether bytes are text, a message or just
 * bytes is not written down in them and is judged: text where it reads as text, else a message where it adds up, else bytes.
 */
import { toHex, utf8Decode } from '../../base/bytes.ts';
import { Reader, WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT, WireError } from '../../base/protobuf/reader.ts';
import { holdsControls } from '../value-format.ts';

/** Names of fields that are known, by number. */
export interface FieldNames {
  readonly [field: number]: KnownField;
}

export interface KnownField {
  readonly name: string;
  readonly fields?: FieldNames;
  /** map: entries of 1 = name, 2 = value. time: 1 = seconds since 1970. */
  readonly as?: 'map' | 'time';
}

/** Deeper ones are shown as bytes. */
const DEPTH_MAX = 32;

/** Lines of text, until `charsMax` of them are written. */
export class Lines {
  readonly #lines: string[] = [];
  readonly #charsMax: number;
  #chars = 0;

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  get isFull(): boolean {
    return this.#chars > this.#charsMax;
  }

  add(depth: number, line: string): void {
    if (this.isFull) return;
    this.#lines.push('  '.repeat(depth) + line);
    this.#chars += line.length + depth * 2 + 1;
  }

  text(): string {
    return this.#lines.join('\n').slice(0, this.#charsMax);
  }
}

/** @throws WireError when it is no message */
export function writeMessage(
  bytes: Uint8Array,
  lines: Lines,
  { depth = 0, names = {} }: { readonly depth?: number; readonly names?: FieldNames } = {},
): void {
  const reader = new Reader(bytes);
  while (!reader.done && !lines.isFull) {
    const tag = reader.uint32();
    const known = names[tag >>> 3];
    const name = known?.name ?? String(tag >>> 3);
    switch (tag & 7) {
      case WIRE_VARINT:
        lines.add(depth, `${name}: ${reader.uint64()}`);
        break;
      case WIRE_FIXED64:
        lines.add(depth, `${name}: 0x${fixedHex(reader, 8)}`);
        break;
      case WIRE_FIXED32:
        lines.add(depth, `${name}: 0x${fixedHex(reader, 4)}`);
        break;
      case WIRE_BYTES:
        writeBytes(reader.view(), lines, { depth, name, known });
        break;
      default:
        throw new WireError(`wire type ${tag & 7} is not supported`);
    }
  }
}

/** Little-endian, as a number is written. */
function fixedHex(reader: Reader, count: number): string {
  const from = reader.at;
  reader.skip(count === 8 ? WIRE_FIXED64 : WIRE_FIXED32);
  return toHex(reader.bytes.slice(from, from + count).reverse());
}

interface Field {
  readonly depth: number;
  readonly name: string;
  readonly known: KnownField | undefined;
}

function writeBytes(bytes: Uint8Array, lines: Lines, { depth, name, known }: Field): void {
  const line = inOneLine(bytes, depth, known);
  lines.add(depth, line === null ? `${name}:` : `${name}: ${line}`);
  if (line !== null) return;
  writeMessage(bytes, lines, { depth: depth + 1, ...(known?.fields === undefined ? {} : { names: known.fields }) });
}

/** Null: it is a message, with fields of its own. */
function inOneLine(bytes: Uint8Array, depth: number, known: KnownField | undefined): string | null {
  if (known?.as !== undefined && isMessage(bytes)) return known.as === 'time' ? timeOf(bytes) : entryOf(bytes);
  const text = known?.fields === undefined ? textOf(bytes) : undefined;
  if (text !== undefined) return JSON.stringify(text);
  return depth >= DEPTH_MAX || !isMessage(bytes) ? `(${bytes.length} bytes) ${toHex(bytes)}` : null;
}

function entryOf(bytes: Uint8Array): string {
  const texts: Record<number, string> = {};
  for (const [field, value] of fieldsOf(bytes)) texts[field] = textOf(value) ?? toHex(value);
  return `${JSON.stringify(texts[1] ?? '')} = ${JSON.stringify(texts[2] ?? '')}`;
}

/** Fields whose values are bytes. @throws WireError */
export function* fieldsOf(bytes: Uint8Array): Generator<readonly [field: number, value: Uint8Array]> {
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = reader.uint32();
    if ((tag & 7) === WIRE_BYTES) yield [tag >>> 3, reader.view()];
    else reader.skip(tag & 7);
  }
}

function timeOf(bytes: Uint8Array): string {
  const reader = new Reader(bytes);
  let seconds = 0;
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag === 8) seconds = reader.ordinal();
    else reader.skip(tag & 7);
  }
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? `${seconds} seconds since 1970` : date.toISOString();
}

function textOf(bytes: Uint8Array): string | undefined {
  const text = utf8Decode(bytes);
  return text === undefined || holdsControls(text) ? undefined : text;
}

/** Tags and lengths add up; what lies in the fields is not looked at. */
function isMessage(bytes: Uint8Array): boolean {
  try {
    const reader = new Reader(bytes);
    while (!reader.done) {
      const tag = reader.uint32();
      if (tag >>> 3 === 0) return false;
      reader.skip(tag & 7);
    }
    return true;
  } catch (cause) {
    if (cause instanceof WireError) return false;
    throw cause;
  }
}
