/**
 * Who made which revision, from the audit trail: the store keeps no author, but every change through any console left an entry that names
 * its user and the revision it made. Read as whoever asks: who may not read the trail learns nothing from it.
 *
 * Entries are read once and then only from shortly before the newest, because an entry settles a while after it was begun. Revisions are
 * exact: what another program wrote meanwhile is never given an author.
 */
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { prefixRangeEnd, utf8Decode } from '../../../lib/base/bytes.ts';
import { inRanges, TOO_MANY } from '../../../lib/history/revision-ranges.ts';
import { type Engine, EngineError } from '../../engines/engine.ts';
import { OwnWrites } from '../operations/own-writes.ts';
import { AUDIT_PREFIX, auditKey, decodeEntry, firstIdAt } from './entry.ts';

/** The newest entries of a trail that is longer; older changes have no author here. */
export const ENTRIES_READ_MAX = 20_000;
const CHUNK = 500;
/** An entry begun this long before the newest may still get its result. */
const SETTLES_WITHIN_MS = 15 * 60_000;
/** Jobs of many revisions that are remembered. */
const JOBS_MAX = 500;

export class Authors {
  readonly #engine: Engine;
  /** What this session wrote itself: known at once, whatever the trail says later. */
  readonly #own = new OwnWrites();
  readonly #single = new Map<number, string>();
  /** By id, oldest first. */
  readonly #many = new Map<string, { readonly ranges: string; readonly by: string }>();
  #readFrom = '';
  #reading: Promise<void> | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Reads what the trail got since; a trail that cannot be read leaves everything as it was. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  note(revision: number, by: string): void {
    this.#own.note(revision, by);
  }

  /** Null: not made through a console, or the trail does not tell (any more). */
  by(revision: number): string | null {
    const single = this.#own.by(revision) ?? this.#single.get(revision);
    if (single !== undefined) return single;
    for (const { ranges, by } of this.#many.values()) if (inRanges(ranges, revision)) return by;
    return null;
  }

  async #read(): Promise<void> {
    try {
      const end = prefixRangeEnd(auditKey(''));
      const { kvs: keys } = await this.#engine.kv.list({ key: auditKey(this.#readFrom), end, keysOnly: true });
      for (let at = Math.max(0, keys.length - ENTRIES_READ_MAX); at < keys.length; at += CHUNK) {
        const first = keys[at]?.key ?? end;
        const { kvs } = await this.#engine.kv.list({ key: first, end: keys[at + CHUNK]?.key ?? end });
        for (const { value } of kvs) this.#take(decodeEntry(value));
      }
      const newest = keys.at(-1);
      if (newest !== undefined)
        this.#readFrom = shortlyBefore((utf8Decode(newest.key) ?? '').slice(AUDIT_PREFIX.length));
    } catch (error) {
      // Not allowed, or no answer: history is shown without authors rather than not at all.
      if (!(error instanceof EngineError)) throw error;
    }
  }

  #take(entry: AuditEntry | null): void {
    if (entry === null || entry.result !== 'done' || entry.revision === null) return;
    const by = entry.user ?? `a console, from ${entry.from}`;
    if (entry.revisions === undefined || entry.revisions === TOO_MANY) {
      this.#single.set(Number(entry.revision), by);
      const [oldest] = this.#single.keys();
      if (this.#single.size > ENTRIES_READ_MAX && oldest !== undefined) this.#single.delete(oldest);
      return;
    }
    this.#many.set(entry.id, { ranges: entry.revisions, by });
    const [oldest] = this.#many.keys();
    if (this.#many.size > JOBS_MAX && oldest !== undefined) this.#many.delete(oldest);
  }
}

/** Ids begin with the time. */
const shortlyBefore = (id: string): string => firstIdAt(Number(id.split('-')[0]) - SETTLES_WITHIN_MS);
