import type { ValueKind } from '../../../lib/history/value-format.ts';

export const KIND_WORD: Readonly<Record<ValueKind, string>> = {
  empty: 'empty',
  json: 'JSON',
  xml: 'XML',
  toml: 'TOML',
  yaml: 'YAML',
  text: 'text',
  binary: 'binary',
};

/** The language an editor colours it as. */
export const languageOf = (kind: ValueKind): 'json' | 'yaml' | 'text' =>
  kind === 'json' || kind === 'yaml' ? kind : 'text';
