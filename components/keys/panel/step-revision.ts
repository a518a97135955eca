/** `[` and `]`: from version to version of the open key, through its deletes too. */
import type { KeyVersion, WireInt } from '../../../lib/api/types.ts';
import { compareInt } from '../../../lib/format/number.ts';

/** `versions` newest first; `rev` null means now. Null when there is nowhere to go. */
export function stepRevision(
  versions: readonly KeyVersion[],
  rev: WireInt | null,
  direction: 'older' | 'newer',
): WireInt | null {
  const at = rev === null ? 0 : versions.findIndex((version) => compareInt(version.modRevision, rev) <= 0);
  if (at < 0) return direction === 'newer' ? (versions.at(-1)?.modRevision ?? null) : null;
  if (direction === 'older') return versions[at + 1]?.modRevision ?? null;
  return rev === null ? null : (versions[at - 1]?.modRevision ?? null);
}
