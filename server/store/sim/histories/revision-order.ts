/**
 * The second opinion beside the search (linearizability.ts): a store of revisions says itself in which order it did things, so the
 * whole history, all keys together, can be checked against what everybody was told, in the time it takes to sort it.
 *
 * Checked: revisions without gaps and the arithmetic of every pair; every answer against the history at its revision, so no acknowledged
 * write is missing; nothing in it that nobody wrote, or that was refused; and the order of revisions against real time.
 */
import { describeEvent, describePair, type EventHistory, type HistoryEvent } from './events.ts';
import type { KvOperation } from './kv-model.ts';

export interface KeyOperation {
  readonly key: string;
  readonly operation: KvOperation;
  /** The store said that it certainly did nothing. */
  readonly isRefused?: boolean;
}

/** A read of all keys with a prefix. */
export interface ListRead {
  readonly prefix: string;
  readonly calledAt: number;
  readonly answeredAt: number;
  readonly revision: number;
  readonly pairs: readonly { readonly key: string; readonly value: string; readonly modRevision: number }[];
}

export interface RevisionInput {
  readonly history: EventHistory;
  /** The store's revision when the history was read. */
  readonly lastRevision: number;
  readonly operations: readonly KeyOperation[];
  readonly lists: readonly ListRead[];
}

/** More than anybody reads. */
const PROBLEMS_MAX = 10;

/** What is wrong, one sentence each; empty: nothing. */
export function checkRevisions(input: RevisionInput): readonly string[] {
  return [
    ...checkArithmetic(input.history.events, input.lastRevision),
    ...checkAnswers(input),
    ...checkWriters(input),
    ...input.lists.flatMap((read) => checkList(input.history, read)),
    ...checkRealTime(input),
  ].slice(0, PROBLEMS_MAX);
}

function checkArithmetic(events: readonly HistoryEvent[], lastRevision: number): readonly string[] {
  const problems: string[] = [];
  const pairs = new Map<string, { readonly createRevision: number; readonly version: number }>();
  let revision = 1;
  for (const event of events) {
    if (event.revision !== revision && event.revision !== revision + 1)
      problems.push(`after revision ${revision} comes ${describeEvent(event)}`);
    revision = event.revision;
    const before = pairs.get(event.key);
    if (event.pair === undefined) {
      if (before === undefined) problems.push(`${describeEvent(event)}: there was no such key`);
      pairs.delete(event.key);
      continue;
    }
    const { createRevision, modRevision, version } = event.pair;
    const expected = { createRevision: before?.createRevision ?? revision, version: (before?.version ?? 0) + 1 };
    if (modRevision !== revision || createRevision !== expected.createRevision || version !== expected.version)
      problems.push(`${describeEvent(event)}: created ${createRevision}, changed ${modRevision}, version ${version}`);
    pairs.set(event.key, expected);
  }
  if (revision !== lastRevision) problems.push(`the history ends at ${revision}, the store is at ${lastRevision}`);
  return problems;
}

function checkAnswers({ history, operations }: RevisionInput): readonly string[] {
  return operations.flatMap((operation) => checkAnswer(history, operation) ?? []);
}

function checkAnswer(history: EventHistory, { key, operation }: KeyOperation): string | undefined {
  const { call, answer } = operation;
  if (answer === undefined) return undefined;
  const { revision, pair, hasChanged } = answer.value;
  const found = history.lastBy(key, revision);
  switch (call.kind) {
    case 'put':
      return isWriteOf(found, revision, call.value) ? undefined : lost(key, call.value, revision);
    case 'compareAndSet':
      if (hasChanged) return isWriteOf(found, revision, call.value) ? undefined : lost(key, call.value, revision);
      return isSeen(found, pair) ? undefined : misread({ key, revision, seen: pair, found });
    case 'get':
      return isSeen(found, pair) ? undefined : misread({ key, revision, seen: pair, found });
    case 'delete':
      if (hasChanged && !(found?.revision === revision && found.pair === undefined))
        return `the deletion of ${key} acknowledged at ${revision} is not in the history`;
      return !hasChanged && found?.pair !== undefined
        ? `a deletion found no ${key} at ${revision}, where it was ${describePair(found.pair)}`
        : undefined;
    case 'leaseEnds':
      return undefined;
  }
}

