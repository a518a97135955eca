/**
 * The disk of one member, at the level of log records: what is written is volatile until a flush that began later ends.
 * At a crash some prefix of the unflushed records survives: a real log cuts its torn tail at the first bad record, so losing
 * a suffix at record granularity is what tearing amounts to.
 */
import { assert } from '../../../lib/base/assert.ts';
import { logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import type { Prng } from '../../../lib/base/prng.ts';
import type { Entry, EntryId, HardState } from '../raft/types.ts';
import type { DurableLog, MachineImage } from './actor.ts';
import { FRESH_IMAGE } from './machine.ts';
import type { DiskParameters } from './parameters.ts';
import type { ProcessClock } from './world.ts';

/** A flush that hits a busy disk takes this many times as long. */
const FLUSH_STALL = 25;

export type WalRecord =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'hardState'; readonly hardState: HardState }
  | { readonly kind: 'snapshot'; readonly image: MachineImage };

export class SimWal implements DurableLog {
  start: EntryId = { term: term(0), index: logIndex(0) };
  entries: Entry[] = [];
  hardState: HardState = { term: term(0), vote: NO_MEMBER, commitIndex: logIndex(0) };
  image: MachineImage = FRESH_IMAGE;

  readonly #clock: ProcessClock;
  readonly #prng: Prng;
  readonly #parameters: DiskParameters;
  #unflushed: WalRecord[] = [];
  #written = 0;
  #flushed = 0;
  #flushing = false;
  #wanted = 0;
  /** By the world's time. */
  #hangsUntil = 0;
  #onFlushed: () => void = () => {};

  constructor(clock: ProcessClock, prng: Prng, parameters: DiskParameters) {
    this.#clock = clock;
    this.#prng = prng;
    this.#parameters = parameters;
  }

  /** Called after every flush; flushedCount says how far it got. */
  onFlushed(listener: () => void): void {
    this.#onFlushed = listener;
  }

  get writtenCount(): number {
    return this.#written;
  }
  get flushedCount(): number {
    return this.#flushed;
  }

  append(record: WalRecord): void {
    this.#unflushed.push(record);
    this.#written++;
  }

  /** Makes everything written so far durable. Requests during a flush share the next one (group commit). */
  flush(): void {
    this.#wanted = this.#written;
    if (this.#flushing || this.#wanted <= this.#flushed) return;
    this.#flushing = true;
    const upTo = this.#written;
    this.#clock.afterReal(this.flushMs(), () => {
      this.#flushing = false;
      this.#makeDurable(upTo - this.#flushed);
      this.#onFlushed();
      if (this.#wanted > this.#flushed) this.flush();
    });
  }

  /** Flushes that begin within this time end after it. */
  hang(lengthMs: number): void {
    this.#hangsUntil = Math.max(this.#hangsUntil, this.#clock.worldNow() + lengthMs);
  }

  /** Draws how long a flush takes. */
  flushMs(): number {
    const drawn = this.#prng.exponential(this.#parameters.flushMsMean);
    const busyMs = this.#prng.chance(this.#parameters.flushStallRate) ? drawn * FLUSH_STALL : drawn;
    return Math.max(0, this.#hangsUntil - this.#clock.worldNow()) + busyMs;
  }

  crash(): void {
    const survivors = this.#unflushed.length === 0 ? 0 : this.#prng.int(0, this.#unflushed.length);
    this.#makeDurable(survivors);
    this.#unflushed = [];
    this.#written = 0;
    this.#flushed = 0;
    this.#wanted = 0;
    this.#flushing = false;
  }

  /** The state machine's own files reached `image`. */
  imageDurable(image: MachineImage): void {
    if (image.index > this.image.index) this.image = image;
  }

  /** Drops entries up to `id`, which the durable image covers. */
  compact(id: EntryId): void {
    assert(id.index <= this.image.index, `wal: compact to ${id.index} beyond the image at ${this.image.index}`);
    if (id.index <= this.start.index) return;
    this.entries = this.entries.slice(id.index - this.start.index);
    this.start = id;
  }

  #makeDurable(count: number): void {
    for (const record of this.#unflushed.splice(0, count)) this.#store(record);
    this.#flushed += count;
  }

  #store(record: WalRecord): void {
    switch (record.kind) {
      case 'hardState':
        this.hardState = record.hardState;
        return;
      case 'snapshot':
        this.image = record.image;
        this.start = { term: record.image.term, index: record.image.index };
        this.entries = [];
        return;
      case 'entry': {
        const position = record.entry.index - this.start.index - 1;
        if (position < 0) return;
        assert(position <= this.entries.length, `wal: entry ${record.entry.index} leaves a gap`);
        this.entries.length = position;
        this.entries.push(record.entry);
      }
    }
  }
}
