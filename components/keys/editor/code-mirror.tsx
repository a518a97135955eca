'use client';

/** CodeMirror behind one component. Loaded only when a value is shown or edited (code-editor.tsx). */
import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { Annotation, Compartment, EditorState, type Extension, Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { bytesBeforeLines } from '../../../lib/history/hex-text.ts';
import { type Fault, faultMarks, showFaults } from './faults.ts';
import { wrapping } from './wrapping.ts';

/** hex: the digits of bytes, numbered by the bytes before each line. */
export type CodeLanguage = 'json' | 'yaml' | 'text' | 'hex';

export interface CodeMirrorProps {
  readonly label: string;
  readonly text: string;
  readonly language: CodeLanguage;
  readonly readOnly?: boolean;
  /** Off where the text brings its own, as hex does. */
  readonly withLineNumbers?: boolean;
  /** Every change, exact to the character; carriage returns stay. */
  readonly onChange?: (text: string) => void;
  /** Mod+Enter. */
  readonly onSubmit?: () => void;
  /** Escape. */
  readonly onCancel?: () => void;
  readonly autoFocus?: boolean;
  /** Marked at their lines. Must be the same list while it is the same faults. */
  readonly faults?: readonly Fault[];
  /** Where to go, each time it is another object. */
  readonly goTo?: { readonly at: number } | null;
}

/** As many as 16 MiB need. */
const OFFSET_DIGITS = 6;

/** A text that was given, not typed: nobody is told what they said themselves. */
const isGiven = Annotation.define<boolean>();

const NO_FAULTS: readonly Fault[] = [];

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--fg)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-geist-mono), ui-monospace, monospace',
    fontSize: '0.78125rem',
    lineHeight: '1.25rem',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-content': { padding: '6px 0', caretColor: 'var(--fg)' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--fg-3)', border: 'none', paddingLeft: '6px' },
  '.cm-cursor': { borderLeftColor: 'var(--fg)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 26%, transparent)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 18%, transparent)',
    outline: 'none',
  },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.cm-panels': { backgroundColor: 'transparent', color: 'var(--fg-3)', border: 'none' },
  '.cm-unwrapped': { padding: '2px 12px', fontSize: '0.75rem' },
});

/** Without the gutter the text starts where everything else in the panel does. */
const bareTheme = EditorView.theme({ '.cm-line': { paddingLeft: '12px' } });

/** Few colours, each told apart from the text around it in light and dark. */
const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--fg)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.keyword], color: 'var(--lease)' },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: 'var(--fg-3)' },
  { tag: [tags.comment, tags.lineComment, tags.meta], color: 'var(--fg-3)', fontStyle: 'italic' },
]);

const LANGUAGES: Readonly<Record<CodeLanguage, () => Extension>> = {
  json: () => json(),
  yaml: () => yaml(),
  text: () => [],
  hex: () => [],
};

/** Another label or another right to write is another editor; later texts and languages are dispatched to the one there is. */
export const CodeMirror = (props: CodeMirrorProps) => <Editor key={`${props.readOnly} ${props.label}`} {...props} />;

function Editor(props: CodeMirrorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  const language = useRef(new Compartment());
  const told = useRef<string | null>(null);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (host.current === null) return;
    const { autoFocus = false } = latest.current;
    const created = new EditorView({
      parent: host.current,
      state: stateOf({ latest, language: language.current, told }),
    });
    view.current = created;
    if (autoFocus) created.focus();
    return () => {
      created.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    const current = view.current;
    // What was typed comes back as what is given: told apart without reading all of it again.
    if (current === null || props.text === told.current || current.state.doc.toString() === props.text) return;
    current.dispatch({
      changes: { from: 0, to: current.state.doc.length, insert: props.text },
      annotations: isGiven.of(true),
    });
    told.current = props.text;
  }, [props.text]);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(LANGUAGES[props.language]()) });
  }, [props.language]);

  const { faults = NO_FAULTS, goTo = null } = props;
  useEffect(() => {
    if (view.current !== null) showFaults(view.current, faults);
  }, [faults]);

  useEffect(() => {
    const current = view.current;
    if (current === null || goTo === null) return;
    const anchor = Math.min(goTo.at, current.state.doc.length);
    current.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    current.focus();
  }, [goTo]);

  return <div ref={host} className="h-full min-h-0 min-w-0 overflow-hidden" />;
}

interface Held {
  readonly latest: { readonly current: CodeMirrorProps };
  readonly language: Compartment;
  /** What the editor holds, where that is known without reading it. */
  readonly told: { current: string | null };
}

function stateOf(held: Held): EditorState {
  // Split as the state itself does it (lineSeparator).
  const doc = Text.of(held.latest.current.text.split('\n'));
  return EditorState.create({ doc, extensions: extensionsOf(doc, held) });
}

function extensionsOf(doc: Text, { latest, language, told }: Held): Extension {
  const { label, faults, readOnly = false, withLineNumbers = true } = latest.current;
  return [
    // Only "\n" separates lines: "\r" is shown and kept, never normalised away.
    EditorState.lineSeparator.of('\n'),
    EditorState.readOnly.of(readOnly),
    EditorView.editable.of(!readOnly),
    EditorView.contentAttributes.of({
      'aria-label': label,
      ...(readOnly ? { tabindex: '0', role: 'textbox', 'aria-readonly': 'true' } : {}),
    }),
    wrapping(doc),
    faults === undefined ? [] : faultMarks,
    withLineNumbers ? lineNumbers(latest.current.language === 'hex' ? { formatNumber: offsetOf } : {}) : bareTheme,
    theme,
    highlightSpecialChars(),
    drawSelection(),
    syntaxHighlighting(highlight),
    language.of(LANGUAGES[latest.current.language]()),
    keymap.of([
      { key: 'Mod-Enter', run: () => run(latest.current.onSubmit) },
      { key: 'Escape', run: () => run(latest.current.onCancel) },
    ]),
    readOnly ? [] : [history(), bracketMatching(), indentUnit.of('  ')],
    // Tab stays with the page: a keyboard user must get out of the editor.
    keymap.of(readOnly ? [] : [...historyKeymap, ...standardKeymap]),
    EditorView.updateListener.of((update) => {
      const isTyped = update.docChanged && !update.transactions.some((one) => one.annotation(isGiven) === true);
      if (!isTyped) return;
      told.current = update.state.doc.toString();
      latest.current.onChange?.(told.current);
    }),
  ];
}

const offsets = new WeakMap<Text, readonly number[]>();

/** The offset of the first byte of a line, as hexadecimal digits. */
function offsetOf(line: number, { doc }: EditorState): string {
  const known = offsets.get(doc) ?? bytesBeforeLines(doc.iterLines());
  offsets.set(doc, known);
  // The gutter asks for the number of a last line that could be, to know its width.
  return (known[line - 1] ?? doc.length).toString(16).padStart(OFFSET_DIGITS, '0');
}

function run(handler: (() => void) | undefined): boolean {
  handler?.();
  return handler !== undefined;
}
