/**
 * Users, roles, permissions and tokens over raw gRPC, ours beside the real etcd (§9). The cases build on each other: users are made
 * while authentication is off, it is turned on, and at the end off again.
 */
import { PermissionType } from '../../lib/base/etcdpb/auth.ts';
import type { Outcome } from '../../server/store/rpc/test-support/grpc-client.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

const { READ, WRITE, READWRITE } = PermissionType;
const perm = (permType: number, key: string, rangeEnd = '') => ({ permType, key: utf8(key), rangeEnd: utf8(rangeEnd) });

/** Fast and the same on both sides. */
const FLAGS = ['--bcrypt-cost', '4'];
const PASSWORDS: Readonly<Record<string, string>> = { root: 'r', alice: 'a', bob: 'b', carol: 'c' };

type Metadata = { readonly metadata: Readonly<Record<string, string>> };

/** Calls in the name of a user; nobody's carry no token. */
async function as(p: Probe, name: string): Promise<Metadata> {
  const { token } = await p.must('authenticate', { name, password: PASSWORDS[name] ?? '' });
  return { metadata: { token } };
}
const NOBODY: Metadata = { metadata: {} };

/** "ok", or code and text of the refusal. */
async function brief(outcome: Promise<Outcome<object>>): Promise<string> {
  const settled = await outcome;
  return settled.ok ? 'ok' : `${settled.code} ${settled.message}`;
}

const REFUSED = '3 etcdserver: authentication failed, invalid user ID or password';
const DENIED = '7 etcdserver: permission denied';
const NOBODY_NAMED = '3 etcdserver: user name is empty';

/** What a watch on this range is answered first. */
async function firstOfWatch(p: Probe, who: Metadata, range: { key: Uint8Array; rangeEnd?: Uint8Array }) {
  const watch = p.watch(who.metadata);
  watch.send({ createRequest: range });
  const answer = await watch.next();
  watch.cancel();
  return answer;
}

async function keepAlive(p: Probe, who: Metadata, id: bigint) {
  const stream = p.keepAlive(who.metadata);
  stream.send({ id });
  const answer = await stream.next();
  stream.cancel();
  return answer;
}

const NO_STATUS = '12 unknown method AuthStatus for service etcdserverpb.Auth';

async function statusOf(p: Probe): Promise<string> {
  const outcome = await p.call('authStatus', {});
  if (!outcome.ok) return `${outcome.code} ${outcome.message}`;
  return outcome.value.enabled ? 'on' : 'off';
}

