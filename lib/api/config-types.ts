/** Configuration over HTTP: what pages and scripts send and get (paths: routes.ts). Documents are those of lib/config. */

import type { Change } from '../config/diff.ts';
import type { Assignment, DraftDocument, Release, TargetDocument, TargetKind } from '../config/documents.ts';
import type { InstanceClass } from '../config/gate.ts';
import type { Json } from '../config/json.ts';
import type { Origin } from '../config/merge.ts';
import type { Plan } from '../config/plan.ts';
import type { InstanceReport } from '../config/report.ts';
import type { LogEntry, Rollout } from '../config/rollout-document.ts';
import type { Requirements } from '../config/version-range.ts';
import type { ProbeView } from './probe-types.ts';
import type { WireInt, WireTime } from './types.ts';

export interface ReleaseSummary {
  readonly releaseId: string;
  readonly semver: string;
  readonly author: string;
  readonly note: string;
  readonly createdAt: WireTime;
  readonly parent: string | null;
  readonly bytes: number;
}

export interface RolloutSummary {
  readonly rolloutId: string;
  readonly target: string;
  readonly state: Rollout['state'];
  readonly pauseReason: Rollout['pauseReason'];
  readonly pausedAt: Rollout['pausedAt'];
  readonly reason: string;
  readonly phaseIndex: number;
  readonly phases: number;
  readonly percent: number;
  readonly candidate: string;
  readonly semver: string | null;
  readonly verdict: string | null;
  readonly createdAt: WireTime;
  readonly createdBy: string;
  readonly endedAt: WireTime | null;
}

export interface ConfigTargetRow {
  readonly target: string;
  readonly kind: TargetKind;
  readonly description: string;
  readonly generation: number;
  readonly live: ReleaseSummary | null;
  readonly canary: ReleaseSummary | null;
  /** `changes`: paths that differ from what is live; null: it cannot be read as JSON. */
  readonly draft: { readonly author: string; readonly updatedAt: WireTime; readonly changes: number | null } | null;
  readonly rollout: RolloutSummary | null;
  /** Live instances that read it. */
  readonly instances: number;
}

export interface Supervision {
  /** Null: nobody supervises, and rollouts stand still where they are. */
  readonly leader: string | null;
  readonly since: WireTime | null;
}

export interface ConfigOverview {
  readonly revision: WireInt;
  /** Where it all lies in the store. */
  readonly prefix: string;
  readonly supervision: Supervision;
  readonly targets: readonly ConfigTargetRow[];
  /** Newest first. */
  readonly rollouts: readonly RolloutSummary[];
  /** Keys under the prefix that hold something else than they should. */
  readonly broken: readonly { readonly key: string; readonly problem: string }[];
  /** Null: all that is shown is followed live. */
  readonly problem: string | null;
}

export interface InstanceView {
  /** bundle/app/env/service/id: one id may run in several services. */
  readonly key: string;
  readonly report: InstanceReport;
  readonly cohort: 'stable' | 'candidate';
  readonly cohortReason: string;
  readonly bucket: number;
  /** What this instance runs of the target; null: nothing of it. */
  readonly runs: string | null;
  readonly seenAt: WireTime;
}

export interface LayerView {
  readonly target: string;
  readonly exists: boolean;
  readonly live: ReleaseSummary | null;
}

export interface ConfigTargetDetail {
  readonly revision: WireInt;
  readonly document: TargetDocument;
  readonly documentRevision: number;
  readonly schema: Json | null;
  readonly assignment: Assignment;
  readonly live: Release | null;
  readonly canary: Release | null;
  readonly draft: DraftDocument | null;
  /** 0: there is none. */
  readonly draftRevision: number;
  readonly releases: readonly ReleaseSummary[];
  /** Widest first, this target last. */
  readonly layers: readonly LayerView[];
  readonly effective: Json;
  /** JSON pointer of each leaf → the layer it comes from. */
  readonly provenance: Readonly<Record<string, Origin>>;
  readonly rollout: RolloutSummary | null;
  readonly instances: readonly InstanceView[];
  /** What live instances say about a release they are asked to try; null: they are not asked. */
  readonly probe: ProbeView | null;
}

export interface ConfigIssueView {
  readonly path: string;
  readonly message: string;
  readonly keyword: string;
  readonly where: string;
  readonly schema: string | null;
}

export interface CheckBody {
  readonly target: string;
  readonly text: string;
}

export interface CheckAnswer {
  readonly issues: readonly ConfigIssueView[];
  readonly changes: readonly Change[];
  readonly suggested: string | null;
  readonly warnings: readonly string[];
  readonly instances: readonly string[];
  readonly places: readonly string[];
}

/** What every write brings. `by` names the author where the store has no users. */
export interface ConfigWriteBody {
  readonly idempotencyKey: string;
  readonly by?: string;
}

