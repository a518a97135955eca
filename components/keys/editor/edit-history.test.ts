import { EditorState, Transaction } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { expect, test } from 'vitest';
import { editHistory, redo, undo } from './edit-history.ts';

/** A view without a screen: the commands need its state and its dispatch only. */
class Bench {
  state = EditorState.create({ doc: 'one', extensions: [editHistory(), EditorState.lineSeparator.of('\n')] });
  readonly dispatch = (transaction: Transaction): void => {
    this.state = transaction.state;
  };
  readonly run = (command: (view: EditorView) => boolean): boolean => command(this as unknown as EditorView);
  type(text: string, at: number): void {
    const changes = { from: this.state.doc.length, insert: text };
    this.dispatch(this.state.update({ changes, userEvent: 'input.type', annotations: Transaction.time.of(at) }));
  }
  get text(): string {
    return this.state.doc.toString();
  }
}

test('undo goes back step by step and redo forth again', () => {
  const bench = new Bench();
  bench.type(' two', 1_000);
  bench.type(' three', 9_000);
  expect(bench.run(undo)).toBe(true);
  expect(bench.text).toBe('one two');
  bench.run(undo);
  expect(bench.text).toBe('one');
  expect(bench.run(undo)).toBe(false);
  bench.run(redo);
  bench.run(redo);
  expect(bench.text).toBe('one two three');
  expect(bench.run(redo)).toBe(false);
});

test('letters typed in one go are one step', () => {
  const bench = new Bench();
  bench.type('a', 1_000);
  bench.type('b', 1_100);
  bench.type('c', 1_200);
  bench.run(undo);
  expect(bench.text).toBe('one');
});

test('typing after undo forgets what could be redone', () => {
  const bench = new Bench();
  bench.type('a', 1_000);
  bench.run(undo);
  bench.type('b', 9_000);
  expect(bench.run(redo)).toBe(false);
  expect(bench.text).toBe('oneb');
});

test('carriage returns survive the editor', () => {
  const state = EditorState.create({ doc: 'a\r\nb\rc', extensions: [EditorState.lineSeparator.of('\n')] });
  expect(state.doc.toString()).toBe('a\r\nb\rc');
});
