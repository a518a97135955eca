/**
 * Locks and elections as the routes answer them. The present comes from the tracker and costs the store nothing but the values
 * that were written before the console watched, each read once; the past and the history are read when asked for.
 */

import type {
  CoordinationDetail,
  CoordinationList,
  CoordinationTerms,
  ReleaseBody,
  WaitsView,
  WaitView,
} from '../../../lib/api/coordination-types.ts';
import type { ChangeEvent, IndexState, WriteResult } from '../../../lib/api/types.ts';
import { type ByteString, EMPTY_BYTES, fromByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { displayBytes, fromWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { type Contender, CoordinationQueue } from '../../../lib/recognise/coordination-queue.ts';
import type { Layout } from '../../../lib/recognise/layout.ts';
import type { Wait } from '../../../lib/recognise/waits.ts';
import type { StoreConsole } from '../console.ts';
import { ConsoleError } from '../errors.ts';
import { previewOf } from '../hub/change-event.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { toRevision } from '../ids.ts';
import { requireView } from '../operations/browse.ts';
import { explainCompacted, requireWritable, type StoreContext } from '../operations/context.ts';
import { withValue } from '../operations/key-meta.ts';
import { byName, groupPage } from './group-page.ts';
import { readTerms } from './history.ts';
import { CoordinationTracker, findGroups } from './tracker.ts';
import { contenderView, groupView, termView, waitView } from './views.ts';
import { COUNT_FRESH_MS, WaitBook, type Waits, waitsAmong } from './wait-book.ts';

/** Contenders in one answer. */
const QUEUE_LISTED_MAX = 500;
/** Waits in one answer; circles are found among all. */
const WAITS_LISTED_MAX = 1_000;
/** Values read for one answer, and reads under way at once. */
const VALUES_READ_MAX = 500;
const CONCURRENT_READS = 16;
const FOLLOW_MS = 500;

export class Coordination {
  readonly #context: StoreContext;
  readonly #tracker = new CoordinationTracker();
  readonly #waitBook = new WaitBook();

  constructor(context: StoreContext) {
    this.#context = context;
  }

  onChanges(changes: readonly ChangeEvent[]): void {
    this.#tracker.apply(changes);
  }

  onGap(): void {
    this.#tracker.lost();
  }

  /** Another cluster answers: what was known is of no use. */
  reset(): void {
    this.#tracker.clear();
  }

  onIndex(state: IndexState): void {
    if (state.phase === 'live' && this.#tracker.watchedFrom === null) this.#rebuild();
  }

  async list({ revision, ...query }: Parameters<StoreConsole['coordination']>[0]): Promise<CoordinationList> {
    const all = revision === undefined ? await this.#present() : await this.#past(revision);
    const { queues, counts } = groupPage(all.queues, query);
    const wanted = queues.flatMap((queue) => (queue.holder === undefined ? [] : [{ queue, one: queue.holder }]));
    await this.#learnValues(wanted, revision);
    return {
      revision: String(all.revision),
      at: this.#momentOf(revision),
      ...counts,
      groups: queues.map(groupView),
      deadlocks: deadlocksOf(this.#waits(all, revision, COUNT_FRESH_MS)),
    };
  }

  /** @throws ConsoleError NOT_FOUND when no lock or election is recognised there */
  async detail({ key, revision }: Parameters<StoreConsole['coordinationGroup']>[0]): Promise<CoordinationDetail> {
    const id = wireToByteString(key);
    const all = await this.#one(id, revision);
    const [queue] = all.queues;
    if (queue === undefined) {
      const when = revision === undefined ? '' : ` at revision ${revision}`;
      throw new ConsoleError(GrpcCode.NOT_FOUND, `no lock or election is recognised at ${displayBytes(key)}${when}`);
    }
    const shown = queue.contenders.slice(0, QUEUE_LISTED_MAX);
    await this.#learnValues(
      shown.map((one) => ({ queue, one })),
      revision,
    );
    return {
      revision: String(all.revision),
      at: this.#momentOf(revision),
      group: groupView(queue),
      queue: queue.contenders.slice(0, QUEUE_LISTED_MAX).map(contenderView),
      total: queue.contenders.length,
      terms: queue.terms.map(termView),
      watchedFrom: revision === undefined ? String(this.#tracker.watchedFrom ?? all.revision) : null,
    };
  }

  async waits({ revision }: Parameters<StoreConsole['waits']>[0]): Promise<WaitsView> {
    const all = revision === undefined ? await this.#present() : await this.#past(revision);
    const { waits, circles, revision: at } = this.#waits(all, revision, 0);
    const layouts = new Map<string, Layout>(all.queues.map(({ group, layout }) => [group, layout]));
    const view = (wait: Wait): WaitView => waitView(wait, layouts.get(wait.lock) ?? 'leaseQueue');
    return {
      revision: String(at),
      at: this.#momentOf(revision),
      total: waits.length,
      waits: waits.slice(0, WAITS_LISTED_MAX).map(view),
      circles: circles.map((circle) => circle.map(view)),
    };
  }

  terms({ key, before }: Parameters<StoreConsole['coordinationTerms']>[0]): Promise<CoordinationTerms> {
    return readTerms(this.#context, key, before);
  }

  /** @throws ConsoleError ABORTED when the key shown is gone, or another life of it stands there; nothing was deleted then */
  async release(body: ReleaseBody): Promise<WriteResult> {
    requireWritable(this.#context);
    const range = { key: fromWire(body.key), end: EMPTY_BYTES };
    const outcome = await this.#context.engine.kv.write({
      guards: [{ ...range, target: 'createRevision', is: '=', value: toRevision(body.expectCreateRevision) }],
      ops: [{ type: 'delete', range }],
      otherwiseRead: [range],
    });
    if (!outcome.succeeded) {
      const current = outcome.reads[0]?.[0];
      const what = current === undefined ? 'is gone already' : `was created anew at revision ${current.createRevision}`;
      throw new ConsoleError(GrpcCode.ABORTED, `${displayBytes(body.key)} ${what}; nothing was deleted, look again`, {
        expectCreateRevision: body.expectCreateRevision,
        current: current === undefined ? null : withValue(current),
      });
    }
    await this.#context.hub.follows(outcome.revision, FOLLOW_MS);
    return { revision: String(outcome.revision), kv: null };
  }

  #waits(all: Snapshot, revision: number | undefined, freshMs: number): Waits {
    if (revision !== undefined) return waitsAmong(all.queues, all.revision);
    const { version } = this.#tracker;
    return this.#waitBook.read({ ...all, version, now: this.#context.now(), freshMs });
  }

  #momentOf(revision: number | undefined): number | null {
    return revision === undefined ? this.#context.now() : this.#context.hub.timeOf(revision);
  }

  #rebuild(): void {
    const { hub } = this.#context;
    const view = hub.view();
    if (view === null) return;
    const moment = { revision: view.revision, at: this.#context.now() };
    this.#tracker.rebuild(view.index, moment, (revision) => hub.timeOf(revision));
  }

  async #present(): Promise<Snapshot> {
    const view = await requireView(this.#context);
    return { queues: [...this.#tracker.groups()].filter(isWorthShowing), revision: view.revision };
  }

  /** The queue at `id`, if one is recognised there, or was: who looks at it learns that everybody left. */
  async #one(id: ByteString, revision: number | undefined): Promise<Snapshot> {
    if (revision !== undefined) {
      const all = await this.#past(revision);
      return { ...all, queues: all.queues.filter(({ group }) => group === id) };
    }
    const view = await requireView(this.#context);
    const queue = this.#tracker.group(id);
    return { queues: queue === undefined ? [] : [queue], revision: view.revision };
  }

  async #past(revision: number): Promise<Snapshot> {
    try {
      const { index } = await this.#context.past.at(revision);
      return { queues: this.#snapshot(index, revision), revision };
    } catch (error) {
      throw await explainCompacted(this.#context, revision, error);
    }
  }

  #snapshot(index: KeyIndex, revision: number): CoordinationQueue[] {
    const timeOf = (at: number): number | null => this.#context.hub.timeOf(at);
    const moment = { revision, at: timeOf(revision) };
    return [...findGroups(index, timeOf).values()]
      .map(({ place, contenders }) => {
        const queue = new CoordinationQueue(place.layout, place.group);
        queue.observe(contenders, moment);
        return queue;
      })
      .sort(byName);
  }

  /** Values that were written before the console watched. The index holds none: each is read once. */
  async #learnValues(
    wanted: readonly { readonly queue: CoordinationQueue; readonly one: Contender }[],
    revision: number | undefined,
  ): Promise<void> {
    const missing = wanted.filter(({ one }) => one.value === null).slice(0, VALUES_READ_MAX);
    const worker = async (): Promise<void> => {
      for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
        await this.#learnValue(next.queue, next.one.key, revision);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_READS }, worker));
  }

  async #learnValue(queue: CoordinationQueue, key: ByteString, revision: number | undefined): Promise<void> {
    const range = { key: fromByteString(key), end: EMPTY_BYTES };
    const at = revision === undefined ? {} : { revision };
    const [kv] = (await this.#context.engine.kv.list({ ...range, ...at })).kvs;
    if (kv !== undefined) queue.learnValue(key, kv.modRevision, previewOf(kv.value));
  }
}

interface Snapshot {
  readonly queues: CoordinationQueue[];
  readonly revision: number;
}

/** A key that might have been a lock and is gone is not worth a row. */
const isWorthShowing = (queue: CoordinationQueue): boolean =>
  queue.holder !== undefined || queue.verdict.confidence !== 'possible';

const deadlocksOf = ({ circles, revision }: Waits): CoordinationList['deadlocks'] => ({
  circles: circles.length,
  revision: String(revision),
});
