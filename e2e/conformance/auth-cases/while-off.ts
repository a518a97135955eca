/** Users and roles made while authentication is off; the last case turns it on. */
import type { Case } from '../harness/differential.ts';
import { utf8 } from '../harness/probe.ts';
import { as, brief, NO_STATUS, PASSWORDS, perm, READ, READWRITE, statusOf, WRITE } from './callers.ts';

export const whileOff: readonly Case[] = [
  { name: 'nobody can sign in while it is off', run: (p) => p.call('authenticate', { name: 'root', password: 'r' }) },
  { name: 'turning on without root', run: (p) => p.call('authEnable', {}) },
  { name: 'turning off what is off', run: (p) => p.call('authDisable', {}) },
  { name: 'a user without a name', run: (p) => p.call('userAdd', { name: '', password: 'x' }) },
  {
    name: 'the same user twice',
    run: async (p) => [
      await p.call('userAdd', { name: 'root', password: 'r' }),
      await p.call('userAdd', { name: 'root', password: 'other' }),
    ],
  },
  { name: 'turning on with a root who is not root', run: (p) => p.call('authEnable', {}) },
  { name: 'a role without a name', run: (p) => p.call('roleAdd', { name: '' }) },
  {
    name: 'the same role twice',
    run: async (p) => [await p.call('roleAdd', { name: 'dev' }), await p.call('roleAdd', { name: 'dev' })],
  },
  { name: 'the role root before anybody made it', run: (p) => p.call('roleGet', { role: 'root' }) },
  { name: 'an unknown role', run: (p) => p.call('roleGet', { role: 'nope' }) },
  { name: 'an unknown user', run: (p) => p.call('userGet', { name: 'nope' }) },
  {
    name: 'roles granted to and revoked from whom there is not, or that there are not',
    run: async (p) => [
      await p.call('userGrantRole', { user: 'nope', role: 'dev' }),
      await p.call('userGrantRole', { user: 'root', role: 'nope' }),
      await p.call('userRevokeRole', { name: 'nope', role: 'dev' }),
      await p.call('userRevokeRole', { name: 'root', role: 'dev' }),
    ],
  },
  {
    name: 'a role granted twice',
    run: async (p) => [
      await p.call('userGrantRole', { user: 'root', role: 'root' }),
      await p.call('userGrantRole', { user: 'root', role: 'root' }),
      await p.call('userGet', { name: 'root' }),
    ],
  },
  {
    name: 'permissions are listed by key, and the same range replaces',
    run: async (p) => {
      for (const one of [perm(READ, 'b', 'd'), perm(WRITE, 'a'), perm(READWRITE, 'c', 'd'), perm(READWRITE, 'b', 'd')])
        await p.must('roleGrantPermission', { name: 'dev', perm: one });
      return p.call('roleGet', { role: 'dev' });
    },
  },
  {
    name: 'permissions that cannot be granted or revoked',
    run: async (p) => [
      await p.call('roleGrantPermission', { name: 'nope', perm: perm(READ, 'a') }),
      await p.call('roleRevokePermission', { role: 'nope', key: utf8('a') }),
      await p.call('roleRevokePermission', { role: 'dev', key: utf8('b') }),
      await p.call('roleRevokePermission', { role: 'dev', key: utf8('c'), rangeEnd: utf8('d') }),
      await p.call('roleGet', { role: 'dev' }),
    ],
  },
  {
    name: 'a range that ends before it begins',
    run: async (p) => {
      await p.must('roleAdd', { name: 'crooked' });
      return brief(p.call('roleGrantPermission', { name: 'crooked', perm: perm(READ, 'z', 'a') }));
    },
    differs: {
      reason: 'granted by old releases',
      until: ['3.4.25', '3.5.8'],
      ours: '3 etcdserver: invalid auth management',
      etcd: 'ok',
    },
  },
  {
    name: 'users and roles are listed in byte order',
    run: async (p) => {
      for (const name of ['zoe', 'Zoe', 'ädam', '😀', '｡']) await p.must('userAdd', { name, password: 'x' });
      for (const name of ['ops', 'Ops', 'öps']) await p.must('roleAdd', { name });
      return [await p.call('userList', {}), await p.call('roleList', {})];
    },
  },
  {
    name: 'a deleted role is taken from its users',
    run: async (p) => {
      await p.must('userGrantRole', { user: 'zoe', role: 'ops' });
      await p.must('userGrantRole', { user: 'zoe', role: 'dev' });
      const before = await p.call('userGet', { name: 'zoe' });
      return [before, await p.call('roleDelete', { role: 'ops' }), await p.call('userGet', { name: 'zoe' })];
    },
  },
  { name: 'an unknown role cannot be deleted', run: (p) => p.call('roleDelete', { role: 'ops' }) },
  {
    name: 'an unknown user can neither be deleted nor get a password',
    run: async (p) => [
      await p.call('userDelete', { name: 'nope' }),
      await p.call('userChangePassword', { name: 'nope', password: 'x' }),
    ],
  },
  {
    name: 'users without a password, and with an empty one',
    run: async (p) => [
      await p.call('userAdd', { name: 'cert', options: { noPassword: true } }),
      await p.call('userAdd', { name: 'empty', password: '' }),
    ],
  },
  {
    name: 'the status says off',
    run: statusOf,
    differs: { reason: 'AuthStatus came with 3.5', until: ['3.5.0'], ours: 'off', etcd: NO_STATUS },
  },
  {
    name: 'turning on, twice',
    run: async (p) => {
      for (const name of ['alice', 'bob', 'carol']) await p.must('userAdd', { name, password: PASSWORDS[name] ?? '' });
      await p.must('userGrantRole', { user: 'alice', role: 'dev' });
      await p.must('roleAdd', { name: 'reader' });
      await p.must('roleGrantPermission', { name: 'reader', perm: perm(READ, '\0', '\0') });
      await p.must('userGrantRole', { user: 'bob', role: 'reader' });
      await p.must('leaseGrant', { id: 700n, ttl: 600 });
      await p.must('leaseGrant', { id: 701n, ttl: 600 });
      await p.put('z/leased', 'v', 701n);
      const first = await p.call('authEnable', {});
      const { token } = (await as(p, 'root')).metadata;
      p.token = token;
      return [first, await p.call('authEnable', {})];
    },
  },
];
