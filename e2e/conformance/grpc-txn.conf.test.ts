/** Txn over raw gRPC, ours beside the real etcd (§6): compares, order of effects, shapes that are refused. */
import { CompareResult, CompareTarget, type RequestOp, type TxnRequest } from '../../lib/base/etcdpb/kv.ts';
import type { Init } from '../../lib/base/protobuf/schema.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

type Op = Init<RequestOp>;
type Txn = Init<TxnRequest>;

const put = (key: string, value = 'v'): Op => ({ requestPut: { key: utf8(key), value: utf8(value) } });
const get = (key: string): Op => ({ requestRange: { key: utf8(key) } });
const del = (key: string, rangeEnd = ''): Op => ({
  requestDeleteRange: { key: utf8(key), rangeEnd: utf8(rangeEnd) },
});
const nest = (txn: Txn): Op => ({ requestTxn: txn });
const { EQUAL, GREATER, LESS, NOT_EQUAL } = CompareResult;
const { VERSION, CREATE, MOD, VALUE, LEASE } = CompareTarget;

/** A case that is one transaction after some puts, and what the keys look like after it. */
function one(name: string, options: { before?: Readonly<Record<string, string>>; txn: Txn; look?: string }): Case {
  return {
    name,
    run: async (p: Probe) => {
      for (const [key, value] of Object.entries(options.before ?? {})) await p.put(key, value);
      const answer = await p.call('txn', options.txn);
      const look = options.look ?? 'none';
      const after = await p.call('range', { key: utf8(look), rangeEnd: utf8(`${look}~`) });
      return { answer, after };
    },
  };
}

const compares: readonly Case[] = [
  one('no compare at all succeeds', { txn: { success: [put('t1/a')] }, look: 't1/' }),
  one('an empty transaction succeeds without a revision', { txn: {} }),
  ...(
    [
      ['version = 0', { target: VERSION, result: EQUAL, version: 0 }],
      ['create > 0', { target: CREATE, result: GREATER, createRevision: 0 }],
      ['mod < 1', { target: MOD, result: LESS, modRevision: 1 }],
      ['lease = 0', { target: LEASE, result: EQUAL, lease: 0n }],
      ['value != x', { target: VALUE, result: NOT_EQUAL, value: utf8('x') }],
      ['value = empty', { target: VALUE, result: EQUAL, value: utf8('') }],
      ['no union, version', { target: VERSION, result: EQUAL }],
    ] as const
  ).map(
    ([title, compare], i): Case =>
      one(`a missing key compares: ${title}`, {
        txn: { compare: [{ key: utf8(`missing${i}`), ...compare }], success: [get('none')] },
      }),
  ),
  ...(
    [
      ['version = 2', { target: VERSION, result: EQUAL, version: 2 }],
      ['version != 2', { target: VERSION, result: NOT_EQUAL, version: 2 }],
      ['value = b', { target: VALUE, result: EQUAL, value: utf8('b') }],
      ['value > a', { target: VALUE, result: GREATER, value: utf8('a') }],
      ['value < a', { target: VALUE, result: LESS, value: utf8('a') }],
      ['lease = 0', { target: LEASE, result: EQUAL, lease: 0n }],
      ['create > 0', { target: CREATE, result: GREATER, createRevision: 0 }],
      ['value with no union', { target: VALUE, result: EQUAL }],
    ] as const
  ).map(
    ([title, compare], i): Case => ({
      name: `a living key compares: ${title}`,
      run: async (p) => {
        await p.put(`live${i}`, 'a');
        await p.put(`live${i}`, 'b');
        return p.call('txn', { compare: [{ key: utf8(`live${i}`), ...compare }], success: [get('none')] });
      },
    }),
  ),
  one('mod compares against the exact revision, all compares must hold', {
    before: { 't2/a': '1', 't2/b': '1' },
    txn: {
      compare: [
        { key: utf8('t2/a'), target: VERSION, result: EQUAL, version: 1 },
        { key: utf8('t2/b'), target: VERSION, result: EQUAL, version: 9 },
      ],
      success: [put('t2/yes')],
      failure: [put('t2/no'), get('t2/a')],
    },
    look: 't2/',
  }),
  one('a compare over a range needs every key', {
    before: { 't3/a': '1', 't3/b': '2' },
    txn: {
      compare: [{ key: utf8('t3/'), rangeEnd: utf8('t30'), target: VALUE, result: EQUAL, value: utf8('1') }],
      success: [get('t3/a')],
      failure: [get('t3/b')],
    },
  }),
  one('a compare over an empty range counts as one missing key', {
    txn: {
      compare: [
        { key: utf8('t4/'), rangeEnd: utf8('t40'), target: VERSION, result: EQUAL, version: 0 },
        { key: utf8('t4/'), rangeEnd: utf8('t40'), target: CREATE, result: LESS, createRevision: 1 },
      ],
      success: [get('t4/')],
    },
  }),
  one('a compare range to the end of the keys', {
    before: { '~t5': '1' },
    txn: {
      compare: [{ key: utf8('~t5'), rangeEnd: NUL, target: VERSION, result: GREATER, version: 0 }],
      success: [get('~t5')],
    },
  }),
];

