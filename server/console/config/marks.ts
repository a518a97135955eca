/** When configuration moved: every release and rollout at the revision of its key, for the revision bar. */
import type { ConfigMark, ConfigMarks } from '../../../lib/api/config-marks.ts';
import type { ConfigSnapshot } from './snapshot.ts';

/** Marks told; the newest. More would be a smear of pixels. */
export const MARKS_MAX = 500;

export function marksOf(snapshot: ConfigSnapshot): ConfigMarks {
  const marks = [...releases(snapshot), ...rollouts(snapshot)].sort((a, b) => Number(a.revision) - Number(b.revision));
  return {
    revision: String(snapshot.revision),
    prefix: snapshot.keys.prefix,
    marks: marks.slice(-MARKS_MAX),
    total: marks.length,
  };
}

function* releases(snapshot: ConfigSnapshot): Generator<ConfigMark> {
  for (const { value, createRevision } of snapshot.all('releases').values()) {
    const { target, semver, author, createdAt } = value;
    yield {
      ...{ revision: String(createRevision), at: createdAt, target, semver, by: author },
      ...{ kind: 'published', rolloutId: null, state: null },
    };
  }
}

function* rollouts(snapshot: ConfigSnapshot): Generator<ConfigMark> {
  for (const { value, createRevision, modRevision } of snapshot.all('rollouts').values()) {
    const { rolloutId, target, candidate, createdAt, createdBy, endedAt, state } = value;
    const semver = snapshot.release(target, candidate)?.semver ?? null;
    const base = { target, semver, by: createdBy, rolloutId };
    yield { ...base, revision: String(createRevision), at: createdAt, kind: 'began', state: 'DRAFT' };
    // What ended is written no more, but for a revert, which is an end of its own.
    if (endedAt !== null) yield { ...base, revision: String(modRevision), at: endedAt, kind: 'ended', state };
  }
}
