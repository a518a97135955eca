/** What moves the revision and what does not, from the first one on (§5), and how history reaches watchers (§7). */
import type { WatchResponse } from '../../lib/base/etcdpb/watch.ts';
import { FilterType } from '../../lib/base/etcdpb/watch.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

const within = (name: string) => ({ key: utf8(`${name}/`), rangeEnd: utf8(`${name}0`) });

/** The revisions a watch replays, each with the number of answers that held a part of it; and whether they came in order. */
async function replay(p: Probe, name: string, startRevision: number, events: number) {
  const watch = p.watch();
  watch.send({ createRequest: { ...within(name), startRevision } });
  await watch.message();
  const answers: WatchResponse[] = [];
  for (let seen = 0; seen < events; ) {
    const answer = await watch.message();
    seen += answer.events.length;
    answers.push(answer);
  }
  watch.cancel();
  const pieces = new Map<number, number>();
  for (const { events } of answers)
    for (const revision of new Set(events.map(({ kv }) => kv?.modRevision ?? 0)))
      pieces.set(revision, (pieces.get(revision) ?? 0) + 1);
  const keys = answers.flatMap(({ events }) => events.map(({ kv }) => new TextDecoder().decode(kv?.key)));
  return { revisions: pieces.size, isSplit: [...pieces.values()].some((count) => count > 1), keys };
}

const arithmetic: readonly Case[] = [
  { name: 'a fresh store stands at revision 1', run: async (p) => [p.base, await p.call('range', { key: utf8('a') })] },
  {
    name: 'what is no write keeps the revision: leases, alarms, users, reads, refusals, deletes of nothing',
    run: async (p) => {
      await p.must('leaseGrant', { id: 31n, ttl: 600 });
      await p.must('leaseRevoke', { id: 31n });
      await p.must('alarm', {});
      await p.must('roleAdd', { name: 'nobody' });
      await p.must('roleDelete', { role: 'nobody' });
      await p.call('put', { key: utf8('r0'), lease: 99n });
      await p.must('deleteRange', { key: utf8('r0') });
      await p.must('txn', {
        success: [{ requestRange: { key: utf8('r0') } }, { requestDeleteRange: { key: utf8('r0') } }],
      });
      return (await p.revision()) - p.base;
    },
  },
  {
    name: 'a compaction keeps the revision',
    run: async (p) => {
      const before = (await p.put('r1', 'v')).header?.revision ?? 0;
      await p.must('compact', { revision: before });
      return (await p.revision()) - before;
    },
  },
  {
    name: 'one request is one revision, however many keys it writes',
    run: async (p) => {
      const success = Array.from({ length: 50 }, (_, i) => ({
        requestPut: { key: utf8(`r2/${i}`), value: utf8('v') },
      }));
      const wrote = await p.must('txn', { success });
      const deleted = await p.must('deleteRange', within('r2'));
      return [wrote.header?.revision, deleted.header?.revision, deleted.deleted];
    },
  },
  {
    name: 'a key that is deleted and written again begins at version 1 with a new creation',
    run: async (p) => {
      await p.put('r3', 'a');
      await p.put('r3', 'b');
      await p.must('deleteRange', { key: utf8('r3') });
      await p.put('r3', 'c');
      return p.call('range', { key: utf8('r3') });
    },
  },
  {
    name: 'a put in the transaction that deletes another key shares its revision',
    run: async (p) => {
      await p.put('r4/old', 'v');
      const moved = await p.call('txn', {
        success: [
          { requestDeleteRange: { key: utf8('r4/old') } },
          { requestPut: { key: utf8('r4/new'), value: utf8('v') } },
        ],
      });
      return [moved, await p.call('range', within('r4'))];
    },
  },
  {
    name: 'a prefix of 0xff bytes reaches to the end',
    run: async (p) => {
      const key = Uint8Array.of(0xff, 0xff);
      await p.must('put', { key: Uint8Array.of(0xff, 0xff, 1), value: utf8('v') });
      return p.call('range', { key, rangeEnd: NUL, keysOnly: true });
    },
  },
  {
    name: 'keys_only keeps the lease of a key',
    run: async (p) => {
      await p.must('leaseGrant', { id: 32n, ttl: 600 });
      await p.put('r5', 'v', 32n);
      return p.call('range', { key: utf8('r5'), keysOnly: true });
    },
  },
  {
    name: 'an answer of many megabytes is given whole',
    run: async (p) => {
      for (let i = 0; i < 6; i++)
        await p.must('put', { key: utf8(`r6/${i}`), value: new Uint8Array(1_000_000).fill(65 + i) });
      const { kvs, more, count } = await p.must('range', within('r6'));
      return { sizes: kvs.map(({ value }) => value.length), more, count };
    },
  },
  {
    name: 'a linearizable and a serializable read, each in a transaction of reads alone, keep the log as it is',
    run: async (p) => {
      await p.put('r7', 'v');
      const read = (serializable: boolean) =>
        p.must('txn', { success: [{ requestRange: { key: utf8('r7'), serializable } }] });
      const before = (await p.must('status', {})).raftIndex;
      for (let i = 0; i < 40; i++) await read(i % 2 === 0);
      // etcd writes an entry of its own now and then.
      return (await p.must('status', {})).raftIndex - before < 10;
    },
  },
];

