/** The sentences of locks and elections. Pure: what is said is tested without a browser. */

import type {
  ContenderView,
  CoordinationDetail,
  CoordinationGroup,
  TermView,
} from '../../lib/api/coordination-types.ts';
import type { WireBytes } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { durationText, momentText } from '../../lib/format/time.ts';
import { previewBytes } from '../../lib/keys/preview-bytes.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';

const WHO_CHARS_MAX = 80;

interface Someone {
  readonly key: WireBytes;
  readonly lease: string | null;
  readonly value: WireBytes | null;
}

/** Who it is: what it says of itself, or the lease it lives on, or the end of its key. */
export function whoText({ key, lease, value }: Someone): string {
  if (value !== null && value !== '') {
    const text = previewBytes(value);
    return text.length > WHO_CHARS_MAX ? `${text.slice(0, WHO_CHARS_MAX)}…` : text;
  }
  return lease === null ? (displayBytes(key).split('/').at(-1) ?? displayBytes(key)) : `lease ${lease}`;
}

export const KIND_WORDS = {
  election: {
    one: 'election',
    hold: 'leads',
    holder: 'Leader',
    contender: 'Candidate',
    contenders: 'Candidates',
    nobody: 'Nobody leads.',
    act: 'Evict',
    acted: 'Evicted',
    acting: 'Evicting…',
    keep: 'Keep it in office',
  },
  lock: {
    one: 'lock',
    hold: 'holds it',
    holder: 'Holder',
    contender: 'Waiter',
    contenders: 'Queue',
    nobody: 'Nobody holds it.',
    act: 'Release',
    acted: 'Released',
    acting: 'Releasing…',
    keep: 'Leave it held',
  },
} as const;

export type Kind = keyof typeof KIND_WORDS;

/** "since 14:02:07 (4 min)", or how much is known. */
function sinceText(term: TermView, now: number): string {
  const at = term.fromAt;
  if (term.fromExact && at !== null) return `since ${momentText(at, now)} (${durationText(now - at)})`;
  if (term.fromExact) return `since revision ${formatCount(term.from)}`;
  if (at !== null) return `for ${durationText(now - at)} at most: it may have waited first`;
  return 'since before the console watched';
}

/** Short, for a cell. */
export function heldText(term: TermView | null, now: number): string {
  if (term === null) return '';
  if (term.fromAt !== null) return `${term.fromExact ? '' : '≤ '}${durationText(now - term.fromAt)}`;
  return term.fromExact ? `rev ${formatCount(term.from)}` : 'not seen';
}

/** Who follows, as a sentence. */
function nextSentence(group: CoordinationGroup): string {
  if (group.layout === 'patroniLeader') return 'Who follows, its members decide among themselves.';
  if (group.next !== null) return `${whoText(group.next)} follows when it goes.`;
  return group.kind === 'lock' ? 'Nobody waits for it.' : 'Nobody else stands: when it goes, nobody leads.';
}

/** The state in one or two sentences; said first, before any number. */
export function stateSentence({ group }: CoordinationDetail, now: number): string {
  const words = KIND_WORDS[group.kind];
  const { holder, term } = group;
  if (holder !== null && term !== null) {
    return `${whoText(holder)} ${words.hold} ${sinceText(term, now)}. ${nextSentence(group)}`;
  }
  if (term === null) return words.nobody;
  const when = term.toAt === null ? `revision ${formatCount(term.to ?? '0')}` : momentText(term.toAt, now);
  return `${words.nobody} ${whoText(term)} was the last, until ${when}.`;
}

/** How long somebody has waited, or that this was not seen. */
export const waitText = (contender: ContenderView, now: number): string =>
  contender.since === null ? 'not seen' : durationText(now - contender.since);

/** What happens by itself when the holder dies now. `leftMs` null: not known; 'leaderless': the store has no leader to end leases. */
export function deathSentence(group: CoordinationGroup, leftMs: number | 'leaderless' | null): string {
  const { holder, next } = group;
  if (holder === null) return '';
  if (holder.lease === null) {
    return 'Its key lost its lease: if the holder dies, the key stays and nobody follows until somebody deletes it.';
  }
  const heir = next === null ? 'it is free' : `${whoText(next)} follows`;
  if (leftMs === 'leaderless')
    return `The store has no leader: no lease ends. If the holder dies now, ${heir} only when there is a leader again and the lease has run out.`;
  if (leftMs === null) return `If the holder dies now, its lease runs out and ${heir}.`;
  return `If the holder dies now, ${heir} in ${durationText(Math.ceil(leftMs / 1000) * 1000)}, when its lease has run out.`;
}

/** What evicting or releasing does, beat one. */
export function releaseSentence(group: CoordinationGroup): string {
  if (group.layout === 'patroniLeader')
    return 'Patroni’s members then race for the leader key: a failover, or the same leader again.';
  if (group.next !== null) return `${whoText(group.next)} ${KIND_WORDS[group.kind].hold} then: it has waited longest.`;
  return group.kind === 'lock' ? 'Nobody waits: the lock is free then.' : 'Nobody else stands: nobody leads then.';
}

export function termsSentence(counts: {
  readonly terms: number;
  readonly gaps: number;
  readonly flaps: number;
  readonly overlaps: number;
}): string {
  const parts = [plural(counts.terms, 'term'), counts.gaps === 0 ? 'no gap' : plural(counts.gaps, 'gap')];
  if (counts.overlaps > 0) parts.push(`${plural(counts.overlaps, 'overlap')}: two held at the same time`);
  if (counts.flaps > 0) parts.push(`${plural(counts.flaps, 'flap')} (under 10 s)`);
  return parts.join(', ');
}