const whileOff: readonly Case[] = [
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
    differs: { reason: 'refused since 3.4.25 and 3.5.8', ours: '3 etcdserver: invalid auth management', etcd: 'ok' },
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
    differs: { reason: 'AuthStatus came with 3.5', ours: 'off', etcd: NO_STATUS },
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

const whileOn: readonly Case[] = [
  {
    name: 'who signs in with what',
    run: async (p) => [
      await p.call('authenticate', { name: 'root', password: 'wrong' }, NOBODY),
      await p.call('authenticate', { name: 'nope', password: 'x' }, NOBODY),
      await p.call('authenticate', { name: '', password: '' }, NOBODY),
      await p.call('authenticate', { name: 'cert', password: '' }, NOBODY),
      await p.call('authenticate', { name: 'alice', password: '' }, NOBODY),
    ],
  },
  {
    name: 'a user with an empty password signs in with it',
    run: async (p) => {
      const outcome = await p.call('authenticate', { name: 'empty', password: '' }, NOBODY);
      return outcome.ok ? /^[A-Za-z]{16}\.\d+$/.test(outcome.value.token) : outcome;
    },
  },
  {
    name: 'keys without a token',
    run: async (p) => [
      await p.call('put', { key: utf8('b') }, NOBODY),
      await p.call('range', { key: utf8('b') }, NOBODY),
      await p.call('range', { key: utf8('b'), serializable: true }, NOBODY),
      await p.call('deleteRange', { key: utf8('b') }, NOBODY),
      await p.call('txn', { success: [{ requestRange: { key: utf8('b') } }] }, NOBODY),
      await p.call('txn', { success: [{ requestPut: { key: utf8('b') } }] }, NOBODY),
    ],
  },
  {
    name: 'keys with a token that there is not',
    run: async (p) => {
      const bad = { metadata: { token: 'nonsense' } };
      const old = { metadata: { token: 'abcdefghijklmnop.1' } };
      return [
        await p.call('put', { key: utf8('b') }, bad),
        await p.call('range', { key: utf8('b') }, old),
        await p.call('range', { key: utf8('b'), serializable: true }, bad),
        await p.call('put', { key: utf8('b') }, { metadata: { token: '' } }),
      ];
    },
  },
  {
    name: 'the token may come as authorization',
    run: async (p) => {
      const { token = '' } = (await as(p, 'alice')).metadata;
      return [
        await p.call('put', { key: utf8('b') }, { metadata: { authorization: token } }),
        await p.call('put', { key: utf8('b') }, { metadata: { authorization: 'nonsense' } }),
        await p.call('put', { key: utf8('b') }, { metadata: { token, authorization: 'nonsense' } }),
      ];
    },
  },
  {
    name: 'writes inside and outside the permissions',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('put', { key: utf8('a') }, alice),
        await p.call('put', { key: utf8('a'), prevKv: true }, alice),
        await p.call('put', { key: utf8('c'), prevKv: true }, alice),
        await p.call('put', { key: utf8('d') }, alice),
        await p.call('deleteRange', { key: utf8('b'), rangeEnd: utf8('d'), prevKv: true }, alice),
        await p.call('deleteRange', { key: utf8('b'), rangeEnd: utf8('e') }, alice),
        await p.call('deleteRange', { key: utf8('a'), rangeEnd: utf8('d') }, alice),
      ];
    },
  },
  {
    name: 'reads inside and outside the permissions',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await p.call('range', { key: utf8('a') }, alice),
        await p.call('range', { key: utf8('b'), rangeEnd: utf8('d') }, alice),
        await p.call('range', { key: utf8('b'), rangeEnd: utf8('d'), serializable: true, countOnly: true }, alice),
        await p.call('range', { key: utf8('b'), rangeEnd: NUL }, alice),
        await p.call('range', { key: utf8('c'), rangeEnd: utf8('a') }, alice),
        await p.call('range', { key: utf8('z'), rangeEnd: utf8('a') }, alice),
        await p.call('range', { key: NUL, rangeEnd: NUL }, alice),
      ];
    },
  },
  {
    name: 'a reader of everything reads everything and writes nothing',
    run: async (p) => {
      const bob = await as(p, 'bob');
      return [
        await p.call('range', { key: NUL, rangeEnd: NUL, keysOnly: true }, bob),
        await p.call('range', { key: utf8('anything') }, bob),
        await p.call('put', { key: utf8('b') }, bob),
        await p.call('deleteRange', { key: NUL, rangeEnd: NUL }, bob),
      ];
    },
  },
  {
    name: 'a user without roles may do nothing',
    run: async (p) => {
      const carol = await as(p, 'carol');
      return [
        await p.call('range', { key: utf8('b') }, carol),
        await p.call('put', { key: utf8('b') }, carol),
        await p.call('txn', {}, carol),
        await p.call('userGet', { name: 'carol' }, carol),
      ];
    },
  },
  {
    name: 'of a transaction everything is checked, whichever branch runs',
    run: async (p) => {
      const alice = await as(p, 'alice');
      const put = (key: string) => ({ requestPut: { key: utf8(key) } });
      const get = (key: string) => ({ requestRange: { key: utf8(key) } });
      const remove = (key: string, prevKv = false) => ({ requestDeleteRange: { key: utf8(key), prevKv } });
      const isMissing = (key: string) => ({ key: utf8(key), target: 1, createRevision: 0 });
      const txns = [
        { success: [put('b')], failure: [get('c')] },
        { success: [put('b')], failure: [put('z')] },
        { success: [put('b')], failure: [get('z')] },
        { compare: [isMissing('z')], success: [put('b')] },
        { compare: [isMissing('b')], success: [put('b')], failure: [remove('c', true)] },
        { success: [remove('a')] },
        { success: [remove('a', true)] },
        { success: [{ requestTxn: { success: [put('b')] } }] },
        { success: [get('b'), get('z')] },
      ];
      const answers: unknown[] = [];
      for (const txn of txns) answers.push(await p.call('txn', txn, alice));
      return answers;
    },
  },
  {
    name: 'of a nested transaction everything is checked, too',
    run: async (p) => {
      const alice = await as(p, 'alice');
      const put = (key: string) => ({ requestPut: { key: utf8(key) } });
      const compare = [{ key: utf8('z'), target: 1, createRevision: 0 }];
      return [
        await brief(p.call('txn', { success: [{ requestTxn: { compare, success: [put('b')] } }] }, alice)),
        await brief(p.call('txn', { failure: [{ requestTxn: { success: [put('b')], failure: [put('z')] } }] }, alice)),
      ];
    },
    differs: { reason: '3.4.23 does not look into nested transactions', ours: [DENIED, DENIED], etcd: ['ok', 'ok'] },
  },
  {
    name: 'shape is refused before permission, and permission before what is missing',
    run: async (p) => {
      const carol = await as(p, 'carol');
      return [
        await p.call('put', { key: utf8('') }, carol),
        await p.call('range', { key: utf8('') }, carol),
        await p.call('put', { key: utf8('q'), lease: 999n }, carol),
        await p.call('range', { key: utf8('q'), revision: 1_000_000 }, carol),
        await p.call('put', { key: utf8('q'), value: utf8('v'), ignoreValue: true }, carol),
      ];
    },
  },
  {
    name: 'a watch inside and outside the permissions',
    run: async (p) => {
      const alice = await as(p, 'alice');
      return [
        await firstOfWatch(p, alice, { key: utf8('b') }),
        await firstOfWatch(p, alice, { key: utf8('b'), rangeEnd: utf8('d') }),
        await firstOfWatch(p, alice, { key: utf8('b'), rangeEnd: utf8('e') }),
        await firstOfWatch(p, alice, { key: utf8('z') }),
        await firstOfWatch(p, alice, { key: utf8('') }),
      ];
    },
  },
  {
    name: 'a watch without a token, and with a bad one',
    run: async (p) => [
      await firstOfWatch(p, NOBODY, { key: utf8('b') }),
      await firstOfWatch(p, { metadata: { token: 'nonsense' } }, { key: utf8('b') }),
    ],
  },
  {
    name: 'a watch with an open end needs the permission for all of it',
    run: async (p) => {
      const answer = await firstOfWatch(p, await as(p, 'alice'), { key: utf8('b'), rangeEnd: NUL });
      return 'cancelReason' in answer ? answer.cancelReason : answer;
    },
    differs: {
      reason: '3.4.23 asks for the first key alone',
      ours: 'rpc error: code = PermissionDenied desc = etcdserver: permission denied',
      etcd: '',
    },
  },
  {
    name: 'a watch outlives the permission it was made with',
    run: async (p) => {
      await p.must('roleAdd', { name: 'brief' });
      await p.must('roleGrantPermission', { name: 'brief', perm: perm(READ, 'w') });
      await p.must('userGrantRole', { user: 'carol', role: 'brief' });
      const watch = p.watch((await as(p, 'carol')).metadata);
      watch.send({ createRequest: { key: utf8('w') } });
      const created = await watch.message();
      await p.must('roleDelete', { role: 'brief' });
      await p.put('w', 'still told');
      const { events } = await watch.message();
      watch.cancel();
      return [created, events];
    },
  },
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
    differs: { reason: '3.4.23 tells them to everybody', ours: [DENIED, 'ok'], etcd: ['ok', 'ok'] },
  },
  {
    name: 'the list of leases is only for who may read every key of theirs',
    run: async (p) => {
      const [alice, bob] = [await as(p, 'alice'), await as(p, 'bob')];
      return [await brief(p.call('leases', {}, alice)), await brief(p.call('leases', {}, bob))];
    },
    differs: { reason: '3.4.23 tells it to everybody', ours: [DENIED, 'ok'], etcd: ['ok', 'ok'] },
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
      reason: 'refused since 3.4.42, 3.5.28 and 3.6.9',
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
      reason: 'refused since 3.4.42, 3.5.28 and 3.6.9',
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
      ours: ['ok', 'ok', 'ok', DENIED, DENIED],
      etcd: ['ok', 'ok', 'ok', '2 auth: permission denied', '2 auth: permission denied'],
    },
  },
  {
    name: 'compaction by a user who is not root',
    run: async (p) => brief(p.call('compact', { revision: p.base }, await as(p, 'alice'))),
    differs: { reason: 'for root since 3.4.42, 3.5.28 and 3.6.9', ours: DENIED, etcd: 'ok' },
  },
  {
    name: 'the status says on',
    run: statusOf,
    differs: { reason: 'AuthStatus came with 3.5', ours: 'on', etcd: NO_STATUS },
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
      ours: 'ok',
      etcd: '16 etcdserver: invalid auth token',
    },
  },
];

differential('Auth over gRPC', [...whileOff, ...whileOn], FLAGS);
