/**
 * One store's live stream to all browsers: changes in batches of about BATCH_MS, longer ones in a storm, everything else when it changes. Each
 * frame is encoded once.
 *
 * Per client, in this order and never otherwise: hello, recent changes if it is new, then changes of ascending revisions, each revision in one batch;
 * what cannot be sent is named by a gap.
 */
import type {
  ChangeEvent,
  ClusterView,
  IndexState,
  LiveEvents,
  RevisionView,
  StoreSummary,
} from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import { LiveClient } from './client.ts';
import { frame, parseLastEventId } from './frames.ts';

/** A change waits half of it on the average: a quarter of what there is between commit and pixel. */
const BATCH_MS = 25;
/** Faster than this nobody reads single changes, and tabs draw five times a second: fewer frames leave everybody more time. */
const STORM_PER_SECOND = 2_000;
const STORM_BATCH_MS = 100;
/** Events in one frame, unless a single revision holds more. */
export const FRAME_EVENTS_MAX = 1_000;
/** What a new browser is shown of the time before it came. */
const RECENT_EVENTS = 200;
const HEARTBEAT_MS = 15_000;
const CLIENTS_MAX = 500;

/** Where the broadcaster reads the present from when a client joins. */
export interface LiveSource {
  readonly summary: StoreSummary;
  revision(): number;
  cluster(): ClusterView;
  revisions(): RevisionView;
  index(): IndexState;
  /** All changes after this revision; null when some are gone. */
  changesSince(revision: number): readonly ChangeEvent[] | null;
  /** The last `count` changes or a few more, oldest first. */
  lastChanges(count: number): readonly ChangeEvent[];
}

export class Broadcaster {
  readonly #source: LiveSource;
  readonly #now: () => number;
  readonly #clients = new Set<LiveClient>();
  #pending: ChangeEvent[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #flushedAt = 0;
  #batchMs = BATCH_MS;
  readonly #heartbeat: NodeJS.Timeout;
  #closed = false;

