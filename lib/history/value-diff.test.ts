import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes } from '../base/bytes.ts';
import { toWire } from '../keys/wire-bytes.ts';
import { comparableBytes, DIFF_ROWS_MAX, diffValues } from './value-diff.ts';

/** The bytes that a side's rows of hex and its words about equal bytes stand for. */
function bytesOf(text: string, whole: Uint8Array): Uint8Array {
  const parts: number[] = [];
  for (const line of text.split('\n')) {
    const equal = /^\((\d+) equal bytes( to the end)?\)$/.exec(line);
    if (equal === null) {
      const digits = line.slice(10, 57).trim();
      for (const byte of digits === '' ? [] : digits.split(' ')) parts.push(Number.parseInt(byte, 16));
    } else if (equal[2] === undefined) parts.push(...whole.slice(0, Number(equal[1])));
    else parts.push(...whole.slice(whole.length - Number(equal[1])));
  }
  return Uint8Array.from(parts);
}

const bytes = fc.uint8Array({ maxLength: 120 });

test('what is said of equal and different bytes is each side, whole', () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (head, one, other, tail) => {
      const before = Uint8Array.of(...head, ...one, ...tail);
      const after = Uint8Array.of(...head, ...other, ...tail);
      const [a, b] = comparableBytes(before, after);
      // The words stand for the same bytes on both sides.
      expect(equalBytes(bytesOf(a, before), before) && equalBytes(bytesOf(b, after), after)).toBe(true);
      expect(a === b).toBe(equalBytes(before, after));
    }),
  );
});

test('one inserted byte is a few rows, and not every row behind it', () => {
  const before = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256);
  const after = Uint8Array.of(...before.subarray(0, 8), 0x41, ...before.subarray(8));
  const { rows } = diffValues({ before: toWire(before), after: toWire(after), context: 3 });
  expect(rows.length).toBeLessThan(10);
  expect(
    rows.filter((row) => row.kind === 'add').map((row) => 'text' in row && row.text.slice(0, 40).trimEnd()),
  ).toEqual(['00000000  00 07 0e 15 1c 23 2a 31 41 38', '00000010  69 70 77 7e 85 8c 93 9a a1']);
});

test('JSON is compared by its layout, and a difference of white space alone is none to be seen', () => {
  expect(diffValues({ before: '{"a":1}', after: '{ "a": 1 }', context: 2 })).toMatchObject({
    rows: [{ kind: 'skip' }],
    looksSame: true,
  });
  const { rows } = diffValues({ before: '{"a":1,"b":2}', after: '{"a":1,"b":3}', context: 0 });
  expect(rows.map((row) => row.kind)).toEqual(['skip', 'del', 'add', 'skip']);
});

test('a long difference is shown to its bound and counted beyond', () => {
  const lines = Array.from({ length: 1_000 }, (_, i) => `line ${i}`).join('\n');
  expect(diffValues({ before: null, after: lines, context: 2 })).toMatchObject({ rest: 1_000 - DIFF_ROWS_MAX });
});

test('where one side has no value no line of it is shown, and none where neither has a byte', () => {
  const lineOf = (kind: 'add' | 'del', text: string, at: number) => ({
    kind,
    text,
    oldLine: kind === 'del' ? at : null,
    newLine: kind === 'add' ? at : null,
  });
  expect(diffValues({ before: null, after: 'a\nb', context: 2 }).rows).toEqual([
    lineOf('add', 'a', 1),
    lineOf('add', 'b', 2),
  ]);
  expect(diffValues({ before: 'a', after: null, context: 2 }).rows).toEqual([lineOf('del', 'a', 1)]);
  expect(diffValues({ before: null, after: '', context: 2 }).looksSame).toBe(true);
  // An empty value is a value: its one empty line is replaced.
  expect(diffValues({ before: '', after: 'a', context: 2 }).rows.map((row) => row.kind)).toEqual(['del', 'add']);
});
