/** Which release of a layer an instance is to use. The console and the client decide with this same code. */
import { type Cohort, explainCohort } from './cohort.ts';
import type { Assignment, Release } from './documents.ts';
import type { LayerContent } from './merge.ts';
import type { TargetId } from './target.ts';
import { type Requirements, unmet } from './version-range.ts';

export interface Asker {
  /** Null: an anonymous reader, which is always served stable. */
  readonly instanceId: string | null;
  readonly tags: readonly string[];
  /** Null: it does not say, and nothing is held back from it. */
  readonly appVersion: string | null;
  readonly clientVersion: string | null;
}

export interface Chosen {
  readonly target: TargetId;
  readonly release: Release;
  readonly generation: number;
  readonly cohort: Cohort;
}

/** As it holds now: nobody has renewed the exposure in time, so it counts as none (the dead-man's switch). */
export const inForce = (assign: Assignment, now: number): Assignment =>
  (assign.expiresAt ?? null) === null || now <= (assign.expiresAt ?? 0) ? assign : { ...assign, candidate: null };

export const wantsCandidate = (assign: Assignment, { instanceId, tags }: Asker): boolean =>
  assign.candidate !== null &&
  instanceId !== null &&
  explainCohort(assign, assign.seed, { instanceId, tags }).cohort === 'candidate';

export function meets(requires: Requirements, { appVersion, clientVersion }: Asker): boolean {
  if (appVersion === null && clientVersion === null) return true;
  return unmet(requires, { appVersion: appVersion ?? '', clientVersion: clientVersion ?? '' }) === undefined;
}

/** A candidate whose requirements are not met is held back; null where the layer serves nothing. */
export function chooseRelease(
  assign: Assignment,
  asker: Asker,
  releaseOf: (releaseId: string | null) => Release | null,
): Chosen | null {
  const { target, generation } = assign;
  const candidate = wantsCandidate(assign, asker) ? releaseOf(assign.candidate) : null;
  if (candidate !== null && meets(candidate.requires, asker))
    return { target, release: candidate, generation, cohort: 'candidate' };
  const stable = releaseOf(assign.stable);
  return stable === null ? null : { target, release: stable, generation, cohort: 'stable' };
}

export const layerContent = ({ target, release }: Pick<Chosen, 'target' | 'release'>): LayerContent => ({
  target,
  releaseId: release.releaseId,
  content: release.content,
  locked: release.locked,
});

/**
 * The layers as they would be if those that ask about a release served it; null where none asks this client.
 *
 * @param chosen what it uses, widest first
 * @param asked what a layer asks about, with the generation of the assignment that does
 */
export function tried(
  chosen: readonly Chosen[],
  asker: Asker,
  layers: readonly TargetId[],
  asked: (target: TargetId) => Pick<Chosen, 'release' | 'generation'> | null,
): Chosen[] | null {
  let isAsked = false;
  const would = layers.flatMap((target): Chosen[] => {
    const wanted = asked(target);
    if (wanted !== null && meets(wanted.release.requires, asker)) {
      isAsked = true;
      return [{ target, cohort: 'candidate', ...wanted }];
    }
    return chosen.filter((one) => one.target === target);
  });
  return isAsked ? would : null;
}
