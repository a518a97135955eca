/**
 * MessagePack as text that reads like JSON; numbers exact. Nothing marks it, so only what can hardly be anything else is taken for it: a map with
 * readable names that ends with the last byte.
 */
import { toHex, utf8Decode } from '../../base/bytes.ts';
import type { Lines } from './protobuf-text.ts';

const DEPTH_MAX = 64;

/** It is no MessagePack, or not for certain. */
class NotCertain extends Error {
  override readonly name = 'NotCertain';
}

/** False: it is not, and what was written of it means nothing. */
export function writeMessagePack(bytes: Uint8Array, lines: Lines): boolean {
  try {
    const reader = new PackReader(bytes);
    reader.write(lines, { depth: 0, before: '', after: '' });
    return reader.isDone || lines.isFull;
  } catch (cause) {
    if (cause instanceof NotCertain) return false;
    throw cause;
  }
}

interface Place {
  readonly depth: number;
  /** In the line, before and after the value: its name, a comma. */
  readonly before: string;
  readonly after: string;
}

class PackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  write(lines: Lines, place: Place): void {
    const head = this.#number(1);
    if (head >= 0x80 && head <= 0x8f) this.#members(head & 15, lines, place);
    else if (head === 0xde || head === 0xdf) this.#members(this.#number(head === 0xde ? 2 : 4), lines, place);
    else if (head >= 0x90 && head <= 0x9f) this.#items(head & 15, lines, place);
    else if (head === 0xdc || head === 0xdd) this.#items(this.#number(head === 0xdc ? 2 : 4), lines, place);
    else lines.add(place.depth, `${place.before}${this.#scalar(head)}${place.after}`);
  }

  #members(count: number, lines: Lines, place: Place): void {
    this.#list({ count, open: '{', close: '}' }, lines, place, () => {
      const name = this.#scalar(this.#number(1));
      if (place.depth === 0 && !name.startsWith('"')) throw new NotCertain('a name that is no text');
      return `${name}: `;
    });
  }

  #items(count: number, lines: Lines, place: Place): void {
    if (place.depth === 0) throw new NotCertain('a list could be anything');
    this.#list({ count, open: '[', close: ']' }, lines, place, () => '');
  }

  #list(
    { count, open, close }: { readonly count: number; readonly open: string; readonly close: string },
    lines: Lines,
    { depth, before, after }: Place,
    nameOf: () => string,
  ): void {
    if (depth > DEPTH_MAX || count > this.#bytes.length - this.#at)
      throw new NotCertain('deeper or longer than it can be');
    lines.add(depth, `${before}${open}${count === 0 ? `${close}${after}` : ''}`);
    if (count === 0) return;
    for (let i = 1; i <= count && !lines.isFull; i++) {
      this.write(lines, { depth: depth + 1, before: nameOf(), after: i < count ? ',' : '' });
    }
    lines.add(depth, `${close}${after}`);
  }

  #scalar(head: number): string {
    if (head <= 0x7f) return String(head);
    if (head >= 0xe0) return String(head - 0x100);
    if (head >= 0xa0 && head <= 0xbf) return this.#text(head & 31);
    switch (head) {
      case 0xc0:
        return 'null';
      case 0xc2:
        return 'false';
      case 0xc3:
        return 'true';
      case 0xca:
        return String(this.#view.getFloat32(this.#skip(4)));
      case 0xcb:
        return String(this.#view.getFloat64(this.#skip(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return String(this.#number(1 << (head - 0xcc)));
      case 0xcf:
        return String(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return String(this.#view.getInt8(this.#skip(1)));
      case 0xd1:
        return String(this.#view.getInt16(this.#skip(2)));
      case 0xd2:
        return String(this.#view.getInt32(this.#skip(4)));
      case 0xd3:
        return String(this.#view.getBigInt64(this.#skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#number(1 << (head - 0xd9)));
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#raw('bytes', this.#number(1 << (head - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#number(1 << (head - 0xc7)));
      default:
        if (head >= 0xd4 && head <= 0xd8) return this.#extension(1 << (head - 0xd4));
        throw new NotCertain('a byte that begins nothing');
    }
  }

  #extension(length: number): string {
    const type = this.#view.getInt8(this.#skip(1));
    return this.#raw(`extension ${type}`, length);
  }

  #raw(what: string, length: number): string {
    const from = this.#skip(length);
    return `<${what}: ${toHex(this.#bytes.subarray(from, from + length))}>`;
  }

  #text(length: number): string {
    const from = this.#skip(length);
    const text = utf8Decode(this.#bytes.subarray(from, from + length));
    if (text === undefined) throw new NotCertain('text that is none');
    return JSON.stringify(text);
  }

  #number(count: number): number {
    const from = this.#skip(count);
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + (this.#bytes[from + i] ?? 0);
    return value;
  }

  /** Where the next `count` bytes begin. */
  #skip(count: number): number {
    if (count > this.#bytes.length - this.#at) throw new NotCertain('it ends too soon');
    this.#at += count;
    return this.#at - count;
  }
}
