/**
 * Every key that plays a part in a semaphore, barrier, queue, counter, group or service, kept fresh from the hub: built once from the key
 * index, then changed by each change at the cost of one look at its name. What a change did is counted by the minute, and who went is
 * remembered for a while.
 */
import type { ChangeEvent, WireBytes } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { isNumber, type PartPlace, type PrimitiveKind, partOf } from '../../../lib/recognise/primitives.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { leaseFromHex } from '../ids.ts';
import type { TimeOf } from './tracker.ts';

/** Names with rates, numbers watched and instances remembered: beyond this the oldest are forgotten. */
export const REMEMBERED_MAX = 2_000;
const RATE_MS = 60_000;
/** A plain number counts as a counter once it was seen changing from number to number this often. */
const NUMBER_CHANGES_MIN = 3;

export interface PartKey {
  readonly key: ByteString;
  readonly place: PartPlace;
  readonly lease: bigint;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly valueBytes: number;
  /** The first of it; null: not read. */
  value: WireBytes | null;
  readonly since: number | null;
  readonly writtenAt: number | null;
}

export interface Gone {
  readonly key: ByteString;
  readonly value: WireBytes | null;
  readonly at: number;
  readonly revision: number;
}

interface Beat {
  readonly at: number;
  readonly isIn: boolean;
}

export class PartTracker {
  readonly #parts = new Map<ByteString, PartKey>();
  readonly #beats = new Map<string, Beat[]>();
  readonly #numbers = new Map<ByteString, number>();
  readonly #gone = new Map<ByteString, Map<ByteString, Gone>>();
  readonly #returns = new Map<ByteString, number>();
  #watchedSince: number | null = null;

  get isWatching(): boolean {
    return this.#watchedSince !== null;
  }

  parts(): Iterable<PartKey> {
    return this.#parts.values();
  }

  /** Changes may be missed from now on, until `rebuild`. */
  lost(): void {
    this.#watchedSince = null;
  }

  clear(): void {
    this.lost();
    for (const map of [this.#parts, this.#beats, this.#numbers, this.#gone, this.#returns]) map.clear();
  }

  rebuild(index: KeyIndex, at: number, timeOf: TimeOf): void {
    const known = new Map([...this.#parts].filter(([, { place }]) => place.part.role === 'number'));
    this.#parts.clear();
    for (const part of partsOf(index, timeOf)) this.#parts.set(part.key, part);
    // Numbers are known by what was seen of them only; those that still stand go on.
    for (const [key, part] of known) if (index.has(key)) this.#parts.set(key, part);
    this.#beats.clear();
    this.#watchedSince = at;
  }

  apply(changes: readonly ChangeEvent[]): void {
    if (this.#watchedSince === null) return;
    for (const change of changes) this.#apply(change);
  }

  /** What came and went of it within the last minute. */
  rates(kind: PrimitiveKind, name: ByteString, now: number): { in: number; out: number; overMs: number } | null {
    if (this.#watchedSince === null) return null;
    const recent = (this.#beats.get(`${kind} ${name}`) ?? []).filter(({ at }) => at > now - RATE_MS);
    const arrived = recent.filter(({ isIn }) => isIn).length;
    const overMs = Math.max(0, Math.round(Math.min(RATE_MS, now - this.#watchedSince)));
    return { in: arrived, out: recent.length - arrived, overMs };
  }

  /** Services that somebody left lately; there may be nobody left. */
  goneNames(): Iterable<ByteString> {
    return this.#gone.keys();
  }

  gone(name: ByteString): readonly Gone[] {
    return [...(this.#gone.get(name)?.values() ?? [])].reverse();
  }

  /** How often it came back after it had gone. */
  returns(key: ByteString): number {
    return this.#returns.get(key) ?? 0;
  }

  #apply(event: ChangeEvent): void {
    const key = wireToByteString(event.key);
    const known = this.#parts.get(key);
    if (event.type === 'delete') {
      this.#numbers.delete(key);
      if (known === undefined) return;
      this.#parts.delete(key);
      this.#beat(known.place, event.at, false);
      if (known.place.part.kind === 'service') this.#noteGone(known, event);
      return;
    }
    const lease = event.lease === null ? 0n : leaseFromHex(event.lease);
    const version = Number(event.version);
    const facts = { key, lease, valueBytes: event.valueBytes, version };
    const place = partOf(facts) ?? this.#numberAt(key, event, lease);
    if (place === null) {
      this.#parts.delete(key);
      return;
    }
    const isNew = known === undefined || version === 1;
    this.#parts.set(key, {
      ...facts,
      place,
      createRevision: Number(event.createRevision),
      modRevision: Number(event.revision),
      value: event.preview,
      since: isNew ? (version === 1 ? event.at : null) : known.since,
      writtenAt: event.at,
    });
    if (isNew || place.part.kind === 'counter') this.#beat(place, event.at, true);
    if (place.part.kind === 'service' && version === 1) this.#noteReturn(key, place.name);
  }

  /** A plain key that goes from number to number is counted with. */
  #numberAt(key: ByteString, event: ChangeEvent, lease: bigint): PartPlace | null {
    if (lease !== 0n || !isNumber(event.preview)) {
      this.#numbers.delete(key);
      return null;
    }
    const seen = (this.#numbers.get(key) ?? 0) + 1;
    remember(this.#numbers, key, seen);
    return seen < NUMBER_CHANGES_MIN ? null : { name: key, part: { kind: 'counter', role: 'number' } };
  }

  #beat({ name, part }: PartPlace, at: number, isIn: boolean): void {
    // What a queue is counted by is items; claims and consumers come and go with them.
    if (part.kind === 'queue' && part.role !== 'item') return;
    if (part.kind !== 'queue' && part.kind !== 'counter') return;
    if (part.role === 'ticket') return;
    const id = `${part.kind} ${name}`;
    const beats = this.#beats.get(id) ?? [];
    const first = beats.findIndex((beat) => beat.at > at - RATE_MS);
    remember(this.#beats, id, [...(first < 0 ? [] : beats.slice(first)), { at, isIn }]);
  }

  #noteGone({ key, value, place }: PartKey, event: ChangeEvent): void {
    const list = this.#gone.get(place.name) ?? new Map<ByteString, Gone>();
    remember(list, key, { key, value, at: event.at, revision: Number(event.revision) });
    remember(this.#gone, place.name, list);
  }

  #noteReturn(key: ByteString, name: ByteString): void {
    if (this.#gone.get(name)?.delete(key) === true) remember(this.#returns, key, this.returns(key) + 1);
  }
}

/** As the newest of the map; the oldest falls out beyond the bound. */
function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED_MAX) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** What an index holds of parts. */
export function* partsOf(index: KeyIndex, timeOf: TimeOf): Generator<PartKey, void, void> {
  for (const cursor = index.seek('' as ByteString); cursor.key !== undefined; cursor.next()) {
    const entry = cursor.entry();
    const place = partOf(entry);
    if (place === null) continue;
    const { createRevision, modRevision } = entry;
    const value = entry.valueBytes === 0 ? '' : null;
    yield { ...entry, place, value, since: timeOf(createRevision), writtenAt: timeOf(modRevision) };
  }
}