const isWriteOf = (found: HistoryEvent | undefined, revision: number, value: string): boolean =>
  found?.revision === revision && found.pair?.value === value;

const lost = (key: string, value: string, revision: number): string =>
  `the write ${key} "${value}" acknowledged at ${revision} is not in the history`;

const isSeen = (
  found: HistoryEvent | undefined,
  seen: { readonly value: string; readonly modRevision: number } | undefined,
): boolean => found?.pair?.modRevision === seen?.modRevision && found?.pair?.value === seen?.value;

interface Misread {
  readonly key: string;
  readonly revision: number;
  readonly seen: Parameters<typeof describePair>[0];
  readonly found: HistoryEvent | undefined;
}

const misread = ({ key, revision, seen, found }: Misread): string =>
  `a read of ${key} at ${revision} saw ${describePair(seen)}, the history has ${describePair(found?.pair)}`;

/** Everything in the history was written by somebody, and by nobody who was refused. */
function checkWriters({ history, operations }: RevisionInput): readonly string[] {
  const values = new Map<string, { readonly key: string; readonly isRefused: boolean }>();
  const keys = new Set(operations.map(({ key }) => key));
  for (const { key, operation, isRefused = false } of operations) {
    if ('value' in operation.call) values.set(operation.call.value, { key, isRefused });
  }
  return history.events.flatMap((event) => {
    if (event.pair === undefined || !keys.has(event.key)) return [];
    const writer = values.get(event.pair.value);
    if (writer?.key !== event.key) return [`nobody wrote ${describeEvent(event)}`];
    return writer.isRefused ? [`${describeEvent(event)}, and its writer was told that it was refused`] : [];
  });
}

function checkList(history: EventHistory, read: ListRead): readonly string[] {
  const { prefix, revision } = read;
  const expected = history.keys().flatMap((key) => {
    const pair = key.startsWith(prefix) ? history.pairAt(key, revision) : undefined;
    return pair === undefined ? [] : [`${key}@${pair.modRevision}=${pair.value}`];
  });
  const seen = read.pairs.map(({ key, modRevision, value }) => `${key}@${modRevision}=${value}`);
  const [left, right] = [seen.sort().join(' '), expected.sort().join(' ')];
  return left === right ? [] : [`a list of ${prefix} at ${revision} saw ${left}, the history has ${right}`];
}

interface Moment {
  readonly at: number;
  readonly isCall: boolean;
  readonly index: number;
}

interface Timed {
  readonly calledAt: number;
  readonly answeredAt: number;
  readonly revision: number;
  readonly isChange: boolean;
  readonly what: string;
}

/** What was answered before a call is below what the call is answered with. */
function checkRealTime({ operations, lists }: RevisionInput): readonly string[] {
  const timed: Timed[] = lists.map((read) => ({ ...read, isChange: false, what: `list of ${read.prefix}` }));
  for (const { key, operation } of operations) {
    const { call, calledAt, answer } = operation;
    if (answer === undefined) continue;
    const isChange = call.kind === 'put' || answer.value.hasChanged === true;
    const what = `${call.kind} of ${key}`;
    timed.push({ calledAt, answeredAt: answer.at, revision: answer.value.revision, isChange, what });
  }
  const moments: Moment[] = timed.flatMap(({ calledAt, answeredAt }, index) => [
    { at: calledAt, isCall: true, index },
    { at: answeredAt, isCall: false, index },
  ]);
  // A call at the very moment of an answer may have come before it.
  moments.sort((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall));
  const problems: string[] = [];
  const floors = new Map<number, number>();
  let reached = 0;
  for (const { isCall, index } of moments) {
    const operation = timed[index];
    if (operation === undefined) continue;
    if (isCall) {
      floors.set(index, reached);
      continue;
    }
    const floor = floors.get(index) ?? 0;
    const { revision, isChange, what } = operation;
    if (revision < floor || (isChange && revision === floor))
      problems.push(`a ${what} was answered at ${revision}, ${floor} had been answered before it began`);
    reached = Math.max(reached, revision);
  }
  return problems;
}
