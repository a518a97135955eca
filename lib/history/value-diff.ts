/**
 * Two values as rows of a difference, bounded: what a page shows of it, whatever their size.
 *
 * Text is compared by lines, JSON by the lines of its layout, bytes by rows of hex. Bytes that differ in length do so at one stretch as a rule:
 * what is equal before and after it is said in words, so that one inserted byte is one changed row and not every row behind it.
 */
import type { WireBytes } from '../api/types.ts';
import { HEX_ROW_BYTES, hexDump } from './hex-text.ts';
import { collapseSame, type DiffRow, diffLines } from './line-diff.ts';
import { comparableText, recogniseValue, valueBytesOf } from './value-format.ts';

/** Beyond this many rows the rest is a sentence: nobody reads it here, and the page stays quick. */
export const DIFF_ROWS_MAX = 400;

export interface DiffRows {
  readonly rows: readonly DiffRow[];
  /** Rows that are not in `rows`. */
  readonly rest: number;
}

export interface ValueDiff extends DiffRows {
  /** Nothing that is shown differs; of JSON, white space may. */
  readonly looksSame: boolean;
}

export interface ValuePair {
  /** Null: there is no value on this side. */
  readonly before: WireBytes | null;
  readonly after: WireBytes | null;
  /** Unchanged lines kept around a change; Infinity shows all. */
  readonly context: number;
}

export function diffValues({ before, after, context }: ValuePair): ValueDiff {
  const [a, b] = comparableTexts(before, after);
  if (before === null && b !== '') return { ...oneSided('add', b), looksSame: false };
  if (after === null && a !== '') return { ...oneSided('del', a), looksSame: false };
  return { ...diffTexts(a, b, context), looksSame: a === b };
}

/** No value is no line, not an empty one: all that is there came or went. */
function oneSided(kind: 'add' | 'del', text: string): DiffRows {
  const lines = text.split('\n');
  const rows = lines.slice(0, DIFF_ROWS_MAX).map(
    (line, at): DiffRow => ({
      kind,
      text: line,
      oldLine: kind === 'del' ? at + 1 : null,
      newLine: kind === 'add' ? at + 1 : null,
    }),
  );
  return { rows, rest: lines.length - rows.length };
}

function diffTexts(before: string, after: string, context: number): DiffRows {
  const lines = diffLines(before, after);
  const rows = Number.isFinite(context) ? collapseSame(lines, context) : lines;
  return { rows: rows.slice(0, DIFF_ROWS_MAX), rest: Math.max(0, rows.length - DIFF_ROWS_MAX) };
}

function comparableTexts(before: WireBytes | null, after: WireBytes | null): readonly [string, string] {
  if (before !== null && after !== null && isBinary(before) && isBinary(after)) {
    return comparableBytes(valueBytesOf(before), valueBytesOf(after));
  }
  return [before === null ? '' : comparableText(before), after === null ? '' : comparableText(after)];
}

const isBinary = (value: WireBytes): boolean => recogniseValue(value).kind === 'binary';

/** Rows of hex around what differs. Equal texts mean equal bytes. */
export function comparableBytes(before: Uint8Array, after: Uint8Array): readonly [string, string] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  if (start === before.length && start === after.length) return [hexDump(before), hexDump(after)];
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  // Whole rows, with one more of what is equal on each side.
  start = Math.max(0, (Math.floor(start / HEX_ROW_BYTES) - 1) * HEX_ROW_BYTES);
  end = before.length === after.length ? wholeRowsFrom(before.length, end) : Math.max(0, end - HEX_ROW_BYTES);
  const head = start === 0 ? '' : `(${start} equal bytes)\n`;
  const side = (bytes: Uint8Array): string => {
    const tail = end === 0 ? '' : `\n(${end} equal bytes to the end)`;
    return `${head}${hexDump(bytes.subarray(start, bytes.length - end), start)}${tail}`;
  };
  return [side(before), side(after)];
}

/** Of the equal bytes at the end, those behind the next row but one. */
function wholeRowsFrom(length: number, end: number): number {
  const from = (Math.ceil((length - end) / HEX_ROW_BYTES) + 1) * HEX_ROW_BYTES;
  return Math.max(0, length - from);
}
