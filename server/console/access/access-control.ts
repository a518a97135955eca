/**
 * Users, roles and permissions of one store: read, planned, changed. Every action is planned on what stands, and refused when the
 * plan says so or when it is no longer what the operator was shown. One action at a time. Passwords pass through: none is kept.
 */
import type {
  AccessAction,
  AccessActionBody,
  AccessActionResult,
  AccessPlan,
  AccessRole,
  AccessUser,
  AccessView,
} from '../../../lib/api/access-types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { passwordProblem } from '../../../lib/keys/password-rule.ts';
import { rangeWords } from '../../../lib/keys/range-words.ts';
import { ROOT_ROLE } from '../../../lib/keys/who-can.ts';
import { fromWire, toWire } from '../../../lib/keys/wire-bytes.ts';
import { type AccessCapability, type Credentials, type Engine, EngineError, type Role } from '../../engines/engine.ts';
import type { Act } from '../audit/trail.ts';
import { ConsoleError, invalidArgument } from '../errors.ts';
import { planOf } from './plan.ts';
import { ROOT_USER } from './reach.ts';

/** Users, or roles: each costs a call. A plan needs all of them, so more are refused rather than cut. */
const NAMES_MAX = 2_000;
const CALLS_AT_ONCE = 16;

/** Where this console stands towards the store. */
export interface AccessPlace {
  /** The console's own account; null: none. */
  readonly account: string | null;
  /** Whether others than this machine reach the console. */
  readonly isExposed: boolean;
  /** Authentication was turned on or off. */
  onSwitched(): Promise<void>;
  /** An engine that speaks as this user; to be closed by whoever asked. */
  openAs(credentials: Credentials): Engine;
}

export interface AccessControlOptions extends AccessPlace {
  /** Speaks as `user`. */
  readonly access: AccessCapability | null;
  readonly endpoints: readonly string[];
  readonly readOnly: boolean;
  readonly configPrefix: string;
  /** Null: nobody in particular. */
  readonly user: string | null;
  readonly isRoot: boolean;
}

export class AccessControl {
  readonly #options: AccessControlOptions;
  #running: string | null = null;

  constructor(options: AccessControlOptions) {
    this.#options = options;
  }

  /** @throws ConsoleError UNAUTHENTICATED, FAILED_PRECONDITION beyond NAMES_MAX; EngineError */
  async view(): Promise<AccessView> {
    const access = this.#capability();
    const { user, isRoot, account } = this.#options;
    const enabled = await access.isEnabled();
    if (!enabled) return { ...(await everybody(access)), enabled, you: null, account, complete: true };
    if (user === null) throw new ConsoleError(GrpcCode.UNAUTHENTICATED, 'the store demands users now: sign in');
    if (isRoot) return { ...(await everybody(access)), enabled, you: user, account, complete: true };
    return { ...(await oneself(access, user)), enabled, you: user, account: null, complete: false };
  }

  /** @throws ConsoleError PERMISSION_DENIED where not everything can be seen */
  async plan(action: AccessAction): Promise<AccessPlan> {
    const view = await this.view();
    if (!view.complete) {
      throw new ConsoleError(
        GrpcCode.PERMISSION_DENIED,
        'only users with the role root see and change users and roles',
      );
    }
    return planOf(action, { ...this.#options, view });
  }

  /** @throws ConsoleError FAILED_PRECONDITION with the plan's refusal, ABORTED when users or roles changed; EngineError as the store says */
  async run({ action, state, password }: AccessActionBody): Promise<AccessActionResult> {
    const access = this.#capability();
    if (this.#options.readOnly) {
      throw new ConsoleError(GrpcCode.PERMISSION_DENIED, 'this console is read-only for this store');
    }
    const secret = requirePassword(action, password);
    if (this.#running !== null) {
      throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, `one thing at a time: "${this.#running}" is under way`);
    }
    this.#running = action.type;
    try {
      const plan = await this.plan(action);
      if (plan.state !== state) {
        throw new ConsoleError(GrpcCode.ABORTED, 'users or roles changed since they were shown; nothing was done');
      }
      if (plan.refusal !== null) throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, plan.refusal);
      return await perform(access, action, secret);
    } finally {
      this.#running = null;
    }
  }

  #capability(): AccessCapability {
    const { access } = this.#options;
    if (access === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store has no users');
    return access;
  }
}

/** The user that a password is for; null: the action takes none. */
const passwordFor = (action: AccessAction): string | null =>
  action.type === 'enable'
    ? ROOT_USER
    : action.type === 'setPassword' || (action.type === 'addUser' && action.withPassword)
      ? action.user
      : null;

function requirePassword(action: AccessAction, password: string | undefined): string {
  const user = passwordFor(action);
  if (user === null) {
    if (password !== undefined) throw invalidArgument('password', 'this action takes none');
    return '';
  }
  if (password === undefined) throw invalidArgument('password', 'is missing');
  const problem = passwordProblem(password, user);
  if (problem !== null) throw invalidArgument('password', problem);
  return password;
}

