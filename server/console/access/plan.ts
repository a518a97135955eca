/** The dry run of each action on users and roles: what will happen, in words, or why it is refused. Pure but for a digest. */
import { createHash } from 'node:crypto';
import type { AccessAction, AccessPlan, AccessView } from '../../../lib/api/access-types.ts';
import { compareBytes, utf8Encode } from '../../../lib/base/bytes.ts';
import { etcdctl } from '../../../lib/format/commands.ts';
import { prefixRange, rangeWords } from '../../../lib/keys/range-words.ts';
import { ROOT_ROLE, whoCan } from '../../../lib/keys/who-can.ts';
import { fromWire } from '../../../lib/keys/wire-bytes.ts';
import { AUDIT_PREFIX } from '../audit/entry.ts';
import { afterwards, changeSentences, changesOf, isSameRange, ROOT_USER } from './reach.ts';

export interface AccessPlanInput {
  /** Complete. */
  readonly view: AccessView;
  readonly endpoints: readonly string[];
  /** Whether others than this machine reach the console. */
  readonly isExposed: boolean;
  /** Where configuration lies in the store; rollouts write there. */
  readonly configPrefix: string;
}

interface Outline {
  readonly title: string;
  /** Beyond what it does to everybody's reach. */
  readonly effects: readonly string[];
  readonly refusal: string | null;
  readonly confirm: string;
  /** Words and flags after etcdctl. */
  readonly command: string;
}

export function planOf(action: AccessAction, input: AccessPlanInput): AccessPlan {
  const { view } = input;
  const outline = outlineOf(action, input);
  const after = afterwards(action, view);
  const changes = outline.refusal === null ? changesOf(view, after) : [];
  const isIdle = !view.enabled && !after.enabled;
  const effects =
    outline.refusal === null
      ? [
          ...outline.effects,
          ...changeSentences(changes, view, after),
          ...(isIdle ? ['Authentication is off: until it is on, whoever reaches the store may do everything.'] : []),
        ]
      : [];
  return { ...outline, effects, changes, state: stateOf(view) };
}

/** Users, their roles and what those permit, as a short digest. */
export function stateOf({ enabled, users, roles }: AccessView): string {
  return createHash('sha256').update(JSON.stringify({ enabled, users, roles })).digest('base64url').slice(0, 22);
}

function outlineOf(action: AccessAction, input: AccessPlanInput): Outline {
  switch (action.type) {
    case 'addUser':
    case 'setPassword':
    case 'deleteUser':
      return userOutline(action, input);
    case 'grantRole':
    case 'revokeRole':
      return membershipOutline(action, input);
    case 'addRole':
    case 'deleteRole':
      return roleOutline(action, input);
    case 'grantPermission':
    case 'revokePermission':
      return permissionOutline(action, input);
    case 'enable':
      return enableOutline(input);
    case 'disable':
      return disableOutline(input);
  }
}

type Of<T extends AccessAction['type']> = Extract<AccessAction, { readonly type: T }>;

function userOutline(
  action: Of<'addUser' | 'setPassword' | 'deleteUser'>,
  { view, endpoints }: AccessPlanInput,
): Outline {
  const { user } = action;
  const isThere = view.users.some(({ name }) => name === user);
  const missing = isThere ? null : `there is no user ${user}`;
  if (action.type === 'addUser') {
    return {
      title: `Add the user ${user}`,
      effects: action.withPassword
        ? []
        : [`${user} has no password and cannot sign in here: only a client certificate can speak for this user.`],
      refusal: isThere ? `there is a user ${user} already` : null,
      confirm: '',
      command: etcdctl(endpoints, ['user', 'add', user], action.withPassword ? [] : ['--no-password']),
    };
  }
  if (action.type === 'setPassword') {
    return {
      title: `Give ${user} a new password`,
      effects: [
        `The old password is worth nothing from then on. Where ${user} is signed in, ${user} signs in again.`,
        ...(view.account === user ? [`This console works as ${user}: ${RESTART_WITH}.`] : []),
      ],
      refusal: missing,
      confirm: user,
      command: etcdctl(endpoints, ['user', 'passwd', user]),
    };
  }
  return {
    title: `Delete the user ${user}`,
    effects: [`Where ${user} is signed in, that ends within seconds. The roles stay.`],
    refusal: missing ?? deleteRefusal(user, view),
    confirm: user,
    command: etcdctl(endpoints, ['user', 'delete', user]),
  };
}

