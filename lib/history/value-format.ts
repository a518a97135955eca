/**
 * What a value is, judged from its bytes alone, with the reason. Never a promise about meaning: a guess that the screen
 * shows as a guess and lets the operator override.
 */

import type { WireBytes } from '../api/types.ts';
import { fromBase64, toHex, utf8Encode } from '../base/bytes.ts';
import { jsonProblem, prettyJson } from './json-text.ts';

export type ValueKind = 'empty' | 'json' | 'xml' | 'toml' | 'yaml' | 'text' | 'binary';

export interface ValueFormat {
  readonly kind: ValueKind;
  /** Why it is believed, for the hover: "valid JSON object". */
  readonly reason: string;
}

/** C0 controls that never stand in text (tab, line feed and carriage return do). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export function recogniseValue(value: WireBytes): ValueFormat {
  if (typeof value !== 'string') return { kind: 'binary', reason: 'the bytes are not valid UTF-8' };
  if (value === '') return { kind: 'empty', reason: 'zero bytes' };
  if (CONTROL.test(value)) return { kind: 'binary', reason: 'control characters that no text holds' };
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
}

const TAG =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<![^>]*>|<(\/?)([A-Za-z_][\w.:-]*)((?:"[^"]*"|'[^']*'|[^'">])*?)(\/?)>/g;

/** One root element whose tags all close, in order. */
function xmlReason(text: string): string | undefined {
  if (!text.startsWith('<') || !text.endsWith('>')) return undefined;
  const open: string[] = [];
  let root: string | undefined;
  for (const [, slash, name, , selfClosing] of text.matchAll(TAG)) {
    if (name === undefined) continue;
    if (open.length === 0 && (root !== undefined || slash === '/')) return undefined;
    root ??= name;
    if (slash === '/' && open.pop() !== name) return undefined;
    if (slash === '' && selfClosing === '') open.push(name);
  }
  return root === undefined || open.length > 0 ? undefined : `one <${root}> element, every tag closed`;
}

const TOML_TABLE = /^\s*\[\[?\s*[\w"'.-]+(\s*\.\s*[\w"'-]+)*\s*\]\]?\s*(#.*)?$/;
const TOML_PAIR = /^\s*[\w"'.-]+\s*=\s*("|'|\[|\{|true\b|false\b|[+-]?(\d|inf|nan))/;

/** A table heading, or several pairs, and nothing that TOML would not say; text over several lines is left to the eye. */
function tomlReason(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
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
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
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

/** The text two versions are compared by: laid-out JSON where it is JSON, rows of hex where it is binary, else itself. */
export function comparableText(value: WireBytes): string {
  const { kind } = recogniseValue(value);
  if (kind === 'json' && typeof value === 'string') return prettyJson(value) ?? value;
  if (kind === 'binary')
    return hexRows(valueBytesOf(value))
      .map((row) => `${row.offset}  ${row.hex}`)
      .join('\n');
  return typeof value === 'string' ? value : '';
}

export interface HexRow {
  readonly offset: string;
  readonly hex: string;
  readonly ascii: string;
}

const HEX_ROW_BYTES = 16;

/** 16 bytes a row, as `xxd` lays them out; dots stand for what has no glyph. */
export function hexRows(bytes: Uint8Array): readonly HexRow[] {
  const rows: HexRow[] = [];
  for (let at = 0; at < bytes.length; at += HEX_ROW_BYTES) {
    const part = bytes.subarray(at, at + HEX_ROW_BYTES);
    rows.push({
      offset: at.toString(16).padStart(8, '0'),
      hex: (toHex(part).match(/.{1,2}/g) ?? []).join(' '),
      ascii: Array.from(part, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join(''),
    });
  }
  return rows;
}
