/** The loop and what hangs on it, on a manual clock: elections, writes, reads, leases, crashes, images. */
import { expect, test } from 'vitest';
import { type LeaseId, leaseId } from '../../../lib/base/brand.ts';
import { utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import type { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import type { ProposalResult } from './proposals.ts';
import { ELECTION_MS, MemberWorld, type Site } from './test-support/member-world.ts';

/** A running call: its result once it has one. */
interface Call<T> {
  result: T | undefined;
}

function write(site: Site, key: string, value: string, lease = 0n): Call<ProposalResult> {
  const call: Call<ProposalResult> = { result: undefined };
  const put = { key: utf8Encode(key), value: utf8Encode(value), lease };
  site.member.propose({ put }, (result) => {
    call.result = result;
  });
  return call;
}

/** Writes and lets time pass until the answer is here. */
function put(world: MemberWorld, site: Site, key: string, value: string, lease = 0n): ProposalResult {
  const call = write(site, key, value, lease);
  world.runUntil(() => call.result !== undefined);
  return call.result as ProposalResult;
}

function get(site: Site, key: string): string | undefined {
  const [kv] = site.machine.kv.range(RangeRequest.create({ key: utf8Encode(key) })).kvs;
  return kv === undefined ? undefined : utf8Decode(kv.value);
}

function barrier(site: Site): Call<EtcdError | 'linearizable'> {
  const call: Call<EtcdError | 'linearizable'> = { result: undefined };
  site.member.readBarrier((error) => {
    call.result = error ?? 'linearizable';
  });
  return call;
}

function grant(world: MemberWorld, site: Site, id: bigint, ttl: number): LeaseId {
  const call: Call<ProposalResult> = { result: undefined };
  site.member.propose({ leaseGrant: { id, ttl } }, (result) => {
    call.result = result;
  });
  world.runUntil(() => call.result !== undefined);
  expect(call.result?.ok).toBe(true);
  return leaseId(id);
}

const errorOf = (result: ProposalResult | undefined): string | undefined =>
  result === undefined || result.ok ? undefined : result.error.message;

test('a write on a follower is applied there and everywhere, and a barrier on another member sees it', () => {
  const world = new MemberWorld({ size: 3, seed: 1 });
  const [follower, other] = world.followers() as [Site, Site];
  expect(put(world, follower, 'a', '1').ok).toBe(true);
  expect(get(follower, 'a')).toBe('1');
  const call = barrier(other);
  world.runUntil(() => call.result !== undefined);
  expect(call.result).toBe('linearizable');
  expect(get(other, 'a')).toBe('1');
});

test('a write is acknowledged only when a quorum has flushed it', () => {
  const world = new MemberWorld({ size: 3, seed: 2 });
  const leader = world.leader();
  for (const site of world.followers()) world.stuckDisks.add(site.id);
  const call = write(leader, 'a', '1');
  world.run(500);
  expect(call.result).toBeUndefined();
  world.stuckDisks.delete(world.followers()[0]?.id ?? leader.id);
  world.runUntil(() => call.result !== undefined);
  expect(call.result?.ok).toBe(true);
});

test('the followers may commit while the flush of the leader is still running', () => {
  const world = new MemberWorld({ size: 3, seed: 3 });
  const leader = world.leader();
  const [follower] = world.followers() as [Site];
  const before = follower.machine.kv.revision();
  world.stuckDisks.add(leader.id);
  write(leader, 'a', '1');
  world.run(500);
  expect(follower.machine.kv.revision()).toBe(before + 1);
  expect(get(leader, 'a')).toBeUndefined();
  world.stuckDisks.clear();
  world.run(10);
  expect(get(leader, 'a')).toBe('1');
});

test('without a majority a write waits, then fails as never proposed or as unknown, never as success', () => {
  const world = new MemberWorld({ size: 3, seed: 4 });
  const leader = world.leader();
  world.isolate(leader);
  const taken = write(leader, 'a', '1');
  world.run(3 * ELECTION_MS);
  const refused = write(leader, 'b', '1');
  const read = barrier(leader);
  world.runUntil(() => refused.result !== undefined && taken.result !== undefined && read.result !== undefined);
  expect(errorOf(refused.result)).toBe('etcdserver: no leader');
  expect(errorOf(taken.result)).toMatch(/^etcdserver: request timed out/);
  expect(read.result).not.toBe('linearizable');
});

test('a write that was lost with the old leader is settled when the new one has begun', () => {
  const world = new MemberWorld({ size: 3, seed: 5 });
  const leader = world.leader();
  const [follower] = world.followers() as [Site];
  world.isolate(leader);
  const call = write(follower, 'a', '1');
  world.run(5);
  world.runUntil(() => call.result !== undefined);
  expect(errorOf(call.result)).toBe('etcdserver: leader changed');
  expect(world.clock.now()).toBeLessThan(10_000);
});

test('acknowledged writes survive the power loss of all members, again and again', () => {
  const world = new MemberWorld({ size: 3, seed: 6, snapshotCount: 7 });
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 10; i++) {
      const [key, value] = [`key-${i}`, `round-${round}-${i}`];
      expect(put(world, world.sites[i % 3] as Site, key, value).ok).toBe(true);
      acknowledged.set(key, value);
    }
    for (const site of world.sites) world.crash(site);
    for (const site of world.sites) world.restart(site);
    const leader = world.leader();
    const call = barrier(leader);
    world.runUntil(() => call.result !== undefined);
    for (const [key, value] of acknowledged) expect(get(leader, key)).toBe(value);
  }
  world.run(2000);
  const hashes = world.sites.map((site) => site.machine.kv.hashKv(0).hash);
  expect(new Set(hashes).size).toBe(1);
});

