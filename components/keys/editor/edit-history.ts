/**
 * Undo and redo for the editor, as a CodeMirror extension: inverse change sets in two bounded stacks.
 *
 * Typing that follows within GROUP_MS in the same place joins one step. `@codemirror/commands` would bring this and much
 * more that this editor does not need.
 */
import { type ChangeSet, type Extension, StateEffect, StateField, Transaction } from '@codemirror/state';
import { type Command, keymap } from '@codemirror/view';

export const STEPS_MAX = 500;
const GROUP_MS = 500;

interface Step {
  /** Leads back to the document before the step. */
  readonly inverse: ChangeSet;
  readonly at: number;
}

interface Stacks {
  readonly undo: readonly Step[];
  readonly redo: readonly Step[];
}

const travelled = StateEffect.define<'undo' | 'redo'>();

const stacks = StateField.define<Stacks>({
  create: () => ({ undo: [], redo: [] }),
  update(value, transaction) {
    if (!transaction.docChanged) return value;
    const at = transaction.annotation(Transaction.time) ?? 0;
    const step = { inverse: transaction.changes.invert(transaction.startState.doc), at };
    const travel = transaction.effects.find((effect) => effect.is(travelled))?.value;
    if (travel === 'undo') return { undo: value.undo.slice(0, -1), redo: [...value.redo, step] };
    if (travel === 'redo') return { undo: [...value.undo, step], redo: value.redo.slice(0, -1) };
    const last = value.undo.at(-1);
    const joins = last !== undefined && at - last.at < GROUP_MS && transaction.isUserEvent('input.type');
    const undo = joins
      ? [...value.undo.slice(0, -1), { inverse: step.inverse.compose(last.inverse), at }]
      : [...value.undo, step].slice(-STEPS_MAX);
    return { undo, redo: [] };
  },
});

function travel(direction: 'undo' | 'redo'): Command {
  return ({ state, dispatch }) => {
    const step = state.field(stacks)[direction].at(-1);
    if (step === undefined || state.readOnly) return false;
    dispatch(
      state.update({
        changes: step.inverse,
        effects: travelled.of(direction),
        scrollIntoView: true,
        userEvent: direction,
      }),
    );
    return true;
  };
}

export const undo = travel('undo');
export const redo = travel('redo');

export const editHistory = (): Extension => [
  stacks,
  keymap.of([
    { key: 'Mod-z', run: undo, preventDefault: true },
    { key: 'Mod-y', run: redo, preventDefault: true },
    { key: 'Mod-Shift-z', run: redo, preventDefault: true },
  ]),
];
