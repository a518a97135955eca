/** What /metrics says of keys, watchers, leases and the disk under them. */

import type { MetricsText } from '../../../../../lib/base/prometheus-text.ts';
import type { AutoCompaction } from '../../../member/auto-compaction.ts';
import type { StoreMember } from '../../../member/types.ts';
import type { DiskMeter } from '../../../ports/metered-disk.ts';
import type { Method } from '../../front/types.ts';
import type { ServiceTimes } from '../../services/context.ts';

export interface StorageSource {
  readonly member: StoreMember;
  readonly methods: readonly Method[];
  readonly times: ServiceTimes;
  /** Undefined where the disk is not measured. */
  readonly disks: { readonly wal: DiskMeter; readonly backend: DiskMeter } | undefined;
  /** Undefined: whoever runs this member has not said. */
  readonly autoCompaction: AutoCompaction | undefined;
}

export function addStorage(text: MetricsText, source: StorageSource): void {
  const { member, times, disks } = source;
  addKeys(text, member);
  addWatchers(text, source);
  addLeases(text, member);
  addAutoCompaction(text, source.autoCompaction);
  text.histogram('etcd_mvcc_hash_duration_seconds', 'Time of Maintenance.Hash.', times.hashSeconds);
  text.histogram('etcd_mvcc_hash_rev_duration_seconds', 'Time of Maintenance.HashKV.', times.hashKvSeconds);
  const snapshot = 'Time to make a database for Maintenance.Snapshot.';
  text.histogram('etcd_disk_backend_snapshot_duration_seconds', snapshot, member.counts().snapshotSeconds);
  if (disks === undefined) return;
  const { wal, backend } = disks;
  text.histogram('etcd_disk_wal_fsync_duration_seconds', 'Time of a flush of the log.', wal.flushSeconds);
  text.gauge('etcd_disk_wal_write_bytes_total', 'Bytes written to the log.', wal.bytesWritten);
  text.histogram('etcd_disk_backend_commit_duration_seconds', 'Time of a flush of stored data.', backend.flushSeconds);
}

function addKeys(text: MetricsText, { kv, auth }: StoreMember): void {
  const size = kv.size();
  text.gauge('etcd_mvcc_db_total_size_in_bytes', 'Bytes of stored history on disk.', size.total);
  text.gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Of those, bytes not yet reclaimable.', size.inUse);
  const { counts } = kv;
  text.counter('etcd_mvcc_range_total', 'Ranges seen by this member.', counts.ranges);
  text.counter('etcd_mvcc_put_total', 'Puts seen by this member.', counts.puts);
  text.counter('etcd_mvcc_delete_total', 'Deletes seen by this member.', counts.deletes);
  text.counter('etcd_mvcc_txn_total', 'Passes over the store with several operations.', counts.transactions);
  const put = 'Bytes of keys and values put, as this member has seen them.';
  text.gauge('etcd_debugging_mvcc_total_put_size_in_bytes', put, counts.putBytes);
  text.gauge('etcd_debugging_mvcc_keys_total', 'Living keys.', kv.keyCount());
  text.gauge('etcd_debugging_mvcc_current_revision', 'The current revision.', kv.revision());
  text.gauge('etcd_debugging_mvcc_compact_revision', 'The last compacted revision.', kv.compactRevision());
  const compacted = 'Old revisions that compaction took out.';
  text.counter('etcd_debugging_mvcc_db_compaction_keys_total', compacted, counts.compactedRevisions);
  text.gauge('etcd_debugging_auth_revision', 'The auth revision: how often users changed.', auth.revision);
}

/** etcd tells nobody how it is set. */
function addAutoCompaction(text: MetricsText, setting: AutoCompaction | undefined): void {
  if (setting === undefined) return;
  const kept =
    setting.mode === 'periodic' ? setting.retentionMs / 1_000 : setting.mode === 'revision' ? setting.revisions : 0;
  const help =
    'History that compaction by schedule keeps: seconds where the mode is periodic, revisions where it is revision.';
  text.gauge('quorate_auto_compaction_retention', help, kept, { mode: setting.mode });
}

function addWatchers(text: MetricsText, { member: { watches }, methods }: StorageSource): void {
  text.gauge('etcd_debugging_mvcc_watcher_total', 'Watchers on this member.', watches.watcherCount());
  const slow = 'Watchers behind the current revision.';
  text.gauge('etcd_debugging_mvcc_slow_watcher_total', slow, watches.slowCount());
  const streams = methods.find(({ path }) => path === '/etcdserverpb.Watch/Watch')?.stats.open ?? 0;
  text.gauge('etcd_debugging_mvcc_watch_stream_total', 'Open watch streams.', streams);
  text.counter('etcd_debugging_mvcc_events_total', 'Events handed to watchers.', watches.eventCount());
}

function addLeases(text: MetricsText, member: StoreMember): void {
  const { granted, revoked, renewed, expired } = member.counts().leases;
  text.counter('etcd_debugging_lease_granted_total', 'Leases granted.', granted);
  text.counter('etcd_debugging_lease_revoked_total', 'Leases revoked, those that expired included.', revoked);
  text.counter('etcd_debugging_lease_renewed_total', 'Renewals this member did as leader.', renewed);
  text.counter('etcd_debugging_server_lease_expired_total', 'Leases this member ended as leader.', expired);
}
