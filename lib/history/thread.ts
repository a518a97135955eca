/**
 * A key's history as a thread to draw: newest first, every life of the key, where each life began and ended, what each
 * version changed, and the place where the store's memory ends. Compaction is an entry, never papered over.
 */
import type { KeyHistory, KeyVersion, WireBytes, WireHexId } from '../api/types.ts';

export type VersionChange =
  /** First version of a life with nothing before it in the retained history. */
  | 'created'
  /** First version of a life after a delete. */
  | 'recreated'
  | 'updated'
  /** Written again with the same bytes. */
  | 'rewritten'
  | 'deleted'
  /** What it replaced is gone by compaction or lies on a page not loaded yet. */
  | 'unknown';

export interface VersionEntry {
  readonly kind: 'version';
  readonly version: KeyVersion;
  readonly change: VersionChange;
  /** What stood before, when known: the base of the inline diff. */
  readonly previous: KeyVersion | null;
  /** 1 = the newest life shown. */
  readonly life: number;
  readonly isNewest: boolean;
  readonly lease: { readonly from: WireHexId | null; readonly to: WireHexId | null } | null;
}

export type ThreadEntry =
  | VersionEntry
  | { readonly kind: 'more' }
  /** Older revisions are gone: compacted below `revision`. */
  | { readonly kind: 'boundary'; readonly revision: string }
  /** Nothing older ever existed. */
  | { readonly kind: 'beginning' };

export function buildThread(
  history: Pick<KeyHistory, 'versions' | 'reachesCompaction' | 'compacted' | 'more'>,
): readonly ThreadEntry[] {
  const out: ThreadEntry[] = [];
  let life = 1;
  history.versions.forEach((version, i) => {
    const previous = history.versions[i + 1] ?? null;
    const newer = history.versions[i - 1];
    if (newer !== undefined && newer.type === 'put' && version.type === 'delete') life++;
    const change = changeOf(version, previous);
    out.push({
      kind: 'version',
      version,
      change,
      previous: change === 'created' || change === 'unknown' ? null : previous,
      life,
      isNewest: i === 0,
      lease: leaseChange(version, previous),
    });
  });
  if (history.more) out.push({ kind: 'more' });
  else out.push(endOf(history));
  return out;
}

function changeOf(version: KeyVersion, previous: KeyVersion | null): VersionChange {
  if (version.type === 'delete') return 'deleted';
  if (version.version === '1') return previous === null ? 'created' : 'recreated';
  if (previous === null || previous.type === 'delete') return 'unknown';
  return sameBytes(version.value, previous.value) ? 'rewritten' : 'updated';
}

/** Only a store that never compacted can promise that nothing older existed. */
function endOf(history: Pick<KeyHistory, 'versions' | 'compacted'>): ThreadEntry {
  return history.compacted === '0' ? { kind: 'beginning' } : { kind: 'boundary', revision: history.compacted };
}

function leaseChange(version: KeyVersion, previous: KeyVersion | null): VersionEntry['lease'] {
  if (version.type === 'delete' || previous === null || previous.type === 'delete') return null;
  return version.lease === previous.lease ? null : { from: previous.lease, to: version.lease };
}

export function sameBytes(a: WireBytes | null, b: WireBytes | null): boolean {
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return a === b;
  return a.base64 === b.base64;
}
