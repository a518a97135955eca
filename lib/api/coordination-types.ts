/** What the routes about locks, elections, other primitives and services say; see types.ts for the conventions. */
import type { WireBytes, WireHexId, WireInt, WireTime } from './types.ts';

// ---------------------------------------------------------------- locks and elections

/** A key that holds or waits. */
export interface ContenderView {
  readonly key: WireBytes;
  /** Null: it lost its lease, and stays until somebody deletes it. */
  readonly lease: WireHexId | null;
  readonly createRevision: WireInt;
  readonly modRevision: WireInt;
  readonly valueBytes: number;
  /** The first PREVIEW_BYTES; null while unknown. */
  readonly value: WireBytes | null;
  /** When it joined; null: before the console watched. */
  readonly since: WireTime | null;
}

/** A term of office: one key that held, from one revision to another. */
export interface TermView {
  readonly key: WireBytes;
  readonly lease: WireHexId | null;
  readonly value: WireBytes | null;
  /** The fencing token: create revision of the key. */
  readonly token: WireInt;
  /** Where not exact: its key stood since then, but may have waited before it held. */
  readonly from: WireInt;
  readonly fromAt: WireTime | null;
  readonly fromExact: boolean;
  /** Null: it still holds. Where not exact: it ended unseen, by then at the latest. */
  readonly to: WireInt | null;
  readonly toAt: WireTime | null;
  readonly toExact: boolean;
}

export interface CoordinationGroup {
  /** The prefix all contenders share, with its slash; the key itself where there is only one. Names it in calls. */
  readonly id: WireBytes;
  readonly name: WireBytes;
  readonly kind: 'lock' | 'election';
  readonly layout: 'leaseQueue' | 'etcd3Election' | 'patroniLeader' | 'leasedMarker';
  readonly confidence: 'certain' | 'likely' | 'possible';
  /** Why this is believed, in sentences. */
  readonly reason: string;
  /** Null: nobody holds it now. */
  readonly holder: ContenderView | null;
  /** Who follows when the holder goes. */
  readonly next: ContenderView | null;
  readonly waiting: number;
  /** The holder's term, or the last one. */
  readonly term: TermView | null;
  /** Terms of office seen. */
  readonly terms: number;
}

export interface CoordinationList {
  readonly revision: WireInt;
  /** The moment shown: now, or when the revision asked for came about; null: before the console watched. */
  readonly at: WireTime | null;
  /** All of the kind asked for. */
  readonly total: number;
  /** Those of them that fit `find`. */
  readonly matching: number;
  readonly offset: number;
  readonly groups: readonly CoordinationGroup[];
  /** Among all of the kind: held ones, and everybody who waits. */
  readonly held: number;
  readonly waiting: number;
  /** Circles of waits among all locks, as the locks stood at that revision. */
  readonly deadlocks: { readonly circles: number; readonly revision: WireInt };
}

export const COORDINATION_SORTS = ['name', 'held', 'waiting', 'longest', 'token', 'terms'] as const;
export type CoordinationSort = (typeof COORDINATION_SORTS)[number];
export const COORDINATION_PAGE_MAX = 500;

export interface CoordinationListQuery {
  /** Null: both. */
  readonly kind: 'lock' | 'election' | null;
  readonly sort: CoordinationSort;
  readonly descending: boolean;
  /** Part of the name, or of the key of somebody who stands in line. */
  readonly find: string;
  /** Only those in which it holds or waits. */
  readonly lease: WireHexId | null;
  readonly offset: number;
  readonly limit: number;
}

export interface CoordinationDetail {
  readonly revision: WireInt;
  /** As in CoordinationList. */
  readonly at: WireTime | null;
  readonly group: CoordinationGroup;
  /** The holder first, then who waits, in order; `total` counts all. */
  readonly queue: readonly ContenderView[];
  readonly total: number;
  /** Oldest first. */
  readonly terms: readonly TermView[];
  /** No change of it went unseen from this revision on; null: at a pinned revision, where only the moment is known. */
  readonly watchedFrom: WireInt | null;
}

/** Somebody in line for a lock. Programs are known by their leases. */
export interface WaitView {
  readonly waiter: WireHexId;
  /** The lock's id, as in CoordinationGroup. */
  readonly lock: WireBytes;
  readonly name: WireBytes;
  /** Who stands directly before it, and who holds. */
  readonly behind: WireHexId;
  readonly holder: WireHexId;
  /** 1: next in line. */
  readonly place: number;
}

/** Who waits for whom across all locks. */
export interface WaitsView {
  readonly revision: WireInt;
  readonly at: WireTime | null;
  readonly total: number;
  readonly waits: readonly WaitView[];
  /** Circles of waits, found among all of them: each one's `behind` is the next one's `waiter`. They never end by themselves. */
  readonly circles: readonly (readonly WaitView[])[];
}

