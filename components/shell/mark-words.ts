import type { ConfigMark } from '../../lib/api/config-marks.ts';
import { STATE_WORDS } from '../config/words.ts';

/** "1.0.1 of shop published by ada", "rollout of 1.0.1 to shop: rolled back". */
export function markWords({ kind, semver, target, by, state }: ConfigMark): string {
  const version = semver ?? 'a release';
  if (kind === 'published') return `${version} of ${target} published by ${by}`;
  if (kind === 'began') return `rollout of ${version} to ${target} made by ${by}`;
  return `rollout of ${version} to ${target}: ${state === null ? 'ended' : STATE_WORDS[state]}`;
}
