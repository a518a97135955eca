/** The instances a rollout told to use its candidate: who they are, since when, and what became of each. */
import { isCandidate } from '../../../lib/config/cohort.ts';
import type { Roster, RosterEntry } from '../../../lib/config/documents.ts';
import {
  type Classified,
  classify,
  type GateSubject,
  hasApplied,
  hasRejected,
  type Sighting,
} from '../../../lib/config/gate.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import { layerOfReport } from '../../../lib/config/report.ts';
import { meets } from '../../../lib/config/resolve.ts';
import type { Rollout } from '../../../lib/config/rollout-document.ts';
import { failureRatio } from '../../../lib/config/supervise.ts';
import { placeId } from '../../../lib/config/target.ts';
import type { ConfigSnapshot, Kept } from './snapshot.ts';

export const EMPTY_ROSTER: Roster = { instances: {} };

/**
 * The roster is one document, and stores refuse requests beyond a mebibyte and a half. A fleet that is too large for it is judged by
 * those of its instances that were seen first: thousands of them; what the others reject is noted as well.
 */
export const ROSTER_BYTES_MAX = 1_048_576;
/** Kept free for instances that reject. */
const REJECTED_BYTES = 65_536;
/** Starts remembered of each: one that was there, and two more within the crash window, are a crash loop. */
const BOOTS_KEPT = 3;
/** Of an entry as JSON, its key aside: with all its starts, because a fleet that crashes as one needs its roster most. */
const ENTRY_BYTES = 110 + BOOTS_KEPT * 75;

const bytesOf = (key: string): number => Buffer.byteLength(key) + ENTRY_BYTES;

/** One instance id may run in several services of one application: they are different instances. */
export const instanceKey = (
  report: Pick<InstanceReport, 'bundle' | 'app' | 'env' | 'service' | 'instanceId'>,
): string => `${placeId(report)}/${report.instanceId}`;

const subjectOf = (rollout: Rollout): GateSubject => ({
  target: rollout.target,
  candidate: rollout.candidate,
  generation: rollout.startGeneration,
  assignedAt: rollout.assignedAt ?? rollout.createdAt,
  parameters: rollout.plan.gate,
});

/**
 * Its version does not meet what the candidate requires: it is served stable wherever its bucket is, and counts as nothing. Judged here from
 * the version it says it has, because it has nothing to say of a release that it is never given.
 */
export function isHeldBack(snapshot: ConfigSnapshot, { target, candidate }: Rollout, report: InstanceReport): boolean {
  const release = snapshot.release(target, candidate);
  return release !== null && !meets(release.requires, report);
}

/** Live instances that the candidate may be given to. */
export const eligibleFor = (snapshot: ConfigSnapshot, rollout: Rollout): InstanceReport[] =>
  snapshot
    .instancesOf(rollout.target)
    .map(({ value }) => value)
    .filter((report) => !isHeldBack(snapshot, rollout, report));

/** The roster as it stands now; the same object when nothing changed. */
export function nextRoster(snapshot: ConfigSnapshot, rollout: Rollout, roster: Roster, now: number): Roster {
  const subject = subjectOf(rollout);
  const assign = snapshot.assignment(rollout.target).value;
  const instances: Record<string, RosterEntry> = { ...roster.instances };
  let isChanged = false;
  let bytes = Object.keys(instances).reduce((sum, key) => sum + bytesOf(key), 0);
  const hasRoom = (key: string, report: InstanceReport): boolean => {
    const more = bytes + bytesOf(key);
    if (more > ROSTER_BYTES_MAX - (hasRejected(subject, report) ? 0 : REJECTED_BYTES)) return false;
    bytes = more;
    return true;
  };
  const set = (key: string, entry: RosterEntry): void => {
    instances[key] = entry;
    isChanged = true;
  };
  const live = new Map(snapshot.instancesOf(rollout.target).map((kept) => [instanceKey(kept.value), kept]));
  for (const [key, { value: report }] of live) {
    const known = instances[key];
    if (known === undefined && (assign.rolloutId !== rollout.rolloutId || !isCandidate(assign, assign.seed, report)))
      continue;
    if (known === undefined && (isHeldBack(snapshot, rollout, report) || !hasRoom(key, report))) continue;
    const entry = known ?? { firstSeenAt: now, ackedAt: null, lostAt: null, left: false, boots: [] };
    const next = seen(entry, report, { now, isAcked: hasApplied(subject, report) });
    if (next !== entry || known === undefined) set(key, next);
  }
  for (const [key, entry] of Object.entries(roster.instances)) {
    if (live.has(key) || entry.left || entry.lostAt !== null) continue;
    set(key, snapshot.get('left', key) === undefined ? { ...entry, lostAt: now } : { ...entry, left: true });
  }
  return isChanged ? { instances } : roster;
}

