/** The few shapes of DER (X.690) that certificates are made of: written, and walked through. Pure. */

export const DerTag = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OID: 0x06,
  UTF8: 0x0c,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Bytes that are not DER, or not the shape asked for. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOctets(body.length), body]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.of(0x80 | octets.length, ...octets);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(DerTag.SEQUENCE, ...parts);

/** `value` is not negative. */
export function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // The highest bit is the sign.
  return der(DerTag.INTEGER, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** "2.5.4.3" → its encoding. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80);
    octets.push(...groups);
  }
  return der(DerTag.OID, Buffer.from(octets));
}

/** RFC 5280 §4.1.2.5: two-digit years up to 2049, four digits after. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const isShort = at.getUTCFullYear() < 2050;
  const tag = isShort ? DerTag.UTC_TIME : DerTag.GENERALIZED_TIME;
  return der(tag, Buffer.from(isShort ? digits.slice(2) : digits));
}

export interface DerValue {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** The values that follow each other in `bytes`. @throws DerError */
export function derValues(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, length } = readLength(bytes, at + 1);
    const body = bytes.subarray(start, start + length);
    if (body.length < length) throw new DerError('a value is cut short');
    values.push({ tag: bytes[at] as number, body });
    at = start + length;
  }
  return values;
}

function readLength(bytes: Uint8Array, at: number): { start: number; length: number } {
  const first = bytes[at];
  if (first === undefined) throw new DerError('a length is missing');
  if (first < 0x80) return { start: at + 1, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new DerError('a length of unknown form');
  let length = 0;
  for (const octet of bytes.subarray(at + 1, at + 1 + count)) length = length * 256 + octet;
  return { start: at + 1 + count, length };
}
