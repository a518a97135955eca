/**
 * Users and roles as replicated state (etcd's server/auth). Every method that changes something checks first and throws an
 * EtcdError before anything changed; names are in byte order, as etcd's buckets hold them.
 *
 * Who may change what is not asked here but in apply/: this class knows what a change means.
 */
import { compareBytes, equalBytes, fromBase64, utf8Encode } from '../../../lib/base/bytes.ts';
import {
  type AuthRoleGrantPermissionRequest,
  type AuthRoleRevokePermissionRequest,
  type AuthUserAddRequest,
  type AuthUserChangePasswordRequest,
  type Permission,
  PermissionType,
} from '../../../lib/base/etcdpb/auth.ts';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { isValidRange, RangePermissions } from './permissions.ts';
import type { AuthRecord, AuthView, Identity, StoredRole, StoredUser } from './types.ts';

export const ROOT_USER = 'root';
export const ROOT_ROLE = 'root';

/** The auth revision of a store without users, as etcd begins. */
const REVISION_FIRST = 1;
/** What the role root may do, whatever is stored for it. */
const ROOT_PERMISSIONS: readonly Permission[] = [
  { permType: PermissionType.READWRITE, key: new Uint8Array(0), rangeEnd: Uint8Array.of(0) },
];
const NO_PASSWORD = new Uint8Array(0);

export class AuthStore implements AuthView {
  #isEnabled = false;
  #revision = REVISION_FIRST;
  readonly #users = new Map<string, StoredUser>();
  readonly #roles = new Map<string, StoredRole>();
  /** Made when first asked for, dropped by every change. */
  readonly #permissions = new Map<string, RangePermissions>();

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  get revision(): number {
    return this.#revision;
  }

  user(name: string): StoredUser | undefined {
    return this.#users.get(name);
  }