test('a failed flush stops the member for good, and the others go on', () => {
  const world = new MemberWorld({ size: 3, seed: 7 });
  const leader = world.leader();
  leader.disk.failFlushWith = 'EIO';
  const call = write(leader, 'a', '1');
  world.run(100);
  expect(leader.fatal?.message).toContain('EIO');
  expect(errorOf(call.result)).toBe('etcdserver: server stopped');
  const next = world.leader();
  expect(next).not.toBe(leader);
  expect(put(world, next, 'b', '2').ok).toBe(true);
});

test('a member that was away for longer than the log reaches back gets an image, and keeps it over a crash', () => {
  const world = new MemberWorld({ size: 3, seed: 8, snapshotCount: 100 });
  const leader = world.leader();
  const [away] = world.followers() as [Site];
  world.crash(away);
  for (let batch = 0; batch < 28; batch++) {
    const calls = Array.from({ length: 200 }, (_, i) => write(leader, `key-${batch}-${i}`, 'v'));
    world.runUntil(() => calls.every((call) => call.result !== undefined));
  }
  world.restart(away);
  world.runUntil(() => away.machine.appliedIndex() === leader.machine.appliedIndex());
  expect(world.snapshotsSent).toBeGreaterThan(0);
  expect(away.machine.kv.hashKv(0)).toEqual(leader.machine.kv.hashKv(0));
  world.crash(away);
  world.restart(away);
  expect(put(world, away, 'after', 'all').ok).toBe(true);
  expect(away.machine.kv.hashKv(0)).toEqual(leader.machine.kv.hashKv(0));
});

test('a lease expires through the log: its keys go on all members, once, after its time', () => {
  const world = new MemberWorld({ size: 3, seed: 9 });
  const leader = world.leader();
  const id = grant(world, leader, 77n, 3);
  put(world, leader, 'held', 'by lease', id);
  world.run(2500);
  for (const site of world.sites) expect(get(site, 'held')).toBe('by lease');
  world.run(1200);
  for (const site of world.sites) {
    expect(get(site, 'held')).toBeUndefined();
    expect(site.machine.leases.list()).toEqual([]);
  }
});

