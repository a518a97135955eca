/** What an inspection finds, and how the worker that makes it tells the page. */
import type { PrefixSize } from './prefix-sizes.ts';

/** Keys told apart from their history: each costs the browser some hundred bytes while it reads. */
export const KEYS_MAX = 3_000_000;

export interface SnapshotReport {
  readonly bytes: number;
  /** Of the database by the 32 bytes behind it. A copy of a member's own file has none. */
  readonly checksum: 'fits' | 'differs' | 'none';
  readonly revision: number;
  /** 0: never compacted. */
  readonly compactRevision: number;
  /** Stored changes, deletions among them. */
  readonly revisions: number;
  readonly tombstones: number;
  /** Keys there are at `revision`, and the bytes of them and their values; null beyond KEYS_MAX. */
  readonly living: { readonly keys: number; readonly bytes: number } | null;
  readonly leases: number;
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly isAuthEnabled: boolean;
  readonly alarms: number;
  /** Of the cluster it was taken from; empty when the file does not say. */
  readonly clusterVersion: string;
  /** Those that hold most of the file, biggest first. */
  readonly prefixes: readonly PrefixSize[];
}

export interface InspectProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export type FromInspector =
  | { readonly type: 'progress'; readonly progress: InspectProgress }
  | { readonly type: 'report'; readonly report: SnapshotReport }
  | { readonly type: 'refused'; readonly reason: string };