const effects: readonly Case[] = [
  one('ranges see the writes before them, all at one revision', {
    before: { 't6/a': '1' },
    txn: { success: [get('t6/a'), put('t6/a', '2'), get('t6/a'), del('t6/b'), put('t6/c', '3'), get('t6/c')] },
    look: 't6/',
  }),
  one('a deleted key is gone for the range after it', {
    before: { 't7/a': '1' },
    txn: { success: [del('t7/a'), get('t7/a')] },
    look: 't7/',
  }),
  one('a nested transaction: headers inside, compares against the state before', {
    before: { 't8/a': '1' },
    txn: {
      success: [
        put('t8/a', '2'),
        nest({
          compare: [{ key: utf8('t8/a'), target: VALUE, result: EQUAL, value: utf8('1') }],
          success: [put('t8/nested', 'saw the old'), get('t8/a')],
          failure: [put('t8/nested', 'saw the new')],
        }),
      ],
    },
    look: 't8/',
  }),
  one('delete that deletes nothing makes no revision', { txn: { success: [del('t9')] } }),
  one('put with prev_kv and delete with prev_kv return pairs', {
    before: { 't10/a': '1', 't10/b': '2' },
    txn: {
      success: [
        { requestPut: { key: utf8('t10/a'), value: utf8('x'), prevKv: true } },
        { requestDeleteRange: { key: utf8('t10/b'), prevKv: true } },
      ],
    },
    look: 't10/',
  }),
  one('a read-only transaction answers at the current revision', {
    before: { 't11/a': '1' },
    txn: { success: [get('t11/a'), nest({ success: [get('t11/a')] })] },
  }),
  one('a read-only transaction with serializable ranges', {
    before: { 't12/a': '1' },
    txn: { success: [{ requestRange: { key: utf8('t12/a'), serializable: true } }] },
  }),
  one('the failure branch of a failed compare writes', {
    txn: {
      compare: [{ key: utf8('t13/a'), target: VERSION, result: GREATER, version: 0 }],
      failure: [put('t13/made')],
    },
    look: 't13/',
  }),
  one('two deletes of the same key are allowed', {
    before: { 't14/a': '1' },
    txn: { success: [del('t14/a'), del('t14/', 't140')] },
    look: 't14/',
  }),
];