  constructor(source: LiveSource, now: () => number = Date.now) {
    this.#source = source;
    this.#now = now;
    this.#heartbeat = setInterval(() => {
      for (const client of this.#clients) client.heartbeat();
    }, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  join(options: { readonly lastEventId: string | null; readonly signal: AbortSignal }): ReadableStream<Uint8Array> {
    if (this.#closed) throw new ConsoleError(GrpcCode.UNAVAILABLE, 'the console is closing');
    if (this.#clients.size >= CLIENTS_MAX) {
      throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `${CLIENTS_MAX} live streams are open already`);
    }
    const seen = parseLastEventId(options.lastEventId);
    const revision = this.#source.revision();
    const client = new LiveClient(seen ?? revision, {
      onCaughtUp: (late) => this.#catchUp(late),
      onClosed: (gone) => this.#clients.delete(gone),
    });
    this.#clients.add(client);
    options.signal.addEventListener('abort', () => client.end(), { once: true });
    if (options.signal.aborted) client.end();
    this.#greet(client, seen);
    return client.stream;
  }

  changes(changes: readonly ChangeEvent[]): void {
    if (this.#clients.size === 0) return;
    this.#pending.push(...changes);
    if (this.#flushTimer !== undefined) return;
    const wait = Math.max(0, this.#flushedAt + this.#batchMs - this.#now());
    this.#flushTimer = setTimeout(() => this.flush(), wait);
  }

  /** Sends what waits for its batch. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const pending = this.#pending;
    this.#pending = [];
    const now = this.#now();
    const isStorm = pending.length * 1_000 > STORM_PER_SECOND * Math.max(BATCH_MS, now - this.#flushedAt);
    this.#batchMs = isStorm ? STORM_BATCH_MS : BATCH_MS;
    this.#flushedAt = now;
    for (const batch of batches(pending)) this.#sendBatch(batch, [...this.#clients]);
  }

  /** Changes in (from, to] were not seen; from 0: the first revision this console knows. */
  gap(gap: { readonly from: number; readonly to: number; readonly reason: string }): void {
    this.flush();
    for (const client of this.#clients) {
      // Who came before the console knew anything has missed what lies between its last change and now, which may be nothing.
      const from = gap.from === 0 ? client.revision : gap.from;
      if (client.revision === 0) client.revision = gap.to;
      else if (from !== gap.to) this.#sendGap(client, { ...gap, from });
    }
  }

  cluster(view: ClusterView): void {
    this.#toAll(frame('cluster', view, null));
  }

  revision(view: RevisionView): void {
    this.#toAll(frame('revision', view, null));
  }

  index(state: IndexState): void {
    this.#toAll(frame('index', state, null));
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#flushTimer);
    const bye = frame('bye', {}, null);
    for (const client of [...this.#clients]) client.end(bye);
  }

  #toAll(bytes: Uint8Array): void {
    for (const client of this.#clients) client.send(bytes);
  }

  #greet(client: LiveClient, seen: number | null): void {
    const { summary } = this.#source;
    const revision = this.#source.revision();
    const resumed = seen === null || (seen <= revision && this.#source.changesSince(seen) !== null);
    // The id makes a client that reconnects before any change resume from here. A console that knows no revision yet takes nobody's place.
    const id = revision === 0 ? client.revision : Math.min(client.revision, revision);
    client.send(frame('hello', { store: summary, revision: String(revision), resumed }, id));
    this.#sendPresent(client);
    if (seen === null) this.#sendRecent(client);
    else this.#sendMissed(client);
  }

  #sendRecent(client: LiveClient): void {
    // Batches under way reach this client as changes; they must not come twice.
    const recent = this.#source
      .lastChanges(RECENT_EVENTS)
      .filter(({ revision }) => Number(revision) <= client.revision);
    if (recent.length > 0) client.send(frame('recent', recent, null));
  }

  #sendPresent(client: LiveClient): void {
    client.send(frame('cluster', this.#source.cluster(), null));
    client.send(frame('revision', this.#source.revisions(), null));
    client.send(frame('index', this.#source.index(), null));
  }

  #catchUp(client: LiveClient): void {
    this.#sendPresent(client);
    this.#sendMissed(client);
  }

  #sendMissed(client: LiveClient): void {
    const to = this.#source.revision();
    // Before the first listing nothing is known, not even what is missing: the gap comes with it.
    if (to === 0) return;
    const missed = client.revision > to ? null : this.#source.changesSince(client.revision);
    if (missed === null) {
      this.#sendGap(client, {
        from: client.revision,
        to,
        reason: 'too long ago: the console no longer holds these changes',
      });
      return;
    }
    for (const batch of batches(missed)) this.#sendBatch(batch, [client]);
  }

  #sendBatch(batch: readonly ChangeEvent[], clients: readonly LiveClient[]): void {
    const first = Number(batch[0]?.revision ?? 0);
    const last = Number(batch.at(-1)?.revision ?? 0);
    let shared: Uint8Array | undefined;
    for (const client of clients) {
      // A lagging client is caught up later; one that was caught up meanwhile has a part of this already.
      if (client.revision >= last || client.lagging) continue;
      if (client.revision < first) shared ??= frame('changes', batch, last);
      const bytes = client.revision < first ? shared : frame('changes', after(batch, client.revision), last);
      if (bytes !== undefined && client.send(bytes)) client.revision = last;
    }
  }

  #sendGap(client: LiveClient, gap: { readonly from: number; readonly to: number; readonly reason: string }): void {
    if (client.lagging) return;
    const from = Math.min(client.revision, gap.from);
    const data: LiveEvents['gap'] = { from: String(from), to: String(gap.to), reason: gap.reason };
    if (client.send(frame('gap', data, gap.to))) client.revision = gap.to;
  }
}

const after = (batch: readonly ChangeEvent[], revision: number): readonly ChangeEvent[] =>
  batch.filter((change) => Number(change.revision) > revision);

/** Cuts at revision boundaries only. */
export function* batches(changes: readonly ChangeEvent[]): Generator<readonly ChangeEvent[]> {
  let from = 0;
  while (from < changes.length) {
    let to = Math.min(from + FRAME_EVENTS_MAX, changes.length);
    while (to < changes.length && changes[to]?.revision === changes[to - 1]?.revision) to++;
    yield changes.slice(from, to);
    from = to;
  }
}
