import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Json, leavesOf } from './json.ts';
import { locate, syntaxPlace } from './locate.ts';

const TEXT = `{
  "db": { "port": 70000, "host": "a\\"}b" },
  "a/b": [1, { "x": null }],
  "last": true
}`;
const at = (pointer: string): string => {
  const place = locate(TEXT, [pointer]).get(pointer);
  return TEXT.slice(place?.from, place?.to);
};

test('a property stands at its key, an element at its value', () => {
  expect(at('/db/port')).toBe('"port"');
  expect(at('/db/host')).toBe('"host"');
  expect(at('/a~1b/0')).toBe('1');
  expect(at('/a~1b/1/x')).toBe('"x"');
  expect(at('/last')).toBe('"last"');
  expect(at('')).toBe(TEXT);
});

test('what is not there stands at what is around it', () => {
  expect(at('/db/user')).toBe('"db"');
  expect(at('/nowhere/deep')).toBe(TEXT);
});

test('a text that is no JSON is read as far as it is one, and never forever', () => {
  for (const text of ['', '{', '{"a"', '[1,', '{"a":[}', '[,]', '{"a":1 "b":2}', '"x', '{"a":]'])
    expect(locate(text, ['/a/0', '/b']).size).toBe(2);
});

test('every leaf of any document is found: reading the text from its place on gives its value', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 2), (compact, indent) => {
      const document = JSON.parse(compact) as Json;
      const text = JSON.stringify(document, null, indent);
      const leaves = [...leavesOf(document)].filter(([pointer]) => !pointer.includes('__proto__'));
      const places = locate(
        text,
        leaves.map(([pointer]) => pointer),
      );
      for (const [pointer, value] of leaves) {
        const place = places.get(pointer);
        const slice = text.slice(place?.from);
        const isProperty = pointer !== '' && slice.startsWith('"') && /^"(?:[^"\\]|\\.)*"\s*:/.test(slice);
        const rest = isProperty ? slice.replace(/^"(?:[^"\\]|\\.)*"\s*:\s*/, '') : slice;
        expect(rest.startsWith(JSON.stringify(value, null, indent).split('\n')[0] ?? '')).toBe(true);
      }
    }),
  );
});

test('where the text stops being JSON is found in what the engine says', () => {
  const text = '{\n  "a": 1,\n  oops\n}';
  let message = '';
  try {
    JSON.parse(text);
  } catch (cause) {
    message = cause instanceof Error ? cause.message : '';
  }
  expect(text.slice(syntaxPlace(text, message)?.from).startsWith('oops')).toBe(true);
  expect(syntaxPlace(text, 'expected property name at line 3 column 3 of the JSON data')?.from).toBe(
    text.indexOf('oops'),
  );
  expect(syntaxPlace(text, 'something else')).toBeUndefined();
});
