/**
 * Who gets the candidate. Instances and the console decide with this same code; an instance only compares, the thresholds are
 * stored. Raising an exposure never takes an instance out (cohort.test.ts).
 */
import { murmur3Text } from './murmur3.ts';

/** Buckets are hundredths of a percent. */
export const BUCKETS = 10_000;

/** 0..9999. For whole percents, `bucket < percent * 100` is exactly `hash % 100 < percent`. */
export function bucketOf(id: string, seed: string): number {
  const hash = murmur3Text(seed === '' ? id : `${seed}:${id}`);
  return (hash % 100) * 100 + (Math.floor(hash / 100) % 100);
}

export interface Exposure {
  readonly thresholdBp: number;
  readonly tags: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const NO_EXPOSURE: Exposure = { thresholdBp: 0, tags: [], include: [], exclude: [] };

export interface Member {
  readonly instanceId: string;
  readonly tags: readonly string[];
}

export type Cohort = 'stable' | 'candidate';

/** Why an instance is where it is, in the order in which the rules apply. */
export type CohortReason = 'excluded' | 'included' | 'tag' | 'bucket' | 'not yet';

export function explainCohort(
  exposure: Exposure,
  seed: string,
  member: Member,
): { readonly cohort: Cohort; readonly reason: CohortReason; readonly bucket: number } {
  const bucket = bucketOf(member.instanceId, seed);
  if (exposure.exclude.includes(member.instanceId)) return { cohort: 'stable', reason: 'excluded', bucket };
  if (exposure.include.includes(member.instanceId)) return { cohort: 'candidate', reason: 'included', bucket };
  if (member.tags.some((tag) => exposure.tags.includes(tag))) return { cohort: 'candidate', reason: 'tag', bucket };
  if (bucket < exposure.thresholdBp) return { cohort: 'candidate', reason: 'bucket', bucket };
  return { cohort: 'stable', reason: 'not yet', bucket };
}

export const isCandidate = (exposure: Exposure, seed: string, member: Member): boolean =>
  explainCohort(exposure, seed, member).cohort === 'candidate';

/**
 * The threshold to store for a percentage: raised, in small fleets, until `minCanary` live instances fall under it; a percentage alone
 * often selects nobody there. 0 percent stays 0.
 */
export function thresholdBp(
  percent: number,
  fleet: { readonly seed: string; readonly instanceIds: readonly string[]; readonly minCanary: number },
): number {
  const plain = Math.min(BUCKETS, Math.round(percent * 100));
  if (plain === 0 || fleet.minCanary === 0) return plain;
  const buckets = fleet.instanceIds.map((id) => bucketOf(id, fleet.seed)).sort((a, b) => a - b);
  const floor = buckets[Math.min(fleet.minCanary, buckets.length) - 1];
  return floor === undefined ? plain : Math.max(plain, floor + 1);
}
