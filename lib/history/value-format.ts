/**
 * What a value is, judged from its bytes alone, with the reason. Never a promise about meaning: a guess that the screen
 * shows as a guess and lets the operator override.
 */

import type { WireBytes } from '../api/types.ts';
import { fromBase64, utf8Encode } from '../base/bytes.ts';
import { hexDump } from './hex-text.ts';
import { jsonProblem, prettyJson } from './json-text.ts';
import { remembered } from './remembered.ts';

export type ValueKind = 'empty' | 'json' | 'xml' | 'toml' | 'yaml' | 'text' | 'binary';

export interface ValueFormat {
  readonly kind: ValueKind;
  /** Why it is believed, for the hover: "valid JSON object". */
  readonly reason: string;
}

/** The controls of ASCII that never stand in text (tab, line feed and carriage return do). */
const CONTROL = /[^\t\n\r -~\u0080-\uffff]/;

/** No text holds them: what does is other bytes that happen to be valid UTF-8. */
export const holdsControls = (text: string): boolean => CONTROL.test(text);

export const recogniseValue = remembered((value: WireBytes): ValueFormat => {
  if (typeof value !== 'string') return { kind: 'binary', reason: 'the bytes are not valid UTF-8' };
  if (value === '') return { kind: 'empty', reason: 'zero bytes' };
  if (holdsControls(value)) return { kind: 'binary', reason: 'control characters that no text holds' };
  const trimmed = value.trim();
  if (/^[[{]/.test(trimmed) && jsonProblem(value) === null) {
    return { kind: 'json', reason: trimmed.startsWith('{') ? 'valid JSON object' : 'valid JSON array' };
  }
  const xml = xmlReason(trimmed);
  if (xml !== undefined) return { kind: 'xml', reason: xml };
  const toml = tomlReason(value);
  if (toml !== undefined) return { kind: 'toml', reason: toml };
  const yaml = yamlReason(value);
  return yaml === undefined ? { kind: 'text', reason: 'valid UTF-8' } : { kind: 'yaml', reason: yaml };
});

/** What opens without a name of its own, and what closes it. */
const NAMELESS = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const;
const TAG_NAME = /\/?[A-Za-z_][\w.:-]*/y;

/** One root element whose tags all close, in order. Reads the text once, whatever is in it. */
function xmlReason(text: string): string | undefined {
  if (!text.startsWith('<') || !text.endsWith('>')) return undefined;
  const open: string[] = [];
  let root: string | undefined;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const nameless = NAMELESS.find(([begin]) => text.startsWith(begin, at));
    if (nameless !== undefined) {
      const end = text.indexOf(nameless[1], at + nameless[0].length);
      if (end < 0) return undefined;
      at = end + nameless[1].length;
      continue;
    }
    TAG_NAME.lastIndex = at + 1;
    const [name] = TAG_NAME.exec(text) ?? [];
    if (name === undefined) {
      at++;
      continue;
    }
    const end = tagEnd(text, at + 1 + name.length);
    if (end === undefined) return undefined;
    if (open.length === 0 && (root !== undefined || name.startsWith('/'))) return undefined;
    root ??= name;
    if (name.startsWith('/')) {
      if (open.pop() !== name.slice(1)) return undefined;
    } else if (text[end - 1] !== '/') open.push(name);
    at = end + 1;
  }
  return root === undefined || open.length > 0 ? undefined : `one <${root}> element, every tag closed`;
}

/** The ">" that ends a tag: none within quotes does. */
function tagEnd(text: string, from: number): number | undefined {
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '>') return at;
    else if (char === '"' || char === "'") quote = char;
  }
  return undefined;
}

/** Who writes TOML or YAML by hand ends a line before this; what is longer is not looked into. */
const LINE_CHARS_MAX = 1_000;
/** A guess needs no more lines to be a good one. */
const LINES_MAX = 5_000;

/** The lines that say something, of the beginning of a long text; a line too long to be judged counts as an empty mark. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n', LINES_MAX)
    .map((line) => (line.length > LINE_CHARS_MAX ? '\u0000' : line))
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
}

const TOML_TABLE = /^\s*\[\[?\s*[\w"'.-]+(\s*\.\s*[\w"'-]+)*\s*\]\]?\s*(#.*)?$/;
const TOML_PAIR = /^\s*[\w"'.-]+\s*=\s*("|'|\[|\{|true\b|false\b|[+-]?(\d|inf|nan))/;

/** A table heading, or several pairs, and nothing that TOML would not say; text over several lines is left to the eye. */
function tomlReason(text: string): string | undefined {
  const lines = linesOf(text);
  const tables = lines.filter((line) => TOML_TABLE.test(line)).length;
  const pairs = lines.filter((line) => TOML_PAIR.test(line)).length;
  const other = lines.length - tables - pairs;
  const isToml = pairs > 0 && (tables > 0 || pairs > 1) && other * 4 <= lines.length;
  return isToml ? `${tables} tables and ${pairs} pairs as TOML writes them` : undefined;
}

const YAML_LINE = /^\s*(- )*[\w."'/-]+\s*:(\s|$)/;
const YAML_ITEM = /^\s*-(\s|$)/;

/** Mapping lines or list items from the first line on; one "key: value" line alone is a sentence as often as YAML. */
function yamlReason(text: string): string | undefined {
  const lines = linesOf(text);
  if (lines[0] === '---') return 'starts with a YAML document mark';
  const first = lines[0];
  if (lines.length < 2 || first === undefined || !(YAML_LINE.test(first) || YAML_ITEM.test(first))) return undefined;
  const shaped = lines.filter((line) => YAML_LINE.test(line) || YAML_ITEM.test(line)).length;
  const nested = lines.filter((line) => /^\s/.test(line)).length;
  return shaped * 2 > lines.length && shaped + nested >= lines.length
    ? `${shaped} of ${lines.length} lines are YAML mappings or items`
    : undefined;
}

export const valueBytesOf = (value: WireBytes): Uint8Array =>
  typeof value === 'string' ? utf8Encode(value) : fromBase64(value.base64);

/** A value larger than this is shown as it is until its layout is asked for. */
export const LAID_OUT_CHARS_MAX = 256 * 1024;

/** The text two versions are compared by: laid-out JSON where it is JSON, rows of hex where it is binary, else itself. */
export const comparableText = remembered((value: WireBytes): string => {
  const { kind } = recogniseValue(value);
  if (kind === 'json' && typeof value === 'string') return prettyJson(value) ?? value;
  if (kind === 'binary') return hexDump(valueBytesOf(value));
  return typeof value === 'string' ? value : '';
});

/** Enough of a value to recognise it by. */
export interface ValueStart {
  readonly text: string;
  /** There is more of it. */
  readonly isCut: boolean;
}

/** The first lines of what a value is compared by; a large one is not laid out for them. */
export function valueStart(
  value: WireBytes,
  { lines, chars }: { readonly lines: number; readonly chars: number },
): ValueStart {
  const isLarge = (typeof value === 'string' ? value : value.base64).length > START_LAID_OUT_CHARS_MAX;
  const text = isLarge ? unlaidStart(value, chars) : comparableText(value);
  const shown = text.split('\n', lines).join('\n').slice(0, chars);
  return { text: shown, isCut: isLarge || shown.length < text.length };
}

const START_LAID_OUT_CHARS_MAX = 16 * 1024;

/** Rows of hex show a byte in more than three characters. */
const unlaidStart = (value: WireBytes, chars: number): string =>
  recogniseValue(value).kind === 'binary'
    ? hexDump(valueBytesOf(value).subarray(0, chars))
    : typeof value === 'string'
      ? value
      : '';