const deliveries: readonly Case[] = [
  {
    name: 'a replay never splits a revision, and keeps the order of keys within it',
    run: async (p) => {
      const from = (await p.revision()) + 1;
      for (let i = 0; i < 20; i++) {
        const keys = Array.from({ length: 100 }, (_, k) => `v1/${String((k * 37) % 100).padStart(3, '0')}`);
        await p.must('txn', {
          success: keys.map((key) => ({ requestPut: { key: utf8(key), value: utf8(String(i)) } })),
        });
      }
      return replay(p, 'v1', from, 2000);
    },
  },
  {
    name: 'a replay of more than a thousand revisions comes complete and in order',
    run: async (p) => {
      const from = (await p.revision()) + 1;
      for (let at = 0; at < 1500; at += 100)
        await Promise.all(Array.from({ length: 100 }, (_, i) => p.put(`v2/${i}`, String(at))));
      const { revisions, isSplit } = await replay(p, 'v2', from, 1500);
      return { revisions, isSplit };
    },
  },
  {
    name: 'a deletion of a range is told key by key, in key order, at one revision',
    run: async (p) => {
      for (const key of ['v3/c', 'v3/a', 'v3/b']) await p.put(key, 'v');
      const from = (await p.must('deleteRange', within('v3'))).header?.revision ?? 0;
      return replay(p, 'v3', from, 3);
    },
  },
  {
    name: 'keys of an expired lease are deleted at one revision, in key order',
    run: async (p) => {
      await p.must('leaseGrant', { id: 33n, ttl: 2 });
      for (const key of ['v4/c', 'v4/a', 'v4/b']) await p.put(key, 'v', 33n);
      return replay(p, 'v4', (await p.revision()) + 1, 3);
    },
  },
  {
    name: 'filters and previous pairs together, over history',
    run: async (p) => {
      const from = (await p.put('v5/a', '1')).header?.revision ?? 0;
      await p.put('v5/a', '2');
      await p.must('deleteRange', { key: utf8('v5/a') });
      await p.put('v5/a', '3');
      const watch = p.watch();
      watch.send({
        createRequest: { ...within('v5'), startRevision: from, prevKv: true, filters: [FilterType.NOPUT] },
      });
      await watch.message();
      const { events } = await watch.message();
      watch.cancel();
      return events;
    },
  },
  {
    name: 'both filters at once leave nothing, and the watch still lives',
    run: async (p) => {
      const watch = p.watch();
      watch.send({ createRequest: { ...within('v6'), filters: [FilterType.NOPUT, FilterType.NODELETE] } });
      const created = await watch.message();
      await p.put('v6/a', '1');
      watch.send({ progressRequest: {} });
      const progress = await watch.message();
      watch.cancel();
      return [created, progress];
    },
  },
  {
    name: 'two watchers of one stream each hear of a write, and progress is told once for both',
    run: async (p) => {
      const watch = p.watch();
      for (let i = 0; i < 2; i++) {
        watch.send({ createRequest: within('v7') });
        await watch.message();
      }
      await p.put('v7/a', '1');
      const heard = [await watch.message(), await watch.message()].map(({ watchId }) => watchId).sort();
      watch.send({ progressRequest: {} });
      const progress = await watch.message();
      watch.cancel();
      return [heard, progress];
    },
  },
  {
    name: 'progress asked for on a stream without watchers is not answered',
    run: async (p) => {
      const watch = p.watch();
      watch.send({ progressRequest: {} });
      watch.send({ createRequest: within('v8') });
      const { created } = await watch.message();
      watch.cancel();
      return created ? 'created' : 'progress';
    },
    differs: {
      reason: 'answered at once, whatever there is on the stream, by old releases',
      until: ['3.4.25', '3.5.8'],
      ours: 'created',
      etcd: 'progress',
    },
  },
  {
    name: 'a request of no kind is passed over',
    run: async (p) => {
      const watch = p.watch();
      watch.send({});
      watch.send({ createRequest: within('v9') });
      const first = await watch.message();
      watch.cancel();
      return first;
    },
  },
  {
    name: 'a previous pair that was compacted is left out',
    run: async (p) => {
      await p.put('v10/a', '1');
      const at = (await p.put('v10/a', '2')).header?.revision ?? 0;
      await p.put('v10/a', '3');
      await p.must('compact', { revision: at });
      const watch = p.watch();
      watch.send({ createRequest: { ...within('v10'), startRevision: at, prevKv: true } });
      await watch.message();
      const events: unknown[] = [];
      while (events.length < 2) events.push(...(await watch.message()).events);
      watch.cancel();
      return events;
    },
  },
];

differential('revisions beside the real etcd', arithmetic);
differential('history in watches beside the real etcd', deliveries);
