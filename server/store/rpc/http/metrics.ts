/**
 * GET /metrics: Prometheus text, under etcd's own names, so that existing dashboards and alerts work unchanged. Only what
 * is really counted here appears; a name that is missing is not measured.
 */

import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { StoreMember } from '../../member/types.ts';
import type { DiskMeter } from '../../ports/metered-disk.ts';
import type { FrontStats, Method } from '../front/types.ts';
import { CLUSTER_VERSION, SERVER_VERSION } from '../version.ts';
import type { HealthCounts } from './health.ts';
import { type Labels, MetricsText, type Sample } from './metrics-text.ts';
import { addProcess } from './process-metrics.ts';

export interface MetricsSource {
  readonly member: StoreMember;
  readonly methods: readonly Method[];
  readonly front: FrontStats;
  readonly health: HealthCounts;
  readonly leaderChanges: number;
  readonly quotaBytes: number;
  /** Undefined where the disk is not measured. */
  readonly disks: { readonly wal: DiskMeter; readonly backend: DiskMeter } | undefined;
}

export function renderMetrics(source: MetricsSource): string {
  const text = new MetricsText();
  addServer(text, source);
  addStorage(text, source);
  addDisk(text, source.disks);
  addGrpc(text, source);
  addProcess(text);
  return text.toString();
}

function addServer(text: MetricsText, { member, health, leaderChanges, quotaBytes }: MetricsSource): void {
  const raft = member.raftStatus();
  const id = member.memberId.toString(16);
  text.gauge('etcd_server_has_leader', 'Whether or not a leader exists. 1 is existence, 0 is not.', member.hasLeader());
  text.gauge('etcd_server_is_leader', 'Whether or not this member is a leader.', raft.leaderId === member.memberId);
  const isLearner = raft.confState.learners.includes(member.memberId);
  text.gauge('etcd_server_is_learner', 'Whether or not this member is a learner.', isLearner);
  text.counter('etcd_server_leader_changes_seen_total', 'Leader changes this member has seen.', leaderChanges);
  // etcd exports these two as gauges of the raft indexes, under names that end in _total.
  text.gauge('etcd_server_proposals_committed_total', 'Index of the last committed log entry.', raft.commitIndex);
  text.gauge('etcd_server_proposals_applied_total', 'Index of the last applied log entry.', raft.appliedIndex);
  const proposals = member.proposalCounts();
  text.gauge('etcd_server_proposals_pending', 'Writes waiting to be applied here.', proposals.pending);
  text.counter(
    'etcd_server_proposals_failed_total',
    'Writes given up without an answer from the log.',
    proposals.failed,
  );
  text.counter('etcd_server_health_success', 'Health checks answered well.', health.successes);
  text.counter('etcd_server_health_failures', 'Health checks answered badly.', health.failures);
  text.gauge('etcd_server_quota_backend_bytes', 'Storage quota in bytes.', quotaBytes);
  text.gauge('etcd_server_version', 'Which API version this member speaks.', 1, { server_version: SERVER_VERSION });
  text.gauge('etcd_cluster_version', 'Which version the cluster runs at.', 1, { cluster_version: CLUSTER_VERSION });
  text.gauge('etcd_server_id', 'The id of this member.', 1, { server_id: id });
}

function addStorage(text: MetricsText, { member, methods }: MetricsSource): void {
  const size = member.kv.size();
  text.gauge('etcd_mvcc_db_total_size_in_bytes', 'Bytes of stored history on disk.', size.total);
  text.gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Of those, bytes not yet reclaimable.', size.inUse);
  text.gauge('etcd_debugging_mvcc_current_revision', 'The current revision.', member.kv.revision());
  text.gauge('etcd_debugging_mvcc_compact_revision', 'The last compacted revision.', member.kv.compactRevision());
  text.gauge('etcd_debugging_auth_revision', 'The auth revision: how often users changed.', member.auth.revision);
  text.gauge('etcd_debugging_mvcc_watcher_total', 'Watchers on this member.', member.watches.watcherCount());
  text.gauge(
    'etcd_debugging_mvcc_slow_watcher_total',
    'Watchers behind the current revision.',
    member.watches.slowCount(),
  );
  const streams = methods.find(({ path }) => path === '/etcdserverpb.Watch/Watch')?.stats;
  const ended = streams?.handled.reduce((sum, count) => sum + (count ?? 0), 0) ?? 0;
  text.gauge('etcd_debugging_mvcc_watch_stream_total', 'Open watch streams.', (streams?.started ?? 0) - ended);
}

function addDisk(text: MetricsText, disks: MetricsSource['disks']): void {
  if (disks === undefined) return;
  const { wal, backend } = disks;
  text.histogram('etcd_disk_wal_fsync_duration_seconds', 'Time of a flush of the log.', wal.flushSeconds);
  text.gauge('etcd_disk_wal_write_bytes_total', 'Bytes written to the log.', wal.bytesWritten);
  text.histogram('etcd_disk_backend_commit_duration_seconds', 'Time of a flush of stored data.', backend.flushSeconds);
}

function addGrpc(text: MetricsText, { methods, front }: MetricsSource): void {
  const started: Sample[] = [];
  const handled: Sample[] = [];
  const received: Sample[] = [];
  const sent: Sample[] = [];
  for (const method of methods) {
    if (method.stats.started === 0) continue;
    const labels = labelsOf(method);
    started.push({ labels, value: method.stats.started });
    received.push({ labels, value: method.stats.messagesReceived });
    sent.push({ labels, value: method.stats.messagesSent });
    method.stats.handled.forEach((value, code) => {
      if (value > 0) handled.push({ labels: { ...labels, grpc_code: CODE_LABELS[code] ?? String(code) }, value });
    });
  }
  text.family('grpc_server_started_total', 'counter', 'RPCs started.', started);
  text.family('grpc_server_handled_total', 'counter', 'RPCs completed, by code.', handled);
  text.family('grpc_server_msg_received_total', 'counter', 'Messages received.', received);
  text.family('grpc_server_msg_sent_total', 'counter', 'Messages sent.', sent);
  const bytes = 'etcd_network_client_grpc';
  text.counter(`${bytes}_received_bytes_total`, 'Bytes received from gRPC clients.', front.grpcBytesReceived);
  text.counter(`${bytes}_sent_bytes_total`, 'Bytes sent to gRPC clients.', front.grpcBytesSent);
  text.gauge('quorate_client_connections', 'Open connections on the client port.', front.connections);
  text.gauge('quorate_client_streams', 'Open gRPC calls and streams.', front.openStreams);
}

/** The spelling of grpc-go's code labels: "OK", "InvalidArgument", "NotFound". */
const CODE_LABELS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(GrpcCode).map(([name, code]) => [
    code,
    code === GrpcCode.OK
      ? 'OK'
      : name
          .toLowerCase()
          .split('_')
          .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
          .join(''),
  ]),
);

function labelsOf(method: Method): Labels {
  const [, service = '', name = ''] = method.path.split('/');
  const type = method.kind === 'unary' ? 'unary' : method.clientStreams ? 'bidi_stream' : 'server_stream';
  return { grpc_method: name, grpc_service: service, grpc_type: type };
}