const RESTART_WITH = 'start it again with the new password in QUORATE_PASSWORD, or audit and rollouts stop';

function deleteRefusal(user: string, view: AccessView): string | null {
  if (view.you === user) return 'it is you: somebody else with the role root can do it';
  if (view.account === user) return `this console itself works as ${user}: give it another account first`;
  if (!view.enabled) return null;
  if (user === ROOT_USER) return 'the store keeps the user root as long as authentication is on';
  return isLastRoot(user, view) ? `${user} is the last user with the role root: nobody could undo it` : null;
}

const isLastRoot = (user: string, { users }: AccessView): boolean => {
  const roots = users.filter(({ roles }) => roles.includes(ROOT_ROLE));
  return roots.length === 1 && roots[0]?.name === user;
};

function membershipOutline(action: Of<'grantRole' | 'revokeRole'>, { view, endpoints }: AccessPlanInput): Outline {
  const { user, role } = action;
  const held = view.users.find(({ name }) => name === user)?.roles;
  const hasRole = held?.includes(role) ?? false;
  const isKnown = role === ROOT_ROLE || view.roles.some(({ name }) => name === role);
  const missing =
    held === undefined ? `there is no user ${user}` : isKnown || hasRole ? null : `there is no role ${role}`;
  if (action.type === 'grantRole') {
    return {
      title: `Give ${user} the role ${role}`,
      effects: role === ROOT_ROLE ? [`${user} can then also change users, roles and the cluster.`] : [],
      refusal: missing ?? (hasRole ? `${user} has the role ${role} already` : null),
      confirm: user,
      command: etcdctl(endpoints, ['user', 'grant-role', user, role]),
    };
  }
  return {
    title: `Take the role ${role} from ${user}`,
    effects: [],
    refusal: missing ?? (hasRole ? revokeRefusal(user, role, view) : `${user} does not have the role ${role}`),
    confirm: user,
    command: etcdctl(endpoints, ['user', 'revoke-role', user, role]),
  };
}

function revokeRefusal(user: string, role: string, view: AccessView): string | null {
  if (role !== ROOT_ROLE || !view.enabled) return null;
  if (isLastRoot(user, view)) return `${user} is the last user with the role root: nobody could undo it`;
  if (user === ROOT_USER) return 'the store keeps this role with the user root as long as authentication is on';
  return view.you === user ? 'it is you: somebody else with the role root can do it' : null;
}

function roleOutline(action: Of<'addRole' | 'deleteRole'>, { view, endpoints }: AccessPlanInput): Outline {
  const { role } = action;
  const isThere = view.roles.some(({ name }) => name === role);
  if (action.type === 'addRole') {
    return {
      title: `Add the role ${role}`,
      effects: ['It permits nothing yet.'],
      refusal: isThere ? `there is a role ${role} already` : null,
      confirm: '',
      command: etcdctl(endpoints, ['role', 'add', role]),
    };
  }
  const holders = view.users.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
  return {
    title: `Delete the role ${role}`,
    effects: [holders.length === 0 ? 'No user has it.' : `It is taken from ${holders.join(', ')}.`],
    refusal: !isThere
      ? `there is no role ${role}`
      : role === ROOT_ROLE && view.enabled
        ? 'the store keeps the role root as long as authentication is on'
        : null,
    confirm: role,
    command: etcdctl(endpoints, ['role', 'delete', role]),
  };
}

function permissionOutline(
  action: Of<'grantPermission' | 'revokePermission'>,
  { view, endpoints }: AccessPlanInput,
): Outline {
  const { role } = action;
  const range = action.type === 'grantPermission' ? action.permission : action;
  const found = view.roles.find(({ name }) => name === role);
  const existing = found?.permissions.find((one) => isSameRange(one, range));
  const words = rangeWords(range);
  const missing = found === undefined ? `there is no role ${role}` : null;
  const place = rangeArguments(range);
  if (action.type === 'grantPermission') {
    const { type } = action.permission;
    const verb = type === 'readwrite' ? 'read and write' : type;
    const isReplaced = existing !== undefined && existing.type !== type;
    return {
      title: `Let the role ${role} ${verb} ${words}`,
      effects: isReplaced ? [`It takes the place of the permission to ${existing.type} there.`] : [],
      refusal:
        missing ??
        (role === ROOT_ROLE
          ? 'the role root permits everything already'
          : isEmptyRange(range)
            ? 'the range ends before it begins: no key is in it'
            : existing?.type === type
              ? `the role ${role} has that permission already`
              : null),
      confirm: role,
      command: etcdctl(endpoints, ['role', 'grant-permission', role, type, ...place.words], place.flags),
    };
  }
  return {
    title: `Take ${words} from the role ${role}`,
    effects: [],
    refusal: missing ?? (existing === undefined ? `the role ${role} has no permission for exactly ${words}` : null),
    confirm: role,
    command: etcdctl(endpoints, ['role', 'revoke-permission', role, ...place.words], place.flags),
  };
}

