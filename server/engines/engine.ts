/**
 * What the console can drive. One `Engine` per store; what a store cannot do is null, never a method that throws.
 *
 * Owned here: the words (keys, guards, events, leases, members) every engine speaks. Refused here: anything of HTTP, of
 * screens, of one store's wire format. Shapes follow etcd's model, the richest of those to come.
 *
 * Invariants every engine keeps:
 * - keys and values are bytes, exact; ids are bigint; revisions are safe integers;
 * - a write is sent at most once. When its outcome cannot be known the error says so (`outcome: 'unknown'`);
 * - a watch delivers every event from its start revision on, in revision order, never splitting a revision over two
 *   calls, or says `compacted`/`failed`; it never skips silently.
 */
import type { GrpcCode } from '../../lib/base/grpc-status.ts';
import type { KeyRange } from '../../lib/keys/ranges.ts';

/** A key as it stands at some revision. `lease` 0n: none. */
export interface StoredKey {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: bigint;
}

export interface ListRequest extends KeyRange {
  /** 0 or absent: all. */
  readonly limit?: number;
  /** 0 or absent: the newest. */
  readonly revision?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface ListResult {
  /** The store's current revision, also for a historical read. */
  readonly revision: number;
  readonly kvs: readonly StoredKey[];
  readonly more: boolean;
  /** Keys in the range at the revision read, the limit aside. */
  readonly count: number;
}

/** Holds for every key of the range; an empty range counts as one key whose numbers are all 0. */
export interface Guard extends KeyRange {
  readonly target: 'modRevision' | 'createRevision' | 'version' | 'lease';
  readonly is: '=' | '<' | '>' | '!=';
  readonly value: number | bigint;
}

export type WriteOp =
  /** `lease` 'keep': whatever the key has now stays (the key must exist). 0n: none. */
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array; readonly lease: 'keep' | bigint }
  | { readonly type: 'delete'; readonly range: KeyRange };

/** One atomic step: when all guards hold all ops happen at one revision, else nothing does. */
export interface GuardedWrite {
  readonly guards: readonly Guard[];
  readonly ops: readonly WriteOp[];
  /** Read in the same step when a guard fails: what stands there instead. */
  readonly otherwiseRead: readonly KeyRange[];
}

export interface WriteOutcome {
  readonly succeeded: boolean;
  readonly revision: number;
  /** Keys deleted by each op, 0 for puts; empty when a guard failed. */
  readonly deleted: readonly number[];
  /** Answers of `otherwiseRead`; empty when the write happened. */
  readonly reads: readonly (readonly StoredKey[])[];
}

export interface KvCapability {
  /** Linearizable unless a historical revision is asked for. @throws EngineError */
  list(request: ListRequest): Promise<ListResult>;
  /** @throws EngineError; `outcome` tells whether it may have happened. */
  write(request: GuardedWrite): Promise<WriteOutcome>;
}

export interface StoredEvent {
  readonly type: 'put' | 'delete';
  /** On delete only `key` and `modRevision` mean anything. Bytes are views: copy what is kept. */
  readonly kv: StoredKey;
  /** The version before, when asked for and still retained. */
  readonly prev: StoredKey | null;
}

export interface WatchRequest {
  /** Disjoint. Events of all of them come as one sequence, in revision order. */
  readonly ranges: readonly KeyRange[];
  /** Deliver from here on, inclusive. */
  readonly startRevision: number;
  readonly withPrevious?: boolean;
}

export interface WatchHandler {
  /** Never empty; whole revisions only; `revision` is the last of them. */
  onEvents(events: readonly StoredEvent[], revision: number): void;
  /** The stream is alive (also called for events). Says nothing about what was delivered. */
  onAlive(): void;
  /** Final. History before `compactRevision` is gone and events were missed. */
  onCompacted(compactRevision: number): void;
  /** The stream broke and is being resumed where it stopped; or it stands (again). */
  onConnection(state: { readonly connected: boolean; readonly endpoint: string; readonly error: string | null }): void;
  /** Final: the store refuses this watch. */
  onFailed(error: EngineError): void;
}

export interface Watcher {
  /** Asks the server for a sign of life; the answer arrives as onAlive. */
  ping(): void;
  /** Drops the stream and resumes elsewhere: for a server that hangs without closing. */
  reconnect(reason: string): void;
  close(): void;
}

export interface LeaseState {
  readonly id: bigint;
  readonly grantedTtlSeconds: number;
  /** -1: gone. */
  readonly remainingTtlSeconds: number;
  readonly keys: readonly Uint8Array[];
  /** Keys were left out: whoever asks may not read them, or the store would not name any for their sake. */
  readonly hasHidden: boolean;
  /** Revision of the store when it answered. */
  readonly revision: number;
}

