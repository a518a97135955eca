import { expect, test } from 'vitest';
import type { AccessAction, AccessView } from '../../../lib/api/access-types.ts';
import { planOf } from './plan.ts';

const VIEW: AccessView = {
  enabled: true,
  you: 'root',
  complete: true,
  account: 'console',
  users: [
    { name: 'ada', roles: [] },
    { name: 'bob', roles: ['app', 'root'] },
    { name: 'console', roles: ['app'] },
    { name: 'root', roles: ['root'] },
  ],
  roles: [
    { name: 'app', permissions: [{ type: 'readwrite', key: '/app/', end: '/app0' }] },
    { name: 'root', permissions: [] },
  ],
};
const ONE_ROOT: AccessView = { ...VIEW, users: VIEW.users.filter(({ name }) => name !== 'bob') };
const OFF: AccessView = { ...VIEW, enabled: false, you: null };
const PREFIX = { key: '/app/', end: '/app0' };

const plan = (action: AccessAction, view: AccessView = VIEW, more: { isExposed?: boolean } = {}) =>
  planOf(action, {
    view,
    endpoints: ['127.0.0.1:1'],
    isExposed: more.isExposed ?? false,
    configPrefix: '/quorate/config/',
  });

test('granting a role says what its user can then do, through which role, and that nobody else changes', () => {
  const { effects, changes, confirm, command } = plan({ type: 'grantRole', user: 'ada', role: 'app' });
  expect(effects).toEqual(['ada can then read and write /app/… (through role app).', 'Nobody else changes.']);
  expect(changes).toEqual([
    { user: 'ada', before: { read: [], write: [] }, after: { read: [PREFIX], write: [PREFIX] } },
  ]);
  expect(confirm).toBe('ada');
  expect(command).toBe('etcdctl --endpoints=127.0.0.1:1 user grant-role ada app');
});

test('a permission reaches every user of its role, but for those who may do it already', () => {
  const permission = { type: 'read', key: '/log', end: '' } as const;
  const { effects, changes } = plan({ type: 'grantPermission', role: 'app', permission });
  expect(effects).toEqual(['console can then read /log (through role app).', 'Nobody else changes.']);
  expect(changes.map(({ user }) => user)).toEqual(['console']);
});

test('taking away says what is lost; what another role still permits is not', () => {
  expect(plan({ type: 'revokeRole', user: 'bob', role: 'app' }).effects).toEqual([
    'Nobody can read or write more or less than before.',
  ]);
  expect(plan({ type: 'deleteRole', role: 'app' }).effects).toEqual([
    'It is taken from bob, console.',
    'console can no longer read and write /app/… (through role app).',
    'Nobody else changes.',
  ]);
});

test('a permission for the same range takes the place of the old one', () => {
  const { effects } = plan({ type: 'grantPermission', role: 'app', permission: { type: 'read', ...PREFIX } });
  expect(effects).toEqual([
    'It takes the place of the permission to readwrite there.',
    'console can no longer write /app/… (through role app).',
    'Nobody else changes.',
  ]);
});

test('turning on names what becomes of root, of applications, of other users and of the console itself', () => {
  const without = { ...OFF, account: null, users: VIEW.users.filter(({ name }) => name !== 'root') };
  const { effects, changes } = plan({ type: 'enable' }, without);
  expect(effects.join('\n')).toMatch(/user root is made, with the password you chose/);
  expect(effects.join('\n')).toMatch(/Who else can sign in: ada, bob, console\./);
  expect(effects.join('\n')).toMatch(/no account of its own \(QUORATE_USER\): its audit entries go to its log only/);
  expect(changes.map(({ user }) => user)).toEqual([null, 'ada', 'console']);
  expect(plan({ type: 'enable' }, OFF).effects.join('\n')).toMatch(/root is made anew/);
});

