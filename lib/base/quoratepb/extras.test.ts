/** The text that other languages generate their stubs from says what our tables say. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Message } from '../protobuf/schema.ts';
import * as extras from './extras.ts';

const text = readFileSync(path.join(import.meta.dirname, 'extras.proto'), 'utf8').replace(/\/\/.*$/gm, '');

const TYPES: Readonly<Record<string, string>> = { ordinal: 'int64', uint64: 'uint64', bytes: 'bytes', bool: 'bool' };

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const named = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
const PACKAGE = named(/^package ([\w.]+);/m);
const SERVICE = named(/^service (\w+) \{/m);

test('every message has the fields of the text, with their numbers and types', () => {
  const described = new Map(
    [...text.matchAll(/message (\w+) \{([^}]*)\}/g)].map(([, name = '', body = '']) => [
      name,
      [...body.matchAll(/(repeated )?([\w.]+) (\w+) = (\d+);/g)].map(([, repeated = '', type = '', field, number]) =>
        [repeated + type.replace(/^etcdserverpb\./, ''), field, Number(number)].join(' '),
      ),
    ]),
  );
  const tables = Object.values(extras).filter((value) => value instanceof Message);
  expect(described.size).toBe(tables.length);
  expect(tables.map((table) => table.name.replace(/\.\w+$/, ''))).toEqual(tables.map(() => PACKAGE));
  for (const table of tables) {
    const name = table.name.replace(`${PACKAGE}.`, '');
    const fields = table.fields.map((field) => {
      const type = field.message?.().name.replace(/^.*\./, '') ?? TYPES[field.kind] ?? field.kind;
      return [(field.repeated ? 'repeated ' : '') + type, snake(field.property), field.number].join(' ');
    });
    expect({ name, fields }).toEqual({ name, fields: described.get(name) });
  }
});

test('every call of the text has its method', () => {
  const calls = [...text.matchAll(/rpc (\w+)\((\w+)\) returns \((?:stream )?(\w+)\)/g)].map((m) => m.slice(1).join());
  const methods = Object.values(extras.extrasMethods).map(({ path: at, request, response }) =>
    [
      at.replace(`/${PACKAGE}.${SERVICE}/`, ''),
      ...[request, response].map((table) => table.name.split('.').at(-1)),
    ].join(),
  );
  expect(methods).toEqual(calls);
});
