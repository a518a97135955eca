/**
 * The console's HTTP API and live stream, as both sides see them (paths: routes.ts beside this).
 *
 * 64-bit numbers are decimal strings (ids of members in lower-case hex, as etcdctl prints them; leases in hex too).
 * Revisions are safe integers inside our own processes but still travel as decimal strings.
 */
import type { StoreColour } from '../base/store-colour.ts';
import type { DrillsView } from './drill-types.ts';

/** UTF-8 text when the bytes are valid UTF-8, else base64. Exact to the byte either way. */
export type WireBytes = string | { readonly base64: string };
/** Decimal digits. */
export type WireInt = string;
/** 16 lower-case hex digits or fewer, no prefix: as `etcdctl` prints members and leases. */
export type WireHexId = string;
/** Milliseconds since the Unix epoch, by the console's clock. */
export type WireTime = number;

export interface ApiError {
  /** gRPC code name in upper snake case, e.g. FAILED_PRECONDITION. */
  readonly code: string;
  /** One sentence an operator can act on. */
  readonly message: string;
  /** What failed: field name, endpoint, the conflicting revision… */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Keys from `key` up to `end`, in etcd's words: `end` empty is exactly `key`, "\0" is no upper end. */
export interface WireRange {
  readonly key: WireBytes;
  readonly end: WireBytes;
}

/** Who uses the store here. `readable` null: every key. */
export type StoreAccess =
  /** The store has no authentication. */
  | { readonly mode: 'open' }
  /** It has, and nobody is signed in. */
  | { readonly mode: 'signIn' }
  | {
      readonly mode: 'user';
      readonly user: string;
      readonly isRoot: boolean;
      readonly readable: readonly WireRange[] | null;
    };

export interface StoreSummary {
  readonly id: string;
  readonly label: string;
  readonly colour: StoreColour | null;
  readonly kind: 'bundled' | 'external';
  readonly endpoints: readonly string[];
  readonly readOnly: boolean;
  readonly access: StoreAccess;
}

export interface SignInBody {
  readonly user: string;
  readonly password: string;
}

// ---------------------------------------------------------------- cluster

/** unasked: it advertises an address on no host that the settings name, and only those are dialled. */
/** cutOff: it answers the console, and knows no leader although the others have one: it takes no part. */
export type MemberHealth = 'healthy' | 'lagging' | 'cutOff' | 'unreachable' | 'unstarted' | 'unasked';

export interface MemberView {
  readonly id: WireHexId;
  readonly name: string;
  readonly endpoint: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
  readonly isLeader: boolean;
  readonly health: MemberHealth;
  /** Null while unreachable: never an old number dressed as a new one. */
  readonly status: {
    readonly version: string;
    readonly dbSizeBytes: WireInt;
    readonly dbSizeInUseBytes: WireInt;
    readonly raftTerm: WireInt;
    readonly raftIndex: WireInt;
    readonly raftAppliedIndex: WireInt;
    /** Entries committed on the leader that this member has not committed. */
    readonly lagEntries: WireInt;
    readonly roundTripMs: number;
    readonly errors: readonly string[];
  } | null;
  readonly lastSeenAt: WireTime | null;
  /** Why it cannot be reached: gRPC code and text. */
  readonly error: string | null;
}

export interface LeaderChange {
  readonly at: WireTime;
  readonly term: WireInt;
  /** Null: from here on there was no leader that the console could see. */
  readonly leaderId: WireHexId | null;
  readonly leaderName: string | null;
  readonly revision: WireInt;
  /** How long no leader was seen before this one. */
  readonly leaderlessMs: number | null;
  /** The longest it can have been: since the one before was last heard leading. */
  readonly leaderlessMsMax: number | null;
  /** Terms between the one before and this one in which nobody was seen to lead: votes without a winner, or reigns too short to see. */
  readonly unseenTerms: number;
}

export interface Risk {
  readonly kind:
    | 'memberDown'
    | 'notAsked'
    | 'noLeader'
    | 'noQuorum'
    | 'lagging'
    | 'cutOff'
    | 'alarm'
    | 'storeUnreachable'
    | 'oneMember';
  readonly severity: 'danger' | 'warning';
  /** "m3 does not answer". */
  readonly title: string;
  /** What it means and what to do. */
  readonly remedy: string;
}

export interface ClusterView {
  readonly at: WireTime;
  readonly reachable: boolean;
  readonly members: readonly MemberView[];
  readonly leaderId: WireHexId | null;
  /** When the console saw this leader first; `observedFromStart` false means it led already when we began to look. */
  readonly leaderSince: { readonly at: WireTime; readonly exact: boolean } | null;
  readonly term: WireInt;
  readonly quorum: {
    readonly voters: number;
    readonly healthy: number;
    readonly needed: number;
    /** How many more voters may fail; negative when quorum is lost already. At least so many where some are not asked. */
    readonly survives: number;
  };
  /** One sentence of state, e.g. "3 of 3 members · m2 leads since 14:02 · survives 1 failure" minus the time. */
  readonly risks: readonly Risk[];
  /** Newest last; bounded; since the console started. */
  readonly leaderChanges: readonly LeaderChange[];
  readonly watchingSince: WireTime;
  /** Outages on purpose. */
  readonly drills: DrillsView;
  /** What this console costs the store. */
  readonly cost: { readonly watches: number; readonly rpcsPerSecond: number; readonly bytesPerSecond: number };
}

// ---------------------------------------------------------------- revisions

export interface RevisionView {
  readonly current: WireInt;
  /** "0" when never compacted. Reads below it are gone. */
  readonly compacted: WireInt;
  /** From here on any revision is answered from the console's memory, older ones by reading the store. Null: none yet. */
  readonly remembered: WireInt | null;
  /** Known (revision, wall time) pairs, oldest first, thinned to at most 500. The console saw only from its start on. */
  readonly times: readonly { readonly revision: WireInt; readonly at: WireTime }[];
}

/** Which revision was current at a moment, as far as the console saw it. */
export interface RevisionAt {
  readonly time: WireTime;
  /** The newest revision seen by then. Null: the moment lies before the console began to watch. */
  readonly revision: WireInt | null;
  /** When that revision was seen. */
  readonly at: WireTime | null;
  /** False: others may have come between it and the moment; only samples are kept of a time so long ago. */
  readonly exact: boolean;
  /** Before this moment no times are known. Null: none yet. */
  readonly watchingSince: WireTime | null;
}

/** A stretch of changes, for replay. */
export interface ChangesPage {
  /** Complete between these two revisions, both inclusive. */
  readonly from: WireInt;
  readonly to: WireInt;
  /** 'memory' what the console saw itself, 'store' a read of the store's history. */
  readonly source: 'memory' | 'store';
  /** Revision order. `at` is null where the console did not see it happen. */
  readonly changes: readonly PastChange[];
}

export type PastChange = Omit<ChangeEvent, 'at'> & { readonly at: WireTime | null };

export interface IndexState {
  readonly phase: 'connecting' | 'listing' | 'live' | 'stale' | 'limited';
  readonly keysLoaded: number;
  /** Known once the first page is in. */
  readonly keysTotal: number | null;
  readonly revision: WireInt;
  /** Why it is stale or limited, in words. */
  readonly reason: string | null;
}

// ---------------------------------------------------------------- keys

export interface KeyMeta {
  readonly key: WireBytes;
  readonly createRevision: WireInt;
  readonly modRevision: WireInt;
  readonly version: WireInt;
  readonly lease: WireHexId | null;
  readonly valueBytes: number;
}

/** One child of a folder: a key, a folder, or both at once ("/a" and "/a/b"). */
export interface TreeNode {
  /** The whole key or prefix, delimiter included for folders. */
  readonly path: WireBytes;
  /** The last segment, for display. */
  readonly name: WireBytes;
  /** Present when a key stands exactly here (for a folder: at the path without its trailing delimiter). */
  readonly key: KeyMeta | null;
  /** Present when keys lie below. */
  /** `keys` at any depth below; `bytes` is the sum of their values. */
  readonly folder: { readonly path: WireBytes; readonly keys: number; readonly bytes: number } | null;
}

/** 'live' the index that follows the store, 'memory' what the console remembers, 'store' a read of the store's history. */
export type PageSource = 'live' | 'memory' | 'store';

export interface ChildrenPage {
  readonly prefix: WireBytes;
  /** Complete at this revision. */
  readonly revision: WireInt;
  readonly total: number;
  readonly offset: number;
  readonly nodes: readonly TreeNode[];
  readonly source: PageSource;
}

export interface SearchPage {
  readonly query: string;
  readonly revision: WireInt;
  readonly searchedKeys: number;
  readonly totalKeys: number;
  readonly complete: boolean;
  readonly keys: readonly KeyMeta[];
}

/** Where an answer came from. */
export type ReadSource = 'linearizable' | 'history' | 'memory';

export interface KeyDetail {
  /** Null when the key does not exist at `revision`. */
  readonly kv: (KeyMeta & { readonly value: WireBytes }) | null;
  readonly revision: WireInt;
  readonly source: ReadSource;
  readonly lease: LeaseView | null;
}

export interface KeyVersion {
  readonly modRevision: WireInt;
  readonly createRevision: WireInt;
  readonly version: WireInt;
  readonly type: 'put' | 'delete';
  readonly value: WireBytes | null;
  readonly valueBytes: number;
  readonly lease: WireHexId | null;
  /** When the console saw it happen; null when it happened before. */
  readonly at: WireTime | null;
  /** Who wrote it, when it was written through this console; null: not known. */
  readonly by: string | null;
}

export interface KeyHistory {
  readonly key: WireBytes;
  /** Newest first, across all lives of the key. */
  readonly versions: readonly KeyVersion[];
  /** True when the oldest retained version is included: nothing older exists in the store. */
  readonly reachesCompaction: boolean;
  readonly compacted: WireInt;
  /** True when older versions may be retained beyond the page: ask again with `before` = `nextBefore`. */
  readonly more: boolean;
  /** Not always the oldest version shown: the stretch searched may reach further back. Null when `more` is false. */
  readonly nextBefore: WireInt | null;
}

/** 'keep' is the default everywhere: editing must never detach a lease by accident. */
export type LeaseChoice =
  | { readonly mode: 'keep' }
  | { readonly mode: 'detach' }
  | { readonly mode: 'attach'; readonly id: WireHexId };

export interface PutBody {
  readonly key: WireBytes;
  readonly value: WireBytes;
  /** The guard. "0": the key must not exist. */
  readonly expectModRevision: WireInt;
  readonly lease: LeaseChoice;
  readonly idempotencyKey: string;
}

export interface WriteResult {
  readonly revision: WireInt;
  readonly kv: KeyMeta | null;
}

/** 409 ABORTED carries this in `detail`: what stands there now. Nothing was written. */
export interface ConflictDetail {
  readonly expectModRevision: WireInt;
  readonly current: (KeyMeta & { readonly value: WireBytes }) | null;
}

/** Exactly one of `key` and `prefix`. */
export interface DeleteTarget {
  readonly key?: WireBytes;
  readonly prefix?: WireBytes;
}

export interface DeletePreview {
  readonly target: DeleteTarget;
  readonly revision: WireInt;
  readonly keys: number;
  readonly bytes: number;
  /** The first of them, in key order; `keys` says how many there are in all. */
  readonly sample: readonly KeyMeta[];
  readonly leasedKeys: number;
  readonly leases: readonly WireHexId[];
}

export interface DeleteBody {
  readonly target: DeleteTarget;
  /** From the preview: refused with ABORTED when any key under the target changed after this revision. */
  readonly expectRevision: WireInt;
  readonly expectKeys: number;
  readonly idempotencyKey: string;
}

export interface DeleteResult {
  readonly revision: WireInt;
  readonly deleted: number;
}

// ---------------------------------------------------------------- leases

export interface LeaseView {
  readonly id: WireHexId;
  readonly grantedTtlSeconds: WireInt;
  /** Remaining at `at`, as the store said; -1 when it is gone. Count down from there. */
  readonly remainingTtlSeconds: WireInt;
  readonly at: WireTime;
  readonly keyCount: number;
  readonly keys: readonly WireBytes[];
  /** It holds others too, which whoever asks may not read: neither counted nor named. */
  readonly hasHidden: boolean;
}

export interface LeaseGrantBody {
  readonly ttlSeconds: number;
  /** Omitted: the store picks. */
  readonly id?: WireHexId;
  readonly idempotencyKey: string;
}

export interface LeaseRevokeBody {
  /** Keys the operator was shown; refused with ABORTED when the lease holds others by now. */
  readonly expectKeys: readonly WireBytes[];
  readonly idempotencyKey: string;
}

// ---------------------------------------------------------------- live stream (SSE, one per browser)

export interface ChangeEvent {
  readonly revision: WireInt;
  readonly type: 'put' | 'delete';
  readonly key: WireBytes;
  readonly createRevision: WireInt;
  readonly version: WireInt;
  readonly lease: WireHexId | null;
  readonly valueBytes: number;
  /** The value's first PREVIEW_BYTES; null on delete. Fetch the key at `revision` for all of it. */
  readonly preview: WireBytes | null;
  readonly at: WireTime;
}

export const PREVIEW_BYTES = 200;

/** Named SSE events; `data` is JSON of the type given. The SSE `id:` is the revision of the last change sent. */
export interface LiveEvents {
  /** First, always. `resumed` false after a reconnect means: events may be missing, a `gap` follows. */
  readonly hello: { readonly store: StoreSummary; readonly revision: WireInt; readonly resumed: boolean };
  readonly cluster: ClusterView;
  /** At the start, after a gap, when history is compacted, and every 5 s at most while it grows: changes carry the revision. */
  readonly revision: RevisionView;
  readonly index: IndexState;
  /** Once after `hello` of a new stream: the last changes before it, for context. Already part of every listing. */
  readonly recent: readonly ChangeEvent[];
  /** Revision order; the changes of one revision are never split over two batches. */
  readonly changes: readonly ChangeEvent[];
  /** Events between the two revisions (exclusive, inclusive) were not seen by this console or this client. */
  readonly gap: { readonly from: WireInt; readonly to: WireInt; readonly reason: string };
  /** The server is going away; reconnect. */
  readonly bye: Record<string, never>;
}
export type LiveEventName = keyof LiveEvents;
