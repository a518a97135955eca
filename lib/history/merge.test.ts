import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictsOf, mergeTexts, resolved } from './merge.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 }).map((lines) => lines.join('\n'));
const merge = (base: string, mine: string, theirs: string) => mergeTexts({ base, mine, theirs });

test('changes in different places are merged, whoever made them', () => {
  const parts = merge('a\nb\nc\nd\ne', 'A\nb\nc\nd\ne', 'a\nb\nc\nd\nE\nF');
  expect(conflictsOf(parts)).toEqual([]);
  expect(resolved(parts, [])).toBe('A\nb\nc\nd\nE\nF');
});

test('where both changed the same lines nothing is guessed', () => {
  const parts = merge('a\nb\nc', 'a\nmine\nc', 'a\ntheirs\nc');
  expect(conflictsOf(parts)).toEqual([{ kind: 'conflict', base: ['b'], mine: ['mine'], theirs: ['theirs'] }]);
  expect(resolved(parts, ['mine'])).toBe('a\nmine\nc');
  expect(resolved(parts, ['theirs'])).toBe('a\ntheirs\nc');
  expect(resolved(parts, ['both'])).toBe('a\ntheirs\nmine\nc');
});

test('the same change made twice is one change', () => {
  const parts = merge('a\nb', 'a\nx\nb', 'a\nx\nb');
  expect([conflictsOf(parts), resolved(parts, [])]).toEqual([[], 'a\nx\nb']);
});

test('a side that changed nothing gives way entirely', () => {
  fc.assert(
    fc.property(text, text, (base, side) => {
      expect(resolved(merge(base, side, base), [])).toBe(side);
      expect(resolved(merge(base, base, side), [])).toBe(side);
      expect(conflictsOf(merge(base, side, side))).toEqual([]);
    }),
  );
});

test('choosing one side everywhere keeps what only the other changed, and swapping sides swaps conflicts only', () => {
  fc.assert(
    fc.property(text, text, text, (base, mine, theirs) => {
      const parts = merge(base, mine, theirs);
      const swapped = merge(base, theirs, mine);
      expect(
        swapped.map((part) => (part.kind === 'agreed' ? part : { ...part, mine: part.theirs, theirs: part.mine })),
      ).toEqual(parts);
    }),
  );
});