test('a renewal through a follower keeps a lease alive, without a log entry', () => {
  const world = new MemberWorld({ size: 3, seed: 10 });
  const [follower] = world.followers() as [Site];
  const id = grant(world, follower, 5n, 3);
  const index = world.leader().member.replica.commitIndex;
  for (let i = 0; i < 5; i++) {
    const call: Call<number> = { result: undefined };
    follower.member.calls.renew(id, (result) => {
      call.result = result.ok ? result.value : -1;
    });
    world.run(2000);
    expect(call.result).toBe(3);
  }
  expect(world.leader().member.replica.commitIndex).toBe(index);
  expect(follower.machine.leases.list()).toEqual([id]);
});

test('a new leader gives every lease its full time again', () => {
  const world = new MemberWorld({ size: 3, seed: 11 });
  const first = world.leader();
  const id = grant(world, first, 5n, 5);
  world.run(4000);
  world.crash(first);
  const second = world.leader();
  const call: Call<number> = { result: undefined };
  second.member.calls.remaining(id, (result) => {
    call.result = result.ok ? result.value?.ttl : undefined;
  });
  world.run(5);
  expect(call.result).toBeGreaterThanOrEqual(5);
  world.run(4500);
  expect(second.machine.leases.list()).toEqual([id]);
  world.run(3000);
  expect(second.machine.leases.list()).toEqual([]);
});

test('a leader that was cut off does not expire leases on its own account', () => {
  const world = new MemberWorld({ size: 3, seed: 12 });
  const old = world.leader();
  const id = grant(world, old, 5n, 2);
  world.isolate(old);
  world.run(1900);
  const next = world.sites.find((site) => site !== old && site.member.replica.isLeader);
  world.run(1200);
  expect(old.machine.leases.list()).toEqual([id]);
  world.heal();
  const call: Call<number> = { result: undefined };
  next?.member.calls.renew(id, (result) => {
    call.result = result.ok ? result.value : -1;
  });
  world.run(50);
  expect(call.result).toBe(2);
});

test('a leader that was cut off acknowledges no renewal', () => {
  const world = new MemberWorld({ size: 3, seed: 17 });
  const old = world.leader();
  const id = grant(world, old, 5n, 3);
  world.isolate(old);
  expect(old.member.replica.isLeader).toBe(true);
  const answers: boolean[] = [];
  old.member.calls.renew(id, (result) => answers.push(result.ok));
  world.run(10_000);
  expect(answers).toEqual([false]);
});

test('a new leader does not call a lease unknown whose grant it has yet to apply', () => {
  const world = new MemberWorld({ size: 1, seed: 18 });
  const leader = world.leader();
  const id = grant(world, leader, 5n, 3);
  world.crash(leader);
  world.restart(leader);
  world.stuckDisks.add(leader.id);
  while (!leader.member.replica.isLeader) {
    world.run(1);
    leader.disk.completeFlush();
    world.clock.settle();
  }
  expect(leader.machine.leases.get(id)).toBeUndefined();
  const call: Call<number> = { result: undefined };
  leader.member.calls.renew(id, (result) => {
    call.result = result.ok ? result.value : -1;
  });
  world.stuckDisks.clear();
  world.run(50);
  expect(call.result).toBe(3);
});

test('resigning hands leadership over well before an election timeout', () => {
  const world = new MemberWorld({ size: 3, seed: 13 });
  const leader = world.leader();
  world.run(200);
  let isDone = false;
  leader.member.resign(ELECTION_MS, () => {
    isDone = true;
  });
  world.run(50);
  expect(isDone).toBe(true);
  expect(world.leader()).not.toBe(leader);
});

test('a request larger than allowed is refused before it reaches the log', () => {
  const world = new MemberWorld({ size: 1, seed: 14 });
  const leader = world.leader();
  const index = leader.member.replica.commitIndex;
  expect(errorOf(put(world, leader, 'a', 'x'.repeat(1024 * 1024)))).toBe('etcdserver: request is too large');
  expect(leader.member.replica.commitIndex).toBe(index);
});