const refusals: readonly Case[] = [
  one('the same key put twice', { txn: { success: [put('d1'), put('d1')] }, look: 'd1' }),
  one('the same key put twice in the branch that would not run', {
    txn: { success: [get('none')], failure: [put('d2'), put('d2')] },
  }),
  one('a put inside a deleted range', { txn: { success: [del('d3/', 'd30'), put('d3/a')] }, look: 'd3' }),
  one('a deleted range after the put', { txn: { success: [put('d4/a'), del('d4/', 'd40')] }, look: 'd4' }),
  one('the same key in nested then and nested else is allowed', {
    txn: { success: [nest({ success: [put('d5', 'then')], failure: [put('d5', 'else')] })] },
    look: 'd5',
  }),
  one('two sibling nested transactions may not put the same key', {
    txn: { success: [nest({ success: [put('d6')] }), nest({ success: [put('d6')] })] },
    look: 'd6',
  }),
  one('a key deleted nested and put by a later sibling', {
    txn: { success: [nest({ success: [del('d15')] }), nest({ success: [put('d15')] })] },
    look: 'd15',
  }),
  {
    name: 'a key put nested and deleted by a later sibling',
    run: async (p) => {
      const twice = [nest({ success: [put('d16')] }), nest({ success: [del('d16')] })];
      const outcome = await p.call('txn', { success: twice });
      return outcome.ok ? 'done' : outcome.message;
    },
    differs: {
      reason: 'etcd looks at siblings in one direction only, and records two changes of one key at one revision',
      ours: 'etcdserver: duplicate key given in txn request',
      etcd: 'done',
    },
  },
  one('a put nested in a range that is deleted beside it, before and after', {
    before: { 'd17/a': '1' },
    txn: { success: [nest({ success: [put('d17/a')] }), del('d17/', 'd170')] },
    look: 'd17/',
  }),
  {
    name: 'a put in a range that is deleted from a key to the end',
    run: async (p) => {
      const all = { requestDeleteRange: { key: utf8('~d18'), rangeEnd: NUL } };
      const outcome = await p.call('txn', { success: [all, put('~d18/a')] });
      return outcome.ok ? 'done' : outcome.message;
    },
    differs: {
      reason: 'etcd takes the open end for a key, and so for an empty range',
      ours: 'etcdserver: duplicate key given in txn request',
      etcd: 'done',
    },
  },
  one('a put within an inverted range that is deleted', {
    txn: { success: [del('d19z', 'd19a'), put('d19m')] },
    look: 'd19',
  }),
  one('a put outside and the same put nested', { txn: { success: [put('d7'), nest({ success: [put('d7')] })] } }),
  one('an operation of no kind', { txn: { success: [{}] } }),
  one('an empty key in a compare', { txn: { compare: [{ target: VERSION }] } }),
  one('an empty key in a put', { txn: { success: [put('')] } }),
  one('an empty key in a range of the other branch', { txn: { failure: [get('')] } }),
  one('129 operations', { txn: { success: Array.from({ length: 129 }, (_, i) => put(`d8/${i}`)) }, look: 'd8/' }),
  one('128 operations are allowed', {
    txn: { success: Array.from({ length: 128 }, (_, i) => put(`d9/${i}`)) },
    look: 'd9/none',
  }),
  one('a nested transaction gets only what its parent left over', {
    txn: {
      success: [
        ...Array.from({ length: 100 }, (_, i) => put(`d10/${i}`)),
        nest({ success: Array.from({ length: 28 }, (_, i) => put(`d10/nested${i}`)) }),
      ],
    },
    look: 'd10/none',
  }),
  one('an unknown lease fails the whole transaction', {
    txn: { success: [put('d11/a'), { requestPut: { key: utf8('d11/b'), lease: 12345n } }] },
    look: 'd11/',
  }),
  one('ignore_value on a missing key fails the whole transaction', {
    txn: { success: [put('d12/a'), { requestPut: { key: utf8('d12/b'), ignoreValue: true } }] },
    look: 'd12/',
  }),
  {
    name: 'a future revision in a range fails the whole transaction',
    run: async (p) => {
      const revision = (await p.revision()) + 10;
      const range = { requestRange: { key: utf8('d13/a'), revision } };
      const answer = await p.call('txn', { success: [put('d13/a'), range] });
      return { answer, after: await p.call('range', { key: utf8('d13/a') }) };
    },
  },
  {
    name: 'a transaction above max-request-bytes',
    run: (p) => p.call('txn', { success: [{ requestPut: { key: utf8('d14'), value: new Uint8Array(1_572_864) } }] }),
  },
];

differential('Txn beside the real etcd', [...compares, ...effects, ...refusals]);