  userNames(): readonly string[] {
    return [...this.#users.keys()].sort(byBytes);
  }

  roleNames(): readonly string[] {
    return [...this.#roles.keys()].sort(byBytes);
  }

  permissionsOf(name: string): readonly Permission[] | undefined {
    const role = this.#roles.get(name);
    return role !== undefined && name === ROOT_ROLE ? ROOT_PERMISSIONS : role?.permissions;
  }

  /** Does nothing when it is on already. @throws EtcdError root user does not exist | does not have root role */
  enable(): void {
    if (this.#isEnabled) return;
    const root = this.#users.get(ROOT_USER);
    if (root === undefined) throw etcdErrors.rootUserMissing();
    if (!root.roles.includes(ROOT_ROLE)) throw etcdErrors.rootRoleMissing();
    this.#isEnabled = true;
  }

  disable(): void {
    if (!this.#isEnabled) return;
    this.#isEnabled = false;
    this.#changed();
  }

  /** Whether this user may have a token; his password was checked before the log. @throws EtcdError */
  authenticate(name: string): void {
    if (!this.#isEnabled) throw etcdErrors.authNotEnabled();
    const user = this.#users.get(name);
    if (user === undefined || user.options?.noPassword === true) throw etcdErrors.authFailed();
  }

  /** @throws EtcdError */
  addUser({ name, options = { noPassword: false }, hashedPassword }: AuthUserAddRequest): void {
    if (name === '') throw etcdErrors.userEmpty();
    if (this.#users.has(name)) throw etcdErrors.userExists();
    const password = options.noPassword ? NO_PASSWORD : hashOf(hashedPassword);
    this.#users.set(name, { name, password, roles: [], options });
    this.#changed();
  }

  /** @throws EtcdError */
  deleteUser(name: string): void {
    if (this.#isEnabled && name === ROOT_USER) throw etcdErrors.invalidAuthManagement();
    this.#existing(name);
    this.#users.delete(name);
    this.#changed();
  }

  /** @throws EtcdError */
  changePassword({ name, hashedPassword }: AuthUserChangePasswordRequest): void {
    const user = this.#existing(name);
    const password = user.options?.noPassword === true ? NO_PASSWORD : hashOf(hashedPassword);
    this.#users.set(name, { ...user, password });
    this.#changed();
  }

  /** False: he had it already. @throws EtcdError */
  grantRole(name: string, role: string): boolean {
    const user = this.#existing(name);
    // The role root needs no definition.
    if (role !== ROOT_ROLE) this.#existingRole(role);
    if (user.roles.includes(role)) return false;
    this.#users.set(name, { ...user, roles: [...user.roles, role].sort(byBytes) });
    this.#changed();
    return true;
  }

  /** @throws EtcdError */
  revokeRole(name: string, role: string): void {
    if (this.#isEnabled && name === ROOT_USER && role === ROOT_ROLE) throw etcdErrors.invalidAuthManagement();
    const user = this.#existing(name);
    if (!user.roles.includes(role)) throw etcdErrors.roleNotGranted();
    this.#users.set(name, without(user, role));
    this.#changed();
  }

  /** @throws EtcdError */
  addRole(name: string): void {
    if (name === '') throw etcdErrors.roleEmpty();
    if (this.#roles.has(name)) throw etcdErrors.roleExists();
    this.#roles.set(name, { name, permissions: [] });
    this.#changed();
  }

  /** Takes the role from everybody who has it. @throws EtcdError */
  deleteRole(name: string): void {
    if (this.#isEnabled && name === ROOT_ROLE) throw etcdErrors.invalidAuthManagement();
    this.#existingRole(name);
    this.#roles.delete(name);
    for (const user of this.#users.values()) {
      if (user.roles.includes(name)) this.#users.set(user.name, without(user, name));
    }
    this.#changed();
  }

  /** A permission on exactly this range replaces the one there was. @throws EtcdError */
  grantPermission({ name, perm }: AuthRoleGrantPermissionRequest): void {
    if (perm === undefined) throw etcdErrors.permissionNotGiven();
    if (!isValidRange(perm)) throw etcdErrors.invalidAuthManagement();
    const role = this.#existingRole(name);
    // What was decoded is a view on the log entry.
    const granted = { permType: perm.permType, key: perm.key.slice(), rangeEnd: perm.rangeEnd.slice() };
    const permissions = role.permissions.some((other) => isSameRange(other, perm))
      ? role.permissions.map((other) => (isSameRange(other, perm) ? granted : other))
      : [...role.permissions, granted].sort((a, b) => compareBytes(a.key, b.key));
    this.#roles.set(name, { name, permissions });
    this.#changed();
  }

  /** @throws EtcdError */
  revokePermission({ role: name, key, rangeEnd }: AuthRoleRevokePermissionRequest): void {
    const role = this.#existingRole(name);
    const permissions = role.permissions.filter((permission) => !isSameRange(permission, { key, rangeEnd }));
    if (permissions.length === role.permissions.length) throw etcdErrors.permissionNotGranted();
    this.#roles.set(name, { name, permissions });
    this.#changed();
  }

  isRoot({ username }: Identity): boolean {
    return !this.#isEnabled || this.#users.get(username)?.roles.includes(ROOT_ROLE) === true;
  }

  checkRoot(identity: Identity): void {
    if (this.isRoot(identity)) return;
    if (identity.username === '') throw etcdErrors.userEmpty();
    this.#existing(identity.username);
    throw etcdErrors.permissionDenied();
  }

  checkRead(identity: Identity, key: Uint8Array, rangeEnd: Uint8Array): void {
    const mayRead = this.#rangesOf(identity)?.mayRead(key, rangeEnd) ?? true;
    if (!mayRead) throw etcdErrors.permissionDenied();
  }

  checkWrite(identity: Identity, key: Uint8Array, rangeEnd: Uint8Array): void {
    const mayWrite = this.#rangesOf(identity)?.mayWrite(key, rangeEnd) ?? true;
    if (!mayWrite) throw etcdErrors.permissionDenied();
  }

  record(): AuthRecord {
    const users = this.userNames().map((name) => this.#existing(name));
    const roles = this.roleNames().map((name) => this.#existingRole(name));
    return { isEnabled: this.#isEnabled, revision: this.#revision, users, roles };
  }

  clear(): void {
    this.#users.clear();
    this.#roles.clear();
    this.#permissions.clear();
    this.#isEnabled = false;
    this.#revision = REVISION_FIRST;
  }

  /** Adds what a stored record holds to what is known, and takes its revision and switch. */
  restore({ isEnabled, revision, users, roles }: AuthRecord): void {
    for (const user of users) this.#users.set(user.name, user);
    for (const role of roles) this.#roles.set(role.name, role);
    this.#isEnabled = isEnabled;
    this.#revision = Math.max(revision, REVISION_FIRST);
    this.#permissions.clear();
  }

  /** Undefined: everything is permitted. @throws EtcdError */
  #rangesOf({ username, revision }: Identity): RangePermissions | undefined {
    if (!this.#isEnabled) return undefined;
    if (revision === 0) throw etcdErrors.userEmpty();
    if (revision < this.#revision) throw etcdErrors.authOldRevision();
    const user = this.#users.get(username);
    if (user === undefined) throw etcdErrors.permissionDenied();
    if (user.roles.includes(ROOT_ROLE)) return undefined;
    let ranges = this.#permissions.get(username);
    if (ranges === undefined) {
      ranges = new RangePermissions(user.roles.flatMap((role) => this.#roles.get(role)?.permissions ?? []));
      this.#permissions.set(username, ranges);
    }
    return ranges;
  }

  #existing(name: string): StoredUser {
    const user = this.#users.get(name);
    if (user === undefined) throw etcdErrors.userNotFound();
    return user;
  }

  #existingRole(name: string): StoredRole {
    const role = this.#roles.get(name);
    if (role === undefined) throw etcdErrors.roleNotFound();
    return role;
  }

  #changed(): void {
    this.#revision++;
    this.#permissions.clear();
  }
}

function byBytes(a: string, b: string): number {
  return compareBytes(utf8Encode(a), utf8Encode(b));
}

const without = (user: StoredUser, role: string): StoredUser => ({
  ...user,
  roles: user.roles.filter((other) => other !== role),
});

type Range = Pick<Permission, 'key' | 'rangeEnd'>;
const isSameRange = (a: Range, b: Range): boolean => equalBytes(a.key, b.key) && equalBytes(a.rangeEnd, b.rangeEnd);

/** @throws EtcdError when the text is no base64, as etcd says it */
function hashOf(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch (error) {
    if (error instanceof RangeError) throw etcdErrors.noPasswordUser();
    throw error;
  }
}
