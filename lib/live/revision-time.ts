/** When a revision was written, as far as the console can know: it saw the store pass certain revisions at certain times. */
import type { RevisionView, WireInt } from '../api/types.ts';
import { compareInt } from '../format/number.ts';
import { momentText } from '../format/time.ts';

export type RevisionTime =
  /** Written within this span; `from` and `to` are equal when the console saw exactly this revision arrive. */
  | { readonly kind: 'between'; readonly from: number; readonly to: number }
  /** Older than what the console saw. */
  | { readonly kind: 'before'; readonly at: number }
  | { readonly kind: 'unknown' };

/** A span this short is shown as its end. */
const SAME_MOMENT_MS = 1_500;

export function revisionTime(times: RevisionView['times'], revision: WireInt): RevisionTime {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const pair = times[middle];
    if (pair !== undefined && compareInt(pair.revision, revision) < 0) low = middle + 1;
    else high = middle;
  }
  const next = times[low];
  if (next === undefined) return { kind: 'unknown' };
  if (next.revision === revision) return { kind: 'between', from: next.at, to: next.at };
  const previous = times[low - 1];
  return previous === undefined ? { kind: 'before', at: next.at } : { kind: 'between', from: previous.at, to: next.at };
}

/** "14:02:07", "between 14:02:07 and 14:05:10", "before 14:02:07", or "" when nothing is known. */
export function revisionTimeText(time: RevisionTime, now: number): string {
  switch (time.kind) {
    case 'between':
      return time.to - time.from <= SAME_MOMENT_MS
        ? momentText(time.to, now)
        : `between ${momentText(time.from, now)} and ${momentText(time.to, now)}`;
    case 'before':
      return `before ${momentText(time.at, now)}`;
    case 'unknown':
      return '';
  }
}
