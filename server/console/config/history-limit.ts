/**
 * How much of the past is kept per target: the newest releases and the newest ended rollouts with their logs, and
 * whatever a pointer, a draft or a rollout that has not ended needs, however old it is.
 */
import { isTerminal } from '../../../lib/config/rollout-document.ts';
import type { TargetId } from '../../../lib/config/target.ts';
import { type ConfigContext, ConfigWrite } from './context.ts';
import type { ConfigSnapshot } from './snapshot.ts';

export const RELEASES_KEPT = 100;
const ROLLOUTS_KEPT = 100;
/** Removed at a time: a transaction has a bound, and each publication adds one. */
const REMOVED_MAX = 20;

export interface Surplus {
  readonly releases: readonly string[];
  readonly rollouts: readonly string[];
}

/** Oldest first. */
export function surplusOf(
  snapshot: ConfigSnapshot,
  target: TargetId,
  kept: { readonly releases: number; readonly rollouts: number } = { releases: RELEASES_KEPT, rollouts: ROLLOUTS_KEPT },
): Surplus {
  const needed = neededReleases(snapshot, target);
  const releases = snapshot
    .releasesOf(target)
    .slice(kept.releases)
    .map(({ releaseId }) => releaseId)
    .filter((releaseId) => !needed.has(releaseId))
    .reverse();
  const ended = [...snapshot.all('rollouts').values()]
    .filter(({ value }) => value.target === target && isTerminal(value.state))
    .sort((a, b) => b.createRevision - a.createRevision);
  const { rolloutId } = snapshot.assignment(target).value;
  const rollouts = ended
    .slice(kept.rollouts)
    .map(({ value }) => value.rolloutId)
    .filter((id) => id !== rolloutId)
    .reverse();
  return { releases, rollouts };
}

/** What something still points at. */
function neededReleases(snapshot: ConfigSnapshot, target: TargetId): ReadonlySet<string | null | undefined> {
  const { stable, previous, candidate, probe } = snapshot.assignment(target).value;
  const open = [...snapshot.all('rollouts').values()].filter(
    ({ value }) => value.target === target && !isTerminal(value.state),
  );
  return new Set([
    stable,
    previous,
    candidate,
    probe?.releaseId,
    snapshot.get('drafts', target)?.value.base,
    ...open.flatMap(({ value }) => [value.candidate, value.stable]),
  ]);
}

/** Removes some of the surplus, unless anything that may need it changes at this moment: then the next publication tries again. */
export async function pruneHistory(context: ConfigContext, target: TargetId): Promise<void> {
  const snapshot = context.state.current;
  if (snapshot === null) return;
  const { releases, rollouts } = surplusOf(snapshot, target);
  if (releases.length + rollouts.length === 0) return;
  const { keys } = context;
  const write = new ConfigWrite(context.engine)
    .expect(keys.key('assign', target), snapshot.assignment(target).modRevision)
    .expect(keys.key('drafts', target), snapshot.get('drafts', target)?.modRevision ?? 0)
    .unchangedSince(keys.family('rollouts'), snapshot.revision);
  for (const releaseId of releases.slice(0, REMOVED_MAX)) write.delete(keys.release(target, releaseId));
  for (const rolloutId of rollouts.slice(0, REMOVED_MAX)) {
    write.delete(keys.key('rollouts', rolloutId)).delete(keys.key('rosters', rolloutId));
    write.deleteUnder(keys.key('logs', `${rolloutId}/`));
  }
  await write.commit();
}
