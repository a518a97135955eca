/**
 * Lines are wrapped, unless one is so long that the browser would lay it out for more than a second: then none is, and the editor says so. The
 * text is the same either way.
 */
import { Compartment, EditorState, type Extension, type Text } from '@codemirror/state';
import { EditorView, type Panel, showPanel } from '@codemirror/view';
import { formatCount } from '../../../lib/format/number.ts';

/** Laid out in well under 200 ms; the time grows with the square. */
export const WRAPPED_CHARS_MAX = 100_000;

const wraps = new Compartment();

const UNWRAPPED: Extension = showPanel.of(notePanel);

const fitting = (doc: Text): Extension => (hasLongLine(doc) ? UNWRAPPED : EditorView.lineWrapping);

export const wrapping = (doc: Text): Extension => [
  wraps.of(fitting(doc)),
  EditorState.transactionExtender.of((transaction) => {
    if (!transaction.docChanged) return null;
    const next = fitting(transaction.newDoc);
    return next === wraps.get(transaction.startState) ? null : { effects: wraps.reconfigure(next) };
  }),
];

function hasLongLine(doc: Text): boolean {
  if (doc.length <= WRAPPED_CHARS_MAX) return false;
  for (const line of doc.iterLines()) if (line.length > WRAPPED_CHARS_MAX) return true;
  return false;
}

function notePanel(): Panel {
  const dom = document.createElement('p');
  dom.className = 'cm-unwrapped';
  dom.textContent = `Not wrapped: a line is longer than ${formatCount(WRAPPED_CHARS_MAX)} characters.`;
  return { dom, top: true };
}
