/**
 * How one revision of one key is stored: etcd's backend key followed by the marshalled mvccpb.KeyValue.
 *
 *   main u64 big endian, "_", sub u64 big endian [, "t" for a tombstone] | KeyValue
 *
 * These are the bytes etcd keeps in its `key` bucket, so HashKV hashes them as they lie and an export copies them. "t"
 * (0x74) cannot start a KeyValue, whose first byte is the tag of `key` (0x0a), so the two forms cannot be confused. A
 * tombstone's KeyValue holds the key alone.
 */
import { AssertionError, assert } from '../../../lib/base/assert.ts';
import { type ByteString, EMPTY_BYTES, toByteString } from '../../../lib/base/bytes.ts';
import { Reader } from '../../../lib/base/protobuf/reader.ts';

export const BACKEND_KEY_BYTES = 17;
const TOMBSTONE_MARK = 0x74;
const SEPARATOR = 0x5f;

const TAG_KEY = 0x0a;
const TAG_CREATE = 0x10;
const TAG_MOD = 0x18;
const TAG_VERSION = 0x20;
const TAG_VALUE = 0x2a;
const TAG_LEASE = 0x30;

export interface StoredRevision {
  readonly main: number;
  /** Ordinal of the change within its main revision. */
  readonly sub: number;
  readonly tombstone: boolean;
  readonly key: ByteString;
  /** The three below are 0 for a tombstone. */
  readonly createRevision: number;
  readonly version: number;
  readonly lease: bigint;
  readonly value: Uint8Array;
}

export function encodeRevision(revision: StoredRevision): Uint8Array {
  const out = new Uint8Array(encodedLength(revision));
  const end = writeRevision(out, revision);
  assert(end === out.length, `revision ${revision.main}.${revision.sub} takes ${end} bytes, sized as ${out.length}`);
  return out;
}

const scratch = new Uint8Array(64 * 1024);

/** Whether `payload` is what encodeRevision makes of `revision`, byte for byte. */
export function isEncodingOf(payload: Uint8Array, revision: StoredRevision): boolean {
  const { length } = payload;
  if (encodedLength(revision) !== length) return false;
  const expected = length <= scratch.length ? scratch : new Uint8Array(length);
  writeRevision(expected, revision);
  for (let i = 0; i < length; i++) if (expected[i] !== payload[i]) return false;
  return true;
}

function encodedLength({ tombstone, key, value, createRevision, main, version, lease }: StoredRevision): number {
  const keyEnd = BACKEND_KEY_BYTES + 1 + varintLength(key.length) + key.length;
  if (tombstone) return keyEnd + 1;
  const length = keyEnd + 3 + varintLength(createRevision) + varintLength(main) + varintLength(version);
  const valueBytes = value.length > 0 ? 1 + varintLength(value.length) + value.length : 0;
  return length + valueBytes + (lease === 0n ? 0 : 1 + bigVarintLength(BigInt.asUintN(64, lease)));
}

/** To the beginning of `out`, where it must fit; answers where it ends. */
function writeRevision(out: Uint8Array, revision: StoredRevision): number {
  const { tombstone, key, value, createRevision, main, version, lease } = revision;
  let at = writeBackendKey(out, revision);
  out[at++] = TAG_KEY;
  at = writeVarint(out, at, key.length);
  for (let i = 0; i < key.length; i++) out[at++] = key.charCodeAt(i);
  if (tombstone) return at;
  out[at++] = TAG_CREATE;
  at = writeVarint(out, at, createRevision);
  out[at++] = TAG_MOD;
  at = writeVarint(out, at, main);
  out[at++] = TAG_VERSION;
  at = writeVarint(out, at, version);
  if (value.length > 0) {
    out[at++] = TAG_VALUE;
    at = writeVarint(out, at, value.length);
    out.set(value, at);
    at += value.length;
  }
  if (lease === 0n) return at;
  out[at++] = TAG_LEASE;
  return writeBigVarint(out, at, BigInt.asUintN(64, lease));
}

/** The value is a view on `payload`. @throws AssertionError or WireError on malformed bytes (the CRC held: a bug). */
export function decodeRevision(payload: Uint8Array): StoredRevision {
  const { main, sub, tombstone } = decodeBackendKey(payload);
  const reader = new Reader(payload, tombstone ? BACKEND_KEY_BYTES + 1 : BACKEND_KEY_BYTES);
  let key = '' as ByteString;
  let createRevision = 0;
  let version = 0;
  let lease = 0n;
  let value = EMPTY_BYTES;
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag === TAG_KEY) key = toByteString(reader.view());
    else if (tag === TAG_CREATE) createRevision = reader.ordinal();
    else if (tag === TAG_MOD) reader.ordinal();
    else if (tag === TAG_VERSION) version = reader.ordinal();
    else if (tag === TAG_VALUE) value = reader.view();
    else if (tag === TAG_LEASE) lease = reader.int64();
    else throw new RangeError(`revision ${main}.${sub}: unknown tag ${tag} in its KeyValue`);
  }
  return { main, sub, tombstone, key, createRevision, version, lease, value };
}

