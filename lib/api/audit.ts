/** The audit trail, as the HTTP API shows it. */
import type { WireBytes, WireInt, WireTime } from './types.ts';

/** One change through a console. Never a value, never a secret. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: WireTime;
  /** Null: the store had no users. */
  readonly user: string | null;
  /** Network address the request came from. */
  readonly from: string;
  /** Thing and verb: "key.put", "lease.revoke". */
  readonly action: string;
  readonly targetKind: 'key' | 'prefix' | 'lease' | 'group' | 'member' | 'user' | 'role' | 'configuration' | 'store';
  readonly target: WireBytes | null;
  /** What had to hold for it to happen. */
  readonly guard: string | null;
  readonly note: string | null;
  /** pending: begun, and no result was written: the console ended, or it is under way. unknown: it may have happened. */
  readonly result: 'pending' | 'done' | 'refused' | 'failed' | 'unknown';
  /** Where the change stands; null where it has no revision. */
  readonly revision: WireInt | null;
  /** All of them, where it made several: "12-40,43", or "too many to name". Left out when there is one. */
  readonly revisions?: string;
  /** Why it was refused or failed. */
  readonly message: string | null;
}

/** Whether entries reach the store, and how long they stay. */
export interface AuditKept {
  readonly durable: boolean;
  readonly reason: string | null;
  readonly days: number;
}

/** Newest first. */
export interface AuditPage {
  readonly revision: WireInt;
  readonly entries: readonly AuditEntry[];
  /** `before` of the next page; null at the end. */
  readonly next: string | null;
  /** Entries looked at for this page, of `total` from `before` on. */
  readonly searched: number;
  readonly total: number;
  /** Keys that hold no entry this console understands. */
  readonly unreadable: number;
  readonly kept: AuditKept;
}
