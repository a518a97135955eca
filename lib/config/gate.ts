/**
 * The gate: what each exposed instance counts as, and what all of them together say. Pure: time
 * is an argument. FAIL dominates everything, so that a rollout which failed and is unclear turns back.
 */
import type { GateParameters } from './plan.ts';
import { type InstanceReport, layerOfReport } from './report.ts';
import type { TargetId } from './target.ts';

export type InstanceClass = 'healthy' | 'unhealthy' | 'rejected' | 'lost' | 'silent' | 'pending' | 'stale' | 'excluded';

/** All that is known of one instance that was told to use the candidate. Times are the controller's, in milliseconds. */
export interface Sighting {
  readonly instanceId: string;
  /** Its newest report; null when it has gone and left none. */
  readonly report: InstanceReport | null;
  /** Its version does not meet what the release requires. */
  readonly isHeldBack: boolean;
  /** When that report came. */
  readonly reportedAt: number;
  readonly firstSeenAt: number;
  /** When it confirmed the candidate; null: never. */
  readonly ackedAt: number | null;
  /** When its lease ended without a goodbye; null: it lives, or said goodbye. */
  readonly lostAt: number | null;
  readonly leftGracefully: boolean;
  /** Starts of the process within the crash window since it was told to use the candidate. */
  readonly bootsInWindow: number;
}

export interface GateSubject {
  readonly target: TargetId;
  readonly candidate: string;
  /** The assignment's generation when the rollout started. */
  readonly generation: number;
  readonly assignedAt: number;
  readonly parameters: GateParameters;
}

export interface Classified {
  readonly instanceId: string;
  readonly is: InstanceClass;
  /** One sentence of evidence. */
  readonly why: string;
}

const SECOND = 1000;
/** Two further starts within the window are no accident. */
const CRASH_LOOP_BOOTS = 2;

export function classify(subject: GateSubject, seen: Sighting, now: number): Classified {
  const { instanceId } = seen;
  const [is, why] = classOf(subject, seen, now);
  return { instanceId, is, why };
}

function classOf(subject: GateSubject, seen: Sighting, now: number): readonly [InstanceClass, string] {
  const { parameters: gate } = subject;
  const { report } = seen;
  if (seen.leftGracefully) return ['excluded', 'was stopped in good order'];
  if (seen.isHeldBack || report?.state === 'INCOMPATIBLE')
    return ['excluded', 'is held back: its version does not meet what the release requires'];
  if (report !== null && hasRejected(subject, report)) {
    const error = report.error;
    return [
      'rejected',
      error === null ? 'rejected the candidate' : `rejected it at ${error.path || 'the root'}: ${error.message}`,
    ];
  }
  if (seen.bootsInWindow >= CRASH_LOOP_BOOTS)
    return ['lost', `restarted ${seen.bootsInWindow} times within the crash window`];
  if (seen.lostAt !== null) return lostClass(seen, gate);
  if (seen.ackedAt === null || report === null || !hasApplied(subject, report)) {
    const since = Math.max(subject.assignedAt, seen.firstSeenAt);
    const waited = Math.round((now - since) / SECOND);
    if (now - since >= gate.ackTimeoutSeconds * SECOND)
      return ['silent', `is alive but has not confirmed for ${waited} s`];
    return ['pending', `has not confirmed yet (${waited} s)`];
  }
  if (now - seen.reportedAt > gate.reportTtlSeconds * SECOND) {
    return ['stale', `confirmed, but its last report is ${Math.round((now - seen.reportedAt) / SECOND)} s old`];
  }
  if (report.health !== 'UP' && now - seen.ackedAt >= gate.warmupSeconds * SECOND) {
    return ['unhealthy', `reports health ${report.health}`];
  }
  if (report.health !== 'UP') return ['pending', `warms up, health ${report.health}`];
  return ['healthy', 'applied it and is healthy'];
}

/** `lost` while it had not confirmed, or soon after; later it merely went away. */
function lostClass({ ackedAt, lostAt }: Sighting, gate: GateParameters): readonly [InstanceClass, string] {
  if (ackedAt === null) return ['lost', 'vanished before it confirmed'];
  const after = (lostAt ?? 0) - ackedAt;
  if (after > gate.crashWindowSeconds * SECOND) return ['excluded', 'went away long after it had applied'];
  return ['lost', `vanished ${Math.max(0, Math.round(after / SECOND))} s after it applied`];
}

export function hasRejected(subject: GateSubject, report: InstanceReport): boolean {
  const { told } = layerOfReport(report, subject.target);
  return report.state === 'REJECTED' && told?.releaseId === subject.candidate && told.generation >= subject.generation;
}

