/**
 * GET /metrics: Prometheus text, under etcd's own names, so that existing dashboards and alerts work unchanged. Only what
 * is really counted here appears; a name that is missing is not measured.
 */

import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { StoreMember } from '../../member/types.ts';
import type { FrontStats, Method } from '../front/types.ts';
import { CLUSTER_VERSION, SERVER_VERSION } from '../version.ts';
import type { HealthCounts } from './health.ts';

export interface MetricsSource {
  readonly member: StoreMember;
  readonly methods: readonly Method[];
  readonly front: FrontStats;
  readonly health: HealthCounts;
  readonly leaderChanges: number;
  readonly quotaBytes: number;
}

export function renderMetrics(source: MetricsSource): string {
  const text = new MetricsText();
  addServer(text, source);
  addStorage(text, source.member);
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
  text.counter('etcd_server_health_success', 'Health checks answered well.', health.successes);
  text.counter('etcd_server_health_failures', 'Health checks answered badly.', health.failures);
  text.gauge('etcd_server_quota_backend_bytes', 'Storage quota in bytes.', quotaBytes);
  text.gauge('etcd_server_version', 'Which API version this member speaks.', 1, { server_version: SERVER_VERSION });
  text.gauge('etcd_cluster_version', 'Which version the cluster runs at.', 1, { cluster_version: CLUSTER_VERSION });
  text.gauge('etcd_server_id', 'The id of this member.', 1, { server_id: id });
}

function addStorage(text: MetricsText, member: StoreMember): void {
  const size = member.kv.size();
  text.gauge('etcd_mvcc_db_total_size_in_bytes', 'Bytes of stored history on disk.', size.total);
  text.gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Of those, bytes not yet reclaimable.', size.inUse);
  text.gauge('etcd_debugging_mvcc_current_revision', 'The current revision.', member.kv.revision());
  text.gauge('etcd_debugging_mvcc_compact_revision', 'The last compacted revision.', member.kv.compactRevision());
  text.gauge('etcd_debugging_mvcc_watcher_total', 'Watchers on this member.', member.watches.watcherCount());
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

function addProcess(text: MetricsText): void {
  const cpu = process.cpuUsage();
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  text.counter('process_cpu_seconds_total', 'User and system CPU time in seconds.', cpuSeconds);
  text.gauge('process_resident_memory_bytes', 'Resident memory in bytes.', process.memoryUsage.rss());
  const startedAt = Date.now() / 1000 - process.uptime();
  text.gauge('process_start_time_seconds', 'Start of the process since the Unix epoch.', startedAt.toFixed(3));
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

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

class MetricsText {
  readonly #lines: string[] = [];

  gauge(name: string, help: string, value: number | boolean | string, labels: Labels = {}): void {
    this.family(name, 'gauge', help, [{ labels, value: Number(value) }]);
  }

  counter(name: string, help: string, value: number): void {
    this.family(name, 'counter', help, [{ labels: {}, value }]);
  }

  family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { labels, value } of samples) this.#lines.push(`${name}${renderLabels(labels)} ${value}`);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
