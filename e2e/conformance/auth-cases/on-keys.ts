/** What users may do to keys, transactions and watches. */
import type { Case } from '../harness/differential.ts';
import { NUL, utf8 } from '../harness/probe.ts';
import { as, brief, DENIED, firstOfWatch, NOBODY, perm, READ } from './callers.ts';

export const onKeys: readonly Case[] = [
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
    differs: {
      reason: '3.4.23 does not look into nested transactions',
      until: ['3.5.0'],
      ours: [DENIED, DENIED],
      etcd: ['ok', 'ok'],
    },
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
      until: ['3.5.0'],
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
];
