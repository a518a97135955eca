/**
 * Reads changes of the past, page by page, as rows for a watch. What cannot be had is a gap row that says why: gone by compaction, more
 * than the list holds, or a read that failed. Framework-free; the reads are given.
 */
import type { ChangesPage, WireInt } from '../api/types.ts';
import { errorText } from '../base/error-text.ts';
import type { ChangeRow, WithoutSeq } from './change-ring.ts';

/** As many as the list holds. */
const PAST_CHANGES_MAX = 50_000;

export interface PastRequest {
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
  /** The oldest revision the store still has; what lies at it is not whole. 0: never compacted. */
  readonly compacted: number;
  readonly read: (span: { readonly from: WireInt; readonly to: WireInt }, signal: AbortSignal) => Promise<ChangesPage>;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Told after each page how far it came. */
  readonly onProgress?: (revision: number) => void;
  readonly changesMax?: number;
}

export interface PastRead {
  /** Oldest first. */
  readonly rows: readonly ChangeRow[];
  readonly changes: number;
  /** The first revision that could be read; later than asked for where compaction cut. */
  readonly from: number;
  /** How many changes came from the console's memory; the others were read from the store's history. */
  readonly fromMemory: number;
}

/** Never rejects but when `signal` says so: what went wrong is a row. */
export async function readPast(request: PastRequest): Promise<PastRead> {
  const { to, read, signal, now, changesMax = PAST_CHANGES_MAX } = request;
  const rows: WithoutSeq<ChangeRow>[] = [];
  const gap = (from: number, until: number, reason: string): void =>
    void rows.push({ kind: 'gap', from: String(from - 1), to: String(until), reason, receivedAt: now() });
  let changes = 0;
  let fromMemory = 0;
  let from = request.from;
  const cutAt = (compacted: number): void => {
    const until = Math.min(compacted, to);
    gap(from, until, 'gone from the store by compaction');
    from = until + 1;
  };
  if (from <= request.compacted) cutAt(request.compacted);
  let first = from;
  while (from <= to) {
    const page = await read({ from: String(from), to: String(to) }, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return error;
    });
    if (!isPage(page)) {
      const compacted = compactedOf(page);
      if (compacted !== null && compacted >= from) {
        cutAt(compacted);
        if (changes === 0) first = from;
        continue;
      }
      gap(from, to, errorText(page));
      break;
    }
    const receivedAt = now();
    for (const change of page.changes) {
      const event = { ...change, at: change.at ?? 0 };
      rows.push({ kind: 'change', event, isPast: true, receivedAt });
    }
    changes += page.changes.length;
    if (page.source === 'memory') fromMemory += page.changes.length;
    from = Number(page.to) + 1;
    request.onProgress?.(Number(page.to));
    if (changes >= changesMax && from <= to) {
      gap(from, to, `not read: the list holds ${changesMax} changes of the past`);
      break;
    }
  }
  return { rows: rows.map((row, seq) => ({ ...row, seq }) as ChangeRow), changes, from: first, fromMemory };
}

const isPage = (value: unknown): value is ChangesPage =>
  typeof value === 'object' && value !== null && 'changes' in value && 'to' in value;

/** From the error of a read below the compaction boundary: the oldest revision left. */
function compactedOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('detail' in error)) return null;
  const { detail } = error;
  if (typeof detail !== 'object' || detail === null || !('compacted' in detail)) return null;
  const compacted = Number(detail.compacted);
  return Number.isSafeInteger(compacted) && compacted > 0 ? compacted : null;
}
