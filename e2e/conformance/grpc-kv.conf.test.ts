/** KV over raw gRPC, ours beside the real etcd: ranges, writes, compaction and their refusals (§4, §5). */

import { prefixRangeEnd } from '../../lib/base/bytes.ts';
import { RangeRequest, SortOrder, SortTarget } from '../../lib/base/etcdpb/kv.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

const prefix = (text: string) => ({ key: utf8(text), rangeEnd: prefixRangeEnd(utf8(text)) });

async function putAll(probe: Probe, entries: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(entries)) await probe.put(key, value);
}

const ranges: readonly Case[] = [
  {
    name: 'a key that was never written is an empty answer at the current revision',
    run: (p) => p.call('range', { key: utf8('r0/none') }),
  },
  {
    name: 'versions count puts, create_revision stays, and a new life starts over',
    run: async (p) => {
      const key = utf8('r1');
      const puts = [await p.put('r1', 'a'), await p.put('r1', 'b')];
      const before = await p.call('range', { key });
      const deleted = await p.call('deleteRange', { key });
      await p.put('r1', 'c');
      return { puts, before, deleted, after: await p.call('range', { key }) };
    },
  },
  {
    name: 'a historic read carries the current revision in its header',
    run: async (p) => {
      const first = await p.put('r2', 'old');
      await p.put('r2', 'new');
      return p.call('range', { key: utf8('r2'), revision: first.header?.revision ?? 0 });
    },
  },
  {
    name: 'a future revision is refused',
    run: async (p) => p.call('range', { key: utf8('r3'), revision: (await p.revision()) + 10 }),
  },
  {
    name: 'a negative revision means the current one',
    run: async (p) => {
      await p.put('r4', 'x');
      return p.call('range', { key: utf8('r4'), revision: -5 });
    },
  },
  {
    name: 'limit cuts and says more, count ignores it',
    run: async (p) => {
      await putAll(p, { 'r5/a': '1', 'r5/b': '2', 'r5/c': '3' });
      return [
        await p.call('range', { ...prefix('r5/'), limit: 2 }),
        await p.call('range', { ...prefix('r5/'), limit: 3 }),
        await p.call('range', { ...prefix('r5/'), limit: -1 }),
      ];
    },
  },
  {
    name: 'count_only gives neither keys nor more',
    run: async (p) => {
      await putAll(p, { 'r6/a': '1', 'r6/b': '2' });
      return p.call('range', { ...prefix('r6/'), countOnly: true, limit: 1 });
    },
  },
  {
    name: 'keys_only drops values and keeps metadata',
    run: async (p) => {
      await putAll(p, { 'r7/a': '1' });
      return p.call('range', { ...prefix('r7/'), keysOnly: true });
    },
  },
  {
    name: 'revision filters apply before the limit and never to the count',
    run: async (p) => {
      await putAll(p, { 'r8/a': '1', 'r8/b': '2', 'r8/c': '3' });
      const base = await p.revision();
      await p.put('r8/a', '4');
      return [
        await p.call('range', { ...prefix('r8/'), minModRevision: base }),
        await p.call('range', { ...prefix('r8/'), maxModRevision: base - 1 }),
        await p.call('range', { ...prefix('r8/'), minCreateRevision: base - 1, limit: 1 }),
        await p.call('range', { ...prefix('r8/'), maxCreateRevision: base - 2 }),
      ];
    },
  },
  ...[
    ['KEY descending', SortTarget.KEY, SortOrder.DESCEND],
    ['VALUE with order NONE ascends', SortTarget.VALUE, SortOrder.NONE],
    ['VALUE descending', SortTarget.VALUE, SortOrder.DESCEND],
    ['MOD ascending', SortTarget.MOD, SortOrder.ASCEND],
    ['CREATE descending', SortTarget.CREATE, SortOrder.DESCEND],
  ].map(
    ([title, sortTarget, sortOrder], i): Case => ({
      name: `sorting by ${title}`,
      run: async (p) => {
        await putAll(p, { [`s${i}/b`]: '1', [`s${i}/a`]: '3', [`s${i}/c`]: '2' });
        const sort = { sortTarget: Number(sortTarget), sortOrder: Number(sortOrder) };
        return [
          await p.call('range', { ...prefix(`s${i}/`), ...sort }),
          await p.call('range', { ...prefix(`s${i}/`), ...sort, limit: 2 }),
        ];
      },
    }),
  ),
  {
    name: 'an inverted range is empty, not an error',
    run: (p) => p.call('range', { key: utf8('z'), rangeEnd: utf8('a') }),
  },
  {
    name: 'range_end "\\0" reads to the end, and key "\\0" with it reads everything',
    run: async (p) => {
      await p.put('~r9', 'last');
      const tail = await p.call('range', { key: utf8('~'), rangeEnd: NUL });
      const all = await p.call('range', { key: NUL, rangeEnd: NUL, countOnly: true });
      return { tail, all };
    },
  },
  {
    name: 'keys order by bytes, beyond ASCII and with embedded zeros',
    run: async (p) => {
      for (const tail of [[0xff], [0], [0x7f], [0xc3, 0xa9], [0, 0], []]) {
        await p.must('put', { key: Uint8Array.from([0x62, 0x2f, ...tail]), value: utf8('v') });
      }
      return p.call('range', prefix('b/'));
    },
  },
  {
    name: 'a serializable read answers the same',
    run: async (p) => {
      await p.put('r10', 'v');
      return p.call('range', { key: utf8('r10'), serializable: true });
    },
  },
];

