/** Drills: an outage on purpose, of a member of the bundled store, for a while. */
import type { WireHexId, WireInt, WireTime } from './types.ts';

export type DrillKind = 'pause' | 'kill' | 'isolate' | 'slowDisk';

export const DRILL_SECONDS_MIN = 5;
export const DRILL_SECONDS_MAX = 300;
export const FLUSH_DELAY_MS_MIN = 10;
export const FLUSH_DELAY_MS_MAX = 5_000;

/** One that is under way. */
export interface DrillView {
  readonly kind: DrillKind;
  readonly memberId: WireHexId | null;
  readonly memberName: string;
  readonly startedAt: WireTime;
  /** By itself, at the latest. */
  readonly healsAt: WireTime;
  /** Of a slow disk: added to every flush. */
  readonly delayMs: number | null;
}

/** One that was begun since the console started, under way or over. */
export interface RecentDrill {
  /** "m2 was paused". */
  readonly text: string;
  readonly startedAt: WireTime;
  /** Null: under way. */
  readonly endedAt: WireTime | null;
  /** The newest revision that members had told of when it began, and when it ended. */
  readonly fromRevision: WireInt;
  readonly toRevision: WireInt | null;
}

export interface DrillsView {
  /** Why there can be none here; null: there can. */
  readonly refusal: string | null;
  readonly running: readonly DrillView[];
  /** Oldest first; the newest few. */
  readonly recent: readonly RecentDrill[];
}

export interface DrillHealBody {
  /** Null: all of them. */
  readonly member: WireHexId | null;
}

export interface DrillHealed {
  readonly healed: number;
}
