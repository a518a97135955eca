/**
 * Who may read or write what, from users and roles alone, by etcd's rule: a range is permitted when every key in it is, by the
 * permissions of all roles of the user together; the role root permits everything. Pure.
 */
import type { AccessReach, AccessRole, AccessUser } from '../api/access-types.ts';
import type { WireRange } from '../api/types.ts';
import { ALL_KEYS, intersect, type KeyRange, subtract, unionOf } from './ranges.ts';
import { fromWire, toWire } from './wire-bytes.ts';

/** Whoever has it may do everything, whatever it lists and whether it exists or not. */
export const ROOT_ROLE = 'root';

export interface Access {
  readonly users: readonly AccessUser[];
  readonly roles: readonly AccessRole[];
}

/** How much of what was asked for: all of it, some keys of it, or nothing. */
export type Extent = 'all' | 'part' | 'none';

export interface Allowed {
  readonly extent: Extent;
  /** Roles of the user that permit any of it. */
  readonly through: readonly string[];
}

export interface UserCan {
  readonly user: string;
  readonly read: Allowed;
  readonly write: Allowed;
}

/** Every user who may do anything there, in the order of the users. */
export function whoCan(access: Access, asked: WireRange): readonly UserCan[] {
  const range = toRange(asked);
  return access.users
    .map((user) => ({
      user: user.name,
      read: allowedOf(access, user, 'read', range),
      write: allowedOf(access, user, 'write', range),
    }))
    .filter(({ read, write }) => read.extent !== 'none' || write.extent !== 'none');
}

/** All that a user may read and write. */
export function reachOf(access: Access, user: AccessUser): AccessReach {
  const all = (kind: Kind): readonly WireRange[] =>
    unionOf(rolesOf(access, user).flatMap((role) => rangesOf(role, kind))).map(toWireRange);
  return { read: all('read'), write: all('write') };
}

/** What everybody reaches in a store without authentication. */
export const EVERYTHING: AccessReach = { read: [toWireRange(ALL_KEYS)], write: [toWireRange(ALL_KEYS)] };
export const NOTHING: AccessReach = { read: [], write: [] };

/** The keys of `a` that are not in `b`, sorted and disjoint both. */
export function without(a: readonly WireRange[], b: readonly WireRange[]): readonly WireRange[] {
  const taken = b.map(toRange);
  return a.flatMap((range) => subtract(toRange(range), taken)).map(toWireRange);
}

type Kind = 'read' | 'write';

function allowedOf(access: Access, user: AccessUser, kind: Kind, range: KeyRange): Allowed {
  const roles = rolesOf(access, user).map((role) => ({ role, ranges: unionOf(rangesOf(role, kind)) }));
  const through = roles.filter(({ ranges }) => intersect(range, ranges).length > 0).map(({ role }) => role.name);
  if (through.length === 0) return { extent: 'none', through };
  const together = unionOf(roles.flatMap(({ ranges }) => ranges));
  return { extent: subtract(range, together).length === 0 ? 'all' : 'part', through };
}

/** Roles that were taken away under the user's feet permit nothing. */
function rolesOf({ roles }: Access, user: AccessUser): readonly AccessRole[] {
  return user.roles.flatMap((name) => {
    if (name === ROOT_ROLE) return [{ name, permissions: [{ ...toWireRange(ALL_KEYS), type: 'readwrite' as const }] }];
    const role = roles.find((one) => one.name === name);
    return role === undefined ? [] : [role];
  });
}

const rangesOf = (role: AccessRole, kind: Kind): readonly KeyRange[] =>
  role.permissions.filter(({ type }) => type === kind || type === 'readwrite').map(toRange);

/** No key is empty: a range from the empty key is one from the smallest. */
function toRange({ key, end }: WireRange): KeyRange {
  const bytes = fromWire(key);
  return { key: bytes.length === 0 ? ALL_KEYS.key : bytes, end: fromWire(end) };
}

function toWireRange({ key, end }: KeyRange): WireRange {
  return { key: toWire(key), end: toWire(end) };
}
