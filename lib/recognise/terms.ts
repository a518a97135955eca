/** What is said about terms of office: gaps, flaps, and history joined with what was seen live. Works on the API's form. */

import type { TermView } from '../api/coordination-types.ts';
import type { WireInt, WireTime } from '../api/types.ts';
import { compareInt } from '../format/number.ts';

/** A term that ended within this time is a flap: nobody got much done in it. */
const FLAP_MS = 10_000;

export interface Gap {
  /** The revision at which the last holder went, and the one at which the next came; null: still nobody. */
  readonly from: WireInt;
  readonly to: WireInt | null;
  readonly fromAt: WireTime | null;
  readonly toAt: WireTime | null;
  /** False: the terms around it were not both seen, somebody else may have held in between. */
  readonly exact: boolean;
}

/** The spans in which nobody held. `terms` oldest first. */
export function gapsOf(terms: readonly TermView[]): Gap[] {
  const gaps: Gap[] = [];
  terms.forEach((term, index) => {
    if (term.to === null) return;
    const next = terms[index + 1];
    if (next !== undefined && compareInt(next.from, term.to) <= 0) return;
    gaps.push({
      from: term.to,
      to: next?.from ?? null,
      fromAt: term.toAt,
      toAt: next?.fromAt ?? null,
      exact: term.toExact && (next?.fromExact ?? true),
    });
  });
  return gaps;
}

export interface Overlap {
  readonly from: WireInt;
  /** Null: both still hold. */
  readonly to: WireInt | null;
  readonly fromAt: WireTime | null;
  readonly toAt: WireTime | null;
}

/**
 * Spans in which two held at once. The order of create revisions leaves room for none: one here means that somebody broke the layout. Only
 * what was seen exactly counts.
 */
export function overlapsOf(terms: readonly TermView[]): Overlap[] {
  return terms.flatMap((term, index): Overlap[] => {
    const next = terms[index + 1];
    if (next === undefined || !term.toExact || !next.fromExact) return [];
    if (term.to !== null && compareInt(next.from, term.to) >= 0) return [];
    const isNextFirst = next.to !== null && (term.to === null || compareInt(next.to, term.to) < 0);
    const end = isNextFirst ? next : term;
    return [{ from: next.from, to: end.to, fromAt: next.fromAt, toAt: end.toAt }];
  });
}

export const isFlap = (term: TermView): boolean =>
  term.toAt !== null && term.fromAt !== null && term.fromExact && term.toExact && term.toAt - term.fromAt < FLAP_MS;

export const flapsOf = (terms: readonly TermView[]): number => terms.filter(isFlap).length;

const sameOffice = (a: TermView, b: TermView): boolean =>
  a.token === b.token && JSON.stringify(a.key) === JSON.stringify(b.key);

/**
 * Terms read from the store's history, then those seen live. The office that stands in both is one term: its start is the
 * history's, which saw it, its end the live one's.
 */
export function joinTerms(past: readonly TermView[], live: readonly TermView[]): TermView[] {
  const first = live[0];
  const last = past.at(-1);
  if (first === undefined || last === undefined) return [...past, ...live];
  if (!sameOffice(last, first)) return [...past, ...live];
  const joined: TermView = {
    ...first,
    from: last.from,
    fromAt: last.fromAt ?? first.fromAt,
    fromExact: last.fromExact,
  };
  return [...past.slice(0, -1), joined, ...live.slice(1)];
}