const refusals: readonly Case[] = [
  { name: 'range without a key', run: (p) => p.call('range', {}) },
  { name: 'put without a key', run: (p) => p.call('put', { value: utf8('v') }) },
  { name: 'delete without a key', run: (p) => p.call('deleteRange', { rangeEnd: utf8('a') }) },
  {
    name: 'put with a value and ignore_value',
    run: (p) => p.call('put', { key: utf8('e1'), value: utf8('v'), ignoreValue: true }),
  },
  {
    name: 'put with a lease and ignore_lease',
    run: (p) => p.call('put', { key: utf8('e2'), lease: 7n, ignoreLease: true }),
  },
  { name: 'ignore_value on a missing key', run: (p) => p.call('put', { key: utf8('e3'), ignoreValue: true }) },
  { name: 'ignore_lease on a missing key', run: (p) => p.call('put', { key: utf8('e4'), ignoreLease: true }) },
  { name: 'put with an unknown lease', run: (p) => p.call('put', { key: utf8('e5'), lease: 99n }) },
  { name: 'put with an unknown negative lease', run: (p) => p.call('put', { key: utf8('e5'), lease: -99n }) },
  {
    name: 'a put above max-request-bytes',
    run: (p) => p.call('put', { key: utf8('e6'), value: new Uint8Array(1_572_864) }),
  },
  {
    name: 'a put just below max-request-bytes is taken',
    run: (p) => p.call('put', { key: utf8('e7'), value: new Uint8Array(1_572_864 - 200) }),
  },
  {
    name: 'a message above what the server receives',
    run: (p) => p.call('put', { key: utf8('e8'), value: new Uint8Array(2_097_152) }),
  },
  {
    name: 'an unknown sort order',
    run: (p) => p.call('range', { key: utf8('e9'), sortOrder: 9 }),
    differs: {
      reason: 'unknown sort options are accepted silently up to 3.5',
      until: ['3.6.0'],
      ours: { ok: false, code: 3, message: 'etcdserver: invalid sort option' },
      etcd: {
        ok: true,
        value: {
          header: { clusterId: 'some clusterId', memberId: 'some memberId', revision: 'base+0', raftTerm: 'some term' },
          kvs: [],
          more: false,
          count: 0,
        },
      },
    },
  },
  {
    name: 'an unknown method and an unknown service',
    run: async (p) => {
      const codec = { request: RangeRequest, response: RangeRequest };
      return [
        await p.client.call('/etcdserverpb.KV/Nope', codec, {}),
        await p.client.call('/etcdserverpb.Nope/Range', codec, {}),
      ];
    },
  },
];

