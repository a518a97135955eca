/**
 * One key of an etcd store as a sequential object: put, delete, compare-and-set, read, and the end of the lease it hangs on. Every
 * answer carries a revision, and the revisions are part of what is checked: they never go back along the order, a change takes a
 * new one, and a pair carries those of its own writes.
 */
import { checkLinearizable, type Model, type Operation, type Verdict } from './linearizability.ts';

/** A key's pair as an answer shows it. Values are unique per write, so that a read names the write it saw. */
export interface SeenPair {
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

/** `shownAt` is for the checker alone: the revision that an answer showed of a write which got none itself. */
export type KvCall =
  | { readonly kind: 'get' }
  | { readonly kind: 'put'; readonly value: string; readonly lease?: bigint; readonly shownAt?: number }
  | { readonly kind: 'delete' }
  /** Puts `value` when the key's last change was at `expected` (0: there is none), reads it otherwise. */
  | {
      readonly kind: 'compareAndSet';
      readonly expected: number;
      readonly value: string;
      readonly shownAt?: number;
    }
  /** The lease ends, by itself or revoked, and takes the key along if it still hangs on it. */
  | { readonly kind: 'leaseEnds'; readonly lease: bigint };

export interface KvAnswer {
  /** Of the answer's header: what the store had reached when it took effect. */
  readonly revision: number;
  /** What a get saw, and a compare-and-set that failed. */
  readonly pair?: SeenPair | undefined;
  /** Of a delete and a compare-and-set: whether it changed the key. */
  readonly hasChanged?: boolean;
}

export type KvOperation = Operation<KvCall, KvAnswer>;

interface KvState {
  readonly pair: KnownPair | undefined;
  /** The last revision known to have been reached. */
  readonly floor: number;
}

/** Undefined revisions: of a write whose answer nobody got. The first answer that shows them settles them. */
interface KnownPair {
  readonly value: string;
  readonly lease: bigint;
  readonly version: number;
  readonly createRevision: number | undefined;
  readonly modRevision: number | undefined;
}

const UNKNOWN_RANK = Number.MAX_SAFE_INTEGER;
/** Stands for every value that no answer shows: which of them it was makes no difference to anybody. */
const UNSEEN = '\0unseen';

/** Whether the operations on one key are linearizable, all of them and in any order of the list. */
export function checkKey(operations: readonly KvOperation[], stepsMax?: number): Verdict<KvCall, KvAnswer> {
  return checkLinearizable(KV_MODEL, settle(operations), stepsMax);
}

/** What others saw of unanswered writes: their revisions, or nothing at all (`shownAt` of the calls). */
function settle(operations: readonly KvOperation[]): readonly KvOperation[] {
  const shown = new Map<string, number>();
  for (const { call, answer } of operations) {
    const isRead = call.kind === 'get' || (call.kind === 'compareAndSet' && answer?.value.hasChanged !== true);
    const pair = isRead ? answer?.value.pair : undefined;
    if (pair !== undefined) shown.set(pair.value, pair.modRevision);
  }
  return operations.map((operation) => {
    const { call, answer } = operation;
    if (answer !== undefined || !('value' in call)) return operation;
    const shownAt = shown.get(call.value);
    return { ...operation, call: shownAt === undefined ? { ...call, value: UNSEEN } : { ...call, shownAt } };
  });
}

export const KV_MODEL: Model<KvState, KvCall, KvAnswer> = {
  initial: { pair: undefined, floor: 1 },
  step,
  fingerprint: ({ pair, floor }) =>
    pair === undefined
      ? String(floor)
      : `${floor} ${pair.createRevision} ${pair.modRevision} ${pair.version} ${pair.lease} ${pair.value}`,
  rank: ({ call, answer }) => answer?.value.revision ?? shownAt(call) ?? UNKNOWN_RANK,
  likeness: ({ call }) => {
    if (shownAt(call) !== undefined) return undefined;
    const { kind } = call;
    if (kind === 'put') return `put ${call.lease ?? 0n} ${call.value}`;
    if (kind === 'compareAndSet') return `compareAndSet ${call.expected} ${call.value}`;
    return kind === 'leaseEnds' ? `leaseEnds ${call.lease}` : kind;
  },
};

const shownAt = (call: KvCall): number | undefined => ('shownAt' in call ? call.shownAt : undefined);

function step(state: KvState, { call, answer }: KvOperation): readonly KvState[] {
  const told = answer?.value;
  if (told !== undefined && told.revision < state.floor) return [];
  switch (call.kind) {
    case 'get':
      return told === undefined ? [state] : seen(state, told);
    case 'put':
      return written(state, { value: call.value, lease: call.lease ?? 0n, revision: told?.revision ?? call.shownAt });
    case 'delete':
      return told === undefined ? [removed(state, undefined)] : deleted(state, told);
    case 'compareAndSet':
      return compared(state, call, told);
    case 'leaseEnds':
      return [state.pair?.lease === call.lease ? removed(state, told?.revision) : state];
  }
}

/** An answer that shows the pair, or that there is none, and changes nothing. */
function seen({ pair, floor }: KvState, { revision, pair: shown }: KvAnswer): readonly KvState[] {
  if (pair === undefined || shown === undefined)
    return pair === undefined && shown === undefined ? [{ pair, floor: revision }] : [];
  const fits = (known: number | undefined, found: number) => known === undefined || known === found;
  const isSame =
    pair.value === shown.value &&
    pair.version === shown.version &&
    fits(pair.modRevision, shown.modRevision) &&
    fits(pair.createRevision, shown.createRevision);
  const isPossible =
    shown.modRevision <= revision &&
    (pair.modRevision !== undefined || shown.modRevision > floor) &&
    shown.createRevision <= shown.modRevision &&
    (shown.version === 1) === (shown.createRevision === shown.modRevision);
  if (!isSame || !isPossible) return [];
  const { modRevision, createRevision } = shown;
  return [{ pair: { ...pair, modRevision, createRevision }, floor: revision }];
}

function written(
  { pair, floor }: KvState,
  { value, lease, revision }: { readonly value: string; readonly lease: bigint; readonly revision: number | undefined },
): readonly KvState[] {
  if (revision !== undefined && revision <= floor) return [];
  return [
    {
      pair: {
        value,
        lease,
        version: (pair?.version ?? 0) + 1,
        createRevision: pair === undefined ? revision : pair.createRevision,
        modRevision: revision,
      },
      floor: revision ?? floor,
    },
  ];
}

/** The pair of an unanswered write turns out to have this revision. */
function settled(state: KvState, modRevision: number): KvState {
  if (state.pair === undefined) return state;
  const createRevision = state.pair.version === 1 ? modRevision : state.pair.createRevision;
  return { ...state, pair: { ...state.pair, modRevision, createRevision } };
}

const removed = ({ floor }: KvState, revision: number | undefined): KvState => ({
  pair: undefined,
  floor: revision ?? floor,
});

function deleted(state: KvState, { revision, hasChanged }: KvAnswer): readonly KvState[] {
  if (hasChanged !== (state.pair !== undefined)) return [];
  if (!hasChanged) return [{ ...state, floor: revision }];
  return revision > state.floor ? [removed(state, revision)] : [];
}

function compared(
  state: KvState,
  call: Extract<KvCall, { readonly kind: 'compareAndSet' }>,
  told: KvAnswer | undefined,
): readonly KvState[] {
  const { expected } = call;
  const current = state.pair === undefined ? 0 : state.pair.modRevision;
  const mayMatch = current === undefined ? expected > state.floor : current === expected;
  const matched = current === undefined ? settled(state, expected) : state;
  const revision = told?.revision ?? shownAt(call);
  const succeeded = mayMatch ? written(matched, { value: call.value, lease: 0n, revision }) : [];
  if (told === undefined) return current === expected ? succeeded : [...succeeded, state];
  if (told.hasChanged) return succeeded;
  return told.pair?.modRevision === expected || (told.pair === undefined && expected === 0) ? [] : seen(state, told);
}
