/** Pages of the audit trail, newest first, read as whoever asks: the store decides who may. */
import type { AuditEntry, AuditPage } from '../../../lib/api/audit.ts';
import type { Engine } from '../../engines/engine.ts';
import { BackwardReader, idOf } from './backward-reader.ts';
import { decodeEntry } from './entry.ts';

/** Entries looked through for one page when a filter hides most of them; the stretch begun there is looked through too. */
const SCANNED_MAX = 5_000;
/** A stretch holds at least so many, or twice as many, or what is left. */
const STRETCH_MIN = 50;
const STRETCH_MAX = 250;

/** Which entries are meant; undefined: any. */
export interface AuditFilter {
  /** Exactly this one. */
  readonly user: string | undefined;
  /** Stands somewhere in the entry, without regard to case. */
  readonly text: string | undefined;
  readonly result: AuditEntry['result'] | undefined;
}

export interface AuditQuery extends AuditFilter {
  /** Only entries older than this id. */
  readonly before: string | undefined;
  readonly limit: number;
  /** The trail as it stood then; undefined: now. */
  readonly revision: number | undefined;
}

/** @throws EngineError PERMISSION_DENIED for users who may not read it */
export async function readAudit(engine: Engine, query: AuditQuery): Promise<Omit<AuditPage, 'kept'>> {
  const { limit, user, text, result } = query;
  const isFiltered = user !== undefined || text !== undefined || result !== undefined;
  const trail = await BackwardReader.open(engine, query);
  const entries: AuditEntry[] = [];
  let searched = 0;
  let unreadable = 0;
  let oldest: Uint8Array | undefined;
  while (searched < trail.total && entries.length < limit && searched < SCANNED_MAX) {
    const least = isFiltered ? STRETCH_MAX : limit - entries.length;
    for (const { key, value } of await trail.back(Math.min(STRETCH_MAX, Math.max(STRETCH_MIN, least)))) {
      searched++;
      oldest = key;
      const entry = decodeEntry(value);
      if (entry === null) unreadable++;
      else if (isWanted(entry, query)) entries.push(entry);
      if (entries.length === limit) break;
    }
  }
  return {
    revision: String(trail.revision),
    entries,
    /** Where the next page begins; null at the end of the trail. */
    next: searched < trail.total && oldest !== undefined ? idOf(oldest) : null,
    searched,
    total: trail.total,
    unreadable,
  };
}

export function isWanted(entry: AuditEntry, { user, text, result }: AuditFilter): boolean {
  if (user !== undefined && entry.user !== user) return false;
  if (result !== undefined && entry.result !== result) return false;
  return text === undefined || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase());
}