export interface TargetPutBody extends ConfigWriteBody {
  readonly target: string;
  readonly kind: TargetKind;
  readonly description: string;
  readonly schema: Json | null;
  readonly locked: readonly string[];
  readonly approvals: number;
  readonly expectModRevision: number;
  readonly evenIfFailing: boolean;
}

export interface DraftPutBody extends ConfigWriteBody {
  readonly target: string;
  /** Null: discard it. */
  readonly text: string | null;
  /** The release it rests on; left out: that of the draft so far, or what is live. */
  readonly base?: string | null | undefined;
  readonly expectModRevision: number;
}

export interface PublishBody extends ConfigWriteBody {
  readonly target: string;
  readonly text: string;
  readonly expectGeneration: number;
  readonly semver: string | null;
  readonly note: string;
  readonly requires: Requirements;
}

export interface PointBody extends ConfigWriteBody {
  readonly target: string;
  readonly releaseId: string;
  readonly expectGeneration: number;
}

export interface RolloutCreateBody extends ConfigWriteBody {
  readonly target: string;
  readonly releaseId: string;
  readonly plan: Plan;
  readonly startAt: WireTime | null;
  readonly start: boolean;
  /** Where another rollout is in the way: wait for its end instead of being refused. Default: no. */
  readonly queue?: boolean;
  /** The rolled back rollout that this tries again. */
  readonly parent?: string;
  readonly expectGeneration: number;
}

export interface RolloutActBody extends ConfigWriteBody {
  readonly rolloutId: string;
  readonly act:
    | 'approve'
    | 'start'
    | 'pause'
    | 'resume'
    | 'advance'
    | 'force'
    | 'promote'
    | 'abort'
    | 'cancel'
    | 'rebase'
    | 'revert';
  readonly expectGeneration: number;
  readonly reason: string;
}

/** The revision at which it happened. */
export interface ConfigWritten {
  readonly revision: WireInt;
}

export interface RolloutInstance extends InstanceView {
  /** Null: it was not told to use the candidate. */
  readonly class: InstanceClass | null;
  readonly why: string;
  readonly isAlive: boolean;
}

export interface RolloutDetail {
  readonly revision: WireInt;
  readonly rollout: Rollout;
  readonly assignment: Assignment;
  readonly candidate: ReleaseSummary | null;
  readonly stable: ReleaseSummary | null;
  readonly changes: readonly Change[];
  readonly instances: readonly RolloutInstance[];
  /** Told to use the candidate, and gone. */
  readonly gone: readonly { readonly key: string; readonly class: InstanceClass; readonly why: string }[];
  /** Which live instances enter in which phase. */
  readonly preview: readonly {
    readonly enters: readonly string[];
    readonly total: number;
    readonly thresholdBp: number;
  }[];
  readonly log: readonly LogEntry[];
  readonly supervision: Supervision;
  /** Null: it is followed live. Else why the store does not answer: what is told is what was known last. */
  readonly problem: string | null;
  /** The console's clock when it answered. */
  readonly now: WireTime;
}

export interface EvaluateBody {
  readonly target: string;
  /** What is evaluated: a flag set as text, or what is live. */
  readonly text: string | null;
  readonly context: Json;
  readonly key: string | null;
}

export interface EvaluatedFlag {
  readonly key: string;
  readonly ok: boolean;
  readonly reason: string;
  readonly value: Json;
  readonly hasValue: boolean;
  readonly variant: string | null;
  readonly error: string | null;
  readonly steps: readonly { readonly operator: string; readonly says: string }[];
}

// ---------------------------------------------------------------- what applications get

export interface EffectiveConfig {
  readonly bundle: string;
  readonly app: string;
  readonly env: string;
  readonly service: string;
  /** Of the narrowest layer that has a release. */
  readonly releaseId: string | null;
  readonly semver: string | null;
  readonly generation: number;
  readonly cohort: 'stable' | 'candidate';
  readonly layers: readonly {
    readonly target: string;
    readonly releaseId: string;
    readonly generation: number;
    readonly cohort: 'stable' | 'candidate';
  }[];
  readonly values: Json;
  /** To be validated and not applied: the answer is a report WOULD_ACCEPT or WOULD_REJECT with these layers. */
  readonly probe: {
    readonly layers: readonly { readonly target: string; readonly releaseId: string; readonly generation: number }[];
    readonly values: Json;
    readonly configSha256: string;
  } | null;
  readonly provenance: Readonly<Record<string, Origin>>;
  /** Of the canonical text of `values`. */
  readonly configSha256: string;
  readonly schemas: readonly string[];
  /** Live instances that were told the same: a fleet spreads what it reports of it over about as many milliseconds. */
  readonly readers: number;
}
