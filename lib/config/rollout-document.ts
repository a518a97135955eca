/** A rollout as it is stored. What may happen to it: rollout.ts. */
import type { Verdict } from './gate.ts';
import type { Json } from './json.ts';
import { PAUSE_SECONDS_MAX, type Plan } from './plan.ts';
import type { TargetId } from './target.ts';

export const ROLLOUT_STATES = [
  'DRAFT',
  'INVALID',
  'AWAITING_APPROVAL',
  'SCHEDULED',
  'PROGRESSING',
  'PAUSED',
  'BAKING',
  'ROLLING_BACK',
  'COMPLETED',
  'ROLLED_BACK',
  'CANCELLED',
  'SUPERSEDED',
  'REVERTED',
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

export const PAUSE_REASONS = [
  'MANUAL',
  'STEP_PAUSE',
  'INCONCLUSIVE',
  'NO_TARGETS',
  'BASE_CHANGED',
  'EVALUATION_ERROR',
  'ENVIRONMENT_DEGRADED',
] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

const TERMINAL: ReadonlySet<RolloutState> = new Set([
  'COMPLETED',
  'ROLLED_BACK',
  'CANCELLED',
  'SUPERSEDED',
  'REVERTED',
]);
const EXPOSING: ReadonlySet<RolloutState> = new Set(['PROGRESSING', 'PAUSED', 'BAKING']);

export const isTerminal = (state: RolloutState): boolean => TERMINAL.has(state);
/** Instances run the candidate because of it. */
export const isExposing = (state: RolloutState): boolean => EXPOSING.has(state);
/** When a pause will have lasted for so long that somebody must have forgotten it; null: it is not paused. */
export const forgottenAt = ({ state, pausedAt }: Pick<Rollout, 'state' | 'pausedAt'>): number | null =>
  state === 'PAUSED' && pausedAt !== null ? pausedAt + PAUSE_SECONDS_MAX * 1000 : null;
/** The controller has something to do for it. */
export const isSupervised = (state: RolloutState): boolean =>
  isExposing(state) || state === 'ROLLING_BACK' || state === 'SCHEDULED';

/** The assignment of another layer that the merged document was checked with. */
export interface Base {
  readonly target: TargetId;
  readonly stable: string | null;
}

export interface Approval {
  readonly by: string;
  readonly at: number;
}

/** Times are milliseconds since the epoch by the clock of the controller that wrote them. */
export interface Rollout {
  readonly rolloutId: string;
  readonly target: TargetId;
  readonly candidate: string;
  /** What the target served when it started. */
  readonly stable: string | null;
  readonly plan: Plan;
  readonly seed: string;
  readonly bases: readonly Base[];
  readonly approvalsNeeded: number;
  readonly approvals: readonly Approval[];
  /** Start by itself then; null: when somebody starts it. */
  readonly startAt: number | null;
  readonly state: RolloutState;
  readonly pauseReason: PauseReason | null;
  /** What was under way when it was paused. */
  readonly pausedFrom: 'PROGRESSING' | 'BAKING' | null;
  /** Since when it is paused; null: it is not, or was paused before this was written down. */
  readonly pausedAt: number | null;
  /** One sentence: why it stands where it stands. */
  readonly reason: string;
  readonly phaseIndex: number;
  /** Of the assignment: at the start, and as this rollout wrote it last. */
  readonly startGeneration: number;
  readonly generation: number;
  readonly assignedAt: number | null;
  readonly deadlineAt: number | null;
  /** Since when the gate has been OK without a gap. */
  readonly okSince: number | null;
  readonly lastEvalAt: number | null;
  readonly failTicks: number;
  readonly lastFailTickAt: number | null;
  readonly errorTicks: number;
  readonly verdict: Verdict | null;
  /** When trouble was seen, and when the last live instance had confirmed the way back. */
  readonly rollbackAt: number | null;
  readonly endedAt: number | null;
  readonly unconfirmed: readonly string[];
  readonly parent: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** What is decided when a rollout is made; everything else becomes of it. */
export type NewRollout = Pick<
  Rollout,
  | 'rolloutId'
  | 'target'
  | 'candidate'
  | 'stable'
  | 'plan'
  | 'bases'
  | 'approvalsNeeded'
  | 'startAt'
  | 'parent'
  | 'createdAt'
  | 'createdBy'
>;

export const newRollout = (given: NewRollout): Rollout => ({
  ...given,
  seed: given.plan.rotate ? given.rolloutId : '',
  approvals: [],
  state: 'DRAFT',
  pauseReason: null,
  pausedFrom: null,
  pausedAt: null,
  reason: 'checked; waits to be started',
  phaseIndex: 0,
  startGeneration: 0,
  generation: 0,
  assignedAt: null,
  deadlineAt: null,
  okSince: null,
  lastEvalAt: null,
  failTicks: 0,
  lastFailTickAt: null,
  errorTicks: 0,
  verdict: null,
  rollbackAt: null,
  endedAt: null,
  unconfirmed: [],
});

export interface LogEntry {
  readonly at: number;
  readonly by: string;
  readonly what: string;
  /** What the entry rests on: a verdict, an issue, a reason given. */
  readonly evidence?: Json;
}