async function perform(access: AccessCapability, action: AccessAction, password: string): Promise<AccessActionResult> {
  const { change } = access;
  const result = (done: string, next: string | null = null): AccessActionResult => ({ done, next });
  switch (action.type) {
    case 'addUser':
      await change.addUser(action.user, action.withPassword ? password : null);
      return result(`There is a user ${action.user}.`, 'It may do nothing yet: give it a role.');
    case 'setPassword':
      await change.setPassword(action.user, password);
      return result(`${action.user} has a new password.`, await signInProblem(access, action.user, password));
    case 'deleteUser':
      await change.deleteUser(action.user);
      return result(`The user ${action.user} is gone.`);
    case 'grantRole':
      await change.grantRole(action.user, action.role);
      return result(`${action.user} has the role ${action.role}.`);
    case 'revokeRole':
      await change.revokeRole(action.user, action.role);
      return result(`${action.user} no longer has the role ${action.role}.`);
    case 'addRole':
      await change.addRole(action.role);
      return result(`There is a role ${action.role}.`, 'It permits nothing yet: add a permission.');
    case 'deleteRole':
      await change.deleteRole(action.role);
      return result(`The role ${action.role} is gone.`);
    case 'grantPermission': {
      const { type, key, end } = action.permission;
      await change.grantPermission(action.role, { type, key: fromWire(key), end: fromWire(end) });
      return result(`The role ${action.role} permits it.`);
    }
    case 'revokePermission':
      await change.revokePermission(action.role, { key: fromWire(action.key), end: fromWire(action.end) });
      return result(`The role ${action.role} no longer permits it.`);
    case 'enable':
      await enable(access, password);
      return result('Authentication is on.', await signInProblem(access, ROOT_USER, password));
    case 'disable':
      await change.disable();
      return result('Authentication is off.');
  }
}

/**
 * The user root is made anew rather than given a password: one that was made without could never have one, and the store would
 * be locked. While authentication is off nobody misses it in between.
 */
async function enable(access: AccessCapability, password: string): Promise<void> {
  const { change } = access;
  const held = await access.rolesOf(ROOT_USER);
  try {
    if (held !== null) await change.deleteUser(ROOT_USER);
    await change.addUser(ROOT_USER, password);
    if ((await access.role(ROOT_ROLE)) === null) await change.addRole(ROOT_ROLE);
    for (const role of new Set([ROOT_ROLE, ...(held ?? [])])) await change.grantRole(ROOT_USER, role);
    await change.enable();
  } catch (error) {
    // Steps before it may have been taken.
    if (!(error instanceof EngineError)) throw error;
    const { code, message, endpoint } = error;
    throw new EngineError(code, message, { outcome: 'unknown', ...(endpoint === null ? {} : { endpoint }) });
  }
}

/** Whether the password does what it was set for; null: it does, or nobody can tell while authentication is off. */
async function signInProblem(access: AccessCapability, user: string, password: string): Promise<string | null> {
  try {
    await access.check({ user, password });
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code !== GrpcCode.UNAUTHENTICATED) return null;
    return `The store still refuses ${user} with it: the user was made to have no password. Delete it and add it again.`;
  }
}

type Everybody = Pick<AccessView, 'users' | 'roles'>;

async function everybody(access: AccessCapability): Promise<Everybody> {
  const [userNames, roleNames] = await Promise.all([access.userNames(), access.roleNames()]);
  const most = Math.max(userNames.length, roleNames.length);
  if (most > NAMES_MAX) {
    const message = `the store has ${userNames.length} users and ${roleNames.length} roles; this console handles ${NAMES_MAX} of each`;
    throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, message);
  }
  const users = await each(userNames, async (name): Promise<AccessUser | null> => {
    const roles = await access.rolesOf(name);
    return roles === null ? null : { name, roles: [...roles].sort() };
  });
  const roles = await each(roleNames, async (name): Promise<AccessRole | null> => {
    const role = await access.role(name);
    return role === null ? null : roleView(role);
  });
  return { users, roles };
}

async function oneself(access: AccessCapability, user: string): Promise<Everybody> {
  const { roles } = await access.grantsOf(user);
  const views = roles.map(roleView).sort(byName);
  return { users: [{ name: user, roles: views.map(({ name }) => name) }], roles: views };
}

/** By name; what is gone meanwhile is left out. */
async function each<T extends { readonly name: string }>(
  names: readonly string[],
  read: (name: string) => Promise<T | null>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let at = 0; at < names.length; at += CALLS_AT_ONCE) {
    const some = await Promise.all(names.slice(at, at + CALLS_AT_ONCE).map(read));
    found.push(...some.filter((one) => one !== null));
  }
  return found.sort(byName);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

const roleView = ({ name, permissions }: Role): AccessRole => ({
  name,
  permissions: permissions.map(({ type, key, end }) => ({ type, key: toWire(key), end: toWire(end) })),
});

/** What the audit trail says of an action. */
export function accessAct(action: AccessAction): Act {
  const isOfUser = 'user' in action;
  const isOfRole = 'role' in action && !isOfUser;
  return {
    action: `access.${action.type}`,
    targetKind: isOfUser ? 'user' : isOfRole ? 'role' : 'store',
    target: isOfUser ? action.user : isOfRole ? action.role : null,
    guard: 'users and roles stand as they were shown',
    note: noteOf(action),
  };
}

function noteOf(action: AccessAction): string | null {
  switch (action.type) {
    case 'grantRole':
    case 'revokeRole':
      return `role ${action.role}`;
    case 'grantPermission':
      return `${action.permission.type} ${rangeWords(action.permission)}`;
    case 'revokePermission':
      return rangeWords(action);
    case 'addUser':
      return action.withPassword ? 'with a password' : 'without a password';
    default:
      return null;
  }
}
