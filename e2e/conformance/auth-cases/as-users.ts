/** What users may do to leases, locks, members and each other; the last cases turn authentication off. */
import type { Case } from '../harness/differential.ts';
import { utf8 } from '../harness/probe.ts';
import {
  as,
  brief,
  DENIED,
  keepAlive,
  type Metadata,
  NO_STATUS,
  NOBODY,
  NOBODY_NAMED,
  perm,
  READ,
  READWRITE,
  REFUSED,
  SECURITY_RELEASES,
  statusOf,
} from './callers.ts';

export const asUsers: readonly Case[] = [
  {
    name: 'a lease is used only by who may write all of its keys',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('put', { key: utf8('b'), lease: 701n }, alice),
        await p.call('put', { key: utf8('b'), lease: 700n }, alice),
        await p.call('put', { key: utf8('b'), lease: 999n }, alice),
      ];
    },
  },
  {
    name: 'a lease is revoked only by who may write all of its keys',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('leaseRevoke', { id: 701n }, alice),
        await p.call('leaseRevoke', { id: 999n }, alice),
        await p.call('leaseRevoke', { id: 700n }, alice),
      ];
    },
  },
  {
    name: 'the keys of a lease are told only to who may read them',
    run: async (p) => {
      const [alice, bob] = [await as(p, 'alice'), await as(p, 'bob')];
      const keys = (who: Metadata) => brief(p.call('timeToLive', { id: 701n, keys: true }, who));
      return [await keys(alice), await keys(bob)];
    },
    differs: { reason: '3.4.23 tells them to everybody', until: ['3.5.0'], ours: [DENIED, 'ok'], etcd: ['ok', 'ok'] },
  },
  {
    name: 'the list of leases is only for who may read every key of theirs',
    run: async (p) => {
      const [alice, bob] = [await as(p, 'alice'), await as(p, 'bob')];
      return [await brief(p.call('leases', {}, alice)), await brief(p.call('leases', {}, bob))];
    },
    differs: { reason: '3.4.23 tells it to everybody', until: ['3.5.0'], ours: [DENIED, 'ok'], etcd: ['ok', 'ok'] },
  },
  {
    name: 'a lease is kept alive by who may write its keys',
    run: async (p) => {
      await p.must('leaseGrant', { id: 702n, ttl: 600 });
      await p.put('b', 'v', 702n);
      return [await keepAlive(p, await as(p, 'alice'), 702n), await keepAlive(p, await as(p, 'alice'), 999n)];
    },
  },
  {
    name: 'a lease is not kept alive by who may not write its keys, nor by nobody',
    run: async (p) => {
      const brief = (answer: object) => ('ttl' in answer ? answer.ttl : answer);
      return [brief(await keepAlive(p, await as(p, 'alice'), 701n)), brief(await keepAlive(p, NOBODY, 702n))];
    },
    differs: {
      reason: 'refused to whom it does not concern',
      until: SECURITY_RELEASES,
      ours: [
        { code: 7, message: 'etcdserver: permission denied' },
        { code: 3, message: 'etcdserver: user name is empty' },
      ],
      etcd: [600, 600],
    },
  },
  {
    name: 'users are for root to change',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('userAdd', { name: 'eve', password: 'e' }, alice),
        await p.call('userDelete', { name: 'bob' }, alice),
        await p.call('userChangePassword', { name: 'alice', password: 'new' }, alice),
        await p.call('userGrantRole', { user: 'alice', role: 'root' }, alice),
        await p.call('userRevokeRole', { name: 'alice', role: 'dev' }, alice),
        await p.call('roleAdd', { name: 'mine' }, alice),
        await p.call('roleDelete', { role: 'dev' }, alice),
        await p.call('roleGrantPermission', { name: 'dev', perm: perm(READ, 'x') }, alice),
        await p.call('roleRevokePermission', { role: 'dev', key: utf8('a') }, alice),
        await p.call('authDisable', {}, alice),
        await p.call('authEnable', {}, alice),
      ];
    },
  },
  {
    name: 'users are not for nobody to change or to see',
    run: async (p) => [
      await p.call('userAdd', { name: 'eve', password: 'e' }, NOBODY),
      await p.call('authDisable', {}, NOBODY),
      await p.call('userList', {}, NOBODY),
      await p.call('roleList', {}, NOBODY),
      await p.call('userGet', { name: 'alice' }, NOBODY),
      await p.call('roleGet', { role: 'dev' }, NOBODY),
    ],
  },
  {
    name: 'a user sees himself and his roles',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('userGet', { name: 'alice' }, alice),
        await p.call('userGet', { name: 'bob' }, alice),
        await p.call('userGet', { name: 'nope' }, alice),
        await p.call('roleGet', { role: 'dev' }, alice),
        await p.call('roleGet', { role: 'reader' }, alice),
        await p.call('roleGet', { role: 'nope' }, alice),
        await p.call('userList', {}, alice),
        await p.call('roleList', {}, alice),
      ];
    },
  },
  {
    name: 'root stays root',
    run: async (p) => {
      await p.must('roleAdd', { name: 'root' });
      return [
        await p.call('userDelete', { name: 'root' }),
        await p.call('userRevokeRole', { name: 'root', role: 'root' }),
        await p.call('roleDelete', { role: 'root' }),
      ];
    },
  },
  {
    name: 'the stored role root',
    run: async (p) => (await p.must('roleGet', { role: 'root' })).perm,
    differs: {
      reason: 'its permissions are shown since 3.6',
      until: ['3.6.0'],
      ours: [{ permType: READWRITE, key: '', rangeEnd: '\0' }],
      etcd: [],
    },
  },
  {
    name: 'a changed password ends the tokens of that user alone',
    run: async (p) => {
      const [alice, bob] = [await as(p, 'alice'), await as(p, 'bob')];
      const changed = await p.call('userChangePassword', { name: 'alice', password: 'a' });
      return [
        changed,
        await p.call('range', { key: utf8('b') }, alice),
        await p.call('range', { key: utf8('a') }, bob),
        await p.call('range', { key: utf8('b') }, await as(p, 'alice')),
      ];
    },
  },
  {
    name: 'a role taken away is gone at once, and the token stays good',
    run: async (p) => {
      const alice = await as(p, 'alice');
      await p.must('userRevokeRole', { name: 'alice', role: 'dev' });
      const without = await p.call('range', { key: utf8('b') }, alice);
      await p.must('userGrantRole', { user: 'alice', role: 'dev' });
      return [without, await p.call('range', { key: utf8('b') }, alice)];
    },
  },
  {
    name: 'a deleted user is nobody',
    run: async (p) => {
      await p.must('userAdd', { name: 'eve', password: 'e' });
      await p.must('userGrantRole', { user: 'eve', role: 'root' });
      const { token } = await p.must('authenticate', { name: 'eve', password: 'e' });
      const eve = { metadata: { token } };
      const before = await p.call('put', { key: utf8('z') }, eve);
      await p.must('userDelete', { name: 'eve' });
      return [before, await p.call('put', { key: utf8('z') }, eve), await p.call('userList', {}, eve)];
    },
  },
  {
    name: 'the role root makes anybody root',
    run: async (p) => {
      await p.must('userGrantRole', { user: 'carol', role: 'root' });
      const carol = await as(p, 'carol');
      const answers = [await p.call('put', { key: utf8('z') }, carol), await p.call('userList', {}, carol)];
      await p.must('userRevokeRole', { name: 'carol', role: 'root' });
      return [...answers, await p.call('put', { key: utf8('z') }, carol)];
    },
  },
  {
    name: 'a user whose password was set to nothing cannot sign in',
    run: async (p) => {
      await p.must('userAdd', { name: 'locked', password: 'x' });
      return [
        await brief(p.call('userChangePassword', { name: 'locked', password: '' })),
        await brief(p.call('authenticate', { name: 'locked', password: '' }, NOBODY)),
        await brief(p.call('authenticate', { name: 'locked', password: 'x' }, NOBODY)),
      ];
    },
    differs: {
      reason: '3.4.23 takes it for the empty password',
      until: ['3.5.0'],
      ours: ['ok', REFUSED, REFUSED],
      etcd: ['ok', 'ok', REFUSED],
    },
  },
  {
    name: 'locks and elections are done in the name of the caller',
    run: async (p) => {
      const [alice, bob] = [await as(p, 'alice'), await as(p, 'bob')];
      const bare = async (who: Metadata, name: string) => {
        const outcome = await p.call('lock', { name: utf8(name) }, who);
        return outcome.ok ? 'locked' : outcome;
      };
      return [
        await bare(alice, 'z/lock'),
        await bare(bob, 'b/lock'),
        await bare(NOBODY, 'b/lock'),
        await bare(alice, 'b/lock'),
        await p.call('unlock', { key: utf8('z/lock') }, alice),
        await p.call('leader', { name: utf8('z/nobody') }, alice),
        await p.call('leader', { name: utf8('b/nobody') }, alice),
      ];
    },
  },
  {
    name: 'what nobody may ask of a member',
    run: async (p) => [
      await brief(p.call('status', {}, NOBODY)),
      await brief(p.call('memberList', {}, NOBODY)),
      await brief(p.call('leases', {}, NOBODY)),
      await brief(p.call('leaseGrant', { id: 703n, ttl: 60 }, NOBODY)),
      await brief(p.call('timeToLive', { id: 701n }, NOBODY)),
      await brief(p.call('alarm', { action: 0 }, NOBODY)),
    ],
    differs: {
      reason: 'refused to whom it does not concern',
      until: SECURITY_RELEASES,
      ours: Array(6).fill(NOBODY_NAMED),
      etcd: Array(6).fill('ok'),
    },
  },
  {
    name: 'what a user may ask of a member',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await brief(p.call('status', {}, alice)),
        await brief(p.call('memberList', {}, alice)),
        await brief(p.call('alarm', { action: 0 }, alice)),
        await brief(p.call('hashKv', {}, alice)),
        await brief(p.call('defragment', {}, alice)),
      ];
    },
    differs: {
      reason: 'the code is Unknown up to 3.5',
      until: ['3.6.0'],
      ours: ['ok', 'ok', 'ok', DENIED, DENIED],
      etcd: ['ok', 'ok', 'ok', '2 auth: permission denied', '2 auth: permission denied'],
    },
  },
  {
    name: 'compaction by a user who is not root',
    run: async (p) => brief(p.call('compact', { revision: p.base }, await as(p, 'alice'))),
    differs: { reason: 'for root', until: SECURITY_RELEASES, ours: DENIED, etcd: 'ok' },
  },
  {
    name: 'the status says on',
    run: statusOf,
    differs: { reason: 'AuthStatus came with 3.5', until: ['3.5.0'], ours: 'on', etcd: NO_STATUS },
  },
  {
    name: 'turned off, everybody may do everything',
    run: async (p) => {
      const off = await p.call('authDisable', {});
      p.token = undefined;
      return [
        off,
        await p.call('put', { key: utf8('z') }, NOBODY),
        await p.call('userDelete', { name: 'root' }, NOBODY),
        await p.call('authEnable', {}, NOBODY),
      ];
    },
  },
  {
    name: 'while it is off, tokens are not looked at',
    run: (p) => brief(p.call('put', { key: utf8('z') }, { metadata: { token: 'nonsense' } })),
    differs: {
      reason: '3.4.23 refuses a bad token all the same',
      until: ['3.5.0'],
      ours: 'ok',
      etcd: '16 etcdserver: invalid auth token',
    },
  },
];
