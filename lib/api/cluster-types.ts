/** Maintenance of the cluster, as the HTTP API shows it: what would happen, and doing it. */
import type { DrillKind } from './drill-types.ts';
import type { WireHexId, WireInt } from './types.ts';

export type ClusterAction =
  | { readonly type: 'moveLeader'; readonly member: WireHexId }
  | { readonly type: 'defragment'; readonly member: WireHexId }
  /** Reads below `revision` fail from then on. */
  | { readonly type: 'compact'; readonly revision: WireInt }
  | { readonly type: 'disarm'; readonly member: WireHexId; readonly alarm: 'NOSPACE' | 'CORRUPT' }
  | { readonly type: 'addMember'; readonly peerUrls: readonly string[]; readonly asLearner: boolean }
  | { readonly type: 'promoteMember'; readonly member: WireHexId }
  | { readonly type: 'removeMember'; readonly member: WireHexId }
  | { readonly type: 'updateMember'; readonly member: WireHexId; readonly peerUrls: readonly string[] }
  /** On a member of the bundled store; see drill-types.ts for the bounds. */
  | {
      readonly type: 'drill';
      readonly kind: DrillKind;
      readonly member: WireHexId;
      readonly seconds: number;
      /** Of a slow disk; null otherwise. */
      readonly delayMs: number | null;
    };

/** The dry run of an action. */
export interface ClusterPlan {
  readonly title: string;
  /** What exactly will happen, one sentence each. */
  readonly effects: readonly string[];
  /** Why it is not done here; null: it may be. */
  readonly refusal: string | null;
  /** What the operator types to mean it. */
  readonly confirm: string;
  /** The cluster this was reckoned on. The action is refused when it is another one by then. */
  readonly state: string;
  /** The same by hand. */
  readonly command: string;
}

export interface ClusterActionBody {
  readonly action: ClusterAction;
  /** From the plan. */
  readonly state: string;
  readonly idempotencyKey: string;
}

export interface ClusterActionResult {
  /** What happened, as a sentence. */
  readonly done: string;
  /** The member that was added. */
  readonly id: WireHexId | null;
  /** What to do next: how to start an added member, say. */
  readonly next: string | null;
}

/** What each member says of its keys up to one revision. */
export interface ClusterHashes {
  readonly revision: WireInt;
  readonly members: readonly {
    readonly member: WireHexId;
    readonly name: string;
    /** Null: it did not answer; `error` says why. */
    readonly hash: number | null;
    readonly compactRevision: WireInt | null;
    readonly error: string | null;
  }[];
  /** agree: all that answered hold the same. unknown: fewer than two could be compared. */
  readonly verdict: 'agree' | 'differ' | 'unknown';
}
