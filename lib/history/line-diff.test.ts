import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collapseSame, type DiffLine, diffLines, MAX_EDITS } from './line-diff.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', '', 'd\r'), { maxLength: 14 }).map((lines) => lines.join('\n'));

/** Longest common subsequence by the textbook table: the oracle for "shortest script". */
function lcs(a: readonly string[], b: readonly string[]): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const here = rows[i] as number[];
      const above = rows[i - 1] as number[];
      here[j] =
        a[i - 1] === b[j - 1] ? (above[j - 1] as number) + 1 : Math.max(above[j] as number, here[j - 1] as number);
    }
  }
  return rows[a.length]?.[b.length] ?? 0;
}

test('the old and the new text can both be read back from a diff', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const side = (skip: 'add' | 'del') => lines.filter((l) => l.kind !== skip).map((l) => l.text);
      expect(side('add').join('\n')).toBe(before);
      expect(side('del').join('\n')).toBe(after);
    }),
  );
});

test('a diff has as few changed lines as the longest common subsequence allows', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const a = before.split('\n');
      const b = after.split('\n');
      const changed = diffLines(before, after).filter(({ kind }) => kind !== 'same');
      expect(changed.length).toBe(a.length + b.length - 2 * lcs(a, b));
    }),
  );
});

test('line numbers count up on their own side', () => {
  const lines = diffLines('a\nb\nc', 'a\nx\nc');
  expect(lines.map((l) => [l.kind, l.oldLine, l.newLine])).toEqual([
    ['same', 1, 1],
    ['del', 2, null],
    ['add', null, 2],
    ['same', 3, 3],
  ]);
});

test('texts too different for the bound become one replaced block that is still true', () => {
  const many = (mark: string) => Array.from({ length: MAX_EDITS + 5 }, (_, i) => `${mark}${i}`).join('\n');
  const lines = diffLines(many('a'), many('b'));
  const count = (wanted: DiffLine['kind']) => lines.filter(({ kind }) => kind === wanted).length;
  expect([count('add'), count('del'), count('same')]).toEqual([MAX_EDITS + 5, MAX_EDITS + 5, 0]);
  expect(
    lines
      .filter((l) => l.kind !== 'add')
      .map((l) => l.text)
      .join('\n'),
  ).toBe(many('a'));
});

test('unchanged stretches beyond the context collapse to their count', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const after = before.with(10, 'changed');
  const rows = collapseSame(diffLines(before.join('\n'), after.join('\n')), 2);
  expect(rows.map((r) => (r.kind === 'skip' ? `skip ${r.count}` : r.kind))).toEqual([
    'skip 8',
    'same',
    'same',
    'del',
    'add',
    'same',
    'same',
    'skip 7',
  ]);
});