test.each([
  ['root', /works as root: it goes on only if the password/],
  ['ghost', /set to work as ghost, and there is no such user/],
  ['console', /works as console, who may not read and write \/quorate\/audit\/ and \/quorate\/config\//],
  ['bob', /goes on as bob/],
])('turning on says what becomes of the console’s own account %s', (account, words) => {
  expect(plan({ type: 'enable' }, { ...OFF, account }).effects.join('\n')).toMatch(words);
});

test('turning off opens every key to whoever reaches the store', () => {
  const { effects } = plan({ type: 'disable' });
  expect(effects.join('\n')).toMatch(/being a user can then read and write every key\./);
});

test('while authentication is off a plan says that it does not count yet', () => {
  expect(plan({ type: 'grantRole', user: 'ada', role: 'app' }, OFF).effects.at(-1)).toMatch(/Authentication is off/);
});

test.each<[string, AccessAction, AccessView, string]>([
  ['a user twice', { type: 'addUser', user: 'ada', withPassword: true }, VIEW, 'there is a user ada already'],
  ['a user who is not there', { type: 'setPassword', user: 'eve' }, VIEW, 'there is no user eve'],
  ['deleting yourself', { type: 'deleteUser', user: 'bob' }, { ...VIEW, you: 'bob' }, 'it is you'],
  ['deleting root while on', { type: 'deleteUser', user: 'root' }, { ...VIEW, you: 'bob' }, 'the store keeps the user'],
  ['deleting the console’s account', { type: 'deleteUser', user: 'console' }, VIEW, 'this console itself works as'],
  [
    'the last root',
    { type: 'revokeRole', user: 'root', role: 'root' },
    ONE_ROOT,
    'is the last user with the role root',
  ],
  ['root from root', { type: 'revokeRole', user: 'root', role: 'root' }, VIEW, 'the store keeps this role'],
  ['root from yourself', { type: 'revokeRole', user: 'bob', role: 'root' }, { ...VIEW, you: 'bob' }, 'it is you'],
  ['a role not held', { type: 'revokeRole', user: 'ada', role: 'app' }, VIEW, 'ada does not have the role app'],
  ['a role held', { type: 'grantRole', user: 'bob', role: 'app' }, VIEW, 'bob has the role app already'],
  ['a role that is not there', { type: 'grantRole', user: 'ada', role: 'x' }, VIEW, 'there is no role x'],
  ['a role twice', { type: 'addRole', role: 'app' }, VIEW, 'there is a role app already'],
  ['the role root while on', { type: 'deleteRole', role: 'root' }, VIEW, 'the store keeps the role root'],
  [
    'a permission for root',
    { type: 'grantPermission', role: 'root', permission: { type: 'read', ...PREFIX } },
    VIEW,
    'permits everything already',
  ],
  [
    'a permission twice',
    { type: 'grantPermission', role: 'app', permission: { type: 'readwrite', ...PREFIX } },
    VIEW,
    'has that permission already',
  ],
  [
    'a range of no key',
    { type: 'grantPermission', role: 'app', permission: { type: 'read', key: 'b', end: 'a' } },
    VIEW,
    'ends before it begins',
  ],
  [
    'a permission that is not there',
    { type: 'revokePermission', role: 'app', key: '/app/', end: '' },
    VIEW,
    'has no permission for exactly /app/',
  ],
  ['on twice', { type: 'enable' }, VIEW, 'authentication is on already'],
  ['off twice', { type: 'disable' }, OFF, 'authentication is off already'],
])('refused, and nothing is promised: %s', (_name, action, view, refusal) => {
  const refused = plan(action, view);
  expect(refused.refusal).toContain(refusal);
  expect(refused.effects).toEqual([]);
  expect(refused.changes).toEqual([]);
});

test('a console that other machines reach does not turn authentication off', () => {
  expect(plan({ type: 'disable' }, VIEW, { isExposed: true }).refusal).toMatch(/on loopback only/);
});

test('the state is another one as soon as a user, a role, a permission or the switch is', () => {
  const other = { ...VIEW, roles: [{ name: 'app', permissions: [] }] };
  const states = [VIEW, OFF, ONE_ROOT, other].map((view) => plan({ type: 'addRole', role: 'x' }, view).state);
  expect(new Set(states).size).toBe(4);
  expect(plan({ type: 'enable' }, { ...VIEW, you: 'bob' }).state).toBe(states[0]);
});
