/** Permissions and users through the log: what one member was promised is decided when the entry is applied. */
import { expect, test } from 'vitest';
import { PermissionType } from '../../../lib/base/etcdpb/auth.ts';
import { Compare, PutRequest, TxnRequest } from '../../../lib/base/etcdpb/kv.ts';
import { op } from '../mvcc/testing/arbitraries.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { openStateMachine } from './state-machine.ts';
import { applyItem, b, CLUSTER, type Request } from './test-support.ts';
import type { StateMachine } from './types.ts';

const ROOT = { username: 'root', authRevision: 1 };
const NOBODY = { username: '', authRevision: 0 };

/** What the request answered: the kind of its response, or the text of its refusal. */
function run(machine: StateMachine, request: Request): string {
  const { outcome } = applyItem(machine, { kind: 'request', request });
  return outcome.ok ? outcome.value.kind : outcome.error.message.replace('etcdserver: ', '');
}

/** alice may write [a, c) and read [a, b); authentication is on. */
function guardedMachine(): StateMachine {
  const machine = openStateMachine({ disk: new MemoryDisk(), dir: 'auth', clusterId: CLUSTER });
  const perm = (permType: number, key: string, rangeEnd: string) => ({ permType, key: b(key), rangeEnd: b(rangeEnd) });
  const steps: Request[] = [
    { leaseGrant: { id: 7n, ttl: 60 } },
    { leaseGrant: { id: 8n, ttl: 60 } },
    { put: { key: b('z'), lease: 8n } },
    { authUserAdd: { name: 'root', hashedPassword: '' } },
    { authUserAdd: { name: 'alice', hashedPassword: '' } },
    { authUserGrantRole: { user: 'root', role: 'root' } },
    { authRoleAdd: { name: 'dev' } },
    { authRoleGrantPermission: { name: 'dev', perm: perm(PermissionType.WRITE, 'a', 'c') } },
    { authRoleGrantPermission: { name: 'dev', perm: perm(PermissionType.READ, 'a', 'b') } },
    { authUserGrantRole: { user: 'alice', role: 'dev' } },
    { authEnable: {} },
  ];
  for (const step of steps) expect(run(machine, step)).not.toContain(' ');
  return machine;
}

test('whoever asks to see what a write replaced must be allowed to read it', () => {
  const machine = guardedMachine();
  const header = { username: 'alice', authRevision: machine.auth.revision };
  expect(run(machine, { header, put: { key: b('b') } })).toBe('put');
  expect(run(machine, { header, put: { key: b('b'), prevKv: true } })).toBe('permission denied');
  expect(run(machine, { header, put: { key: b('a'), prevKv: true } })).toBe('put');
  expect(run(machine, { header, deleteRange: { key: b('a'), rangeEnd: b('c') } })).toBe('deleteRange');
  expect(run(machine, { header, deleteRange: { key: b('a'), rangeEnd: b('c'), prevKv: true } })).toBe(
    'permission denied',
  );
  expect(run(machine, { header, deleteRange: { key: b('a'), rangeEnd: b('d') } })).toBe('permission denied');
  expect(run(machine, { header: NOBODY, put: { key: b('a') } })).toBe('user name is empty');
});

test('a transaction needs permission for its comparisons and for both branches, nested ones too', () => {
  const machine = guardedMachine();
  const header = { username: 'alice', authRevision: machine.auth.revision };
  const txn = (parts: Partial<TxnRequest>) => run(machine, { header, txn: TxnRequest.create(parts) });
  const put = (key: string) => op({ requestPut: PutRequest.create({ key: b(key) }) });
  const nested = (inner: Partial<TxnRequest>) => op({ requestTxn: TxnRequest.create(inner) });
  const compare = (key: string) => [Compare.create({ key: b(key) })];
  expect(txn({ compare: compare('a'), success: [put('a')], failure: [put('b')] })).toBe('txn');
  expect(txn({ compare: compare('b'), success: [put('a')] })).toBe('permission denied');
  expect(txn({ success: [put('a')], failure: [put('z')] })).toBe('permission denied');
  expect(txn({ success: [put('z')] })).toBe('permission denied');
  expect(txn({ success: [nested({ failure: [put('z')] })] })).toBe('permission denied');
  expect(txn({ success: [nested({ compare: compare('b') })] })).toBe('permission denied');
  expect(txn({ success: [nested({ success: [put('b')] })] })).toBe('txn');
  expect(machine.kv.revision()).toBe(4);
});