/** It runs the candidate; also while it is busy with something newer, of another layer perhaps. */
export function hasApplied(subject: GateSubject, report: InstanceReport): boolean {
  const { runs } = layerOfReport(report, subject.target);
  const isWell = report.state === 'APPLIED' || report.state === 'PENDING';
  return isWell && runs?.releaseId === subject.candidate && runs.generation >= subject.generation;
}

export type VerdictKind = 'FAIL' | 'FAIL_TICK' | 'INCONCLUSIVE' | 'WAIT' | 'OK';

/** A metric query or a webhook, as it came out last. */
export interface CheckResult {
  readonly name: string;
  readonly is: 'pass' | 'fail' | 'error';
  readonly why: string;
}

export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence, numbers included. */
  readonly why: string;
  readonly counts: Readonly<Record<InstanceClass, number>>;
}

const CLASSES: readonly InstanceClass[] = [
  'healthy',
  'unhealthy',
  'rejected',
  'lost',
  'silent',
  'pending',
  'stale',
  'excluded',
];

export function countClasses(rows: readonly Classified[]): Record<InstanceClass, number> {
  const counts = Object.fromEntries(CLASSES.map((one) => [one, 0])) as Record<InstanceClass, number>;
  for (const { is } of rows) counts[is]++;
  return counts;
}

export interface GateInput {
  readonly rows: readonly Classified[];
  readonly checks: readonly CheckResult[];
  readonly now: number;
  readonly deadlineAt: number;
  readonly parameters: GateParameters;
}

/** The decision table, rule by rule from the top; the first that holds decides. */
export function judge({ rows, checks, now, deadlineAt, parameters: gate }: GateInput): Verdict {
  const counts = countClasses(rows);
  const verdict = (kind: VerdictKind, why: string): Verdict => ({ kind, why, counts });
  const n = rows.length - counts.excluded;
  const failures = counts.rejected + counts.unhealthy + counts.lost + counts.silent;
  const decided = counts.healthy + failures;
  const minSample = Math.min(gate.minSample, n);
  const minHealthy = Math.min(gate.minHealthyReports, n);
  if (counts.rejected > gate.maxRejections) {
    return verdict('FAIL', `${counts.rejected} of ${n} rejected the candidate; ${gate.maxRejections} are tolerated`);
  }
  const ratio = decided === 0 ? 0 : failures / decided;
  const isDoomed = n > 0 && failures / n > gate.maxErrorRatio;
  if (isDoomed || (decided >= minSample && ratio > gate.maxErrorRatio)) {
    return verdict(
      'FAIL_TICK',
      `${failures} of ${isDoomed ? n : decided} failed; ${percent(gate.maxErrorRatio)} are tolerated`,
    );
  }
  const failed = checks.find((check) => check.is === 'fail');
  if (failed !== undefined) return verdict('FAIL_TICK', `${failed.name}: ${failed.why}`);
  const short = shortfall({ n, decided, minSample, minHealthy, counts, failures, gate });
  const open = checks.find((check) => check.is === 'error');
  const isUndecided =
    n === 0 ||
    decided < minSample ||
    counts.healthy < minHealthy ||
    counts.pending > 0 ||
    counts.stale > 0 ||
    open !== undefined;
  if (now >= deadlineAt && isUndecided) {
    return verdict(
      'INCONCLUSIVE',
      `the deadline passed: ${short ?? open?.why ?? `${counts.pending} have not answered`}`,
    );
  }
  if (short !== null) return verdict('WAIT', short);
  if (open !== undefined) return verdict('WAIT', `${open.name}: ${open.why}`);
  return verdict('OK', `${counts.healthy} of ${n} applied it and are healthy`);
}

interface Sample {
  readonly n: number;
  readonly decided: number;
  readonly minSample: number;
  readonly minHealthy: number;
  readonly failures: number;
  readonly counts: Readonly<Record<InstanceClass, number>>;
  readonly gate: GateParameters;
}

/** What is missing for a pass, in words; null when nothing is. */
function shortfall({ n, decided, minSample, minHealthy, counts, failures, gate }: Sample): string | null {
  if (n === 0) return 'no instance is exposed';
  if (decided < minSample) return `${decided} of the ${minSample} answers needed are in`;
  if (counts.healthy < minHealthy) return `${counts.healthy} of the ${minHealthy} healthy reports needed are in`;
  if (counts.stale > 0) return `${counts.stale} have not reported lately`;
  if ((counts.healthy + failures) / n < gate.minAckRatio)
    return `${decided} of ${n} have answered; ${percent(gate.minAckRatio)} must`;
  return null;
}

const percent = (ratio: number): string => `${Math.round(ratio * 1000) / 10} %`;
