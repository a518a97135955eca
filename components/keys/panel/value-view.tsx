'use client';

import { useMemo, useState } from 'react';
import type { WireBytes } from '../../../lib/api/types.ts';
import { toBase64 } from '../../../lib/base/bytes.ts';
import { mayBeWrapped } from '../../../lib/history/encodings/layers.ts';
import { hexDump } from '../../../lib/history/hex-text.ts';
import { prettyJson } from '../../../lib/history/json-text.ts';
import { LAID_OUT_CHARS_MAX, recogniseValue, type ValueKind, valueBytesOf } from '../../../lib/history/value-format.ts';
import { useSameValue } from '../../history/use-same-value.ts';
import { useValueWork } from '../../history/use-value-work.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { CodeEditor } from '../editor/code-editor.tsx';
import { DecodedView, decodedWords } from './decoded-view.tsx';
import { KIND_WORD, languageOf } from './kind-words.ts';

type View = 'decoded' | 'pretty' | 'raw' | 'hex' | 'base64';

const VIEWS: Readonly<Record<ValueKind, readonly View[]>> = {
  empty: ['raw'],
  json: ['pretty', 'raw', 'hex'],
  xml: ['raw', 'hex'],
  toml: ['raw', 'hex'],
  yaml: ['raw', 'hex'],
  text: ['raw', 'hex'],
  binary: ['hex', 'base64'],
};
const VIEW_WORD: Readonly<Record<View, string>> = {
  decoded: 'Decoded',
  pretty: 'Pretty',
  raw: 'Raw',
  hex: 'Hex',
  base64: 'Base64',
};

/** A value in the format it is recognised as, with the other ways to look at it one click away. */
export function ValueView({ value: given, onDiff }: { readonly value: WireBytes; readonly onDiff: () => void }) {
  const value = useSameValue(given);
  const format = recogniseValue(value);
  const unwrapped = useValueWork('decode', mayBeWrapped(value) ? value : null);
  const decoded = unwrapped.state === 'done' ? unwrapped.output : null;
  const views = decoded === null ? VIEWS[format.kind] : ['decoded' as const, ...VIEWS[format.kind]];
  const [chosen, setChosen] = useState<View | null>(null);
  const isLarge = typeof value === 'string' && value.length > LAID_OUT_CHARS_MAX;
  const first = isLarge && decoded === null && views.includes('raw') ? 'raw' : (views[0] ?? 'raw');
  const view = chosen !== null && views.includes(chosen) ? chosen : first;
  const laidOut = useValueWork('pretty', isLarge && view === 'pretty' ? value : null);
  const text = useMemo(() => (isLarge && view === 'pretty' ? null : textOf(value, view)), [value, view, isLarge]);
  const shown = text ?? (laidOut.state === 'done' ? laidOut.output : null);
  return (
    <section aria-label="Value" className="flex shrink-0 flex-col border-b">
      <header className="flex min-h-9 shrink-0 flex-wrap items-center gap-2 px-3">
        <h2 className="font-semibold">Value</h2>
        <Tooltip content={`Recognised as ${KIND_WORD[format.kind]}: ${format.reason}`}>
          <span className="cursor-help text-fg-3 text-meta">
            {decoded === null ? KIND_WORD[format.kind] : decodedWords(decoded)}
          </span>
        </Tooltip>
        <fieldset className="ml-auto flex items-center gap-0.5">
          <legend className="sr-only">Show the value as</legend>
          {views.length < 2
            ? null
            : views.map((one) => (
                <Button
                  key={one}
                  variant="ghost"
                  size="small"
                  aria-pressed={one === view}
                  onClick={() => setChosen(one)}
                >
                  {VIEW_WORD[one]}
                </Button>
              ))}
        </fieldset>
        <Button variant="ghost" size="small" onClick={onDiff}>
          Diff
          <Kbd keys="d" />
        </Button>
        <CopyButton
          text={() => (view === 'decoded' ? (decoded?.text ?? '') : (shown ?? ''))}
          label={view === 'decoded' ? 'Copy decoded value' : 'Copy value'}
        />
      </header>
      {format.kind === 'empty' ? (
        <p className="px-3 pb-3 text-fg-3">Zero bytes. The key exists and holds nothing.</p>
      ) : view === 'decoded' && decoded !== null ? (
        <DecodedView decoded={decoded} />
      ) : shown === null ? (
        <SkeletonRows rows={6} className="border-t" />
      ) : (
        <div className="max-h-[46vh] min-h-10 overflow-auto border-t bg-inset">
          <CodeEditor
            key={view}
            readOnly
            withLineNumbers={view === 'pretty' || view === 'raw'}
            label="Value"
            text={shown}
            language={view === 'pretty' ? 'json' : view === 'raw' ? languageOf(format.kind) : 'text'}
          />
        </div>
      )}
    </section>
  );
}

function textOf(value: WireBytes, view: View): string {
  if (typeof value === 'string' && view === 'raw') return value;
  if (typeof value === 'string' && view === 'pretty') return prettyJson(value) ?? value;
  if (view === 'decoded') return '';
  const bytes = valueBytesOf(value);
  return view === 'base64' ? toBase64(bytes).replace(/.{76}(?=.)/g, '$&\n') : hexDump(bytes);
}
