/** Replicated requests that change users, roles and the switch, and those that must be permitted before they change keys. */
import { assert } from '../../../lib/base/assert.ts';
import type { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import type { AuthStore } from '../auth/auth-store.ts';
import {
  type Checker,
  checkDeletePermission,
  checkLeaseWrite,
  checkPutPermission,
  checkTxnPermission,
} from '../auth/request-checks.ts';
import type { Identity, TokenChange } from '../auth/types.ts';

/** Requests are passed as decoded: of an entry of ours exactly one member is set. */
type Request = InternalRaftRequest;

/** The identity that the proposing member found. Requests of the store itself carry none, or root. */
export function identityOf({ header }: Request): Identity {
  return { username: header?.username ?? '', revision: header?.authRevision ?? 0 };
}

/**
 * Permissions as they are now: what was permitted when the request was proposed may not be any more.
 * @throws EtcdError
 */
export function checkPermission(checker: Checker, request: Request): void {
  if (request.put !== undefined) checkPutPermission(checker, request.put);
  else if (request.deleteRange !== undefined) checkDeletePermission(checker, request.deleteRange);
  else if (request.txn !== undefined) checkTxnPermission(checker, request.txn);
  else if (request.leaseRevoke !== undefined) checkLeaseWrite(checker, request.leaseRevoke.id);
}

export function isAuthRequest(request: Request): boolean {
  return (
    request.authenticate !== undefined ||
    request.authEnable !== undefined ||
    request.authDisable !== undefined ||
    request.authUserAdd !== undefined ||
    request.authUserDelete !== undefined ||
    request.authUserChangePassword !== undefined ||
    request.authUserGrantRole !== undefined ||
    request.authUserRevokeRole !== undefined ||
    request.authRoleAdd !== undefined ||
    request.authRoleDelete !== undefined ||
    request.authRoleGrantPermission !== undefined ||
    request.authRoleRevokePermission !== undefined
  );
}

export interface AuthEffect {
  /** False: nothing to make durable. */
  readonly isChanged: boolean;
  readonly tokens?: TokenChange;
}

const CHANGED: AuthEffect = { isChanged: true };

/**
 * @param index of the entry: what makes a simple token unique.
 * @throws EtcdError before anything changed
 */
export function applyAuthRequest(auth: AuthStore, request: Request, index: number): AuthEffect {
  if (request.authenticate !== undefined) {
    const { name, simpleToken } = request.authenticate;
    auth.authenticate(name);
    if (simpleToken === '') return { isChanged: false };
    return { isChanged: false, tokens: { kind: 'assign', token: `${simpleToken}.${index}`, username: name } };
  }
  auth.checkRoot(identityOf(request));
  if (request.authEnable !== undefined) {
    auth.enable();
    return CHANGED;
  }
  if (request.authDisable !== undefined) {
    auth.disable();
    return { isChanged: true, tokens: { kind: 'dropAll' } };
  }
  return applyUserRequest(auth, request) ?? applyRoleRequest(auth, request);
}

function applyUserRequest(auth: AuthStore, request: Request): AuthEffect | undefined {
  if (request.authUserAdd !== undefined) {
    auth.addUser(request.authUserAdd);
    return CHANGED;
  }
  if (request.authUserDelete !== undefined) {
    const { name } = request.authUserDelete;
    auth.deleteUser(name);
    return { isChanged: true, tokens: { kind: 'dropUser', username: name } };
  }
  if (request.authUserChangePassword !== undefined) {
    auth.changePassword(request.authUserChangePassword);
    return { isChanged: true, tokens: { kind: 'dropUser', username: request.authUserChangePassword.name } };
  }
  if (request.authUserGrantRole !== undefined) {
    const { user, role } = request.authUserGrantRole;
    return { isChanged: auth.grantRole(user, role) };
  }
  if (request.authUserRevokeRole !== undefined) {
    const { name, role } = request.authUserRevokeRole;
    auth.revokeRole(name, role);
    return CHANGED;
  }
  return undefined;
}

function applyRoleRequest(auth: AuthStore, request: Request): AuthEffect {
  if (request.authRoleAdd !== undefined) auth.addRole(request.authRoleAdd.name);
  else if (request.authRoleDelete !== undefined) auth.deleteRole(request.authRoleDelete.role);
  else if (request.authRoleGrantPermission !== undefined) auth.grantPermission(request.authRoleGrantPermission);
  else {
    assert(request.authRoleRevokePermission !== undefined, 'an auth request is of no known kind');
    auth.revokePermission(request.authRoleRevokePermission);
  }
  return CHANGED;
}
