/**
 * Frames of the WAL: etcd's length header, walpb.Record and padding (format: README.md here). Pure.
 *
 * Hand-written rather than table-driven: this runs for every entry, and the exact order of fields is what lets parseFrame()
 * tell a frame from noise without its checksum.
 */
import { assert } from '../../../lib/base/assert.ts';
import { crc32c } from '../../../lib/base/crc32c.ts';

export const FRAME_ALIGNMENT = 8;
const HEADER_BYTES = 8;
const PADDED_FLAG = 0x80;
const TYPE_MASK = 7;
const INITIAL_BYTES = 16 * 1024;
/** Kept between batches; a rare huge batch gives its memory back. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;
/** header + 2 (type) + 6 (crc) + 6 (data length) + 9 (marker) + padding */
const OVERHEAD_BYTES_MAX = 40;

const TAG_TYPE = 0x08;
const TAG_CRC = 0x10;
const TAG_DATA = 0x1a;
const TAG_MARKER = 0x20;

export interface Frame {
  readonly type: number;
  readonly crc: number;
  readonly dataFrom: number;
  readonly dataTo: number;
  /** Everything in the segment before this offset was durable when the record was written. Undefined: etcd wrote it. */
  readonly durableBefore: number | undefined;
  /** Offset of the next frame. */
  readonly end: number;
}

/** Collects frames for one write, continuing the checksum chain. */
export class FrameBuffer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #crc: number;

  constructor(crc: number) {
    this.#crc = crc;
  }

  /** The chain's value after the last frame. */
  get crc(): number {
    return this.#crc;
  }

  get length(): number {
    return this.#length;
  }

  /** What was collected, as a view that the next change invalidates. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  /**
   * @param data absent for a crc record, which seeds the chain instead of extending it.
   * @param durableBefore offset in the segment, a multiple of 8.
   */
  push(record: { readonly type: number; readonly data: Uint8Array | undefined; readonly durableBefore: number }): void {
    const { type, data, durableBefore } = record;
    assert(durableBefore % FRAME_ALIGNMENT === 0, `WAL marker ${durableBefore} is not a multiple of 8`);
    this.#reserve(OVERHEAD_BYTES_MAX + (data?.length ?? 0));
    if (data !== undefined) this.#crc = crc32c(data, this.#crc);
    const bytes = this.#bytes;
    const start = this.#length;
    let at = start + HEADER_BYTES;
    bytes[at++] = TAG_TYPE;
    bytes[at++] = type;
    bytes[at++] = TAG_CRC;
    at = writeVarint(bytes, at, this.#crc);
    if (data !== undefined) {
      bytes[at++] = TAG_DATA;
      at = writeVarint(bytes, at, data.length);
      bytes.set(data, at);
      at += data.length;
    }
    bytes[at++] = TAG_MARKER;
    at = writeVarint(bytes, at, durableBefore + type);
    const length = at - start - HEADER_BYTES;
    const padding = (FRAME_ALIGNMENT - (length % FRAME_ALIGNMENT)) % FRAME_ALIGNMENT;
    bytes.fill(0, at, at + padding);
    writeHeader(bytes, start, length, padding);
    this.#length = at + padding;
  }

  #reserve(count: number): void {
    const need = this.#length + count;
    if (need <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function writeHeader(bytes: Uint8Array, at: number, length: number, padding: number): void {
  let rest = length;
  for (let i = 0; i < 7; i++) {
    bytes[at + i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  bytes[at + 7] = PADDED_FLAG | padding;
}

/** An unsigned varint of a safe integer. Returns the offset after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest >= 0x80) {
    bytes[to++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[to++] = rest;
  return to;
}

/** True when the 8 bytes at `at` are zero, or fewer are left: the log ends here, as far as this header tells. */
export function isBlankHeader(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < Math.min(at + HEADER_BYTES, bytes.length); i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * The frame at `at`, when header, record and padding agree with each other to the byte. Its checksum is not verified here:
 * the caller knows the chain. Undefined when this cannot be a frame.
 */
export function parseFrame(bytes: Uint8Array, at: number): Frame | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const flags = bytes[at + 7] as number;
  const padding = flags & PADDED_FLAG ? flags & TYPE_MASK : 0;
  let length = 0;
  for (let i = 6; i >= 0; i--) length = length * 256 + (bytes[at + i] as number);
  const from = at + HEADER_BYTES;
  const to = from + length;
  const end = to + padding;
  if (length === 0 || (flags & 0x78) !== 0 || (length + padding) % FRAME_ALIGNMENT !== 0 || end > bytes.length)
    return undefined;
  for (let i = to; i < end; i++) if (bytes[i] !== 0) return undefined;
  return parseRecord({ bytes, from, to, end });
}

function parseRecord(span: {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly end: number;
}): Frame | undefined {
  const { bytes, from, to, end } = span;
  const type = bytes[from + 1] as number;
  if (to - from < 4 || bytes[from] !== TAG_TYPE || type < 1 || type > 5 || bytes[from + 2] !== TAG_CRC)
    return undefined;
  const crc = readVarint(bytes, from + 3, to);
  if (crc === undefined || crc.value > 0xffff_ffff) return undefined;
  let at = crc.at;
  let dataFrom = at;
  let dataTo = at;
  if (at < to && bytes[at] === TAG_DATA) {
    const size = readVarint(bytes, at + 1, to);
    if (size === undefined || size.value > to - size.at) return undefined;
    dataFrom = size.at;
    dataTo = at = dataFrom + size.value;
  }
  let durableBefore: number | undefined;
  if (at < to && bytes[at] === TAG_MARKER) {
    const marker = readVarint(bytes, at + 1, to);
    if (marker === undefined || marker.value % FRAME_ALIGNMENT !== type) return undefined;
    durableBefore = marker.value - type;
    at = marker.at;
  }
  return at === to ? { type, crc: crc.value, dataFrom, dataTo, durableBefore, end } : undefined;
}

function readVarint(bytes: Uint8Array, at: number, to: number): { value: number; at: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let i = at; i < Math.min(to, at + 7); i++) {
    const byte = bytes[i] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, at: i + 1 };
    scale *= 128;
  }
  return undefined;
}
