/**
 * Follows one store: the picture of its keys now and before, its members, where its history begins; and the stream that tells browsers.
 * Whatever else lives off its changes hears of them first.
 */
import type { ChangeEvent, ClusterView, RevisionView, StoreSummary } from '../../lib/api/types.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import type { Engine, EngineError } from '../engines/engine.ts';
import { ClusterMonitor, type MonitorOptions } from './cluster/monitor.ts';
import { CompactedRevision } from './compacted-revision.ts';
import { CostRate } from './cost-rate.ts';
import { ConsoleError } from './errors.ts';
import { PastViews } from './history/past-views.ts';
import { Hub, type HubListener } from './hub/hub.ts';
import { Broadcaster } from './live/broadcaster.ts';
import type { SessionNumbers } from './metrics/render.ts';

/** Changes carry the revision themselves; the whole view goes out this often at most. */
const REVISIONS_EVERY_MS = 5_000;
/** How far the number of keys on the screen may trail the changes beside it. */
const INDEX_EVERY_MS = 500;

/** What lives off the changes of a store. */
export interface StorePart extends Pick<HubListener, 'onIndex'> {
  onChanges(changes: readonly ChangeEvent[]): void;
  /** Changes were missed. */
  onGap(): void;
  /** Another cluster answers: what was known is of no use. */
  reset(): void;
}

export interface StoreFollowerOptions extends Pick<MonitorOptions, 'health' | 'drills'> {
  readonly summary: StoreSummary;
  readonly engine: Engine;
}

export class StoreFollower {
  readonly hub: Hub;
  readonly past: PastViews;
  readonly compacted: CompactedRevision;
  readonly live: Broadcaster;
  readonly #monitor: ClusterMonitor | null;
  #parts: readonly StorePart[] = [];
  #revisionsSentAt = 0;
  #indexTimer: NodeJS.Timeout | undefined;

  constructor(options: StoreFollowerOptions) {
    const { summary, engine } = options;
    this.compacted = new CompactedRevision(engine.history, () => this.#sendRevisions());
    this.hub = this.#createHub(engine);
    this.past = new PastViews(engine, this.hub);
    this.#monitor = this.#createMonitor(options);
    this.live = new Broadcaster({
      summary,
      revision: () => this.hub.revision,
      cluster: () => this.cluster(),
      revisions: () => this.revisions(),
      index: () => this.hub.state(),
      changesSince: (revision) => this.hub.recent?.since(revision) ?? null,
      lastChanges: (count) => this.hub.recent?.last(count) ?? [],
    });
  }

  /** @param parts hear of changes in this order */
  start(parts: readonly StorePart[]): void {
    this.#parts = parts;
    this.hub.start();
    this.#monitor?.start();
    this.compacted.start();
  }

  /** @param why told to whoever is being answered, or still asks */
  close(why?: EngineError): void {
    this.compacted.close();
    clearTimeout(this.#indexTimer);
    this.live.close();
    this.#monitor?.close();
    this.hub.close(why);
  }

  /** @throws ConsoleError UNIMPLEMENTED for stores without members */
  cluster(): ClusterView {
    if (this.#monitor === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store has no members to show');
    return this.#monitor.view();
  }

  revisions(): RevisionView {
    const { hub, compacted } = this;
    return {
      current: String(hub.revision),
      compacted: String(compacted.value),
      remembered: hub.timeline.reachesBack === null ? null : String(hub.timeline.reachesBack),
      times: hub.times.samples().map(({ revision, at }) => ({ revision: String(revision), at })),
    };
  }

  numbers(): Omit<SessionNumbers, 'rollouts'> {
    const { hub } = this;
    const storeRevision = this.#monitor?.revision ?? hub.revision;
    return { index: hub.state(), storeRevision, hubRevision: hub.revision, streams: this.live.clients };
  }

  #createHub(engine: Engine): Hub {
    return new Hub({
      engine,
      listener: {
        onChanges: (changes) => {
          for (const part of this.#parts) part.onChanges(changes);
          this.live.changes(changes);
          this.#sendIndexSoon();
          if (Date.now() - this.#revisionsSentAt >= REVISIONS_EVERY_MS) this.#sendRevisions();
        },
        onGap: (gap) => {
          for (const part of this.#parts) part.onGap();
          this.live.gap(gap);
          this.#sendRevisions();
        },
        onIndex: (state) => {
          for (const part of this.#parts) part.onIndex(state);
          this.live.index(state);
        },
      },
    });
  }

  #createMonitor({ engine, health, drills }: StoreFollowerOptions): ClusterMonitor | null {
    const { cluster, endpoints } = engine;
    if (cluster === null) return null;
    const cost = new CostRate(() => engine.cost());
    return new ClusterMonitor({
      ...{ cluster, endpoints, health, drills },
      cost: () => cost.rate(),
      onView: (view) => this.live.cluster(view),
      onRevision: (revision) => this.hub.noteStoreRevision(revision),
      onClusterReplaced: () => this.#onClusterReplaced(),
    });
  }

  #onClusterReplaced(): void {
    this.compacted.reset();
    this.past.reset();
    for (const part of this.#parts) part.reset();
    this.hub.reset('the endpoints now answer for another cluster');
  }

  #sendIndexSoon(): void {
    this.#indexTimer ??= setTimeout(() => {
      this.#indexTimer = undefined;
      this.live.index(this.hub.state());
    }, INDEX_EVERY_MS);
  }

  #sendRevisions(): void {
    this.#revisionsSentAt = Date.now();
    this.live.revision(this.revisions());
  }
}
