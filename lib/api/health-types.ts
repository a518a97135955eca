/**
 * How the members did over time, as the HTTP API shows it: columns of one length over one axis of time, to be drawn. Quantities are
 * measured and rounded, so they are plain numbers; null is never zero: it was not seen, or there was nothing to measure.
 */
import type { CompactionState } from './compaction-types.ts';
import type { LeaderChange, WireHexId, WireTime } from './types.ts';

/** Whether a member tells its own numbers (/metrics). */
export interface MetricsOffer {
  /** unread: not asked yet, or it does not answer at all. */
  readonly state: 'offered' | 'notOffered' | 'off' | 'unread';
  readonly url: string | null;
  /** Why it is not offered, or what failed last. */
  readonly note: string | null;
}

export interface MemberLane {
  readonly id: WireHexId;
  readonly name: string;
  readonly metrics: MetricsOffer;
  /** Null in all columns: it did not answer at the end of that slice. */
  readonly role: readonly ('leader' | 'follower' | 'learner' | null)[];
  readonly term: readonly (number | null)[];
  /** Entries committed by the others and not known as committed here. */
  readonly commitLag: readonly (number | null)[];
  /** Entries committed here and not applied yet. */
  readonly applyLag: readonly (number | null)[];
  /** From the console to the member and back. */
  readonly roundTripMs: readonly (number | null)[];
  readonly fsyncP99Ms: readonly (number | null)[];
  readonly commitP99Ms: readonly (number | null)[];
  readonly dbBytes: readonly (number | null)[];
  readonly dbInUseBytes: readonly (number | null)[];
  /** "NOSPACE, CORRUPT"; empty: none. */
  readonly alarms: readonly (string | null)[];
  readonly version: readonly (string | null)[];
}

/** Something that happened to a member or was done to it. */
export interface HealthMark {
  readonly at: WireTime;
  readonly kind: 'silent' | 'back' | 'restarted' | 'drill' | 'healed' | 'action';
  readonly memberId: WireHexId | null;
  readonly text: string;
}

export interface HealthWindow {
  /** Length of a slice; a longer step between two of `at` is a gap in watching. */
  readonly everyMs: number;
  readonly keptMs: number;
  /** Ends of the slices, oldest first. */
  readonly at: readonly WireTime[];
  readonly members: readonly MemberLane[];
  readonly marks: readonly HealthMark[];
  readonly compaction: CompactionState;
}

export interface Evidence {
  readonly at: WireTime;
  readonly text: string;
  /** Whether it speaks for the explanation given; false: it is what else was seen around the change. */
  readonly supports: boolean;
}

/** Why the leader changed, as far as what was seen tells. */
export interface ElectionExplained {
  readonly change: LeaderChange;
  readonly cause: 'planned' | 'drill' | 'stopped' | 'unresponsive' | 'slowDisk' | 'overloaded' | 'network' | 'unknown';
  readonly certainty: 'known' | 'likely' | 'unknown';
  /** One sentence. */
  readonly verdict: string;
  readonly evidence: readonly Evidence[];
  /** What would have told more and was not there. */
  readonly missing: readonly string[];
}
