/** Users, roles and permissions of a store, as the HTTP API shows them: what stands, what would happen, and doing it. */
import type { WireBytes, WireRange } from './types.ts';

export interface AccessPermission extends WireRange {
  readonly type: 'read' | 'write' | 'readwrite';
}

export interface AccessRole {
  readonly name: string;
  readonly permissions: readonly AccessPermission[];
}

export interface AccessUser {
  readonly name: string;
  readonly roles: readonly string[];
}

export interface AccessView {
  /** Whether the store demands users. */
  readonly enabled: boolean;
  /** Who asks; null: nobody in particular, in a store without authentication. */
  readonly you: string | null;
  /** False: only the user who asks and that user's roles; others are for root to see. */
  readonly complete: boolean;
  /** By name. */
  readonly users: readonly AccessUser[];
  readonly roles: readonly AccessRole[];
  /** As whom this console works for itself (audit, rollouts); null: as nobody. */
  readonly account: string | null;
}

/** Passwords travel beside the action, never in it: actions are planned, remembered and shown. */
export type AccessAction =
  /** Without a password only a certificate can speak for the user. */
  | { readonly type: 'addUser'; readonly user: string; readonly withPassword: boolean }
  | { readonly type: 'setPassword'; readonly user: string }
  | { readonly type: 'deleteUser'; readonly user: string }
  | { readonly type: 'grantRole'; readonly user: string; readonly role: string }
  | { readonly type: 'revokeRole'; readonly user: string; readonly role: string }
  | { readonly type: 'addRole'; readonly role: string }
  | { readonly type: 'deleteRole'; readonly role: string }
  | { readonly type: 'grantPermission'; readonly role: string; readonly permission: AccessPermission }
  | { readonly type: 'revokePermission'; readonly role: string; readonly key: WireBytes; readonly end: WireBytes }
  /** With root's password: the user root is made anew, with the role root. */
  | { readonly type: 'enable' }
  | { readonly type: 'disable' };

/** All keys a user may read, and all a user may write; sorted and disjoint. */
export interface AccessReach {
  readonly read: readonly WireRange[];
  readonly write: readonly WireRange[];
}

/** What one user may do before an action and after it. */
export interface AccessChange {
  /** Null: whoever reaches the store, without being a user of it. */
  readonly user: string | null;
  readonly before: AccessReach;
  readonly after: AccessReach;
}

/** The dry run of an action. */
export interface AccessPlan {
  readonly title: string;
  /** What exactly will happen, one sentence each. */
  readonly effects: readonly string[];
  /** Whose reach becomes another one. Nobody else's does. */
  readonly changes: readonly AccessChange[];
  /** Why it is not done here; null: it may be. */
  readonly refusal: string | null;
  /** What the operator types to mean it; empty: nothing, the button is enough. */
  readonly confirm: string;
  /** The users and roles this was reckoned on. The action is refused when they are others by then. */
  readonly state: string;
  /** The same by hand, without the password. */
  readonly command: string;
}

export interface AccessActionBody {
  readonly action: AccessAction;
  /** From the plan. */
  readonly state: string;
  /** For addUser, setPassword and enable. */
  readonly password?: string;
  readonly idempotencyKey: string;
}

export interface AccessActionResult {
  /** What happened, as a sentence. */
  readonly done: string;
  /** What to do next, or what to know. */
  readonly next: string | null;
}
