/**
 * What one tab knows of one store, fed by the stream. Framework-free: cells for states, a ring for changes.
 *
 * Announcements are paced: at most one per frame, at 5 Hz above STORM_PER_SECOND, the revision at 10 Hz, and none while the tab is hidden (frames
 * do not come then); the data itself is taken at once.
 */
import type { ChangeEvent, ClusterView, IndexState, LiveEvents, RevisionView, WireInt } from '../api/types.ts';
import { compareInt } from '../format/number.ts';
import { Cell } from './cell.ts';
import { ChangeRing } from './change-ring.ts';
import {
  type ConnectionStatus,
  INITIAL_STATUS,
  type LiveFeed,
  type LiveListener,
  type LiveMessage,
} from './protocol.ts';
import { RateHistory } from './rate-history.ts';
import { RateMeter } from './rate-meter.ts';

/** Up to here every frame shows what came; a list that changes faster than anybody reads settles at 5 Hz. */
export const STORM_PER_SECOND = 2_000;
const STORM_FLUSH_MS = 200;
/** A number that ticks faster than this is no easier to read, and every page has it drawn. */
export const REVISION_EVERY_MS = 100;

export interface Received<T> {
  readonly value: T;
  /** By this browser's clock. */
  readonly receivedAt: number;
}

/** Calls `task` once: at the next frame, or after `ms` when given. */
export type Pace = (task: () => void, ms: number | null) => void;

const browserPace: Pace = (task, ms) => {
  if (ms === null) requestAnimationFrame(task);
  else setTimeout(task, ms);
};

export class LiveStore implements LiveListener {
  readonly status = new Cell<ConnectionStatus>(INITIAL_STATUS);
  readonly hello = new Cell<LiveEvents['hello'] | null>(null);
  readonly cluster = new Cell<Received<ClusterView> | null>(null);
  readonly revision = new Cell<Received<RevisionView> | null>(null);
  readonly index = new Cell<Received<IndexState> | null>(null);
  /** Grows with each announcement of changes; read `ring` then. */
  readonly changes = new Cell(0);
  readonly ring: ChangeRing;
  /** Puts and deletes per second, of the last minutes. */
  readonly rates = new RateHistory();
  readonly #rate = new RateMeter();
  readonly #pace: Pace;
  #feed: LiveFeed | null = null;
  #isFlushPlanned = false;
  #isRevisionResting = false;
  #lastRevision: WireInt = '0';
  #clockAheadMs: number | null = null;

  constructor({
    ring = new ChangeRing(),
    pace = browserPace,
  }: { readonly ring?: ChangeRing; readonly pace?: Pace } = {}) {
    this.ring = ring;
    this.#pace = pace;
  }

  /** Starts listening. The feed calls back into this store until it is closed. */
  open(openFeed: (listener: LiveListener) => LiveFeed): void {
    this.#feed?.close();
    this.#feed = openFeed(this);
  }

  close(): void {
    this.#feed?.close();
    this.#feed = null;
  }

  retryNow(): void {
    this.#feed?.retryNow();
  }

  /** Changes per second over the last two seconds. */
  ratePerSecond(now: number): number {
    return this.#rate.perSecond(now);
  }

  /** The console's clock, which stamps all `at` fields, as judged from this browser's clock `now`. */
  consoleTime(now: number): number {
    return now - (this.#clockAheadMs ?? 0);
  }

  onStatus(status: ConnectionStatus): void {
    this.status.set(status);
  }

  onMessage(message: LiveMessage): void {
    const { receivedAt } = message;
    switch (message.name) {
      case 'hello':
        this.#onHello(message.data, receivedAt);
        break;
      case 'cluster':
        this.#judgeClock(message.data.at, receivedAt);
        this.cluster.set({ value: message.data, receivedAt });
        break;
      case 'revision':
        this.#onRevision(message.data, receivedAt);
        break;
      case 'index':
        this.index.set({ value: message.data, receivedAt });
        break;
      case 'recent':
        this.#onRecent(message.data, receivedAt);
        break;
      case 'changes':
        this.#onChanges(message.data, receivedAt);
        break;
      case 'gap':
        this.ring.push({ kind: 'gap', ...message.data, receivedAt });
        if (compareInt(message.data.to, this.#lastRevision) > 0) this.#lastRevision = message.data.to;
        this.#planFlush(receivedAt);
        break;
      case 'bye':
        break;
    }
  }

  #onHello(hello: LiveEvents['hello'], receivedAt: number): void {
    this.#noticeReplaced(hello.revision, receivedAt);
    this.hello.set(hello);
  }

  #onRevision(view: RevisionView, receivedAt: number): void {
    this.#noticeReplaced(view.current, receivedAt);
    this.revision.set({ value: view, receivedAt });
  }

  /**
   * Revisions only grow: a lower one is other data than before (restored, wiped, or another cluster behind the same name).
   * 0 is a console that has not heard from its store yet.
   */
  #noticeReplaced(current: WireInt, receivedAt: number): void {
    if (current === '0' || compareInt(current, this.#lastRevision) >= 0) return;
    const reason = `the store is at revision ${current} now, but was at ${this.#lastRevision} before: its data was replaced`;
    this.ring.push({ kind: 'gap', from: '0', to: current, reason, receivedAt });
    this.#lastRevision = current;
    this.revision.set(null);
    this.#planFlush(receivedAt);
  }

  /** Not counted in any rate: nobody saw when they came. */
  #onRecent(events: readonly ChangeEvent[], receivedAt: number): void {
    const known = this.#lastRevision;
    for (const event of events) {
      if (compareInt(event.revision, known) <= 0) continue;
      this.ring.push({ kind: 'change', event, isPast: true, receivedAt });
      this.#lastRevision = event.revision;
    }
    this.#planFlush(receivedAt);
  }

  #onChanges(events: readonly ChangeEvent[], receivedAt: number): void {
    const known = this.#lastRevision;
    let taken = 0;
    let deletes = 0;
    for (const event of events) {
      // A reconnect may replay what came before; the changes of one revision never straddle two batches.
      if (compareInt(event.revision, known) <= 0) continue;
      this.ring.push({ kind: 'change', event, isPast: false, receivedAt });
      this.#lastRevision = event.revision;
      taken++;
      if (event.type === 'delete') deletes++;
    }
    if (taken === 0) return;
    this.rates.add({ puts: taken - deletes, deletes, at: receivedAt });
    this.#rate.add(taken, receivedAt);
    this.#planFlush(receivedAt);
  }

  #judgeClock(at: number, receivedAt: number): void {
    // The least of all samples has the least delay in it.
    const sample = receivedAt - at;
    this.#clockAheadMs = this.#clockAheadMs === null ? sample : Math.min(this.#clockAheadMs, sample);
  }

  #planFlush(now: number): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    this.#pace(() => this.#flush(), this.ratePerSecond(now) > STORM_PER_SECOND ? STORM_FLUSH_MS : null);
  }

  #flush(): void {
    this.#isFlushPlanned = false;
    if (!this.#isRevisionResting) this.#followRevision();
    this.changes.set(this.ring.nextSeq);
  }

  #followRevision(): void {
    const revision = this.revision.get();
    if (revision === null || compareInt(this.#lastRevision, revision.value.current) <= 0) return;
    this.revision.set({ ...revision, value: { ...revision.value, current: this.#lastRevision } });
    this.#isRevisionResting = true;
    this.#pace(() => {
      this.#isRevisionResting = false;
      this.#followRevision();
    }, REVISION_EVERY_MS);
  }
}
