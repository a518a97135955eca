/** Faults of a text at their lines: a mark in the gutter, a line under the place, what is wrong on hover. Told in words beside the editor. */
import { type Extension, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';

export interface Fault {
  /** Offsets into the text. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

const setFaults = StateEffect.define<readonly Fault[]>();

class FaultMarker extends GutterMarker {
  readonly #message: string;

  constructor(message: string) {
    super();
    this.#message = message;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof FaultMarker && other.#message === this.#message;
  }

  override toDOM(): Node {
    const mark = document.createElement('span');
    mark.textContent = '✕';
    mark.title = this.#message;
    mark.className = 'cm-fault-mark';
    return mark;
  }
}

interface Shown {
  readonly underlines: DecorationSet;
  readonly markers: RangeSet<GutterMarker>;
}

const NOTHING: Shown = { underlines: Decoration.none, markers: RangeSet.empty };

/** Until the next findings come, marks move along with the text they are about. */
const field = StateField.define<Shown>({
  create: () => NOTHING,
  update: (shown, transaction) => {
    const moved = transaction.docChanged
      ? {
          underlines: shown.underlines.map(transaction.changes),
          markers: shown.markers.map(transaction.changes),
        }
      : shown;
    const news = transaction.effects.find((effect) => effect.is(setFaults));
    return news === undefined ? moved : draw(news.value, transaction.state.doc);
  },
  provide: (self) => EditorView.decorations.from(self, ({ underlines }) => underlines),
});

function draw(faults: readonly Fault[], doc: EditorView['state']['doc']): Shown {
  const byLine = new Map<number, string[]>();
  const underlines = [];
  for (const { from, to, message } of faults) {
    const start = Math.min(from, doc.length);
    const line = doc.lineAt(start);
    byLine.set(line.from, [...(byLine.get(line.from) ?? []), message]);
    // All of a document, or of a branch, is not underlined: its first line says where it begins.
    const end = Math.min(to, line.to);
    if (end > start)
      underlines.push(Decoration.mark({ class: 'cm-fault', attributes: { title: message } }).range(start, end));
  }
  return {
    underlines: Decoration.set(underlines, true),
    markers: RangeSet.of(
      [...byLine].map(([at, messages]) => new FaultMarker(messages.join('\n')).range(at)),
      true,
    ),
  };
}

const theme = EditorView.theme({
  '.cm-faults': { width: '14px' },
  '.cm-fault-mark': { color: 'var(--bad)', fontSize: '0.6875rem', cursor: 'help' },
  '.cm-fault': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
});

export const faultMarks: Extension = [
  field,
  gutter({ class: 'cm-faults', markers: (view) => view.state.field(field).markers }),
  theme,
];

export const showFaults = (view: EditorView, faults: readonly Fault[]): void =>
  view.dispatch({ effects: setFaults.of(faults) });
