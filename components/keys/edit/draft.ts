/**
 * An edit from its first letter to the guarded write, as pure steps: edit → review → saving → done or conflict.
 *
 * Invariants (draft.test.ts): only `bodyOf` makes a write, only from the review step, and always guarded by the revision the
 * operator saw (or by absence for a new key); the lease is kept unless another choice was made; a conflict changes nothing
 * but the step, and leaves it only for another edit or review on the new base.
 */
import type { KeyMeta, LeaseChoice, PutBody, WireBytes } from '../../../lib/api/types.ts';
import { hexText, type ParsedHex, parseHex } from '../../../lib/history/hex-text.ts';
import { compactJson, jsonProblem, prettyJson } from '../../../lib/history/json-text.ts';
import { type MergePart, mergeTexts } from '../../../lib/history/merge.ts';
import { sameBytes } from '../../../lib/history/thread.ts';
import { LAID_OUT_CHARS_MAX, recogniseValue, valueBytesOf } from '../../../lib/history/value-format.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';

export type StoredKey = KeyMeta & { readonly value: WireBytes };

export interface Draft {
  readonly key: WireBytes;
  /** What the edit is guarded by; null: the key must not exist. */
  readonly base: StoredKey | null;
  /** What stands in the editor. */
  readonly text: string;
  /** Binary values are edited as hexadecimal digits. */
  readonly encoding: 'text' | 'hex';
  /** JSON that was stored without white space is laid out for editing and stored without again. */
  readonly isCompact: boolean;
  readonly lease: LeaseChoice;
  readonly step: 'edit' | 'review' | 'saving' | 'conflict';
  /** What stands there instead of `base`, in the conflict step; null: it was deleted. */
  readonly theirs: StoredKey | null;
  readonly failure: unknown;
  /** Names this very write, so that trying again after a lost answer cannot write twice. */
  readonly idempotencyKey: string;
}

export function startDraft(key: WireBytes, base: StoredKey | null): Draft {
  return {
    key,
    base,
    ...editable(base?.value ?? ''),
    lease: base === null ? { mode: 'detach' } : { mode: 'keep' },
    step: 'edit',
    theirs: null,
    failure: null,
    idempotencyKey: '',
  };
}

/** The text to edit a value by. */
export function editable(value: WireBytes): Pick<Draft, 'text' | 'encoding' | 'isCompact'> {
  const { kind } = recogniseValue(value);
  if (kind === 'binary' || typeof value !== 'string') {
    return { text: hexText(valueBytesOf(value)), encoding: 'hex', isCompact: false };
  }
  // Laying out a large one, and taking it back with every key press, would take longer than anybody waits.
  const isSmall = value.length > 2 && value.length <= LAID_OUT_CHARS_MAX;
  const isCompact = kind === 'json' && isSmall && compactJson(value) === value;
  return { text: isCompact ? (prettyJson(value) ?? value) : value, encoding: 'text', isCompact };
}

/** What was worked out of a draft; drafts never change, and a page asks for the same several times with each key press. */
interface Worked {
  readonly value: WireBytes | undefined;
  readonly problem: string | null;
}

const known = new WeakMap<Draft, Worked>();

function worked(draft: Draft): Worked {
  const found = known.get(draft) ?? work(draft);
  known.set(draft, found);
  return found;
}

function work({ text, encoding, isCompact }: Draft): Worked {
  if (encoding === 'hex') {
    const parsed = parseHex(text);
    return parsed.bytes === null
      ? { value: undefined, problem: hexProblem(parsed) }
      : { value: toWire(parsed.bytes), problem: null };
  }
  const value = isCompact ? (compactJson(text) ?? text) : text;
  return value.isWellFormed()
    ? { value, problem: null }
    : { value: undefined, problem: 'There is half of a character in it, which no text can hold.' };
}

const hexProblem = ({ line, reason }: Exclude<ParsedHex, { readonly bytes: Uint8Array }>): string =>
  `Line ${line}: ${reason}.`;

/** The bytes the draft would store; undefined while the text stands for none. */
export const draftValue = (draft: Draft): WireBytes | undefined => worked(draft).value;

