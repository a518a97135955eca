/**
 * Terms of office from before the console watched, out of the store's own history: the contenders at the start of a bounded
 * stretch, then every change of theirs in it. Where history was compacted the answer says so.
 */

import type { CoordinationTerms } from '../../../lib/api/coordination-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { type ByteString, EMPTY_BYTES, prefixRangeEnd, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { fromWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { type Contender, CoordinationQueue, type QueueChange } from '../../../lib/recognise/coordination-queue.ts';
import { looksLikeContender, parentPrefix, placeOf } from '../../../lib/recognise/layout.ts';
import type { StoredEvent, StoredKey } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { previewOf } from '../hub/change-event.ts';
import { requireReached } from '../hub/reached.ts';
import { explainCompacted, type StoreContext } from '../operations/context.ts';
import { termView } from './views.ts';

/** The store reads all its revisions in such a stretch, of whatever key. */
const HISTORY_REVISIONS_MAX = 20_000;
const HISTORY_EVENTS_MAX = 5_000;
const SEED_KEYS_MAX = 1_000;

/** @throws ConsoleError UNIMPLEMENTED, OUT_OF_RANGE when everything before is compacted away or `before` lies in the future */
export async function readTerms(context: StoreContext, id: WireBytes, before: number): Promise<CoordinationTerms> {
  const { history } = context.engine;
  if (history === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store keeps no history');
  await requireReached(context.hub, before);
  const compacted = await context.refreshCompacted();
  // At the compaction boundary itself reads work; changes are known from the revision after it.
  const start = Math.max(compacted, before - HISTORY_REVISIONS_MAX, 1);
  if (start >= before) {
    return { id, from: String(before), to: String(before), reachesCompaction: true, terms: [] };
  }
  const range = rangeOf(id);
  const replay = new Replay(context, wireToByteString(id));
  try {
    const seed = await context.engine.kv.list({ ...range, revision: start, limit: SEED_KEYS_MAX });
    const request = { ...range, fromRevision: start + 1, toRevision: before, eventsMax: HISTORY_EVENTS_MAX };
    const { events, dropped, complete } = await history.changes(request);
    if (!complete)
      throw new ConsoleError(GrpcCode.UNAVAILABLE, 'the store did not finish reading its history; try again');
    const from = dropped ? (events[0]?.kv.modRevision ?? before) : start;
    if (!dropped) replay.seed(seed.kvs, start);
    replay.play(events);
    return {
      id,
      from: String(from),
      to: String(before),
      reachesCompaction: !dropped && start === Math.max(compacted, 1),
      terms: replay.queue.terms.map(termView),
    };
  } catch (error) {
    throw await explainCompacted(context, start, error);
  }
}

class Replay {
  readonly queue: CoordinationQueue;
  readonly #context: StoreContext;
  readonly #id: ByteString;

  constructor(context: StoreContext, id: ByteString) {
    this.#context = context;
    this.#id = id;
    this.queue = new CoordinationQueue(id.endsWith('/') ? 'leaseQueue' : 'leasedMarker', id);
  }

  seed(kvs: readonly StoredKey[], revision: number): void {
    const contenders = kvs.map((kv) => this.#contender(kv)).filter((one) => one !== null);
    this.queue.observe(contenders, { revision, at: this.#context.hub.timeOf(revision) });
  }

  play(events: readonly StoredEvent[]): void {
    for (let from = 0; from < events.length; ) {
      const revision = events[from]?.kv.modRevision ?? 0;
      const changes: QueueChange[] = [];
      while (from < events.length && events[from]?.kv.modRevision === revision) {
        const event = events[from++];
        const change = event === undefined ? null : this.#change(event);
        if (change !== null) changes.push(change);
      }
      this.queue.apply(changes, { revision, at: this.#context.hub.timeOf(revision) });
    }
  }

  #change({ type, kv }: StoredEvent): QueueChange | null {
    if (type === 'delete') return { type: 'delete', key: toByteString(kv.key) };
    const contender = this.#contender(kv);
    return contender === null ? null : { type: 'put', contender };
  }

  #contender(kv: StoredKey): Contender | null {
    const key = toByteString(kv.key);
    const { lease, createRevision, modRevision, version } = kv;
    const isSingle = key === this.#id;
    const place = placeOf({ key, lease, valueBytes: kv.value.length, version });
    const lostItsLease = lease === 0n && parentPrefix(key) === this.#id && looksLikeContender(key);
    if (!isSingle && place?.group !== this.#id && !lostItsLease) return null;
    const since = this.#context.hub.timeOf(createRevision);
    return { key, lease, createRevision, modRevision, valueBytes: kv.value.length, value: previewOf(kv.value), since };
  }
}

function rangeOf(id: WireBytes): { readonly key: Uint8Array; readonly end: Uint8Array } {
  const key = fromWire(id);
  return { key, end: wireToByteString(id).endsWith('/') ? prefixRangeEnd(key) : EMPTY_BYTES };
}
