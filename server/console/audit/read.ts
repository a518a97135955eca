/** Pages of the audit trail, newest first, read as whoever asks: the store decides who may. */
import type { AuditEntry, AuditPage } from '../../../lib/api/audit.ts';
import { prefixRangeEnd, utf8Decode } from '../../../lib/base/bytes.ts';
import type { Engine } from '../../engines/engine.ts';
import { AUDIT_PREFIX, auditKey, decodeEntry } from './entry.ts';

/** Entries looked through for one page when a filter hides most of them. */
const SCANNED_MAX = 5_000;
const CHUNK = 500;

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
  const begin = auditKey('');
  const end = query.before === undefined ? prefixRangeEnd(begin) : auditKey(query.before);
  const pinned = query.revision ?? 0;
  const { kvs: keys, revision: newest } = await engine.kv.list({ key: begin, end, keysOnly: true, revision: pinned });
  const revision = pinned === 0 ? newest : pinned;
  const entries: AuditEntry[] = [];
  let at = keys.length;
  let unreadable = 0;
  while (at > 0 && entries.length < query.limit && keys.length - at < SCANNED_MAX) {
    const from = Math.max(0, at - CHUNK);
    const first = keys[from]?.key ?? begin;
    const chunk = await engine.kv.list({ key: first, end: keys[at]?.key ?? end, revision });
    for (const kv of chunk.kvs.toReversed()) {
      at--;
      const entry = decodeEntry(kv.value);
      if (entry === null) unreadable++;
      else if (isWanted(entry, query)) entries.push(entry);
      if (entries.length === query.limit) break;
    }
    if (chunk.kvs.length === 0) at = from;
  }
  const oldest = keys[at]?.key;
  return {
    revision: String(revision),
    entries,
    /** Where the next page begins; null at the end of the trail. */
    next: at > 0 && oldest !== undefined ? idOf(oldest) : null,
    searched: keys.length - at,
    total: keys.length,
    unreadable,
  };
}

const idOf = (key: Uint8Array): string => (utf8Decode(key) ?? '').slice(AUDIT_PREFIX.length);

export function isWanted(entry: AuditEntry, { user, text, result }: AuditFilter): boolean {
  if (user !== undefined && entry.user !== user) return false;
  if (result !== undefined && entry.result !== result) return false;
  return text === undefined || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase());
}