type Range = Parameters<typeof rangeWords>[0];

function isEmptyRange({ key, end }: Range): boolean {
  const last = fromWire(end);
  const isOpen = last.length === 0 || (last.length === 1 && last[0] === 0);
  return !isOpen && compareBytes(last, fromWire(key)) <= 0;
}

/** A key or range as etcdctl's role commands take it. */
function rangeArguments(range: Range): { readonly words: readonly Range['key'][]; readonly flags: readonly string[] } {
  const { key, end } = range;
  if (isSameRange(range, prefixRange(new Uint8Array(0)))) return { words: [''], flags: ['--from-key'] };
  if (fromWire(end).length === 0) return { words: [key], flags: [] };
  if (end === '\0') return { words: [key], flags: ['--from-key'] };
  if (isSameRange(range, prefixRange(fromWire(key)))) return { words: [key], flags: ['--prefix'] };
  return { words: [key, end], flags: [] };
}

function enableOutline(input: AccessPlanInput): Outline {
  const { view, endpoints } = input;
  const isThere = view.users.some(({ name }) => name === ROOT_USER);
  const others = view.users.filter(({ name }) => name !== ROOT_USER).map(({ name }) => name);
  return {
    title: 'Turn authentication on',
    effects: [
      isThere
        ? 'The user root is made anew, with the password you chose, the roles it had and the role root.'
        : 'The user root is made, with the password you chose and the role root.',
      'Then authentication is turned on, and this browser signs in as root.',
      'Applications that send no user and password are refused from then on, reads and writes alike. A watch that stands may go on until it reconnects.',
      others.length === 0 ? 'There is no other user yet.' : `Who else can sign in: ${others.join(', ')}.`,
      accountSentence(input),
    ],
    refusal: view.enabled ? 'authentication is on already' : null,
    confirm: ROOT_USER,
    command: etcdctl(endpoints, ['auth', 'enable']),
  };
}

/** What becomes of the console's own work. */
function accountSentence({ view, configPrefix }: AccessPlanInput): string {
  const { account } = view;
  if (account === null) {
    return 'This console has no account of its own (QUORATE_USER): its audit entries go to its log only, and rollouts stop, until it is started with one.';
  }
  if (account === ROOT_USER) {
    return 'This console itself works as root: it goes on only if the password is the one in its settings (QUORATE_PASSWORD).';
  }
  if (!view.users.some(({ name }) => name === account)) {
    return `This console is set to work as ${account}, and there is no such user: audit entries go to its log only, and rollouts stop.`;
  }
  const barred = [AUDIT_PREFIX, configPrefix].filter((prefix) => {
    const can = whoCan(view, prefixRange(utf8Encode(prefix))).find(({ user }) => user === account);
    return can?.write.extent !== 'all' || can.read.extent !== 'all';
  });
  if (barred.length === 0) return `This console goes on as ${account}, if the password in its settings is right.`;
  return `This console works as ${account}, who may not read and write ${barred.join(' and ')}: audit or rollouts stop.`;
}

function disableOutline({ view, endpoints, isExposed }: AccessPlanInput): Outline {
  return {
    title: 'Turn authentication off',
    effects: [
      'Users, roles and passwords stay for the next time. Whoever is signed in here is so no longer.',
      'No password stands between the store and whoever reaches its ports.',
    ],
    refusal: !view.enabled
      ? 'authentication is off already'
      : isExposed
        ? 'this console can be reached from other machines, and a store without authentication is served on loopback only: nobody could use it here'
        : null,
    confirm: 'off',
    command: etcdctl(endpoints, ['auth', 'disable']),
  };
}
