/** Three members each: any member answers any request, forwarding where the leader must decide. Ours beside the real etcd. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { type Pair, startPair } from './harness/pair.ts';
import { comparable, Probe, utf8 } from './harness/probe.ts';
import type { Store } from './harness/store.ts';
import { until } from './harness/until.ts';

const START_TIMEOUT_MS = 60_000;
const MEMBER_COUNT = 3;

/** One probe per member, the leader's first. */
type Probes = readonly [leader: Probe, follower: Probe, other: Probe];

async function leaderFirst(store: Store): Promise<Probes> {
  const probes = store.endpoints.map((endpoint) => new Probe(endpoint));
  const statuses = await Promise.all(probes.map((probe) => probe.must('status', {})));
  const leads = probes.map((_, i) => statuses[i]?.leader === statuses[i]?.header?.memberId);
  const [leader, follower, other] = [...probes.filter((_, i) => leads[i]), ...probes.filter((_, i) => !leads[i])];
  if (leader === undefined || follower === undefined || other === undefined) throw new Error('not three members');
  return [leader, follower, other];
}

withEtcd('three members beside the real etcd', (binaries) => {
  let pair: Pair;
  let ours: Probes;
  let etcd: Probes;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: MEMBER_COUNT });
    ours = await leaderFirst(pair.ours);
    etcd = await leaderFirst(pair.etcd);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    for (const probe of [...(ours ?? []), ...(etcd ?? [])]) probe.close();
    await pair?.stop();
  });

  const both = async (run: (probes: Probes) => Promise<unknown>): Promise<void> => {
    const observe = async (probes: Probes) => {
      const base = await probes[0].revision();
      return comparable(await run(probes), base);
    };
    const [our, their] = await Promise.all([observe(ours), observe(etcd)]);
    expect(our).toEqual(their);
  };

  test('a write through a follower is read at once through every member', () =>
    both(async (probes) => {
      const written = await probes[1].put('m1', 'v');
      const read = await Promise.all(probes.map((probe) => probe.call('range', { key: utf8('m1') })));
      return { written, read };
    }));

  test('fifty writes spread over the members make fifty revisions, and each member has them all', () =>
    both(async (probes) => {
      const turns = Array.from({ length: 50 }, (_, i) => probes[i % 3]?.put(`m2/${i}`, 'v'));
      const answers = await Promise.all(turns);
      const revisions = new Set(answers.map((answer) => answer?.header?.revision));
      const counts = await Promise.all(
        probes.map(async (probe) => (await probe.must('range', { key: utf8('m2/'), rangeEnd: utf8('m20') })).count),
      );
      return { distinct: revisions.size, counts };
    }));

  test('a compare-and-swap race through three members has one winner', () =>
    both(async (probes) => {
      const outcomes = await Promise.all(
        probes.map((probe, i) =>
          probe.must('txn', {
            compare: [{ key: utf8('m3'), target: 1, result: 0, createRevision: 0 }],
            success: [{ requestPut: { key: utf8('m3'), value: utf8(String(i)) } }],
          }),
        ),
      );
      return outcomes.filter(({ succeeded }) => succeeded).length;
    }));

  test('a lease lives through any member: grant, keep-alive, time to live, list, revoke', () =>
    both(async (probes) => {
      const [leader, follower, other] = probes;
      const granted = await follower.call('leaseGrant', { id: 301n, ttl: 100 });
      await other.put('m4', 'v', 301n);
      const kept: unknown[] = [];
      for (const probe of probes) {
        const stream = probe.keepAlive();
        stream.send({ id: 301n });
        stream.send({ id: 999n });
        const [known, unknown] = [await stream.message(), await stream.message()];
        kept.push([known.ttl, unknown.ttl]);
        stream.end();
      }
      const remaining = await Promise.all(
        probes.map(async (probe) => {
          const { ttl, grantedTtl, keys } = await probe.must('timeToLive', { id: 301n, keys: true });
          return { isRunning: ttl > 90 && ttl <= 100, grantedTtl, keys };
        }),
      );
      const unknown = await follower.call('timeToLive', { id: 999n });
      const revoked = await other.call('leaseRevoke', { id: 301n });
      const after = await leader.call('range', { key: utf8('m4') });
      return { granted, kept, remaining, unknown, revoked, after };
    }));

  test('leases are listed soonest expiry first through a follower too', () =>
    both(async ([leader, follower]) => {
      for (const [id, ttl] of [
        [311n, 5000],
        [312n, 3000],
        [313n, 4000],
      ] as const) {
        await leader.must('leaseGrant', { id, ttl });
      }
      return (await leader.must('leases', {})).leases
        .map(({ id }) => String(id))
        .concat((await follower.must('leases', {})).leases.map(({ id }) => String(id)).sort());
    }));

  test('a watch through a follower sees writes made through the others', () =>
    both(async ([leader, follower, other]) => {
      const stream = follower.watch();
      stream.send({ createRequest: { key: utf8('m5') } });
      await stream.message();
      await leader.put('m5', '1');
      const first = await stream.message();
      await other.must('deleteRange', { key: utf8('m5') });
      const second = await stream.message();
      stream.cancel();
      return [first, second];
    }));

  test('refusals are the same through a follower', () =>
    both(async ([, follower]) => [
      await follower.call('put', { key: utf8('m6'), lease: 12345n }),
      await follower.call('leaseRevoke', { id: 12345n }),
      await follower.call('compact', { revision: 1_000_000 }),
      await follower.call('range', { key: utf8('m6'), revision: 1_000_000 }),
      await follower.call('moveLeader', { targetId: 1n }),
    ]));

  test('compaction through a follower holds on every member', () =>
    both(async (probes) => {
      const [leader, follower] = probes;
      const at = (await leader.put('m7', 'v')).header?.revision ?? 0;
      await leader.put('m7', 'w');
      const done = await follower.call('compact', { revision: at, physical: true });
      const below = await Promise.all(
        probes.map((probe) => probe.call('range', { key: utf8('m7'), revision: at - 1 })),
      );
      return { done, below };
    }));

  test('all members agree on the hash of the history', async () => {
    const hashes = async (probes: Probes) => {
      const revision = await probes[0].revision();
      const all = await Promise.all(probes.map((probe) => probe.must('hashKv', { revision })));
      return new Set(all.map(({ hash }) => hash)).size;
    };
    for (const probe of [...ours, ...etcd]) await probe.must('range', { key: utf8('settle') });
    expect([await hashes(ours), await hashes(etcd)]).toEqual([1, 1]);
  });

  test('a voter is added through a follower, moved, known everywhere, and removed before it ever started', () =>
    both(async (probes) => {
      const [leader, follower, other] = probes;
      // Changes are refused until the members have been connected for five seconds.
      let added = await follower.call('memberAdd', { peerUrls: ['http://127.0.0.1:4721'] });
      const refusals = new Set<string>();
      while (!added.ok) {
        refusals.add(added.message);
        added = await follower.call('memberAdd', { peerUrls: ['http://127.0.0.1:4721'] });
      }
      const id = added.value.member?.id ?? 0n;
      await other.must('memberUpdate', { id, peerUrls: ['http://127.0.0.1:4722'] });
      const urls = async (probe: Probe) => {
        await probe.must('range', { key: utf8('settle') });
        const { members } = await probe.must('memberList', {});
        return members.find((member) => member.id === id)?.peerUrls ?? 'nobody';
      };
      const known = await Promise.all(probes.map(urls));
      const removed = await leader.must('memberRemove', { id });
      const gone = await Promise.all(probes.map(urls));
      refusals.delete('etcdserver: unhealthy cluster');
      return { unexpected: [...refusals], known, count: removed.members.length, gone };
    }));

  test('a lease gets its whole time again when the leadership moves', () =>
    both(async ([leader, follower]) => {
      const idOf = async (probe: Probe) => (await probe.must('status', {})).header?.memberId ?? 0n;
      await leader.must('leaseGrant', { id: 331n, ttl: 8 });
      const left = async () => (await leader.must('timeToLive', { id: 331n })).ttl;
      await until('half of it is gone', async () => (await left()) <= 5);
      const there = await leader.call('moveLeader', { targetId: await idOf(follower) });
      await until('it has its whole time again', async () => (await left()) >= 7);
      return [there, await follower.call('moveLeader', { targetId: await idOf(leader) })];
    }));

  test('the leadership moves, and every member says so', () =>
    both(async (probes) => {
      const [leader, follower] = probes;
      const target = (await follower.must('status', {})).header?.memberId ?? 0n;
      const moved = await leader.call('moveLeader', { targetId: target });
      await expect
        .poll(async () =>
          (await Promise.all(probes.map((p) => p.must('status', {})))).every((s) => s.leader === target),
        )
        .toBe(true);
      const written = await leader.call('put', { key: utf8('m8'), value: utf8('after') });
      return { moved, written };
    }));
});
