/** Which locks and elections change hands when a lease ends. Pure. */
import type { CoordinationGroup } from '../../lib/api/coordination-types.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { previewBytes } from '../../lib/keys/preview-bytes.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';

export interface Office {
  readonly id: string;
  readonly sentence: string;
  /** It holds; otherwise it stands in line. */
  readonly holds: boolean;
}

/** `groups` are those in which the lease stands somewhere; the ones it holds come first. */
export function officesOf(lease: WireHexId, groups: readonly CoordinationGroup[]): readonly Office[] {
  return groups
    .map((group) => officeOf(lease, group))
    .sort((a, b) => Number(b.holds) - Number(a.holds) || (a.id < b.id ? -1 : 1));
}

function officeOf(lease: WireHexId, group: CoordinationGroup): Office {
  const what = `${group.kind} “${displayBytes(group.name)}”`;
  const id = JSON.stringify(group.id);
  if (group.holder?.lease !== lease) {
    return { id, holds: false, sentence: `Loses its place in line for the ${what}.` };
  }
  return { id, holds: true, sentence: `Holds the ${what}: ${follower(group)}.` };
}

function follower({ kind, layout, next, waiting }: CoordinationGroup): string {
  if (layout === 'patroniLeader') return 'its members decide who follows';
  if (next === null) return kind === 'lock' ? 'it is free then' : 'nobody leads then';
  const who = next.value === null || next.value === '' ? `lease ${next.lease ?? 'unknown'}` : previewBytes(next.value);
  return waiting > 1 ? `${who} follows, ${waiting - 1} more wait` : `${who} follows`;
}