/** Terms of office read from the store's history. */
export interface CoordinationTerms {
  readonly id: WireBytes;
  /** Complete between the two revisions (exclusive, inclusive). */
  readonly from: WireInt;
  readonly to: WireInt;
  /** True: what came before is compacted away. False: more may be retained before `from`. */
  readonly reachesCompaction: boolean;
  readonly terms: readonly TermView[];
}

export interface ReleaseBody {
  /** The holder's key, as shown. */
  readonly key: WireBytes;
  /** The guard: refused with ABORTED when another key stands there, or none. */
  readonly expectCreateRevision: WireInt;
  readonly idempotencyKey: string;
}

// ---------------------------------------------------------------- semaphores, barriers, queues, counters, groups, services

/** A key that takes part in a primitive. */
export interface PartyView {
  readonly key: WireBytes;
  readonly lease: WireHexId | null;
  readonly createRevision: WireInt;
  /** When it came; from its name where that holds a time, else when the console saw it; null: neither. */
  readonly since: WireTime | null;
  /** What it says of itself; null: nothing, or not read. */
  readonly value: WireBytes | null;
}

interface PrimitiveBase {
  /** Names it among those of its kind. */
  readonly name: WireBytes;
  readonly confidence: 'certain' | 'likely' | 'possible';
  readonly reason: string;
}

export interface SemaphoreView extends PrimitiveBase {
  readonly kind: 'semaphore';
  /** Null: the number of permits is gone or was not read. */
  readonly permits: number | null;
  /** In the order in which they came; at most PARTIES_LISTED_MAX each, the counts are of all. */
  readonly holding: readonly PartyView[];
  readonly waiting: readonly PartyView[];
  readonly holdingCount: number;
  readonly waitingCount: number;
}

export interface RwLockView extends PrimitiveBase {
  readonly kind: 'rwLock';
  /** Who holds: one writer, or readers. */
  readonly mode: 'read' | 'write' | 'free';
  readonly holding: readonly PartyView[];
  readonly waiting: readonly (PartyView & { readonly wants: 'read' | 'write' })[];
  readonly holdingCount: number;
  readonly waitingCount: number;
}

export interface BarrierView extends PrimitiveBase {
  readonly kind: 'barrier';
  /** Who is there. How many it takes is known to the programs only. */
  readonly present: readonly PartyView[];
  readonly presentCount: number;
  /** The revision at which those who are there were let go; null: they wait. */
  readonly openedAt: WireInt | null;
}

export interface QueueView extends PrimitiveBase {
  readonly kind: 'queue';
  readonly order: 'fifo' | 'priority' | 'delayed' | null;
  /** Items that wait to be taken; the next ones first. */
  readonly items: readonly PartyView[];
  readonly depth: number;
  /** When the oldest waiting item was put; null: not known. */
  readonly oldestAt: WireTime | null;
  readonly inHand: number;
  /** In hand with nobody to finish it: goes back when the next consumer looks. */
  readonly orphans: number;
  readonly idleConsumers: number;
  readonly rates: RatesView;
}

export interface CounterView extends PrimitiveBase {
  readonly kind: 'counter';
  /** Exact, however large; null: not read. */
  readonly value: WireInt | null;
  readonly shards: number;
  readonly rates: RatesView;
}

export interface GroupView extends PrimitiveBase {
  readonly kind: 'group';
  readonly members: readonly PartyView[];
  readonly memberCount: number;
}

/** In the last minute, or since the console watches when that is shorter; null: at a revision, where only the moment is known. */
export type RatesView = { readonly in: number; readonly out: number; readonly overMs: number } | null;

export type PrimitiveView = SemaphoreView | RwLockView | BarrierView | QueueView | CounterView | GroupView;

export interface PrimitiveList {
  readonly revision: WireInt;
  readonly at: WireTime | null;
  readonly total: number;
  readonly primitives: readonly PrimitiveView[];
}

export interface InstanceView {
  readonly key: WireBytes;
  readonly lease: WireHexId | null;
  readonly address: string;
  readonly id: string | null;
  readonly version: string | null;
  /** What a check said last; null: nobody checks it beyond its lease. */
  readonly health: 'passing' | 'failing' | null;
  /** When it registered, and when it last wrote its entry; null: before the console watched. */
  readonly since: WireTime | null;
  readonly writtenAt: WireTime | null;
  readonly modRevision: WireInt;
  readonly value: WireBytes | null;
  /** How often it came back after it had gone, since the console watches. */
  readonly flaps: number;
}

export interface ServiceView {
  readonly name: WireBytes;
  readonly confidence: 'certain' | 'likely' | 'possible';
  readonly reason: string;
  readonly instances: readonly InstanceView[];
  readonly instanceCount: number;
  /** Gone lately and not back, newest first. */
  readonly gone: readonly {
    readonly key: WireBytes;
    readonly address: string;
    readonly at: WireTime;
    readonly revision: WireInt;
  }[];
}

export interface ServiceList {
  readonly revision: WireInt;
  readonly at: WireTime | null;
  readonly total: number;
  readonly services: readonly ServiceView[];
}

export const PARTIES_LISTED_MAX = 200;
