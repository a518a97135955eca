/**
 * The audit trail as a file: JSON Lines, oldest first, at one revision. It leaves page by page, no faster than it is taken, so that
 * neither its length nor a slow taker costs memory.
 */
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { prefixRangeEnd, utf8Decode } from '../../../lib/base/bytes.ts';
import type { Engine, StoredKey } from '../../engines/engine.ts';
import { AUDIT_PREFIX, auditKey, decodeEntry } from './entry.ts';
import { type AuditFilter, isWanted } from './read.ts';

/** Entries are a few hundred bytes each. */
const PAGE_ENTRIES = 500;

export interface AuditExportQuery extends AuditFilter {
  /** The trail as it stood then; undefined: now. */
  readonly revision: number | undefined;
  readonly signal: AbortSignal;
}

export interface AuditFile {
  readonly revision: number;
  readonly parts: AsyncGenerator<string>;
}

/** @throws EngineError before the first part, as the store says: PERMISSION_DENIED, OUT_OF_RANGE */
export async function exportAudit(engine: Engine, query: AuditExportQuery): Promise<AuditFile> {
  const { signal } = query;
  const begin = auditKey('');
  const range = { end: prefixRangeEnd(begin), limit: PAGE_ENTRIES, signal };
  const first = await engine.kv.list({ ...range, key: begin, revision: query.revision ?? 0 });
  const revision = query.revision ?? first.revision;
  async function* parts(): AsyncGenerator<string> {
    for (let page = first; ; ) {
      yield page.kvs.map((kv) => lineOf(kv, query)).join('');
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return;
      page = await engine.kv.list({ ...range, key: Uint8Array.of(...last.key, 0), revision });
    }
  }
  return { revision, parts: parts() };
}

/** What this console cannot read is named, not left out: nobody must take the file for less than the trail. */
function lineOf({ key, value }: StoredKey, filter: AuditFilter): string {
  const entry: AuditEntry | null = decodeEntry(value);
  if (entry === null)
    return `${JSON.stringify({ id: utf8Decode(key)?.slice(AUDIT_PREFIX.length) ?? null, unreadable: true })}\n`;
  return isWanted(entry, filter) ? `${JSON.stringify(entry)}\n` : '';
}
