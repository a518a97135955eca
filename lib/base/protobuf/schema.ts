/**
 * Messages as tables: one table per message gives the TypeScript type, the binary codec and the proto3 JSON names
 * (ADR 0003). Field numbers are the wire truth; property names are ours.
 *
 * Invariants:
 * - decode() returns every field: absent ones hold their proto3 default (shared empty bytes, 0, false, [], undefined
 *   for messages and `optional` fields). Unknown fields are skipped, as proto3 demands.
 * - decoded `bytes` are views on the input. Copy them where they are retained.
 * - encode() omits defaults, except for `optional` fields (members of a oneof), which are written when not undefined.
 */
import { EMPTY_BYTES } from '../bytes.ts';
import { NESTING_MAX, Reader, WIRE_BYTES, WIRE_VARINT, WireError } from './reader.ts';
import { Writer } from './writer.ts';

export type Kind = 'bytes' | 'string' | 'bool' | 'int64' | 'uint64' | 'ordinal' | 'uint32' | 'enum' | 'message';

export interface Field<T = unknown> {
  readonly number: number;
  readonly kind: Kind;
  readonly repeated: boolean;
  /** Presence matters (a oneof member): undefined when absent, written even when it holds the default. */
  readonly optional: boolean;
  /** Written even when zero: proto2 `required`/non-nullable, as in raftpb and walpb. */
  readonly always: boolean;
  readonly packed: boolean;
  /** proto3 JSON name when it is not the snake_case of the property. */
  readonly json: string | undefined;
  readonly names: Readonly<Record<string, number>> | undefined;
  readonly message: (() => Message<object>) | undefined;
  /** Type carrier only; never present at run time. */
  readonly type?: T;
}

interface FieldOptions {
  readonly json?: string;
  readonly always?: boolean;
}

function scalar<T>(kind: Kind) {
  const make =
    <V>(changes: Partial<Omit<Field, 'type'>>) =>
    (number: number, options: FieldOptions = {}): Field<V> => ({
      number,
      kind,
      repeated: false,
      optional: false,
      packed: false,
      names: undefined,
      message: undefined,
      ...changes,
      always: options.always ?? false,
      json: options.json,
    });
  return Object.assign(make<T>({}), {
    optional: make<T | undefined>({ optional: true }),
    repeated: make<readonly T[]>({ repeated: true }),
    packed: make<readonly T[]>({ repeated: true, packed: true }),
  });
}

export const bytes = scalar<Uint8Array>('bytes');
export const string = scalar<string>('string');
export const bool = scalar<boolean>('bool');
/** 64 bits exact as bigint, signed. For ids. */
export const int64 = scalar<bigint>('int64');
/** 64 bits exact as bigint, unsigned. For ids. */
export const uint64 = scalar<bigint>('uint64');
/** int64/uint64 on the wire, a safe integer here (see Reader.ordinal). For things that count. */
export const ordinal = scalar<number>('ordinal');
export const uint32 = scalar<number>('uint32');

/** An open enum: unknown numbers survive, so that the server can refuse them by name. */
export function enumeration(
  number: number,
  names: Readonly<Record<string, number>>,
  options?: FieldOptions,
): Field<number> {
  return { ...scalar<number>('enum')(number, options), names };
}

export function enumerations(number: number, names: Readonly<Record<string, number>>): Field<readonly number[]> {
  return { ...scalar<number>('enum').packed(number), names };
}

type Lazy<T extends object> = () => Message<T>;

/** A sub-message, undefined when absent. Lazy, so that messages may be recursive. */
export function nested<T extends object>(
  number: number,
  message: Lazy<T>,
  options?: FieldOptions,
): Field<T | undefined> {
  const field = scalar<T | undefined>('message')(number, options);
  return { ...field, optional: true, message: message as unknown as Lazy<object> };
}

export function nestedList<T extends object>(
  number: number,
  message: Lazy<T>,
  options?: FieldOptions,
): Field<readonly T[]> {
  return { ...scalar<T>('message').repeated(number, options), message: message as unknown as Lazy<object> };
}

export type Shape = Readonly<Record<string, Field>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type ShapeValue<S extends Shape> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** What encode() accepts: any subset of the fields, at every depth. */
export type Init<T> = { readonly [K in keyof T]?: InitValue<T[K]> | undefined };
type InitValue<V> = V extends Uint8Array | bigint | number | string | boolean | undefined
  ? V
  : V extends readonly (infer E)[]
    ? readonly InitValue<E>[]
    : Init<V>;

/** The decoded value type of a message table: `type PutRequest = MessageType<typeof PutRequest>`. */
export type MessageType<M> = M extends Message<infer T> ? T : never;

interface CompiledField extends Field {
  readonly property: string;
  readonly tag: number;
}

const DEFAULTS: Readonly<Record<Kind, unknown>> = {
  bytes: EMPTY_BYTES,
  string: '',
  bool: false,
  int64: 0n,
  uint64: 0n,
  ordinal: 0,
  uint32: 0,
  enum: 0,
  message: undefined,
};

const EMPTY_LIST: readonly never[] = Object.freeze([]);

export class Message<T extends object> {
  readonly name: string;
  readonly fields: readonly CompiledField[];
  readonly #byNumber = new Map<number, CompiledField>();
  readonly #defaults: Readonly<Record<string, unknown>>;

