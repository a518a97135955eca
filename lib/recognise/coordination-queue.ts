/**
 * One lock or election: its contenders in order of create revision, the oldest of which holds, and the terms of office that
 * follow from the changes applied. Exact to the revision; nothing is guessed across what was not seen.
 *
 * Invariants: contenders ascend by (create revision, key); at most one term is open, and it is the holder's; terms ascend and never
 * overlap. A revision is applied as a whole, because one transaction may remove the holder and add the next.
 */
import type { WireBytes } from '../api/types.ts';
import type { ByteString } from '../base/bytes.ts';
import { judge, type Layout, type Verdict } from './layout.ts';

/** Older terms fall out; `droppedTerms` says that they did. */
export const TERMS_MAX = 500;

export interface Contender {
  readonly key: ByteString;
  /** Signed 64 bits; 0n: it lost its lease. */
  readonly lease: bigint;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly valueBytes: number;
  /** The beginning of the value; null while it was not read. */
  readonly value: WireBytes | null;
  /** When it joined; null: before anybody looked. */
  readonly since: number | null;
}

export interface Term {
  readonly key: ByteString;
  readonly lease: bigint;
  readonly value: WireBytes | null;
  /** Create revision of the holder's key: the fencing token, which grows from holder to holder. */
  readonly token: number;
  /** Held from this revision on; where not exact, the key stood since then but may have waited first. */
  readonly from: number;
  readonly fromAt: number | null;
  readonly fromExact: boolean;
  /** Null: it still holds. Where not exact, it ended unseen at some revision up to this one. */
  readonly to: number | null;
  readonly toAt: number | null;
  readonly toExact: boolean;
}

export type QueueChange =
  | { readonly type: 'put'; readonly contender: Contender }
  | { readonly type: 'delete'; readonly key: ByteString };

export interface Moment {
  readonly revision: number;
  readonly at: number | null;
}

export class CoordinationQueue {
  readonly layout: Layout;
  /** The prefix, or the key where there is only one. */
  readonly group: ByteString;
  #contenders: Contender[] = [];
  #terms: Term[] = [];
  #dropped = false;
  /** Kept for when everybody left: an empty queue still is what it was. */
  #verdict: Verdict;

  constructor(layout: Layout, group: ByteString) {
    this.layout = layout;
    this.group = group;
    this.#verdict = judge(layout, { empty: 0, filled: 0, leaseless: 0 });
  }

  get contenders(): readonly Contender[] {
    return this.#contenders;
  }

  get holder(): Contender | undefined {
    return this.#contenders[0];
  }

  /** Oldest first; the last one is open when somebody holds. */
  get terms(): readonly Term[] {
    return this.#terms;
  }

  get droppedTerms(): boolean {
    return this.#dropped;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  has(key: ByteString): boolean {
    return this.#contenders.some((one) => one.key === key);
  }

  /** All changes of one revision. */
  apply(changes: readonly QueueChange[], moment: Moment): void {
    for (const change of changes) {
      if (change.type === 'put') this.#put(change.contender);
      else this.#remove(change.key);
    }
    this.#settle(moment, true);
  }

  /** The queue as it is found, without having seen how it came about: the first time, or after changes were missed. */
  observe(contenders: readonly Contender[], moment: Moment): void {
    this.#contenders = [...contenders].sort(inOrder);
    this.#settle(moment, false);
  }

  /** Fills in a value that was read later; does nothing when the key has changed since. */
  learnValue(key: ByteString, modRevision: number, value: WireBytes): void {
    this.#contenders = this.#contenders.map((one) =>
      one.key === key && one.modRevision === modRevision ? { ...one, value } : one,
    );
    this.#followHolder();
  }

  #put(contender: Contender): void {
    const at = this.#contenders.findIndex((one) => one.key === contender.key);
    if (at >= 0 && this.#contenders[at]?.createRevision === contender.createRevision) {
      this.#contenders[at] = { ...contender, since: this.#contenders[at]?.since ?? contender.since };
      return;
    }
    if (at >= 0) this.#contenders.splice(at, 1);
    const last = this.#contenders.at(-1);
    this.#contenders.push(contender);
    if (last !== undefined && inOrder(last, contender) > 0) this.#contenders.sort(inOrder);
  }

  #remove(key: ByteString): void {
    const at = this.#contenders.findIndex((one) => one.key === key);
    if (at >= 0) this.#contenders.splice(at, 1);
  }

  /** Closes the open term and opens the holder's, when they differ. */
  #settle(moment: Moment, exact: boolean): void {
    const { holder } = this;
    const open = this.#open();
    const isSame = open !== undefined && holder?.key === open.key && holder.createRevision === open.token;
    if (open !== undefined && !isSame) {
      this.#terms[this.#terms.length - 1] = { ...open, to: moment.revision, toAt: moment.at, toExact: exact };
    }
    if (holder !== undefined && !isSame) this.#terms.push(openTerm(holder, moment, exact));
    if (this.#terms.length > TERMS_MAX) {
      this.#terms = this.#terms.slice(-TERMS_MAX);
      this.#dropped = true;
    }
    this.#followHolder();
    if (this.#contenders.length > 0) this.#verdict = judge(this.layout, tally(this.#contenders));
  }

  #open(): Term | undefined {
    const last = this.#terms.at(-1);
    return last?.to === null ? last : undefined;
  }

  /** What a leader proclaims while in office becomes its term's value. */
  #followHolder(): void {
    const open = this.#open();
    const { holder } = this;
    if (open === undefined || holder === undefined) return;
    if (open.value === holder.value && open.lease === holder.lease) return;
    this.#terms[this.#terms.length - 1] = { ...open, value: holder.value, lease: holder.lease };
  }
}

function openTerm(holder: Contender, moment: Moment, exact: boolean): Term {
  const { key, lease, value, createRevision: token } = holder;
  const from = exact ? moment.revision : token;
  const fromAt = exact ? moment.at : holder.since;
  return { key, lease, value, token, from, fromAt, fromExact: exact, to: null, toAt: null, toExact: true };
}

const inOrder = (a: Contender, b: Contender): number =>
  a.createRevision - b.createRevision || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function tally(contenders: readonly Contender[]): { empty: number; filled: number; leaseless: number } {
  const counts = { empty: 0, filled: 0, leaseless: 0 };
  for (const one of contenders) {
    if (one.valueBytes === 0) counts.empty++;
    else counts.filled++;
    if (one.lease === 0n) counts.leaseless++;
  }
  return counts;
}