test('a lease is used and revoked only by those who may write all of its keys', () => {
  const machine = guardedMachine();
  const header = { username: 'alice', authRevision: machine.auth.revision };
  expect(run(machine, { header, put: { key: b('a'), lease: 8n } })).toBe('permission denied');
  expect(run(machine, { header, leaseRevoke: { id: 8n } })).toBe('permission denied');
  expect(run(machine, { header, put: { key: b('a'), lease: 7n } })).toBe('put');
  expect(run(machine, { header, leaseRevoke: { id: 7n } })).toBe('leaseRevoke');
  expect(run(machine, { header, leaseRevoke: { id: 9n } })).toBe('requested lease not found');
  expect(run(machine, { header: NOBODY, leaseRevoke: { id: 8n } })).toBe('user name is empty');
  expect(run(machine, { header: { username: 'root', authRevision: 0 }, leaseRevoke: { id: 8n } })).toBe('leaseRevoke');
});

test('a write proposed before users changed is refused when it is applied after', () => {
  const machine = guardedMachine();
  const header = { username: 'alice', authRevision: machine.auth.revision };
  expect(run(machine, { header: ROOT, authRoleAdd: { name: 'other' } })).toBe('auth');
  expect(run(machine, { header, put: { key: b('a') } })).toBe('revision of auth store is old');
});

test('users are changed by root alone once authentication is on', () => {
  const machine = guardedMachine();
  const header = { username: 'alice', authRevision: machine.auth.revision };
  expect(run(machine, { header, authUserAdd: { name: 'eve' } })).toBe('permission denied');
  expect(run(machine, { header: NOBODY, authDisable: {} })).toBe('user name is empty');
  expect(run(machine, { header: { username: 'eve', authRevision: 9 }, authDisable: {} })).toBe('user name not found');
  expect(run(machine, { header: ROOT, authDisable: {} })).toBe('auth');
  expect(run(machine, { header: NOBODY, authUserAdd: { name: 'eve' } })).toBe('auth');
});

test('a sign-in gives a token that no other entry can give, and tells when tokens end', () => {
  const machine = guardedMachine();
  const tokens = (request: Request) => {
    const { outcome } = applyItem(machine, { kind: 'request', request });
    return outcome.ok && outcome.value.kind === 'auth' ? outcome.value.tokens : outcome;
  };
  const index = machine.appliedIndex() + 1;
  expect(tokens({ authenticate: { name: 'alice', simpleToken: 'abc' } })).toEqual({
    kind: 'assign',
    token: `abc.${index}`,
    username: 'alice',
  });
  // A JSON Web Token is made by the member that was asked.
  expect(tokens({ authenticate: { name: 'alice' } })).toBeUndefined();
  const header = ROOT;
  expect(tokens({ header, authUserChangePassword: { name: 'alice' } })).toEqual({
    kind: 'dropUser',
    username: 'alice',
  });
  expect(tokens({ header, authUserDelete: { name: 'alice' } })).toEqual({ kind: 'dropUser', username: 'alice' });
  expect(tokens({ header, authDisable: {} })).toEqual({ kind: 'dropAll' });
});

test('users survive a restart of the machine', () => {
  const disk = new MemoryDisk();
  const options = { disk, dir: 'auth', clusterId: CLUSTER };
  const machine = openStateMachine(options);
  run(machine, { authUserAdd: { name: 'root', hashedPassword: 'aGFzaA==' } });
  run(machine, { authUserGrantRole: { user: 'root', role: 'root' } });
  run(machine, { authEnable: {} });
  let isFlushed = false;
  machine.flush(() => {
    isFlushed = true;
  });
  while (disk.completeFlush());
  expect(isFlushed).toBe(true);
  machine.close();
  const { auth } = openStateMachine(options);
  expect([auth.isEnabled, auth.revision, auth.user('root')?.roles]).toEqual([true, 3, ['root']]);
});
