import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toWire } from '../wire-bytes.ts';
import { readDotenv, writeDotenv } from './dotenv.ts';
import { readJsonLines, writeJsonLine } from './jsonl.ts';
import { readProperties, writeProperty } from './properties.ts';
import type { ReadResult } from './transfer.ts';
import { readYaml, writeYaml } from './yaml.ts';

const pairs = ({ entries, faults }: ReadResult) => {
  expect(faults).toEqual([]);
  return entries.map((entry) => [entry.key, entry.value]);
};
const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((one) => one.isWellFormed() && !one.includes('\0'));
const entry = (value: string) => ({ key: '', value, lease: null });

test('JSON Lines give any bytes back, leases too', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), fc.option(fc.constantFrom('1', 'ffffffffffffffff'))),
      ),
      (all) => {
        const unique = [
          ...new Map(
            all.map(([key, value, lease]) => [
              JSON.stringify(toWire(key)),
              { key: toWire(key), value: toWire(value), lease },
            ]),
          ).values(),
        ];
        const { entries, faults } = readJsonLines(unique.map(writeJsonLine).join(''));
        expect(faults).toEqual([]);
        expect(entries.map(({ line: _, ...rest }) => rest)).toEqual(unique);
      },
    ),
  );
});

test('a broken line of JSON Lines is told by its number, and the file is not used in part', () => {
  const file =
    '{"key":"a","value":"1"}\n\n{"key":"b","value":\n{"key":"c","value":1}\n{"key":"a","value":"2"}\n[]\n{"key":"d","value":"","x":1}\n{"key":"","value":""}';
  expect(readJsonLines(file).faults).toEqual([
    { line: 3, message: 'not valid JSON' },
    { line: 4, message: '"value" must be text, or {"base64": …}' },
    { line: 5, message: 'the same key stands on line 1 already' },
    { line: 6, message: 'not a JSON object' },
    { line: 7, message: 'the field "x" is not known' },
    { line: 8, message: 'the key is empty' },
  ]);
});

test('dotenv gives any text back', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(pairs(readDotenv(writeDotenv('A_1', entry(value))))).toEqual([['A_1', value]]);
    }),
  );
});

test('dotenv is read as shells do: comments, export, quotes, several lines', () => {
  const file = `# comment\nexport A=1 # note\nB='single $x \\n'\nC="two\nlines\\t\\"x\\""\nD=\nE = spaced  \n`;
  expect(pairs(readDotenv(file))).toEqual([
    ['A', '1'],
    ['B', 'single $x \\n'],
    ['C', 'two\nlines\t"x"'],
    ['D', ''],
    ['E', 'spaced'],
  ]);
  expect(readDotenv('A=1\nnot a line\nB="open\n').faults).toEqual([
    { line: 2, message: 'not NAME=value' },
    { line: 3, message: 'the quote " is never closed' },
  ]);
});

test('properties give any name and any text back', () => {
  const name = text.filter((one) => one !== '');
  fc.assert(
    fc.property(name, text, (key, value) => {
      expect(pairs(readProperties(writeProperty(key, entry(value))))).toEqual([[key, value]]);
    }),
  );
});

test('properties are read as Java does: separators, comments, continued lines, escapes', () => {
  const file = '! c\n# c\na=1\nb: 2\nc 3\nd = x \\\n    y\ne\nf=\\u00fc\\=\n';
  expect(pairs(readProperties(file))).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
    ['d', 'x y'],
    ['e', ''],
    ['f', 'ü='],
  ]);
  expect(readProperties('a=1\nb=\\u12').faults).toEqual([{ line: 2, message: '\\u needs four hex digits after it' }]);
});

test('YAML gives any tree of text back', () => {
  const segment = fc
    .string({ unit: 'grapheme', maxLength: 6 })
    .filter((one) => !one.includes('/') && one.isWellFormed());
  const name = fc
    .array(segment, { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'))
    .filter((one) => one !== '');
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 8 }), (all) => {
      const tree = new Map(all);
      for (const one of tree.keys())
        if ([...tree.keys()].some((other) => other.startsWith(`${one}/`))) tree.delete(one);
      const sorted = [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
      const file = writeYaml(sorted.map(([key, value]) => ({ name: key, key, value, lease: null })));
      expect(new Map(pairs(readYaml(file)) as [string, string][])).toEqual(tree);
    }),
  );
});

test('YAML is read as a tree of text: nesting, quotes, blocks, comments; scalars as written', () => {
  const file = `---
# top
db:
  host: db.internal   # where
  port: 5432
  "odd: name": 'it''s'
  nested:
    on: yes
    version: 1.10
motd: |
  Good
    morning

empty:
folded: >-
  one
  two
last: "a\\tb"
`;
  expect(pairs(readYaml(file))).toEqual([
    ['db/host', 'db.internal'],
    ['db/port', '5432'],
    ['db/odd: name', "it's"],
    ['db/nested/on', 'yes'],
    ['db/nested/version', '1.10'],
    ['motd', 'Good\n  morning\n'],
    ['empty', ''],
    ['folded', 'one two'],
    ['last', 'a\tb'],
  ]);
});

test('what YAML cannot mean as keys is a fault with its line', () => {
  const file = 'a: 1\nlist:\n  - x\nb: [1]\nc: &x 1\nd: "open\n\te: 1\nf: 1\n g: 2\n';
  expect(readYaml(file).faults.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 9]);
  expect(() =>
    writeYaml([
      { name: 'a', key: 'a', value: '', lease: null },
      { name: 'a/b', key: 'a/b', value: '', lease: null },
    ]),
  ).toThrow(/key and a folder at once/);
});
