'use client';

import { useIsFetching, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import { configApi } from '../../lib/api/config-client.ts';
import type { ConfigIssueView } from '../../lib/api/config-types.ts';
import type { Json } from '../../lib/config/json.ts';
import { locate, type Place, syntaxPlace } from '../../lib/config/locate.ts';
import type { Fault } from '../keys/editor/faults.ts';
import { useStore } from '../shell/use-store.ts';

export type Parsed = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

export function readJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (cause) {
    return { ok: false, message: cause instanceof Error ? cause.message : '' };
  }
}

export interface LocatedFault extends Fault {
  /** From 1. */
  readonly line: number;
  /** Null: the text is no JSON there. */
  readonly issue: ConfigIssueView | null;
}

export interface CheckArgs {
  readonly target: string;
  readonly text: string;
  readonly parsed: Parsed;
  readonly generation: number;
}

/** What the console finds in the document as it is typed, and where in the text it stands: it has the schemas, the layers and the fleet. */
export function useCheck({ target, text, parsed, generation }: CheckArgs) {
  const store = useStore();
  const editor = useId();
  const checks = ['store', store.id, 'config-check', target, generation, editor];
  const isChecking = useIsFetching({ queryKey: checks }) > 0;
  const asked = useAsked(parsed.ok ? text : null, isChecking);
  const version = useVersion(asked);
  const check = useQuery({
    // A version in place of the text: a megabyte is no name.
    queryKey: [...checks, version],
    queryFn: async ({ signal }) => ({
      text: asked,
      answer: await configApi.check(store.id, { target, text: asked }, signal),
    }),
    enabled: asked !== '',
    placeholderData: (before) => before,
    retry: false,
    gcTime: 10_000,
  });
  const found = check.data;
  const located = useMemo(() => (found === undefined ? NONE : faultsOf(found.text, found.answer.issues)), [found]);
  const broken = parsed.ok ? null : parsed.message;
  const syntax = useMemo(() => (broken === null ? null : syntaxFault(text, broken)), [text, broken]);
  return { check, faults: broken === null ? located : syntax === null ? NONE : syntax };
}

const NONE: readonly LocatedFault[] = [];

/**
 * The text that is checked: the first change at once, then the newest whenever the check before it has been answered. Each check sends the
 * whole text, so whoever types fast in a megabyte waits for one answer at most, and the console for none that nobody wants any more.
 *
 * @param text null: it is no JSON, and what was asked before stands. Returns '' before the first that is.
 */
function useAsked(text: string | null, isChecking: boolean): string {
  const newest = useDeferredValue(text);
  const [asked, setAsked] = useState(text ?? '');
  useEffect(() => {
    if (!isChecking && newest !== null) setAsked(newest);
  }, [isChecking, newest]);
  return asked;
}

/** Another number for another text. */
function useVersion(text: string): number {
  const seen = useRef({ text, version: 0 });
  if (seen.current.text !== text) seen.current = { text, version: seen.current.version + 1 };
  return seen.current.version;
}

/** What stands in another layer has no line here; what is required and missing stands where it should be. */
function faultsOf(text: string, issues: readonly ConfigIssueView[]): readonly LocatedFault[] {
  const places = locate(
    text,
    issues.map(({ path }) => path),
  );
  return issues.flatMap((issue) => {
    const place = places.get(issue.path);
    if (place === undefined) return [];
    const isWhole = isRoot(place, text);
    if (isWhole && issue.path !== '' && issue.keyword !== 'required') return [];
    const name = issue.path === '' ? 'the document' : issue.path;
    // All of it is not underlined, only where it begins.
    const shown = isWhole ? { from: place.from, to: place.from + 1 } : place;
    return [at(text, shown, `${name} ${issue.message}`, issue)];
  });
}

const isRoot = ({ from, to }: Place, text: string): boolean =>
  text.slice(0, from).trim() === '' && text.slice(to).trim() === '';

function syntaxFault(text: string, message: string): readonly LocatedFault[] {
  const place = syntaxPlace(text, message);
  return place === undefined ? [] : [at(text, place, `This is not JSON yet: ${message}`, null)];
}

function at(text: string, { from, to }: Place, message: string, issue: ConfigIssueView | null): LocatedFault {
  let line = 1;
  for (let next = text.indexOf('\n'); next >= 0 && next < from; next = text.indexOf('\n', next + 1)) line++;
  return { from, to, message, line, issue };
}
