/** Moments of configuration on the line of revisions. */
import type { RolloutState } from '../config/rollout-document.ts';
import type { WireInt, WireTime } from './types.ts';

export interface ConfigMark {
  readonly revision: WireInt;
  readonly at: WireTime;
  readonly target: string;
  readonly semver: string | null;
  /** Who published, or began the rollout. */
  readonly by: string;
  /** A release is published; a rollout is made, or comes to its end. */
  readonly kind: 'published' | 'began' | 'ended';
  readonly rolloutId: string | null;
  /** How the rollout stands at this mark; null for a release. */
  readonly state: RolloutState | null;
}

export interface ConfigMarks {
  readonly revision: WireInt;
  /** Where configuration lies in the store. */
  readonly prefix: string;
  /** Oldest first; the newest where there are more than are told. */
  readonly marks: readonly ConfigMark[];
  readonly total: number;
}