export type Warning =
  /** It cannot be stored as it stands. */
  | { readonly kind: 'malformed'; readonly text: string }
  /** It was JSON and would no longer be. */
  | { readonly kind: 'brokenJson'; readonly text: string };

export function warningOf(draft: Draft): Warning | null {
  const { value, problem: fault } = worked(draft);
  if (value === undefined) return { kind: 'malformed', text: fault ?? '' };
  if (draft.base === null || recogniseValue(draft.base.value).kind !== 'json') return null;
  const problem = typeof value === 'string' ? jsonProblem(value) : { message: 'not text', line: null };
  return problem === null ? null : { kind: 'brokenJson', text: problem.message };
}

/** True when saving would change something: bytes or lease. */
export function isChange(draft: Draft): boolean {
  const value = draftValue(draft);
  if (draft.base === null) return value !== undefined;
  const sameLease =
    draft.lease.mode === 'keep' ||
    (draft.lease.mode === 'detach' ? draft.base.lease === null : draft.lease.id === draft.base.lease);
  return !sameLease || (value !== undefined && !sameBytes(value, draft.base.value));
}

export const edit = (draft: Draft, change: Partial<Pick<Draft, 'text' | 'lease' | 'isCompact'>>): Draft => ({
  ...draft,
  ...change,
  step: draft.step === 'review' ? 'review' : 'edit',
  failure: null,
  idempotencyKey: '',
});

export function review(draft: Draft, newId: () => string): Draft {
  if (draftValue(draft) === undefined || !isChange(draft)) return draft;
  return { ...draft, step: 'review', failure: null, idempotencyKey: draft.idempotencyKey || newId() };
}

export const back = (draft: Draft): Draft => ({ ...draft, step: 'edit', failure: null });

/** The one write this draft may make; undefined in any step but review. */
export function bodyOf(draft: Draft): PutBody | undefined {
  const value = draftValue(draft);
  if (draft.step !== 'review' || value === undefined || draft.idempotencyKey === '') return undefined;
  return {
    key: draft.key,
    value,
    expectModRevision: draft.base?.modRevision ?? '0',
    lease: draft.lease,
    idempotencyKey: draft.idempotencyKey,
  };
}

export const saving = (draft: Draft): Draft => ({ ...draft, step: 'saving', failure: null });

/** The write did not happen, or nobody knows: the same body may be sent again. */
export const failed = (draft: Draft, failure: unknown): Draft => ({ ...draft, step: 'review', failure });

/** Somebody wrote first. Nothing was written. */
export const conflicted = (draft: Draft, theirs: StoredKey | null): Draft => ({
  ...draft,
  step: 'conflict',
  theirs,
  failure: null,
  idempotencyKey: '',
});

/** Out of a conflict with one's own text, on what stands there now: reviewed again before anything is written. */
export const keepMine = (draft: Draft, newId: () => string): Draft =>
  review(
    {
      ...draft,
      base: draft.theirs,
      theirs: null,
      step: 'edit',
      lease: draft.theirs === null && draft.lease.mode === 'keep' ? { mode: 'detach' } : draft.lease,
    },
    newId,
  );

/**
 * What both sides made of the base, line by line; null where there is nothing to merge: no common base, a delete, or bytes.
 * The base is the value the operator began with, kept in the draft: no compaction can take it.
 */
export function mergeOf({ base, theirs, text, encoding }: Draft): readonly MergePart[] | null {
  if (base === null || theirs === null || encoding !== 'text') return null;
  const [from, other] = [editable(base.value), editable(theirs.value)];
  if (from.encoding !== 'text' || other.encoding !== 'text') return null;
  return mergeTexts({ base: from.text, mine: text, theirs: other.text });
}

/** Out of a conflict with a merged text, on what stands there now: reviewed before anything is written. */
export const takeMerged = (draft: Draft, text: string, newId: () => string): Draft =>
  keepMine({ ...draft, text }, newId);

/** Out of a conflict with their text as the new start. */
export const takeTheirs = (draft: Draft): Draft => startDraft(draft.key, draft.theirs);