export interface LeaseCapability {
  list(): Promise<{ readonly ids: readonly bigint[]; readonly revision: number }>;
  /** @param withKeys false: its time alone, which any user may ask. Default: true */
  read(id: bigint, withKeys?: boolean): Promise<LeaseState>;
  /** `id` 0n: the store picks. The TTL granted may be longer than asked. */
  grant(ttlSeconds: number, id: bigint): Promise<{ readonly id: bigint; readonly ttlSeconds: number }>;
  revoke(id: bigint): Promise<{ readonly revision: number }>;
  /** Once. Resolves to the seconds it lives from now; 0 or less: it is gone. */
  keepAlive(id: bigint): Promise<number>;
}

export interface Member {
  readonly id: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberStatus {
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly version: string;
  readonly revision: number;
  readonly dbSizeBytes: number;
  readonly dbSizeInUseBytes: number;
  /** 0n: none known to this member. */
  readonly leader: bigint;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly errors: readonly string[];
  readonly isLearner: boolean;
  readonly roundTripMs: number;
}

/** What a member knows of its leader, at the moment it learnt it. */
export interface LeaderNews {
  readonly memberId: bigint;
  /** 0n: none. */
  readonly leader: bigint;
  readonly raftTerm: number;
}

export interface LeaderFollowing {
  /** unsupported: such a store does not tell. broken: it may be tried again. */
  readonly ended: Promise<'unsupported' | 'broken'>;
  close(): void;
}

/**
 * What may be hoped of a member. `idle`: it answers and can serve nobody (it knows no leader, follows one that is none any more,
 * or is a learner). `silent`: it does not answer, and what is sent to it may hang.
 */
export type MemberStanding = 'serving' | 'idle' | 'silent';

export interface ClusterCapability {
  /** As the answering member knows them: works without a quorum too. */
  members(): Promise<readonly Member[]>;
  /** Asks exactly this endpoint. @throws EngineError also when `timeoutMs` passes. */
  status(endpoint: string, timeoutMs: number): Promise<MemberStatus>;
  /** Calls back with what this member knows of its leader, now and at once after every change, where the store can tell. */
  followLeader(endpoint: string, onNews: (news: LeaderNews) => void): LeaderFollowing;
  /** Calls back at once when the connection to an endpoint is lost or made; returns how to stop. */
  onConnectionChange(listener: (endpoint: string) => void): () => void;
  /** From whoever watches the members: calls and watches go to those that serve, as long as there are any. */
  setStanding(endpoint: string, standing: MemberStanding): void;
}

export interface WatcherQuestion extends KeyRange {
  /** How many would a compaction at this revision cut off? 0: none is meant. */
  readonly compactRevision: number;
  readonly rangesMax: number;
}

/** Of one member, or of one range there. */
export interface WatcherCounts {
  readonly watchers: number;
  /** Of those, the ones behind the current revision. */
  readonly slow: number;
  /** Those a compaction would cut off. */
  readonly cancelled: number;
}

export interface WatchersOfMember extends WatcherCounts {
  /** What is watched within the range asked for, most watched first; `end` as in a range request. */
  readonly ranges: readonly (WatcherCounts & { readonly key: Uint8Array; readonly rangeEnd: Uint8Array })[];
  /** There are further ranges. */
  readonly more: boolean;
}

/** What some stores can tell beside the others. Everything works without it, more slowly or saying less. */
export interface ExtrasCapability {
  /** Null: this member cannot tell. @throws EngineError */
  watchers(endpoint: string, question: WatcherQuestion): Promise<WatchersOfMember | null>;
}

/** What a member says of itself in numbers. */
export interface MetricsCapability {
  /** Where they are asked for, for who wants to look: a URL. */
  urlOf(endpoint: string): string;
  /**
   * Prometheus text, bounded. @throws EngineError UNIMPLEMENTED: the member answers and offers none; UNAVAILABLE,
   * DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED otherwise
   */
  read(endpoint: string, timeoutMs: number): Promise<string>;
}

export type AlarmKind = 'NOSPACE' | 'CORRUPT';

/** What one member says of the keys it holds. Members that agree on the revisions must agree on the hash. */
export interface MemberHash {
  readonly hash: number;
  readonly compactRevision: number;
  /** Up to which it was reckoned. */
  readonly revision: number;
}

/** A snapshot file on its way. */
export interface SnapshotPart {
  readonly bytes: Uint8Array;
  /** Bytes still to come after this part, as the server reckons. */
  readonly remaining: number;
}

/** What changes the cluster itself. Endpoints are addresses of members; ids are theirs. @throws EngineError each */
export interface MaintenanceCapability {
  moveLeader(leaderEndpoint: string, to: bigint): Promise<void>;
  /** The member may not answer anything else meanwhile. */
  defragment(endpoint: string): Promise<void>;
  /** Reads below `revision` fail from then on. */
  compact(revision: number): Promise<void>;
  disarm(member: bigint, alarm: AlarmKind): Promise<void>;
  hash(endpoint: string, revision: number): Promise<MemberHash>;
  /** Ends with the file; its last 32 bytes are the SHA-256 of what comes before. */
  snapshot(endpoint: string, signal: AbortSignal): AsyncIterable<SnapshotPart>;
  addMember(peerUrls: readonly string[], asLearner: boolean): Promise<Member>;
  promoteMember(id: bigint): Promise<void>;
  removeMember(id: bigint): Promise<void>;
  updateMember(id: bigint, peerUrls: readonly string[]): Promise<void>;
}

export interface ChangesRequest extends KeyRange {
  /** Both inclusive. */
  readonly fromRevision: number;
  readonly toRevision: number;
  /** Only the newest so many events are kept. */
  readonly eventsMax: number;
  readonly withPrevious?: boolean;
}

export interface ChangesResult {
  /** Oldest first; bytes are copies. */
  readonly events: readonly StoredEvent[];
  /** Older events of the range were dropped because of `eventsMax`. */
  readonly dropped: boolean;
  /** True when the store confirmed that there are no others up to `toRevision`. */
  readonly complete: boolean;
}

export interface HistoryCapability {
  /**
   * Every change in a range between two revisions, tombstones included. The store reads all its revisions between them,
   * whatever the range: keep them close. @throws EngineError, OUT_OF_RANGE when `fromRevision` was compacted
   */
  changes(request: ChangesRequest): Promise<ChangesResult>;
  /**
   * Reads below it fail, at it they work. 0 when never compacted. `known`: the newest value already seen, or 0. `probe`: a key
   * the user may read, where not all of them.
   */
  compactedRevision(known: number, probe?: Uint8Array): Promise<number>;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What a role allows in a range of keys. */
export interface Permission extends KeyRange {
  readonly type: 'read' | 'write' | 'readwrite';
}

export interface Role {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** What a user may do. The role root may do everything, whatever else is listed. */
export interface Grants {
  readonly isRoot: boolean;
  readonly roles: readonly Role[];
}

/** Users of the store itself. Asked as this engine's own user, unless credentials are given. */
export interface AccessCapability {
  /** Whether callers must say who they are; for engines without credentials. @throws EngineError when the store cannot be asked */
  required(): Promise<boolean>;
  /** @throws EngineError UNAUTHENTICATED when user and password do not fit, else as the store says */
  check(credentials: Credentials): Promise<void>;
  /** Users may ask about themselves; root about everybody. @throws EngineError */
  grantsOf(user: string): Promise<Grants>;
  /** Whether the store demands users, for whoever asks, signed in or not. @throws EngineError */
  isEnabled(): Promise<boolean>;
  /** Names only; for root. @throws EngineError */
  userNames(): Promise<readonly string[]>;
  /** Null: there is no such user (any more). @throws EngineError */
  rolesOf(user: string): Promise<readonly string[] | null>;
  roleNames(): Promise<readonly string[]>;
  /** Null: there is no such role (any more). @throws EngineError */
  role(name: string): Promise<Role | null>;
  readonly change: AccessChanges;
}

/** Each is sent once. @throws EngineError as the store says, with `outcome` */
export interface AccessChanges {
  /** `password` null: the user has none and cannot sign in with one, only by certificate. */
  addUser(name: string, password: string | null): Promise<void>;
  setPassword(name: string, password: string): Promise<void>;
  deleteUser(name: string): Promise<void>;
  grantRole(user: string, role: string): Promise<void>;
  revokeRole(user: string, role: string): Promise<void>;
  addRole(name: string): Promise<void>;
  deleteRole(name: string): Promise<void>;
  /** Takes the place of what the role has for exactly this range. */
  grantPermission(role: string, permission: Permission): Promise<void>;
  revokePermission(role: string, range: KeyRange): Promise<void>;
  enable(): Promise<void>;
  disable(): Promise<void>;
}

/** Totals since the engine was opened. */
export interface EngineCost {
  readonly rpcs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly watches: number;
}

export interface Engine {
  readonly kind: 'etcd';
  readonly endpoints: readonly string[];
  readonly kv: KvCapability;
  watch(request: WatchRequest, handler: WatchHandler): Watcher;
  readonly leases: LeaseCapability | null;
  readonly cluster: ClusterCapability | null;
  readonly history: HistoryCapability | null;
  readonly access: AccessCapability | null;
  readonly maintenance: MaintenanceCapability | null;
  readonly metrics: MetricsCapability | null;
  readonly extras: ExtrasCapability | null;
  cost(): EngineCost;
  /** Ends watches; calls under way come to their end, later ones fail with `why`. Default: the console is closing. */
  close(why?: EngineError): void;
}

/** A store's refusal or a lost connection, as code and text. `message` is the store's own words where it spoke. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: GrpcCode;
  /** Null: no single endpoint answered for it. */
  readonly endpoint: string | null;
  /** For writes: 'none' it did not happen, 'unknown' it may have. Reads are always 'none'. */
  readonly outcome: 'none' | 'unknown';

  constructor(
    code: GrpcCode,
    message: string,
    details: { readonly endpoint?: string; readonly outcome?: 'none' | 'unknown' } = {},
  ) {
    super(message);
    this.code = code;
    this.endpoint = details.endpoint ?? null;
    this.outcome = details.outcome ?? 'none';
  }
}
