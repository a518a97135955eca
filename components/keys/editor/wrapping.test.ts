import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { expect, test } from 'vitest';
import { WRAPPED_CHARS_MAX, wrapping } from './wrapping.ts';

const LONG = 'x'.repeat(WRAPPED_CHARS_MAX + 1);
const stateOf = (doc: string): EditorState => {
  const text = EditorState.create({ doc }).doc;
  return EditorState.create({ doc: text, extensions: wrapping(text) });
};
const isWrapped = (state: EditorState): boolean =>
  state.facet(EditorView.contentAttributes).some((one) => typeof one === 'object' && one.class === 'cm-lineWrapping');

test('lines are wrapped until one is too long to be, and again once none is', () => {
  expect(isWrapped(stateOf(`${'x'.repeat(WRAPPED_CHARS_MAX)}\n`.repeat(3)))).toBe(true);
  const long = stateOf(`a\n${LONG}\nb`);
  expect(isWrapped(long)).toBe(false);
  expect(long.doc.toString()).toBe(`a\n${LONG}\nb`);
  const broken = long.update({ changes: { from: 100, insert: '\n' } }).state;
  expect(isWrapped(broken)).toBe(true);
  expect(isWrapped(broken.update({ changes: { from: 0, insert: LONG } }).state)).toBe(false);
});
