/**
 * Changes of many keys at once, as both sides see them: what would be done (BulkPreview), then a job that does exactly that
 * in guarded transactions (JobView). Also what such changes start from: differences of two revisions, and the trash.
 */
import type { KeyMeta, WireBytes, WireHexId, WireInt, WireTime } from './types.ts';

// ---------------------------------------------------------------- differences

export interface PrefixDiff {
  readonly prefix: WireBytes;
  readonly from: WireInt;
  readonly to: WireInt;
  readonly added: number;
  readonly removed: number;
  /** In another version; whether the bytes differ too is seen when it is opened. */
  readonly changed: number;
  readonly unchanged: number;
  readonly offset: number;
  /** Added, removed and changed keys in key order. */
  readonly rows: readonly PrefixDiffRow[];
}

export interface PrefixDiffRow {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: KeyMeta | null;
  readonly after: KeyMeta | null;
}

// ---------------------------------------------------------------- trash

/** Keys that one revision deleted and that do not exist now. */
export interface TrashGroup {
  readonly revision: WireInt;
  /** When the console saw it; null: before it watched. */
  readonly at: WireTime | null;
  /** "this console" when it was done here; null: not known. */
  readonly by: string | null;
  /** Of `deleted`, those that still do not exist. */
  readonly keys: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly leases: readonly WireHexId[];
  /** The first of them in key order, as they were. */
  readonly sample: readonly KeyMeta[];
}

export interface TrashPage {
  readonly prefix: WireBytes;
  /** Newest deletion first. */
  readonly groups: readonly TrashGroup[];
  /** False: the store did not confirm that it told everything of the stretch (etcd before 3.4.25 and 3.5.8 cannot). */
  readonly complete: boolean;
  /** The stretch searched, both inclusive. */
  readonly searchedFrom: WireInt;
  readonly searchedTo: WireInt;
  /** True: nothing older is retained. */
  readonly reachesCompaction: boolean;
  /** Ask again with `before` = this for older deletions; null when there can be none. */
  readonly nextBefore: WireInt | null;
}

// ---------------------------------------------------------------- bulk changes

/** What becomes of a lease a key had: none; the same one, if it is still alive; a new one for all of them. */
export type BulkLease =
  | { readonly mode: 'none' }
  | { readonly mode: 'same' }
  | { readonly mode: 'new'; readonly ttlSeconds: number };

/** Of one undo. */
export const REVISIONS_NAMED_MAX = 5_000;

export type BulkRequest =
  /** Keys deleted at a revision come back as they were just before; all under the prefix, or those named. */
  | {
      readonly kind: 'undelete';
      readonly revision: WireInt;
      readonly prefix: WireBytes;
      readonly keys?: readonly WireBytes[];
      readonly lease: BulkLease;
    }
  /** Everything under the prefix becomes as it was at the revision. */
  | { readonly kind: 'restore'; readonly revision: WireInt; readonly prefix: WireBytes; readonly lease: BulkLease }
  /** The inverse of what these revisions did, newest first. */
  | { readonly kind: 'undo'; readonly revisions: readonly WireInt[]; readonly lease: BulkLease }
  /** Every key under `prefix` is written under `target` instead (move) or as well (copy). */
  | {
      readonly kind: 'copy' | 'move';
      readonly prefix: WireBytes;
      readonly target: WireBytes;
      readonly overwrite: boolean;
      readonly lease: BulkLease;
    }
  /** The keys of a file, each after the prefix. One fault in the file and nothing is written. */
  | {
      readonly kind: 'import';
      readonly format: TransferFormat;
      readonly text: string;
      readonly prefix: WireBytes;
      /** False: keys that exist with another value are left alone. */
      readonly overwrite: boolean;
      readonly lease: BulkLease;
    };

/** JSON Lines is exact to the byte; the others carry text. */
export type TransferFormat = 'jsonl' | 'yaml' | 'dotenv' | 'properties';

export interface BulkRow {
  readonly change: 'create' | 'update' | 'delete';
  /** What stands there now. */
  readonly before: KeyMeta | null;
  readonly key: WireBytes;
  /** Null on delete. */
  readonly valueBytes: number | null;
  readonly lease: WireHexId | null;
}

export interface BulkPreview {
  readonly kind: BulkRequest['kind'];
  /** Guards are the versions of this revision: start the job with it, and it does what is shown here or says what it did not. */
  readonly asOf: WireInt;
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
  /** Already as wanted. */
  readonly unchanged: number;
  readonly bytes: number;
  readonly rows: readonly BulkRow[];
  /** Left alone, with the reason. */
  readonly skipped: readonly BulkProblem[];
  readonly skippedTotal: number;
  /** Leases that keys had, and whether they are still alive. */
  readonly leases: readonly { readonly id: WireHexId; readonly keys: number; readonly alive: boolean }[];
}

export interface BulkProblem {
  readonly key: WireBytes;
  readonly reason: string;
}

export interface BulkStart {
  readonly request: BulkRequest;
  readonly asOf: WireInt;
  readonly idempotencyKey: string;
}

export interface JobView {
  readonly id: string;
  readonly kind: BulkRequest['kind'];
  /** "Restore 10,000 keys under config/". */
  readonly title: string;
  /** 'stopped': something failed; what is done is done, and `resume` goes on from there. */
  readonly state: 'queued' | 'running' | 'done' | 'stopped' | 'cancelled';
  readonly total: number;
  readonly done: number;
  /** Stood there already as wanted. */
  readonly already: number;
  /** Not done because somebody wrote since, or for another reason given in `problems`. */
  readonly refused: number;
  readonly problems: readonly BulkProblem[];
  /** Of the transactions made, in order: what an undo takes. */
  readonly revisions: readonly WireInt[];
  /** Why it stopped. */
  readonly error: string | null;
  readonly startedAt: WireTime;
  readonly endedAt: WireTime | null;
  /** Grows with every change of this view. */
  readonly version: number;
}
