/** The documents kept in the store (server/docs/formats.md, "Configuration in the store"): releases never change, the assignment is all that clients watch. */
import { type Exposure, NO_EXPOSURE } from './cohort.ts';
import { canonicalJson, type JsonObject, type Pointer } from './json.ts';
import type { TargetId } from './target.ts';
import type { Requirements } from './version-range.ts';

export type TargetKind = 'config' | 'flags';

/** What a target is and demands. */
export interface TargetDocument {
  readonly target: TargetId;
  readonly kind: TargetKind;
  readonly description: string;
  /** Of the schema in force; null: anything goes. */
  readonly schema: string | null;
  /** Paths that narrower layers must leave alone. */
  readonly locked: readonly Pointer[];
  /** Other people who must agree before a rollout starts. */
  readonly approvals: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** What plain keys under a prefix must meet, whoever edits them through a console. */
export interface PrefixSchema {
  readonly prefix: string;
  /** Of the schema in force. */
  readonly schema: string;
  /** Grows with every change of the schema. */
  readonly version: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** Being edited; affects nobody. */
export interface DraftDocument {
  readonly target: TargetId;
  /** The release it was begun from. */
  readonly base: string | null;
  /** As typed: it need not be valid yet. */
  readonly text: string;
  readonly author: string;
  readonly updatedAt: number;
}

/** What the address of a release is the hash of. */
export interface ReleaseContent {
  readonly target: TargetId;
  readonly kind: TargetKind;
  readonly content: JsonObject;
  readonly schema: string | null;
  readonly locked: readonly Pointer[];
  readonly requires: Requirements;
}

/** What the hash is taken of. */
export const addressText = ({ target, kind, content, schema, locked, requires }: ReleaseContent): string =>
  canonicalJson({ target, kind, content, schema, locked, requires: { ...requires } });

export const releaseIdOf = (sha256: string): string => `r_${sha256.slice(0, 32)}`;

export interface Release extends ReleaseContent {
  /** "r_" and the first 32 hex digits of sha256. */
  readonly releaseId: string;
  /** Of the canonical text of its ReleaseContent. */
  readonly sha256: string;
  readonly semver: string;
  readonly parent: string | null;
  readonly author: string;
  readonly note: string;
  readonly createdAt: number;
}

/** A release that live instances are asked about: they validate it and apply nothing. */
export interface Probe {
  readonly releaseId: string;
  /** Of the assignment that asked. */
  readonly generation: number;
  readonly askedAt: number;
  /** Answers are waited for until then. */
  readonly until: number;
}

/** The pointer of a target. */
export interface Assignment extends Exposure {
  readonly target: TargetId;
  /** Grows with every change of it. */
  readonly generation: number;
  readonly stable: string | null;
  readonly candidate: string | null;
  readonly seed: string;
  readonly rolloutId: string | null;
  /** The release before the last promotion, for going back. */
  readonly previous: string | null;
  readonly probe: Probe | null;
  /** The exposure holds until then unless the controller renews it; null: without end. */
  readonly expiresAt: number | null;
  /** Live instances that read it, when it was written: so many are told at once, and spread what they report over that. */
  readonly readers: number;
}

export const emptyAssignment = (target: TargetId): Assignment => ({
  target,
  generation: 0,
  stable: null,
  candidate: null,
  seed: '',
  rolloutId: null,
  previous: null,
  probe: null,
  expiresAt: null,
  readers: 0,
  ...NO_EXPOSURE,
});

/** Rollouts under way in one bundle, and the paths they touch. Guards every start: the one place where two could overlap. */
export interface ActiveRollouts {
  readonly rollouts: readonly {
    readonly rolloutId: string;
    readonly target: TargetId;
    readonly touched: readonly Pointer[];
  }[];
}

/** What the controller remembers of the instances it told to use the candidate. Times are its own. */
export interface RosterEntry {
  readonly firstSeenAt: number;
  readonly ackedAt: number | null;
  readonly lostAt: number | null;
  readonly left: boolean;
  /** Starts of the process seen since then, oldest first. */
  readonly boots: readonly { readonly bootId: string; readonly at: number }[];
}

export interface Roster {
  readonly instances: Readonly<Record<string, RosterEntry>>;
}
