import { expect, test } from 'vitest';
import { type ByteString, fromByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { AuthRoleGrantPermissionRequest, AuthUserAddRequest, PermissionType } from '../../../lib/base/etcdpb/auth.ts';
import { AuthStore } from './auth-store.ts';
import { NOBODY } from './types.ts';

const b = (text: string): Uint8Array => fromByteString(text as ByteString);
const user = (name: string, rest: object = {}) =>
  AuthUserAddRequest.create({ name, hashedPassword: 'aGFzaA==', ...rest });
const grant = (name: string, key: string, rangeEnd = '', permType: number = PermissionType.READWRITE) =>
  AuthRoleGrantPermissionRequest.create({ name, perm: { permType, key: b(key), rangeEnd: b(rangeEnd) } });

/** root, alice with role dev on [a, c), authentication on. */
function sampleStore(): AuthStore {
  const auth = new AuthStore();
  auth.addUser(user('root'));
  auth.grantRole('root', 'root');
  auth.addUser(user('alice'));
  auth.addRole('dev');
  auth.grantPermission(grant('dev', 'a', 'c'));
  auth.grantRole('alice', 'dev');
  auth.enable();
  return auth;
}

test('a new store is open to everybody, at auth revision 1', () => {
  const auth = new AuthStore();
  expect([auth.isEnabled, auth.revision]).toEqual([false, 1]);
  auth.checkRoot(NOBODY);
  auth.checkRead(NOBODY, b('a'), b('\0'));
  auth.checkWrite(NOBODY, b('a'), b('\0'));
});

test('turning on needs the user root with the role root, raises no revision and is idempotent', () => {
  const auth = new AuthStore();
  expect(() => auth.enable()).toThrow('etcdserver: root user does not exist');
  auth.addUser(user('root'));
  expect(() => auth.enable()).toThrow('etcdserver: root user does not have root role');
  auth.grantRole('root', 'root');
  const { revision } = auth;
  auth.enable();
  auth.enable();
  expect([auth.isEnabled, auth.revision]).toEqual([true, revision]);
  auth.disable();
  auth.disable();
  expect([auth.isEnabled, auth.revision]).toEqual([false, revision + 1]);
});

test('every change raises the auth revision by one; a role granted twice and a refused change do not', () => {
  const auth = new AuthStore();
  const steps: [() => unknown, number][] = [
    [() => auth.addUser(user('u')), 2],
    [() => auth.addRole('r'), 3],
    [() => auth.grantRole('u', 'r'), 4],
    [() => auth.grantRole('u', 'r'), 4],
    [() => auth.grantPermission(grant('r', 'k')), 5],
    [() => auth.grantPermission(grant('r', 'k', '', PermissionType.READ)), 6],
    [() => auth.revokePermission({ role: 'r', key: b('k'), rangeEnd: b('') }), 7],
    [() => auth.revokeRole('u', 'r'), 8],
    [() => auth.changePassword({ name: 'u', password: '', hashedPassword: '' }), 9],
    [() => auth.deleteRole('r'), 10],
    [() => auth.deleteUser('u'), 11],
  ];
  for (const [step, revision] of steps) {
    step();
    expect(auth.revision).toBe(revision);
  }
  const refusals: [() => unknown, string][] = [
    [() => auth.addUser(user('')), 'user name is empty'],
    [() => auth.addUser(user('x', { hashedPassword: '%' })), 'password was given for no password user'],
    [() => auth.deleteUser('x'), 'user name not found'],
    [() => auth.changePassword({ name: 'x', password: '', hashedPassword: '' }), 'user name not found'],
    [() => auth.grantRole('x', 'root'), 'user name not found'],
    [() => auth.revokeRole('x', 'r'), 'user name not found'],
    [() => auth.addRole(''), 'role name is empty'],
    [() => auth.deleteRole('r'), 'role name not found'],
    [() => auth.grantPermission(grant('r', 'k')), 'role name not found'],
    [() => auth.grantPermission(AuthRoleGrantPermissionRequest.create({ name: 'r' })), 'permission not given'],
    [() => auth.grantPermission(grant('r', 'k', 'a')), 'invalid auth management'],
    [() => auth.revokePermission({ role: 'r', key: b('k'), rangeEnd: b('') }), 'role name not found'],
    [() => auth.authenticate('u'), 'authentication is not enabled'],
  ];
  for (const [step, text] of refusals) expect(step, text).toThrow(text);
  expect(auth.revision).toBe(11);
});

test('names taken, roles not granted and permissions not granted are refused', () => {
  const auth = sampleStore();
  expect(() => auth.addUser(user('alice'))).toThrow('user name already exists');
  expect(() => auth.addRole('dev')).toThrow('role name already exists');
  expect(() => auth.grantRole('alice', 'nope')).toThrow('role name not found');
  expect(() => auth.revokeRole('root', 'dev')).toThrow('role is not granted to the user');
  expect(() => auth.revokePermission({ role: 'dev', key: b('a'), rangeEnd: b('') })).toThrow(
    'permission is not granted to the role',
  );
});

test('while authentication is on, root cannot be deleted and keeps the role root', () => {
  const auth = sampleStore();
  auth.addRole('root');
  for (const step of [
    () => auth.deleteUser('root'),
    () => auth.revokeRole('root', 'root'),
    () => auth.deleteRole('root'),
  ])
    expect(step).toThrow('etcdserver: invalid auth management');
  auth.disable();
  auth.deleteRole('root');
  auth.deleteUser('root');
  expect(auth.userNames()).toEqual(['alice']);
});

test('a deleted role is taken from its users, and their permissions with it', () => {
  const auth = sampleStore();
  auth.checkRead({ username: 'alice', revision: auth.revision }, b('a'), b('c'));
  auth.deleteRole('dev');
  expect(auth.user('alice')?.roles).toEqual([]);
  expect(() => auth.checkRead({ username: 'alice', revision: auth.revision }, b('a'), b(''))).toThrow(
    'permission denied',
  );
});

test('who asks is checked before what: nobody, an old revision, an unknown user, then the ranges', () => {
  const auth = sampleStore();
  const at = (username: string, revision = auth.revision) => ({ username, revision });
  expect(() => auth.checkRead(NOBODY, b('a'), b(''))).toThrow('etcdserver: user name is empty');
  expect(() => auth.checkWrite(at('alice', 1), b('a'), b(''))).toThrow('etcdserver: revision of auth store is old');
  expect(() => auth.checkRead(at('mallory'), b('a'), b(''))).toThrow('etcdserver: permission denied');
  expect(() => auth.checkWrite(at('alice'), b('c'), b(''))).toThrow('etcdserver: permission denied');
  auth.checkWrite(at('alice'), b('a'), b('c'));
  auth.checkRead(at('root'), b('\0'), b('\0'));
  // A token of a later revision than this member's is no reason to refuse.
  auth.checkRead(at('alice', 1000), b('a'), b(''));
});

test('root is asked for by role, whatever the revision', () => {
  const auth = sampleStore();
  const at = (username: string) => ({ username, revision: 0 });
  auth.checkRoot(at('root'));
  expect(() => auth.checkRoot(at('alice'))).toThrow('etcdserver: permission denied');
  expect(() => auth.checkRoot(at('mallory'))).toThrow('etcdserver: user name not found');
  expect(() => auth.checkRoot(NOBODY)).toThrow('etcdserver: user name is empty');
  auth.grantRole('alice', 'root');
  auth.checkRoot(at('alice'));
});

test('users without a password keep none and get no token', () => {
  const auth = sampleStore();
  auth.addUser(user('cert', { options: { noPassword: true } }));
  auth.changePassword({ name: 'cert', password: '', hashedPassword: 'aGFzaA==' });
  expect(auth.user('cert')?.password).toEqual(new Uint8Array(0));
  expect(() => auth.authenticate('cert')).toThrow('authentication failed, invalid user ID or password');
  expect(() => auth.authenticate('mallory')).toThrow('authentication failed, invalid user ID or password');
  auth.authenticate('alice');
});

test('a permission on the same range replaces the old one; others are kept in the order of their keys', () => {
  const auth = sampleStore();
  auth.grantPermission(grant('dev', 'x', '', PermissionType.WRITE));
  auth.grantPermission(grant('dev', 'B'));
  auth.grantPermission(grant('dev', 'a', 'c', PermissionType.READ));
  const keys = auth.permissionsOf('dev')?.map(({ permType, key }) => [permType, String.fromCharCode(...key)]);
  expect(keys).toEqual([
    [PermissionType.READWRITE, 'B'],
    [PermissionType.READ, 'a'],
    [PermissionType.WRITE, 'x'],
  ]);
  expect(() => auth.checkWrite({ username: 'alice', revision: auth.revision }, b('a'), b(''))).toThrow('denied');
});

test('the stored role root shows every key, and names are listed in byte order', () => {
  const auth = sampleStore();
  expect(auth.permissionsOf('root')).toBeUndefined();
  auth.addRole('root');
  expect(auth.permissionsOf('root')).toEqual([{ permType: PermissionType.READWRITE, key: b(''), rangeEnd: b('\0') }]);
  // U+FF61 sorts before U+1F600 by bytes, behind it by UTF-16 code units.
  for (const name of ['｡', '😀', 'Z']) auth.addUser(user(name));
  expect(auth.userNames()).toEqual(['Z', 'alice', 'root', '｡', '😀']);
});

test('a record brings the whole store back, and nothing of what was there stays', () => {
  const auth = sampleStore();
  const copy = new AuthStore();
  copy.addUser(user('gone'));
  copy.clear();
  copy.restore(auth.record());
  expect(copy.record()).toEqual(auth.record());
  expect(copy.user('alice')?.password).toEqual(utf8Encode('hash'));
  copy.clear();
  expect([copy.isEnabled, copy.revision, copy.userNames()]).toEqual([false, 1, []]);
});
