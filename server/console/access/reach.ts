/** What an action on users and roles does to what everybody may read and write. Pure. */
import type { AccessAction, AccessChange, AccessReach, AccessRole } from '../../../lib/api/access-types.ts';
import type { WireRange } from '../../../lib/api/types.ts';
import { rangeWords } from '../../../lib/keys/range-words.ts';
import { type Access, EVERYTHING, NOTHING, ROOT_ROLE, reachOf, whoCan, without } from '../../../lib/keys/who-can.ts';
import { sameWire } from '../../../lib/keys/wire-bytes.ts';

export const ROOT_USER = 'root';
/** In one sentence. */
const RANGES_NAMED_MAX = 3;
const USERS_NAMED_MAX = 8;

export interface Standing extends Access {
  readonly enabled: boolean;
}

/** Users and roles as they are when the action has been done. */
export function afterwards(action: AccessAction, standing: Standing): Standing {
  const { users, roles } = standing;
  const user = (name: string, change: (roles: readonly string[]) => readonly string[]): Standing => ({
    ...standing,
    users: users.map((one) => (one.name === name ? { ...one, roles: change(one.roles) } : one)),
  });
  const role = (name: string, change: (permissions: Permissions) => Permissions): Standing => ({
    ...standing,
    roles: roles.map((one) => (one.name === name ? { ...one, permissions: change(one.permissions) } : one)),
  });
  switch (action.type) {
    case 'addUser':
      return { ...standing, users: [...users, { name: action.user, roles: [] }] };
    case 'setPassword':
      return standing;
    case 'deleteUser':
      return { ...standing, users: users.filter(({ name }) => name !== action.user) };
    case 'grantRole':
      return user(action.user, (held) => [...held, action.role]);
    case 'revokeRole':
      return user(action.user, (held) => held.filter((name) => name !== action.role));
    case 'addRole':
      return { ...standing, roles: [...roles, { name: action.role, permissions: [] }] };
    case 'deleteRole':
      return {
        ...standing,
        roles: roles.filter(({ name }) => name !== action.role),
        users: users.map((one) => ({ ...one, roles: one.roles.filter((name) => name !== action.role) })),
      };
    case 'grantPermission': {
      const { permission } = action;
      return role(action.role, (all) => [...all.filter((one) => !isSameRange(one, permission)), permission]);
    }
    case 'revokePermission':
      return role(action.role, (all) => all.filter((one) => !isSameRange(one, action)));
    case 'enable': {
      const others = users.filter(({ name }) => name !== ROOT_USER);
      const held = users.find(({ name }) => name === ROOT_USER)?.roles ?? [];
      const root = { name: ROOT_USER, roles: [...new Set([...held, ROOT_ROLE])] };
      return { ...standing, enabled: true, users: [...others, root] };
    }
    case 'disable':
      return { ...standing, enabled: false };
  }
}

type Permissions = AccessRole['permissions'];

export const isSameRange = (a: WireRange, b: WireRange): boolean => sameWire(a.key, b.key) && sameWire(a.end, b.end);

/** Everybody whose reach becomes another one. While authentication is off before and after: as it would be if it were on. */
export function changesOf(before: Standing, after: Standing): readonly AccessChange[] {
  const isSwitched = before.enabled !== after.enabled;
  const reach = (standing: Standing, name: string): AccessReach => {
    if (isSwitched && !standing.enabled) return EVERYTHING;
    const user = standing.users.find((one) => one.name === name);
    return user === undefined ? NOTHING : reachOf(standing, user);
  };
  const names = [...new Set([...before.users, ...after.users].map(({ name }) => name))].sort();
  const users = names.map((user) => ({ user, before: reach(before, user), after: reach(after, user) }));
  const strangers = {
    user: null,
    before: before.enabled ? NOTHING : EVERYTHING,
    after: after.enabled ? NOTHING : EVERYTHING,
  };
  return [...(isSwitched ? [strangers] : []), ...users].filter((change) => !isSame(change.before, change.after));
}

const isSame = (a: AccessReach, b: AccessReach): boolean => JSON.stringify(a) === JSON.stringify(b);

/** "ada can then write /app/… (through role app)", one sentence each; the last one says that this is all. */
export function changeSentences(changes: readonly AccessChange[], before: Access, after: Access): readonly string[] {
  if (changes.length === 0) return ['Nobody can read or write more or less than before.'];
  const shown = changes.slice(0, USERS_NAMED_MAX).flatMap((change) => sentencesOf(change, before, after));
  const more = changes.length - USERS_NAMED_MAX;
  return [...shown, more > 0 ? `So it is for ${more} more users; nobody else changes.` : 'Nobody else changes.'];
}

function sentencesOf(change: AccessChange, before: Access, after: Access): readonly string[] {
  const name = change.user ?? 'Whoever reaches the store without being a user';
  const gained = both(change.after, change.before).map(
    ([verb, ranges]) => `${name} can then ${verb} ${named(ranges)}${through(change.user, ranges, after)}.`,
  );
  const lost = both(change.before, change.after).map(
    ([verb, ranges]) => `${name} can no longer ${verb} ${named(ranges)}${through(change.user, ranges, before)}.`,
  );
  return [...gained, ...lost];
}

/** What `a` reaches beyond `b`; as one where reading and writing are the same. */
function both(a: AccessReach, b: AccessReach): readonly (readonly [string, readonly WireRange[]])[] {
  const read = without(a.read, b.read);
  const write = without(a.write, b.write);
  if (read.length > 0 && JSON.stringify(read) === JSON.stringify(write)) return [['read and write', read]];
  const each = [
    ['read', read],
    ['write', write],
  ] as const;
  return each.filter(([, ranges]) => ranges.length > 0);
}

function named(ranges: readonly WireRange[]): string {
  const words = ranges.slice(0, RANGES_NAMED_MAX).map(rangeWords).join(', ');
  const more = ranges.length - RANGES_NAMED_MAX;
  return more > 0 ? `${words} and ${more} more` : words;
}

function through(user: string | null, ranges: readonly WireRange[], access: Access): string {
  const roles = new Set<string>();
  for (const range of ranges) {
    const can = whoCan(access, range).find((one) => one.user === user);
    for (const role of [...(can?.read.through ?? []), ...(can?.write.through ?? [])]) roles.add(role);
  }
  return roles.size === 0 ? '' : ` (through role ${[...roles].join(', ')})`;
}
