/** What one reading of a member's /metrics says, and what happened between two of them. Names are etcd's. Pure. */
import type { AutoCompaction } from '../../../lib/api/compaction-types.ts';
import { type HistogramReading, histogramOf, quantileBetween } from './histogram.ts';
import { type PrometheusSample, type PrometheusSamples, parsePrometheus } from './prometheus-text.ts';

const FSYNC = 'etcd_disk_wal_fsync_duration_seconds';
const COMMIT = 'etcd_disk_backend_commit_duration_seconds';
const PEER_ROUND_TRIP = 'etcd_network_peer_round_trip_time_seconds';
const FAILED_PROPOSALS = 'etcd_server_proposals_failed_total';
const LEADER_CHANGES = 'etcd_server_leader_changes_seen_total';
const HEARTBEATS_FAILED = 'etcd_server_heartbeat_send_failures_total';
const COMPACTED_REVISION = 'etcd_debugging_mvcc_compact_revision';
/** Since etcd 3.6; 0 until the first one of a process. */
const COMPACTED_AT = 'etcd_debugging_mvcc_db_compaction_last';
/** Of the bundled store alone. */
const AUTO_COMPACTION = 'quorate_auto_compaction_retention';
const STARTED_AT = 'process_start_time_seconds';

const WANTED: ReadonlySet<string> = new Set([
  ...[FSYNC, COMMIT, PEER_ROUND_TRIP].map((name) => `${name}_bucket`),
  FAILED_PROPOSALS,
  LEADER_CHANGES,
  HEARTBEATS_FAILED,
  COMPACTED_REVISION,
  COMPACTED_AT,
  AUTO_COMPACTION,
  STARTED_AT,
]);
/** Prometheus clients reckon the start from the boot time and may be off by some jiffies each time. */
const SAME_START_SECONDS = 2;
const P99 = 0.99;

export interface MemberReading {
  readonly startedAtSeconds: number | null;
  readonly fsync: HistogramReading | null;
  readonly commit: HistogramReading | null;
  /** By the id of the peer, as hex. */
  readonly peerRoundTrips: ReadonlyMap<string, HistogramReading>;
  readonly failedProposals: number | null;
  readonly leaderChanges: number | null;
  readonly heartbeatsFailed: number | null;
  /** 0: nothing was ever compacted. */
  readonly compactedRevision: number | null;
  /** When this process did so last. */
  readonly compactedAtSeconds: number | null;
  readonly autoCompaction: AutoCompaction | null;
}

/** Null in a field: not told, or nothing to measure in between. */
export interface MemberDelta {
  readonly fsyncP99Ms: number | null;
  readonly commitP99Ms: number | null;
  /** The slowest peer. */
  readonly peer: { readonly id: string; readonly p99Ms: number } | null;
  readonly failedProposals: number | null;
  readonly heartbeatsFailed: number | null;
  readonly leaderChanges: number | null;
  readonly isRestarted: boolean;
}

export function readingOf(text: string): MemberReading {
  const samples = parsePrometheus(text, WANTED);
  const peers = new Set(
    (samples.get(`${PEER_ROUND_TRIP}_bucket`) ?? []).flatMap(({ labels }) => labels.get('To') ?? []),
  );
  const peerRoundTrips = new Map<string, HistogramReading>();
  for (const peer of peers) {
    const histogram = histogramOf(samples, PEER_ROUND_TRIP, { label: 'To', is: peer });
    if (histogram !== null) peerRoundTrips.set(peer, histogram);
  }
  return {
    startedAtSeconds: single(samples, STARTED_AT),
    fsync: histogramOf(samples, FSYNC),
    commit: histogramOf(samples, COMMIT),
    peerRoundTrips,
    failedProposals: single(samples, FAILED_PROPOSALS),
    leaderChanges: single(samples, LEADER_CHANGES),
    heartbeatsFailed: single(samples, HEARTBEATS_FAILED),
    compactedRevision: single(samples, COMPACTED_REVISION),
    compactedAtSeconds: single(samples, COMPACTED_AT) || null,
    autoCompaction: autoCompactionOf(samples.get(AUTO_COMPACTION)?.[0]),
  };
}

function autoCompactionOf(sample: PrometheusSample | undefined): AutoCompaction | null {
  switch (sample?.labels.get('mode')) {
    case 'off':
      return { mode: 'off' };
    case 'periodic':
      return { mode: 'periodic', seconds: sample.value };
    case 'revision':
      return { mode: 'revision', revisions: sample.value };
    default:
      return null;
  }
}

const single = (samples: PrometheusSamples, name: string): number | null => samples.get(name)?.[0]?.value ?? null;

export function between(before: MemberReading, after: MemberReading): MemberDelta {
  const isRestarted =
    before.startedAtSeconds !== null &&
    after.startedAtSeconds !== null &&
    after.startedAtSeconds - before.startedAtSeconds > SAME_START_SECONDS;
  const grown = (field: 'failedProposals' | 'leaderChanges' | 'heartbeatsFailed'): number | null => {
    const [from, to] = [before[field], after[field]];
    return from === null || to === null || isRestarted || to < from ? null : to - from;
  };
  return {
    fsyncP99Ms: isRestarted ? null : p99Ms(before.fsync, after.fsync),
    commitP99Ms: isRestarted ? null : p99Ms(before.commit, after.commit),
    peer: isRestarted ? null : slowestPeer(before, after),
    failedProposals: grown('failedProposals'),
    heartbeatsFailed: grown('heartbeatsFailed'),
    leaderChanges: grown('leaderChanges'),
    isRestarted,
  };
}

function p99Ms(before: HistogramReading | null, after: HistogramReading | null): number | null {
  const seconds = before === null || after === null ? null : quantileBetween(before, after, P99);
  return seconds === null ? null : roundedMs(seconds * 1_000);
}

function slowestPeer(before: MemberReading, after: MemberReading): MemberDelta['peer'] {
  let slowest: MemberDelta['peer'] = null;
  for (const [id, now] of after.peerRoundTrips) {
    const p99 = p99Ms(before.peerRoundTrips.get(id) ?? null, now);
    if (p99 !== null && p99 > (slowest?.p99Ms ?? -1)) slowest = { id, p99Ms: p99 };
  }
  return slowest;
}

export const roundedMs = (ms: number): number => Math.round(ms * 100) / 100;
