/** Lease over raw gRPC, ours beside the real etcd (§8). */
import { type Case, differential } from './harness/differential.ts';
import { type Probe, utf8 } from './harness/probe.ts';

/** Keep-alive answers of the given ids, in order, then the status after half-close. */
async function keepAlive(p: Probe, ids: readonly bigint[]): Promise<unknown> {
  const stream = p.keepAlive();
  for (const id of ids) stream.send({ id });
  const answers: unknown[] = [];
  for (const _ of ids) answers.push(await stream.next());
  stream.end();
  return { answers, status: await stream.status() };
}

/** TTLs that count down are compared by whether they are plausible, not by the second. */
async function timeToLive(p: Probe, id: bigint, keys = false): Promise<unknown> {
  const { ttl, ...rest } = await p.must('timeToLive', { id, keys });
  return { ...rest, ttl: ttl > 0 && ttl <= rest.grantedTtl ? 'running' : ttl };
}

const cases: readonly Case[] = [
  { name: 'a grant with its own id', run: (p) => p.call('leaseGrant', { id: 101n, ttl: 60 }) },
  {
    name: 'a grant without an id gets a positive one',
    run: async (p) => {
      const { id, ...rest } = await p.must('leaseGrant', { ttl: 60 });
      return { ...rest, isPositive: id > 0n };
    },
  },
  {
    name: 'the same id twice',
    run: async (p) => [
      await p.call('leaseGrant', { id: 102n, ttl: 60 }),
      await p.call('leaseGrant', { id: 102n, ttl: 60 }),
    ],
  },
  {
    name: 'a short, a zero and a negative TTL are raised to the minimum',
    run: async (p) => [
      await p.call('leaseGrant', { id: 103n, ttl: 1 }),
      await p.call('leaseGrant', { id: 104n, ttl: 0 }),
      await p.call('leaseGrant', { id: 105n, ttl: -7 }),
    ],
  },
  { name: 'the longest TTL', run: (p) => p.call('leaseGrant', { id: 106n, ttl: 9_000_000_000 }) },
  { name: 'a TTL beyond the longest', run: (p) => p.call('leaseGrant', { id: 107n, ttl: 9_000_000_001 }) },
  {
    name: 'a negative id is an id',
    run: async (p) => [
      await p.call('leaseGrant', { id: -108n, ttl: 60 }),
      await p.put('l108', 'v', -108n),
      await p.call('range', { key: utf8('l108') }),
      await timeToLive(p, -108n, true),
    ],
  },
  {
    name: 'keep-alive answers the granted TTL, and 0 for an unknown lease',
    run: async (p) => {
      await p.must('leaseGrant', { id: 109n, ttl: 60 });
      return keepAlive(p, [109n, 999n, 109n]);
    },
  },
  {
    name: 'time to live of a lease and its keys, and of an unknown lease',
    run: async (p) => {
      await p.must('leaseGrant', { id: 110n, ttl: 60 });
      await p.put('l110', 'v', 110n);
      return [await timeToLive(p, 110n), await timeToLive(p, 110n, true), await timeToLive(p, 999n, true)];
    },
  },
  {
    name: 'revoke without keys keeps the revision',
    run: async (p) => {
      await p.must('leaseGrant', { id: 111n, ttl: 60 });
      return [await p.call('leaseRevoke', { id: 111n }), await p.call('leaseRevoke', { id: 111n })];
    },
  },
  {
    name: 'revoke deletes its keys in one revision, in key order',
    run: async (p) => {
      await p.must('leaseGrant', { id: 112n, ttl: 60 });
      for (const key of ['l112/c', 'l112/a', 'l112/b']) await p.put(key, 'v', 112n);
      const watch = p.watch();
      watch.send({ createRequest: { key: utf8('l112/'), rangeEnd: utf8('l1120'), startRevision: p.base + 4 } });
      const created = await watch.message();
      const revoked = await p.call('leaseRevoke', { id: 112n });
      const events = await watch.message();
      watch.cancel();
      return { created: created.created, revoked, events };
    },
  },
  {
    name: 'a put without a lease detaches the key, ignore_lease keeps it',
    run: async (p) => {
      await p.must('leaseGrant', { id: 113n, ttl: 60 });
      await p.put('l113/kept', 'a', 113n);
      await p.put('l113/left', 'a', 113n);
      await p.must('put', { key: utf8('l113/kept'), value: utf8('b'), ignoreLease: true });
      await p.put('l113/left', 'b');
      const keys = await timeToLive(p, 113n, true);
      await p.must('leaseRevoke', { id: 113n });
      return { keys, after: await p.call('range', { key: utf8('l113/'), rangeEnd: utf8('l1130') }) };
    },
  },
  {
    name: 'a put with another lease moves the key',
    run: async (p) => {
      await p.must('leaseGrant', { id: 114n, ttl: 60 });
      await p.must('leaseGrant', { id: 115n, ttl: 60 });
      await p.put('l114', 'a', 114n);
      await p.put('l114', 'b', 115n);
      await p.must('leaseRevoke', { id: 114n });
      return p.call('range', { key: utf8('l114') });
    },
  },
  {
    name: 'a deleted key no longer belongs to its lease',
    run: async (p) => {
      await p.must('leaseGrant', { id: 116n, ttl: 60 });
      await p.put('l116', 'a', 116n);
      await p.must('deleteRange', { key: utf8('l116') });
      return timeToLive(p, 116n, true);
    },
  },
  {
    name: 'an expired lease deletes its keys by itself',
    run: async (p) => {
      await p.must('leaseGrant', { id: 117n, ttl: 2 });
      await p.put('l117', 'v', 117n);
      const watch = p.watch();
      watch.send({ createRequest: { key: utf8('l117'), startRevision: p.base + 2 } });
      await watch.message();
      const event = await watch.message();
      watch.cancel();
      return { event, after: await timeToLive(p, 117n), kept: await keepAlive(p, [117n]) };
    },
  },
  {
    name: 'leases are listed soonest expiry first',
    run: async (p) => {
      await p.must('leaseGrant', { id: 118n, ttl: 5000 });
      await p.must('leaseGrant', { id: 119n, ttl: 3000 });
      await p.must('leaseGrant', { id: 120n, ttl: 4000 });
      const { leases, header } = await p.must('leases', {});
      return { header, ours: leases.filter(({ id }) => id >= 118n && id <= 120n) };
    },
  },
];

differential('Lease beside the real etcd', cases);
