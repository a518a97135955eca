/** The few editing keys beyond what the browser does by itself: Enter keeps the indentation. Tab stays with the page. */
import { getIndentation, indentString } from '@codemirror/language';
import { EditorSelection, type Extension } from '@codemirror/state';
import { type Command, keymap } from '@codemirror/view';

/** A new line with the indentation its language asks for, else that of the line above. */
const newlineAndIndent: Command = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  dispatch(
    state.update(
      state.changeByRange((range) => {
        const line = state.doc.lineAt(range.from);
        const columns = getIndentation(state, range.from) ?? /^\s*/.exec(line.text)?.[0].length ?? 0;
        const insert = `\n${indentString(state, columns)}`;
        return {
          changes: { from: range.from, to: range.to, insert },
          range: EditorSelection.cursor(range.from + insert.length),
        };
      }),
      { scrollIntoView: true, userEvent: 'input' },
    ),
  );
  return true;
};

export const keepIndentation: Extension = keymap.of([{ key: 'Enter', run: newlineAndIndent }]);
