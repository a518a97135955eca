/** What /metrics says of the member: leader, proposals, reads, requests applied, alarms of health. */

import type { MetricsText } from '../../../../../lib/base/prometheus-text.ts';
import type { StoreMember } from '../../../member/types.ts';
import type { ClientRequests } from '../../client-requests.ts';
import { CLUSTER_VERSION, SERVER_VERSION } from '../../version.ts';
import type { HealthCounts } from '../health.ts';

export interface ServerSource {
  readonly member: StoreMember;
  readonly health: HealthCounts;
  readonly leaderChanges: number;
  readonly quotaBytes: number;
  readonly clientRequests: ClientRequests;
}

export function addServer(text: MetricsText, source: ServerSource): void {
  const { member, leaderChanges, quotaBytes } = source;
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
  addCounts(text, member);
  addHealth(text, source);
  text.gauge('etcd_server_quota_backend_bytes', 'Storage quota in bytes.', quotaBytes);
  text.gauge('etcd_server_version', 'Which API version this member speaks.', 1, { server_version: SERVER_VERSION });
  text.gauge('etcd_cluster_version', 'Which version the cluster runs at.', 1, { cluster_version: CLUSTER_VERSION });
  text.gauge('etcd_server_id', 'The id of this member.', 1, { server_id: id });
  text.family(
    'etcd_server_client_requests_total',
    'counter',
    'Requests and streams of clients, by the version of their API.',
    source.clientRequests.samples(),
  );
}

function addCounts(text: MetricsText, member: StoreMember): void {
  const { proposals, reads, applies, lateHeartbeats, learnersPromoted } = member.counts();
  text.gauge('etcd_server_proposals_pending', 'Writes waiting to be applied here.', proposals.pending);
  const failed = 'Writes given up without an answer from the log.';
  text.counter('etcd_server_proposals_failed_total', failed, proposals.failed);
  text.counter('etcd_server_read_indexes_failed_total', 'Linearizable reads given up.', reads.failed);
  const slow = 'Confirmations of leadership that were late and asked for again.';
  text.counter('etcd_server_slow_read_indexes_total', slow, reads.slow);
  text.counter('etcd_server_slow_apply_total', 'Requests that took long to apply.', applies.slow);
  const late = 'Heartbeats this leader sent more than one interval late.';
  text.counter('etcd_server_heartbeat_send_failures_total', late, lateHeartbeats);
  // An image is installed in one go, during which nobody is answered.
  text.gauge('etcd_server_snapshot_apply_in_progress_total', '1 while an image of the leader is being installed.', 0);
  text.counter('etcd_server_learner_promote_successes', 'Learners promoted at this member.', learnersPromoted);
  text.histograms(
    'etcd_server_apply_duration_seconds',
    'Time to apply a request, by operation and whether it succeeded.',
    [...applies.seconds()].map(({ operation, isAccepted, histogram }) => ({
      labels: { op: operation, success: String(isAccepted), version: 'v3' },
      histogram,
    })),
  );
}

function addHealth(text: MetricsText, { health }: ServerSource): void {
  text.counter('etcd_server_health_success', 'Health checks answered well.', health.successes);
  text.counter('etcd_server_health_failures', 'Health checks answered badly.', health.failures);
  const checks = [...health.checks.values()];
  text.family(
    'etcd_server_healthcheck',
    'gauge',
    'The last result of each check of /livez and /readyz: 1 is success.',
    checks.map(({ type, name, isOk }) => ({ labels: { name, type }, value: Number(isOk) })),
  );
  text.family(
    'etcd_server_healthchecks_total',
    'counter',
    'Results of each check of /livez and /readyz.',
    checks.flatMap(({ type, name, successes, errors }) => [
      { labels: { name, status: 'success', type }, value: successes },
      { labels: { name, status: 'error', type }, value: errors },
    ]),
  );
}