const writes: readonly Case[] = [
  {
    name: 'put returns the previous pair when asked',
    run: async (p) => {
      const first = await p.call('put', { key: utf8('w1'), value: utf8('a'), prevKv: true });
      return [first, await p.call('put', { key: utf8('w1'), value: utf8('b'), prevKv: true })];
    },
  },
  {
    name: 'an identical put still makes a revision',
    run: async (p) => [await p.put('w2', 'same'), await p.put('w2', 'same')],
  },
  {
    name: 'ignore_value keeps the value and makes a revision',
    run: async (p) => {
      await p.put('w3', 'kept');
      const put = await p.call('put', { key: utf8('w3'), ignoreValue: true });
      return [put, await p.call('range', { key: utf8('w3') })];
    },
  },
  {
    name: 'an empty value is a value',
    run: async (p) => {
      await p.put('w4', '');
      return p.call('range', { key: utf8('w4') });
    },
  },
  {
    name: 'delete of nothing keeps the revision',
    run: async (p) => [await p.call('deleteRange', { key: utf8('w5') }), (await p.revision()) - p.base],
  },
  {
    name: 'delete of a range is one revision and returns pairs in key order',
    run: async (p) => {
      await putAll(p, { 'w6/b': '2', 'w6/a': '1', 'w6/c': '3' });
      const deleted = await p.call('deleteRange', { ...prefix('w6/'), prevKv: true });
      return [deleted, await p.call('range', prefix('w6/'))];
    },
  },
  {
    name: 'delete with an inverted range deletes nothing',
    run: (p) => p.call('deleteRange', { key: utf8('w7z'), rangeEnd: utf8('w7a') }),
  },
];

/** Last, because compaction takes the past of every case before it. */
const compactions: readonly Case[] = [
  {
    name: 'compacting at 0 before any compaction',
    run: async (p) => {
      const outcome = await p.call('compact', { revision: 0 });
      return outcome.ok ? 'done' : outcome.message;
    },
    differs: {
      reason: 'etcd takes one compaction at 0 on a store that was never compacted; ours has nothing below revision 1',
      ours: 'etcdserver: mvcc: required revision has been compacted',
      etcd: 'done',
    },
  },
  {
    name: 'compact keeps the revision itself readable and refuses those below, itself again, and the future',
    run: async (p) => {
      await p.put('c1', 'a');
      const at = (await p.put('c1', 'b')).header?.revision ?? 0;
      await p.put('c1', 'c');
      const key = utf8('c1');
      return [
        await p.call('compact', { revision: at, physical: true }),
        await p.call('range', { key, revision: at }),
        await p.call('range', { key, revision: at - 1 }),
        await p.call('compact', { revision: at }),
        await p.call('compact', { revision: at - 1 }),
        await p.call('compact', { revision: at + 100 }),
        await p.call('compact', { revision: 0 }),
        await p.call('compact', { revision: -3 }),
      ];
    },
  },
  {
    name: 'a tombstone at the compact revision stays deleted',
    run: async (p) => {
      await p.put('c2', 'a');
      const at = (await p.must('deleteRange', { key: utf8('c2') })).header?.revision ?? 0;
      await p.call('compact', { revision: at, physical: true });
      return p.call('range', { key: utf8('c2'), revision: at });
    },
  },
  {
    name: 'compacting at the current revision is allowed',
    run: async (p) => {
      await p.put('c3', 'a');
      return p.call('compact', { revision: await p.revision() });
    },
  },
];

differential('KV beside the real etcd', [...ranges, ...refusals, ...writes, ...compactions]);
