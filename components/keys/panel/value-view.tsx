'use client';

import { useMemo, useState } from 'react';
import type { WireBytes } from '../../../lib/api/types.ts';
import { toBase64 } from '../../../lib/base/bytes.ts';
import { prettyJson } from '../../../lib/history/json-text.ts';
import {
  hexRows,
  LAID_OUT_CHARS_MAX,
  recogniseValue,
  type ValueKind,
  valueBytesOf,
} from '../../../lib/history/value-format.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { CodeEditor } from '../editor/code-editor.tsx';

type View = 'pretty' | 'raw' | 'hex' | 'base64';

const WORD: Readonly<Record<ValueKind, string>> = {
  empty: 'empty',
  json: 'JSON',
  xml: 'XML',
  toml: 'TOML',
  yaml: 'YAML',
  text: 'text',
  binary: 'binary',
};
const VIEWS: Readonly<Record<ValueKind, readonly View[]>> = {
  empty: ['raw'],
  json: ['pretty', 'raw', 'hex'],
  xml: ['raw', 'hex'],
  toml: ['raw', 'hex'],
  yaml: ['raw', 'hex'],
  text: ['raw', 'hex'],
  binary: ['hex', 'base64'],
};
const VIEW_WORD: Readonly<Record<View, string>> = { pretty: 'Pretty', raw: 'Raw', hex: 'Hex', base64: 'Base64' };

/** Beyond this many bytes hex and base64 show the beginning; the copy button always takes all. */
const BYTES_SHOWN_MAX = 64 * 1024;

/** A value in the format it is recognised as, with the other ways to look at it one click away. */
export function ValueView({ value, onDiff }: { readonly value: WireBytes; readonly onDiff: () => void }) {
  const format = recogniseValue(value);
  const views = VIEWS[format.kind];
  const [chosen, setChosen] = useState<View | null>(null);
  const isLarge = typeof value === 'string' && value.length > LAID_OUT_CHARS_MAX;
  const first = isLarge && views.includes('raw') ? 'raw' : (views[0] ?? 'raw');
  const view = chosen !== null && views.includes(chosen) ? chosen : first;
  const text = useMemo(() => textOf(value, view), [value, view]);
  return (
    <section aria-label="Value" className="flex shrink-0 flex-col border-b">
      <header className="flex h-9 shrink-0 items-center gap-2 px-3">
        <h2 className="font-semibold">Value</h2>
        <Tooltip content={`Recognised as ${WORD[format.kind]}: ${format.reason}`}>
          <span className="cursor-help text-fg-3 text-meta">{WORD[format.kind]}</span>
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
          text={() => (typeof value === 'string' && view !== 'hex' ? text : textOf(value, view, true))}
          label="Copy value"
        />
      </header>
      {format.kind === 'empty' ? (
        <p className="px-3 pb-3 text-fg-3">Zero bytes. The key exists and holds nothing.</p>
      ) : (
        <div className="max-h-[46vh] min-h-10 overflow-auto border-t bg-inset">
          <CodeEditor
            key={view}
            readOnly
            withLineNumbers={view === 'pretty' || view === 'raw'}
            label="Value"
            text={text}
            language={
              view === 'pretty' ? 'json' : view === 'raw' && format.kind !== 'binary' ? languageOf(format.kind) : 'text'
            }
          />
        </div>
      )}
    </section>
  );
}

export const languageOf = (kind: ValueKind): 'json' | 'yaml' | 'text' =>
  kind === 'json' || kind === 'yaml' ? kind : 'text';

function textOf(value: WireBytes, view: View, isWhole = false): string {
  if (view === 'raw' && typeof value === 'string') return value;
  if (view === 'pretty' && typeof value === 'string') return prettyJson(value) ?? value;
  const bytes = valueBytesOf(value);
  const shown = isWhole ? bytes : bytes.subarray(0, BYTES_SHOWN_MAX);
  const rest =
    shown.length < bytes.length ? `\n… ${bytes.length - shown.length} more bytes: copy takes all of them` : '';
  if (view === 'base64') return (toBase64(shown).match(/.{1,76}/g) ?? []).join('\n') + rest;
  return (
    hexRows(shown)
      .map((row) => `${row.offset}  ${row.hex.padEnd(47)}  ${row.ascii}`)
      .join('\n') + rest
  );
}