function seen(
  entry: RosterEntry,
  report: InstanceReport,
  { now, isAcked }: { readonly now: number; readonly isAcked: boolean },
): RosterEntry {
  let next = entry;
  if (entry.boots.at(-1)?.bootId !== report.bootId)
    next = { ...next, boots: [...entry.boots.slice(1 - BOOTS_KEPT), { bootId: report.bootId, at: now }] };
  if (entry.ackedAt === null && isAcked) next = { ...next, ackedAt: now };
  if (entry.lostAt !== null || entry.left) next = { ...next, lostAt: null, left: false };
  return next;
}

function sightingOf(
  key: string,
  entry: RosterEntry,
  kept: Kept<InstanceReport> | undefined,
  { windowFrom, isOut }: { readonly windowFrom: number; readonly isOut: boolean },
): Sighting {
  // The first start seen is no restart.
  const restarts = entry.boots.slice(1).filter(({ at }) => at >= windowFrom);
  return {
    instanceId: key,
    report: kept?.value ?? null,
    isHeldBack: isOut,
    reportedAt: kept?.seenAt ?? 0,
    firstSeenAt: entry.firstSeenAt,
    ackedAt: entry.ackedAt,
    lostAt: entry.lostAt,
    leftGracefully: entry.left,
    bootsInWindow: restarts.length,
  };
}

/** Each exposed instance with its class, by name. */
export function classifyAll(snapshot: ConfigSnapshot, rollout: Rollout, roster: Roster, now: number): Classified[] {
  const subject = subjectOf(rollout);
  const windowFrom = now - rollout.plan.gate.crashWindowSeconds * 1000;
  return Object.entries(roster.instances)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => {
      const kept = snapshot.get('instances', key);
      const isOut = kept !== undefined && isHeldBack(snapshot, rollout, kept.value);
      return classify(subject, sightingOf(key, entry, kept, { windowFrom, isOut }), now);
    });
}

/** How many of those on stable are unwell, for comparison; null where there is nobody. */
export function stableRatio(snapshot: ConfigSnapshot, rollout: Rollout, roster: Roster): number | null {
  const others = snapshot
    .instancesOf(rollout.target)
    .filter(({ value }) => roster.instances[instanceKey(value)] === undefined);
  if (others.length === 0) return null;
  return failureRatio(
    others.map(({ value }) => ({
      instanceId: value.instanceId,
      is: value.health === 'UP' ? 'healthy' : 'unhealthy',
      why: '',
    })),
  );
}

/**
 * Live instances that have not confirmed the way back. Who is back says that it runs what is stable, in a report that knows the
 * generation which took the candidate away: an older one proves nothing, its sender may be applying the candidate at this moment.
 */
export const unconfirmedBack = (snapshot: ConfigSnapshot, rollout: Rollout): string[] =>
  snapshot
    .instancesOf(rollout.target)
    .filter((kept) => !isBack(snapshot, rollout, kept))
    .map(({ value }) => value.instanceId);

export function isBack(snapshot: ConfigSnapshot, rollout: Rollout, { value, seenAt }: Kept<InstanceReport>): boolean {
  const { stable } = snapshot.assignment(rollout.target).value;
  const { told, runs } = layerOfReport(value, rollout.target);
  // A layer that serves nothing again is in no report: only a report that came afterwards tells.
  if (stable === null) return runs === undefined && told === undefined && seenAt >= (rollout.rollbackAt ?? seenAt);
  return runs?.releaseId === stable && told?.releaseId === stable && told.generation >= rollout.generation;
}
