/**
 * Messages as proto3 JSON with the names of the .proto files, as etcd's JSON gateway speaks it: bytes in base64, 64-bit
 * integers as decimal strings, enums by name, defaults left out. Reading also takes lowerCamelCase names, numbers for
 * strings and enum numbers, and ignores unknown fields.
 */
import { fromBase64, toBase64 } from '../bytes.ts';
import { NESTING_MAX } from './reader.ts';
import type { Init, Message } from './schema.ts';

/** The text is not a message of this kind. The message says where and why. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

type JsonValue = unknown;
type MessageField = Message<object>['fields'][number];

interface Names {
  /** The field's name in output. */
  readonly out: ReadonlyMap<MessageField, string>;
  readonly in: ReadonlyMap<string, MessageField>;
}

const namesOf = new WeakMap<Message<object>, Names>();

function names(message: Message<object>): Names {
  const known = namesOf.get(message);
  if (known !== undefined) return known;
  const out = new Map<MessageField, string>();
  const input = new Map<string, MessageField>();
  for (const field of message.fields) {
    const name = field.json ?? field.property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    out.set(field, name);
    input.set(
      name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      field,
    );
    input.set(name, field);
  }
  const made = { out, in: input };
  namesOf.set(message, made);
  return made;
}

/** A value JSON.stringify can write. */
export function toJson<T extends object>(message: Message<T>, value: Init<T>): Record<string, JsonValue> {
  return writeMessage(message as unknown as Message<object>, value as Readonly<Record<string, unknown>>);
}

function writeMessage(message: Message<object>, value: Readonly<Record<string, unknown>>): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {};
  for (const [field, name] of names(message).out) {
    const v = value[field.property];
    if (v === undefined) continue;
    if (field.repeated) {
      const list = v as readonly unknown[];
      if (list.length > 0) out[name] = list.map((item) => writeValue(field, item));
    } else if (field.optional || !isDefault(v)) {
      out[name] = writeValue(field, v);
    }
  }
  return out;
}

function isDefault(value: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : !value;
}

function writeValue(field: MessageField, value: unknown): JsonValue {
  switch (field.kind) {
    case 'bytes':
      return toBase64(value as Uint8Array);
    case 'int64':
    case 'uint64':
    case 'ordinal':
      return String(value);
    case 'enum':
      return Object.entries(field.names ?? {}).find(([, number]) => number === value)?.[0] ?? value;
    case 'message':
      return field.message === undefined ? {} : writeMessage(field.message(), value as Record<string, unknown>);
    case 'string':
    case 'bool':
    case 'uint32':
      return value;
  }
}

/** JSON text to a value that keeps every integer exact: those beyond 2^53 become bigint. @throws JsonError */
export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text, exactIntegers as (key: string, value: unknown) => unknown);
  } catch (cause) {
    throw new JsonError(cause instanceof Error ? cause.message : 'not JSON', { cause });
  }
}

/** The third argument is newer than the type library knows. */
function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** A complete message from what parseJson gave. @throws JsonError */
export function fromJson<T extends object>(message: Message<T>, json: JsonValue): T {
  return readMessage(message as unknown as Message<object>, json, message.name, 0) as T;
}

function readMessage(message: Message<object>, json: JsonValue, at: string, depth: number): object {
  if (depth > NESTING_MAX) throw new JsonError(`${at} is nested deeper than ${NESTING_MAX} levels`);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new JsonError(`${at} must be an object`);
  const out: Record<string, unknown> = {};
  const known = names(message).in;
  for (const [key, value] of Object.entries(json)) {
    const field = known.get(key);
    if (field === undefined || value === null) continue;
    const where = `${at}.${key}`;
    if (!field.repeated) out[field.property] = readValue(field, value, where, depth);
    else if (Array.isArray(value)) {
      out[field.property] = value.map((item, i) => readValue(field, item, `${where}[${i}]`, depth));
    } else throw new JsonError(`${where} must be an array`);
  }
  return message.create(out);
}

function readValue(field: MessageField, value: JsonValue, at: string, depth: number): unknown {
  switch (field.kind) {
    case 'message':
      return field.message === undefined ? undefined : readMessage(field.message(), value, at, depth + 1);
    case 'bytes':
      return readBytes(value, at);
    case 'string':
      if (typeof value !== 'string') throw new JsonError(`${at} must be a string`);
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw new JsonError(`${at} must be true or false`);
      return value;
    case 'enum':
      return readEnum(field, value, at);
    case 'uint64':
      return readInteger(value, at, 0n, 2n ** 64n - 1n);
    case 'int64':
      return readInteger(value, at, -(2n ** 63n), 2n ** 63n - 1n);
    case 'uint32':
      return Number(readInteger(value, at, 0n, 2n ** 32n - 1n));
    case 'ordinal':
      return saturate(readInteger(value, at, -(2n ** 63n), 2n ** 64n - 1n));
  }
}

function readBytes(value: JsonValue, at: string): Uint8Array {
  if (typeof value !== 'string') throw new JsonError(`${at} must be base64 in a string`);
  try {
    return fromBase64(value);
  } catch {
    throw new JsonError(`${at} is not valid base64`);
  }
}

function readEnum(field: MessageField, value: JsonValue, at: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const number = typeof value === 'string' ? field.names?.[value] : undefined;
  if (number === undefined) throw new JsonError(`${at}: unknown name ${JSON.stringify(String(value))}`);
  return number;
}

function readInteger(value: JsonValue, at: string, min: bigint, max: bigint): bigint {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
  if (!/^-?\d{1,20}$/.test(text)) throw new JsonError(`${at} must be an integer`);
  const integer = BigInt(text);
  if (integer < min || integer > max) throw new JsonError(`${at} is out of range`);
  return integer;
}

/** As the binary reader does: an ordinal beyond 2^53 is beyond anything that exists. */
function saturate(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}
