import { formatBytes } from '../../../lib/format/number.ts';
import type { Decoded } from '../../../lib/history/encodings/decode.ts';
import { LAYER_WORD } from '../../../lib/history/encodings/layers.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { CodeEditor } from '../editor/code-editor.tsx';
import { KIND_WORD, languageOf } from './kind-words.ts';

/** These say what is inside themselves. */
const TELLING = new Set(['kubernetes', 'messagePack']);

/** "JSON in gzip in base64": what was found, from the inside to what is stored. */
export function decodedWords({ layers, kind }: Pick<Decoded, 'layers' | 'kind'>): string {
  const wrapping = layers.toReversed().map((layer) => LAYER_WORD[layer]);
  const inner = TELLING.has(layers.at(-1) ?? '') || kind === 'empty' ? [] : [KIND_WORD[kind]];
  return [...inner, ...wrapping].join(' in ');
}

/** A value with its wrapping taken off. It is never what is stored, and says so. */
export function DecodedView({ decoded }: { readonly decoded: Decoded }) {
  const { kind, text, bytes, isCut, fault } = decoded;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 border-t px-3 py-1 text-fg-2 text-meta">
        <span>
          <b className="font-medium text-fg">{decodedWords(decoded)}</b>, decoded for reading: what is stored is under
          Hex or Raw, and an edit is of that.
        </span>
        {fault !== null ? (
          <StatusMark tone="risk" className="whitespace-normal!">
            {text === '' ? 'It could not be decoded' : 'Decoded up to a fault'}: {fault}
          </StatusMark>
        ) : isCut ? (
          <StatusMark tone="risk" className="whitespace-normal!">
            Only the beginning: it is longer than {formatBytes(bytes)}
          </StatusMark>
        ) : (
          <span className="nums">{formatBytes(bytes)} inside</span>
        )}
      </p>
      {text === '' ? null : (
        <div className="max-h-[46vh] min-h-10 overflow-auto border-t bg-inset">
          <CodeEditor
            readOnly
            label="Decoded value"
            text={text}
            language={languageOf(kind)}
            withLineNumbers={kind !== 'binary'}
          />
        </div>
      )}
    </>
  );
}