export function decodeBackendKey(payload: Uint8Array): { main: number; sub: number; tombstone: boolean } {
  assertBackendKey(payload);
  return {
    main: readU64(payload, 0),
    sub: readU64(payload, 9),
    tombstone: payload[BACKEND_KEY_BYTES] === TOMBSTONE_MARK,
  };
}

/** Where the backend key ends and the KeyValue begins. */
export function backendKeyBytes(payload: Uint8Array): number {
  assertBackendKey(payload);
  return payload[BACKEND_KEY_BYTES] === TOMBSTONE_MARK ? BACKEND_KEY_BYTES + 1 : BACKEND_KEY_BYTES;
}

function assertBackendKey(payload: Uint8Array): void {
  if (payload.length > BACKEND_KEY_BYTES && payload[8] === SEPARATOR) return;
  throw new AssertionError(`stored revision of ${payload.length} bytes has no backend key`);
}

/** The value alone, as a view: what a range reads when everything else is already in the index. */
export function decodeValue(payload: Uint8Array): Uint8Array {
  const reader = new Reader(payload, BACKEND_KEY_BYTES);
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag === TAG_VALUE) return reader.view();
    reader.skip(tag & 7);
  }
  return EMPTY_BYTES;
}

/** How long the value in a stored revision of `length` bytes is, without reading it: everything else about it is in the index. */
export function valueLength(revision: Omit<StoredRevision, 'value' | 'sub'>, length: number): number {
  if (revision.tombstone) return 0;
  const { key, createRevision, main, version, lease } = revision;
  const numbers = 3 + varintLength(createRevision) + varintLength(main) + varintLength(version);
  const leaseBytes = lease === 0n ? 0 : 1 + bigVarintLength(BigInt.asUintN(64, lease));
  const rest = length - BACKEND_KEY_BYTES - 1 - varintLength(key.length) - key.length - numbers - leaseBytes;
  if (rest === 0) return 0;
  // The tag, the length of the value, the value: a longer length takes a byte more, so that only one of them fits.
  for (let prefix = 1; ; prefix++) if (varintLength(rest - 1 - prefix) === prefix) return rest - 1 - prefix;
}

function writeBackendKey(out: Uint8Array, { main, sub, tombstone }: StoredRevision): number {
  writeU64(out, 0, main);
  out[8] = SEPARATOR;
  writeU64(out, 9, sub);
  if (!tombstone) return BACKEND_KEY_BYTES;
  out[BACKEND_KEY_BYTES] = TOMBSTONE_MARK;
  return BACKEND_KEY_BYTES + 1;
}

function writeU64(out: Uint8Array, at: number, value: number): void {
  let high = Math.floor(value / 0x1_0000_0000);
  let low = value % 0x1_0000_0000;
  for (let i = 3; i >= 0; i--) {
    out[at + i] = high & 0xff;
    out[at + 4 + i] = low & 0xff;
    high >>>= 8;
    low >>>= 8;
  }
}

function readU64(bytes: Uint8Array, at: number): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 4; i++) {
    high = high * 256 + (bytes[at + i] as number);
    low = low * 256 + (bytes[at + 4 + i] as number);
  }
  return high * 0x1_0000_0000 + low;
}

function varintLength(value: number): number {
  let length = 1;
  for (let v = value; v >= 0x80; v = Math.floor(v / 0x80)) length++;
  return length;
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let v = value;
  let to = at;
  while (v >= 0x80) {
    out[to++] = (v % 0x80) | 0x80;
    v = Math.floor(v / 0x80);
  }
  out[to++] = v;
  return to;
}

function bigVarintLength(value: bigint): number {
  let length = 1;
  for (let v = value; v >= 0x80n; v >>= 7n) length++;
  return length;
}

function writeBigVarint(out: Uint8Array, at: number, value: bigint): number {
  let v = value;
  let to = at;
  while (v >= 0x80n) {
    out[to++] = Number(v & 0x7fn) | 0x80;
    v >>= 7n;
  }
  out[to++] = Number(v);
  return to;
}
