/**
 * Every lock and election of a store, kept fresh from the hub: built once from the key index, then changed by each change.
 *
 * A change costs one look-up. Groups that nobody is in any more are remembered for their terms of office, the newest
 * VACANT_MAX of them. After a gap the index is gone through again, and what happened meanwhile is marked as unseen.
 */
import type { ChangeEvent } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import {
  type Contender,
  CoordinationQueue,
  type Moment,
  type QueueChange,
} from '../../../lib/recognise/coordination-queue.ts';
import { looksLikeContender, type Place, parentPrefix, placeOf } from '../../../lib/recognise/layout.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { leaseFromHex } from '../ids.ts';

export const VACANT_MAX = 2_000;

/** When a revision came about; null when nobody saw it. */
export type TimeOf = (revision: number) => number | null;

export class CoordinationTracker {
  readonly #groups = new Map<ByteString, CoordinationQueue>();
  /** Where each contending key stands: a deletion tells only the key. */
  readonly #groupOf = new Map<ByteString, ByteString>();
  /** In the order in which they became vacant. */
  readonly #vacant = new Set<ByteString>();
  #watchedFrom: number | null = null;
  #version = 0;

  /** No change went unseen after this revision; null: none is being followed. */
  get watchedFrom(): number | null {
    return this.#watchedFrom;
  }

  /** Changes whenever somebody came, went or changed in any group. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#groups.size;
  }

  groups(): IterableIterator<CoordinationQueue> {
    return this.#groups.values();
  }

  group(id: ByteString): CoordinationQueue | undefined {
    return this.#groups.get(id);
  }

  /** Changes may be missed from now on, until `rebuild`. */
  lost(): void {
    this.#watchedFrom = null;
  }

  /** Another store: nothing known holds any more. */
  clear(): void {
    this.lost();
    this.#version++;
    this.#groups.clear();
    this.#groupOf.clear();
    this.#vacant.clear();
  }

  /** Takes what the index holds at `moment`; goes on with the terms of groups known before. */
  rebuild(index: KeyIndex, moment: Moment, timeOf: TimeOf): void {
    const found = findGroups(index, timeOf);
    this.#version++;
    this.#groupOf.clear();
    for (const [id, { place, contenders }] of found) {
      this.#ensure(place).observe(contenders, moment);
      for (const { key } of contenders) this.#groupOf.set(key, id);
      this.#vacant.delete(id);
    }
    for (const [id, queue] of this.#groups) {
      if (found.has(id)) continue;
      queue.observe([], moment);
      this.#noteVacant(id);
    }
    this.#watchedFrom = moment.revision;
  }

  /** Whole revisions, in order. Ignored while changes may have been missed: the next rebuild knows. */
  apply(changes: readonly ChangeEvent[]): void {
    if (this.#watchedFrom === null) return;
    for (let from = 0; from < changes.length; ) {
      const revision = changes[from]?.revision;
      let to = from + 1;
      while (to < changes.length && changes[to]?.revision === revision) to++;
      this.#applyRevision(changes, from, to);
      from = to;
    }
  }

  #applyRevision(changes: readonly ChangeEvent[], from: number, to: number): void {
    let touched: Map<ByteString, QueueChange[]> | undefined;
    for (let at = from; at < to; at++) {
      const change = changes[at];
      if (change === undefined) continue;
      const found = this.#take(change);
      if (found === null) continue;
      touched ??= new Map();
      const list = touched.get(found.group) ?? [];
      list.push(found.change);
      touched.set(found.group, list);
    }
    if (touched === undefined) return;
    this.#version++;
    const first = changes[from];
    const moment = { revision: Number(first?.revision ?? 0), at: first?.at ?? null };
    for (const [id, list] of touched) {
      const queue = this.#groups.get(id);
      queue?.apply(list, moment);
      if (queue?.holder === undefined) this.#noteVacant(id);
      else this.#vacant.delete(id);
    }
  }

  #take(event: ChangeEvent): { readonly group: ByteString; readonly change: QueueChange } | null {
    // Most changes are of ordinary keys: without a lease, and not standing in any queue.
    if (event.type === 'delete' && this.#groupOf.size === 0) return null;
    const key = wireToByteString(event.key);
    const known = this.#groupOf.get(key);
    if (event.type === 'delete') {
      if (known === undefined) return null;
      this.#groupOf.delete(key);
      return { group: known, change: { type: 'delete', key } };
    }
    const contender = contenderOf(event, key);
    const group = known ?? this.#groupFor(contender, Number(event.version));
    if (group === null) return null;
    this.#groupOf.set(key, group);
    return { group, change: { type: 'put', contender } };
  }

  #groupFor(contender: Contender, version: number): ByteString | null {
    const place = placeOf({ ...contender, version });
    if (place !== null) {
      this.#ensure(place);
      return place.group;
    }
    const parent = parentPrefix(contender.key);
    const standsInQueue = contender.lease === 0n && this.#groups.has(parent) && looksLikeContender(contender.key);
    return standsInQueue ? parent : null;
  }

  #ensure(place: Place): CoordinationQueue {
    const known = this.#groups.get(place.group);
    if (known !== undefined) return known;
    const queue = new CoordinationQueue(place.layout, place.group);
    this.#groups.set(place.group, queue);
    return queue;
  }

  #noteVacant(id: ByteString): void {
    this.#vacant.delete(id);
    this.#vacant.add(id);
    if (this.#vacant.size <= VACANT_MAX) return;
    const [oldest] = this.#vacant;
    if (oldest === undefined) return;
    this.#vacant.delete(oldest);
    this.#groups.delete(oldest);
  }
}

interface Found {
  readonly place: Place;
  readonly contenders: Contender[];
}

/** All groups of an index. Keys that lost their lease count where others of their queue still have theirs. */
export function findGroups(index: KeyIndex, timeOf: TimeOf): Map<ByteString, Found> {
  const found = new Map<ByteString, Found>();
  for (const cursor = index.seek('' as ByteString); cursor.key !== undefined; cursor.next()) {
    if (cursor.lease() === 0n) continue;
    const entry = cursor.entry();
    const place = placeOf(entry);
    if (place === null) continue;
    const group = found.get(place.group) ?? { place, contenders: [] };
    group.contenders.push(contenderAt(entry, timeOf));
    found.set(place.group, group);
  }
  for (const [id, { contenders }] of found) {
    if (!id.endsWith('/')) continue;
    for (const cursor = index.seek(id); cursor.key?.startsWith(id) === true; cursor.next()) {
      if (cursor.lease() !== 0n || parentPrefix(cursor.key) !== id || !looksLikeContender(cursor.key)) continue;
      contenders.push(contenderAt(cursor.entry(), timeOf));
    }
  }
  return found;
}

function contenderAt(entry: KeyEntry, timeOf: TimeOf): Contender {
  const { key, lease, createRevision, modRevision, valueBytes } = entry;
  const value = valueBytes === 0 ? '' : null;
  return { key, lease, createRevision, modRevision, valueBytes, value, since: timeOf(createRevision) };
}

function contenderOf(event: ChangeEvent, key: ByteString): Contender {
  return {
    key,
    lease: event.lease === null ? 0n : leaseFromHex(event.lease),
    createRevision: Number(event.createRevision),
    modRevision: Number(event.revision),
    valueBytes: event.valueBytes,
    value: event.preview,
    since: event.version === '1' ? event.at : null,
  };
}
