/**
 * Who made which revision, from the audit trail: the store keeps no author, but every change through any console left an entry that names
 * its user and the revision it made. Read as whoever asks: who may not read the trail learns nothing from it.
 *
 * Entries are read once and then only from shortly before the newest, because an entry settles a while after it was begun. Revisions are
 * exact: what another program wrote meanwhile is never given an author.
 */
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { BoundedMap } from '../../../lib/base/bounded-map.ts';
import { inRanges, TOO_MANY } from '../../../lib/history/revision-ranges.ts';
import { type Engine, EngineError, type StoredKey } from '../../engines/engine.ts';
import { OwnWrites } from '../operations/own-writes.ts';
import { BackwardReader, idOf, timeOf } from './backward-reader.ts';
import { decodeEntry, firstIdAt } from './entry.ts';

/** The newest entries of a trail that is longer; older changes have no author here. */
export const ENTRIES_READ_MAX = 20_000;
/** Entries read at a time, or twice as many: a few hundred bytes each. */
const STRETCH = 1_000;
/** An entry begun this long before the newest may still get its result. */
const SETTLES_WITHIN_MS = 15 * 60_000;
/** Jobs of many revisions that are remembered. */
const JOBS_MAX = 500;

export class Authors {
  readonly #engine: Engine;
  /** What this session wrote itself: known at once, whatever the trail says later. */
  readonly #own = new OwnWrites();
  readonly #single = new BoundedMap<number, string>(ENTRIES_READ_MAX);
  /** By id, oldest first. */
  readonly #many = new BoundedMap<string, { readonly ranges: string; readonly by: string }>(JOBS_MAX);
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
      const trail = await BackwardReader.open(this.#engine, { from: this.#readFrom });
      const newestFirst: StoredKey[] = [];
      while (trail.left > 0 && newestFirst.length < ENTRIES_READ_MAX) newestFirst.push(...(await trail.back(STRETCH)));
      for (const { value } of newestFirst.toReversed()) this.#take(decodeEntry(value));
      const newest = newestFirst.map(({ key }) => timeOf(idOf(key))).find((at) => at !== undefined);
      if (newest !== undefined) this.#readFrom = firstIdAt(newest - SETTLES_WITHIN_MS);
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
      return;
    }
    this.#many.set(entry.id, { ranges: entry.revisions, by });
  }
}