  constructor(name: string, shape: Shape) {
    this.name = name;
    const defaults: Record<string, unknown> = {};
    const fields: CompiledField[] = [];
    for (const [property, field] of Object.entries(shape)) {
      const wire = field.kind === 'bytes' || field.kind === 'string' || field.kind === 'message' || field.packed;
      const compiled = { ...field, property, tag: (field.number << 3) | (wire ? WIRE_BYTES : WIRE_VARINT) };
      fields.push(compiled);
      this.#byNumber.set(field.number, compiled);
      defaults[property] = field.repeated ? EMPTY_LIST : field.optional ? undefined : DEFAULTS[field.kind];
    }
    this.fields = fields.sort((a, b) => a.number - b.number);
    this.#defaults = defaults;
  }

  /** A complete value: `init` over the defaults. Sub-messages in `init` must be complete themselves. */
  create(init: Partial<T> = {}): T {
    return { ...this.#defaults, ...init } as T;
  }

  encode(value: Init<T>): Uint8Array {
    const writer = new Writer();
    this.write(writer, value);
    return writer.finish();
  }

  /** @throws WireError on malformed input. */
  decode(input: Uint8Array): T {
    return this.read(new Reader(input), 0);
  }

  write(writer: Writer, value: Init<T>): void {
    const source = value as Readonly<Record<string, unknown>>;
    for (const field of this.fields) {
      const v = source[field.property];
      if (v === undefined) {
        if (field.always && !field.repeated) writeField(writer, field, DEFAULTS[field.kind]);
        continue;
      }
      if (field.repeated) writeList(writer, field, v as readonly unknown[]);
      else if (field.optional || field.always || !isDefault(v)) writeField(writer, field, v);
    }
  }

  read(reader: Reader, depth: number): T {
    if (depth > NESTING_MAX) throw new WireError(`${this.name} is nested deeper than ${NESTING_MAX} levels`);
    const out: Record<string, unknown> = { ...this.#defaults };
    while (!reader.done) {
      const tag = reader.uint32();
      const wireType = tag & 7;
      const number = tag >>> 3;
      if (number === 0) throw new WireError(`${this.name} has a field with number 0`);
      const field = this.#byNumber.get(number);
      if (field === undefined) reader.skip(wireType);
      else if (field.repeated) readList(reader, field, wireType, out, depth);
      else out[field.property] = readChecked(reader, field, wireType, depth);
    }
    return out as T;
  }
}

export function message<const S extends Shape>(name: string, shape: S): Message<ShapeValue<S>> {
  return new Message<ShapeValue<S>>(name, shape);
}

function isDefault(value: unknown): boolean {
  return (
    value === 0 ||
    value === 0n ||
    value === false ||
    value === '' ||
    (value instanceof Uint8Array && value.length === 0)
  );
}

function writeField(writer: Writer, field: CompiledField, value: unknown): void {
  writer.uint32(field.tag);
  writeValue(writer, field, value);
}

function writeList(writer: Writer, field: CompiledField, list: readonly unknown[]): void {
  if (!field.packed) {
    for (const item of list) writeField(writer, field, item);
    return;
  }
  if (list.length === 0) return;
  writer.uint32(field.tag);
  writer.delimited(() => {
    for (const item of list) writeValue(writer, field, item);
  });
}

function writeValue(writer: Writer, field: CompiledField, value: unknown): void {
  switch (field.kind) {
    case 'bytes':
      writer.bytes(value as Uint8Array);
      return;
    case 'string':
      writer.string(value as string);
      return;
    case 'bool':
      writer.uint32(value ? 1 : 0);
      return;
    case 'int64':
    case 'uint64':
      writer.uint64(value as bigint);
      return;
    case 'ordinal':
    case 'enum':
      writer.ordinal(value as number);
      return;
    case 'uint32':
      writer.uint32(value as number);
      return;
    case 'message':
      writer.delimited(() => field.message?.().write(writer, value as Init<object>));
  }
}

function readChecked(reader: Reader, field: CompiledField, wireType: number, depth: number): unknown {
  const expected =
    field.kind === 'bytes' || field.kind === 'string' || field.kind === 'message' ? WIRE_BYTES : WIRE_VARINT;
  if (wireType !== expected)
    throw new WireError(`field ${field.property} has wire type ${wireType}, expected ${expected}`);
  return readValue(reader, field, depth);
}

function readList(
  reader: Reader,
  field: CompiledField,
  wireType: number,
  out: Record<string, unknown>,
  depth: number,
): void {
  let list = out[field.property] as unknown[];
  if ((list as readonly unknown[]) === EMPTY_LIST) {
    list = [];
    out[field.property] = list;
  }
  const scalarKind = field.kind !== 'bytes' && field.kind !== 'string' && field.kind !== 'message';
  if (scalarKind && wireType === WIRE_BYTES) {
    const inner = reader.nested();
    while (!inner.done) list.push(readValue(inner, field, depth));
  } else {
    list.push(readChecked(reader, field, wireType, depth));
  }
}

function readValue(reader: Reader, field: CompiledField, depth: number): unknown {
  switch (field.kind) {
    case 'bytes':
      return reader.view();
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'int64':
      return reader.int64();
    case 'uint64':
      return reader.uint64();
    case 'ordinal':
    case 'enum':
      return reader.ordinal();
    case 'uint32':
      return reader.uint32();
    case 'message': {
      const nested = reader.nested();
      return field.message?.().read(nested, depth + 1);
    }
  }
}
