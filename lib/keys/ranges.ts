/** Sets of key ranges. A range is [key, end) in byte order; `end` empty: exactly `key`; "\0": no upper end (etcd's words). */
import { compareBytes, concatBytes } from '../base/bytes.ts';

/** [key, end) in byte order. `end` empty: exactly `key`; "\0": every key from `key` on. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly end: Uint8Array;
}

const ZERO = Uint8Array.of(0);

export const ALL_KEYS: KeyRange = { key: ZERO, end: ZERO };

/** `end` null: no upper end. */
interface Span {
  readonly from: Uint8Array;
  readonly end: Uint8Array | null;
}

const isZero = (bytes: Uint8Array): boolean => bytes.length === 1 && bytes[0] === 0;

/** The smallest key after `key` is `key` with a zero byte behind it, so one key is a span too. */
function spanOf({ key, end }: KeyRange): Span {
  if (end.length === 0) return { from: key, end: concatBytes([key, ZERO]) };
  return { from: key, end: isZero(end) ? null : end };
}

function rangeOf({ from, end }: Span): KeyRange {
  if (end === null) return { key: from, end: ZERO };
  const isOneKey = end.length === from.length + 1 && end.at(-1) === 0 && compareBytes(end.subarray(0, -1), from) === 0;
  return { key: from, end: isOneKey ? new Uint8Array(0) : end };
}

const compareEnds = (a: Uint8Array | null, b: Uint8Array | null): number => {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return compareBytes(a, b);
};

const isEmpty = ({ from, end }: Span): boolean => end !== null && compareBytes(from, end) >= 0;

/** The same keys as sorted, disjoint ranges that do not touch each other. */
export function unionOf(ranges: readonly KeyRange[]): KeyRange[] {
  const spans = ranges
    .map(spanOf)
    .filter((span) => !isEmpty(span))
    .sort((a, b) => compareBytes(a.from, b.from));
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last === undefined || (last.end !== null && compareBytes(span.from, last.end) > 0)) {
      out.push(span);
    } else if (compareEnds(span.end, last.end) > 0) {
      out[out.length - 1] = { from: last.from, end: span.end };
    }
  }
  return out.map(rangeOf);
}

/** The keys of `range` that are in one of `within` (sorted and disjoint, as unionOf gives them), in key order. */
export function intersect(range: KeyRange, within: readonly KeyRange[]): KeyRange[] {
  const wanted = spanOf(range);
  const out: KeyRange[] = [];
  for (const allowed of within.map(spanOf)) {
    const from = compareBytes(wanted.from, allowed.from) >= 0 ? wanted.from : allowed.from;
    const end = compareEnds(wanted.end, allowed.end) <= 0 ? wanted.end : allowed.end;
    if (!isEmpty({ from, end })) out.push(rangeOf({ from, end }));
  }
  return out;
}

/** The keys of `range` that are in none of `taken` (sorted and disjoint, as unionOf gives them), in key order. */
export function subtract(range: KeyRange, taken: readonly KeyRange[]): KeyRange[] {
  const out: Span[] = [];
  let rest: Span | null = spanOf(range);
  for (const { from, end } of taken.map(spanOf)) {
    const before: Span = { from: rest.from, end: compareEnds(from, rest.end) < 0 ? from : rest.end };
    if (!isEmpty(before)) out.push(before);
    rest = end === null ? null : compareBytes(end, rest.from) > 0 ? { from: end, end: rest.end } : rest;
    if (rest === null) break;
  }
  if (rest !== null && !isEmpty(rest)) out.push(rest);
  return out.map(rangeOf);
}

export function contains(ranges: readonly KeyRange[], key: Uint8Array): boolean {
  return intersect({ key, end: new Uint8Array(0) }, ranges).length > 0;
}

/** True when these are all the keys there can be. */
export function isEverything(ranges: readonly KeyRange[]): boolean {
  const [first] = ranges;
  if (ranges.length !== 1 || first === undefined) return false;
  // No key is empty, so a range from the empty key covers as much as one from the smallest.
  return isZero(first.end) && (first.key.length === 0 || isZero(first.key));
}
