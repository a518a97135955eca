/** Members come and go while a store of whole members runs (thesis §4), on a manual clock. */
import { expect, test } from 'vitest';
import { memberId } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import type { MemberChange } from './member-change.ts';
import type { ProposalResult } from './proposals.ts';
import { MemberWorld, type Site } from './test-support/member-world.ts';

const NEW = memberId(77n);
const urls = (name: string) => [`http://${name}:2380`];
const addition = (isLearner = false): MemberChange => ({ kind: 'add', id: NEW, peerUrls: urls('new'), isLearner });

function put(world: MemberWorld, site: Site, key: string): ProposalResult {
  let result: ProposalResult | undefined;
  site.member.propose({ put: { key: utf8Encode(key), value: utf8Encode('v') } }, (answer) => {
    result = answer;
  });
  world.runUntil(() => result !== undefined);
  return result as ProposalResult;
}

const has = (site: Site, key: string): boolean =>
  site.machine.kv.range(RangeRequest.create({ key: utf8Encode(key) })).kvs.length === 1;
const votersOf = (site: Site) => site.machine.confState().voters;
const errorOf = (result: ProposalResult): string => (result.ok ? '' : result.error.message);

test('a learner joins empty, catches up, becomes a voter, and its vote counts', () => {
  const world = new MemberWorld({ size: 3, seed: 1 });
  const leader = world.leader();
  put(world, leader, 'before');
  const [follower] = world.followers() as [Site];
  expect(world.change(follower, addition(true)).ok).toBe(true);
  const joined = world.join(NEW);
  put(world, leader, 'during');
  world.runUntil(() => has(joined, 'during'));
  expect(has(joined, 'before')).toBe(true);
  expect(joined.machine.confState().learners).toEqual([NEW]);
  expect(world.change(leader, { kind: 'promote', id: NEW }).ok).toBe(true);
  expect(votersOf(leader)).toHaveLength(4);
  // Three of four are needed now: with one cut off, the newcomer's flush is one of them.
  world.isolate(follower);
  expect(put(world, leader, 'after').ok).toBe(true);
  world.runUntil(() => has(joined, 'after'));
});

test('a member that joins behind a compacted log gets an image, and takes part after a power cut', () => {
  const world = new MemberWorld({ size: 1, seed: 2, snapshotCount: 20 });
  const leader = world.leader();
  for (let i = 0; i < 60; i++) put(world, leader, `k${i}`);
  leader.member.options.machine.flush(() => undefined);
  expect(world.change(leader, addition(true)).ok).toBe(true);
  const joined = world.join(NEW);
  world.runUntil(() => has(joined, 'k59'));
  world.crash(joined);
  world.restart(joined);
  put(world, leader, 'later');
  world.runUntil(() => has(joined, 'later'));
  expect(has(joined, 'k0')).toBe(true);
  expect(joined.machine.clusterId()).toBe(leader.machine.clusterId());
});

test('the leader removes itself: it stops, the others elect one and go on (thesis §4.2.2)', () => {
  const world = new MemberWorld({ size: 3, seed: 3 });
  const first = world.leader();
  expect(world.change(first, { kind: 'remove', id: first.id }).ok).toBe(true);
  world.runUntil(() => first.isRemoved);
  const next = world.leader();
  expect(next).not.toBe(first);
  expect(put(world, next, 'after').ok).toBe(true);
  expect(votersOf(next)).not.toContain(first.id);
});

test('a leader that removes itself stays until somebody else knows: the last one needs its word (thesis §4.2.2)', () => {
  const world = new MemberWorld({ size: 2, seed: 10 });
  const first = world.leader();
  const [last] = world.followers() as [Site];
  let isTold = false;
  first.member.proposeChange({ kind: 'remove', id: first.id }, () => {
    isTold = true;
    // The other has the entry, and does not hear that it is committed.
    world.isolate(first);
  });
  world.runUntil(() => isTold);
  world.run(3000);
  expect(votersOf(last)).toContain(first.id);
  expect(first.isRemoved).toBe(false);
  world.heal();
  world.runUntil(() => last.member.replica.isLeader);
  expect(put(world, last, 'alone').ok).toBe(true);
  world.runUntil(() => first.isRemoved);
});

test('a member that was removed while it was away is told so, and disturbs nobody (thesis §4.2.3)', () => {
  const world = new MemberWorld({ size: 3, seed: 4 });
  const leader = world.leader();
  const [away] = world.followers() as [Site];
  world.isolate(away);
  expect(world.change(leader, { kind: 'remove', id: away.id }).ok).toBe(true);
  world.run(5000);
  const { term } = leader.member.replica;
  world.heal();
  world.runUntil(() => away.isRemoved);
  world.run(3000);
  expect(leader.member.replica.isLeader).toBe(true);
  expect(leader.member.replica.term).toBe(term);
});

test('two changes at once are carried out one after the other (thesis §4.1)', () => {
  const world = new MemberWorld({ size: 3, seed: 5 });
  const leader = world.leader();
  const results: ProposalResult[] = [];
  const [one, two] = [memberId(501n), memberId(502n)];
  for (const id of [one, two]) {
    const change: MemberChange = { kind: 'add', id, peerUrls: urls(`m${id}`), isLearner: false };
    leader.member.proposeChange(change, (result) => results.push(result));
  }
  world.runUntil(() => results.length === 2);
  expect(results.map((result) => result.ok)).toEqual([true, true]);
  expect(votersOf(leader)).toEqual(expect.arrayContaining([one, two]));
});

test('what makes no sense is refused by every member alike and changes nothing', () => {
  const world = new MemberWorld({ size: 3, seed: 6 });
  const leader = world.leader();
  const before = votersOf(leader);
  const [taken] = world.cluster.members;
  const twice: MemberChange = { kind: 'add', id: NEW, peerUrls: taken?.peerUrls ?? [], isLearner: false };
  expect(errorOf(world.change(leader, twice))).toBe('etcdserver: Peer URLs already exists');
  expect(errorOf(world.change(leader, { kind: 'remove', id: NEW }))).toBe('etcdserver: member not found');
  expect(errorOf(world.change(leader, { kind: 'promote', id: leader.id }))).toContain('can only promote a learner');
  world.run(200);
  for (const site of world.sites) expect(votersOf(site)).toEqual(before);
});

test('an id that was removed never comes back', () => {
  const world = new MemberWorld({ size: 3, seed: 7 });
  const leader = world.leader();
  const [victim] = world.followers() as [Site];
  expect(world.change(leader, { kind: 'remove', id: victim.id }).ok).toBe(true);
  const again: MemberChange = { kind: 'add', id: victim.id, peerUrls: urls('again'), isLearner: false };
  expect(errorOf(world.change(leader, again))).toBe('etcdserver: member not found');
});

test('a new address is known to every member', () => {
  const world = new MemberWorld({ size: 3, seed: 8 });
  const leader = world.leader();
  const [moved] = world.followers() as [Site];
  expect(world.change(leader, { kind: 'update', id: moved.id, peerUrls: urls('moved') }).ok).toBe(true);
  world.run(200);
  for (const site of world.sites)
    expect(site.machine.members().find(({ id }) => id === moved.id)?.peerUrls).toEqual(urls('moved'));
});

test('the leader knows whether a learner is in sync, and says so to whoever asks', () => {
  const world = new MemberWorld({ size: 3, seed: 9 });
  const leader = world.leader();
  const [follower] = world.followers() as [Site];
  const ask = (): string => {
    let answer: string | undefined;
    follower.member.calls.followership(NEW, (result) => {
      answer = result.ok ? result.value : result.error.message;
    });
    world.runUntil(() => answer !== undefined);
    return answer ?? '';
  };
  expect(ask()).toBe('unknown');
  for (let i = 0; i < 30; i++) put(world, leader, `k${i}`);
  expect(world.change(leader, addition(true)).ok).toBe(true);
  expect(ask()).toBe('behind');
  const joined = world.join(NEW);
  world.runUntil(() => has(joined, 'k29'));
  world.run(300);
  expect(ask()).toBe('inSync');
});

test('a removed member stays until most of those who stay know, not the first of them only', () => {
  const world = new MemberWorld({ size: 3, seed: 13 });
  const leader = world.leader();
  const [gone, late] = world.followers() as [Site, Site];
  world.cut.add(`${leader.id}>${late.id}`);
  leader.member.proposeChange({ kind: 'remove', id: gone.id }, () => undefined);
  world.runUntil(() => gone.machine.isRemoved(gone.id));
  world.cut.add(`${gone.id}>${late.id}`);
  world.run(5000);
  expect([gone.isRemoved, late.machine.isRemoved(gone.id)]).toEqual([false, false]);
  world.heal();
  world.runUntil(() => gone.isRemoved);
  expect(late.machine.isRemoved(gone.id)).toBe(true);
});

test('a removal outlives a power cut of the one who stays, in a store where nothing happened since', () => {
  for (let seed = 0; seed < 10; seed++) {
    const world = new MemberWorld({ size: 2, seed });
    const leader = world.leader();
    const [other] = world.followers() as [Site];
    expect(world.change(leader, { kind: 'remove', id: other.id }).ok).toBe(true);
    world.runUntil(() => other.isRemoved);
    world.crash(leader);
    world.restart(leader);
    expect(world.leader()).toBe(leader);
  }
});

test('a removed member is not told before it is durable that it was', () => {
  const world = new MemberWorld({ size: 2, seed: 11 });
  const leader = world.leader();
  const [other] = world.followers() as [Site];
  const { machine } = leader;
  const apply = machine.applyConfChange.bind(machine);
  machine.applyConfChange = (entry, confState) => {
    world.stuckDisks.add(leader.id);
    return apply(entry, confState);
  };
  leader.member.proposeChange({ kind: 'remove', id: other.id }, () => undefined);
  world.runUntil(() => other.machine.isRemoved(other.id));
  world.run(5000);
  expect(other.isRemoved).toBe(false);
  world.stuckDisks.clear();
  world.runUntil(() => other.isRemoved);
});

test('a removed member that is started again knows it without being told', () => {
  const world = new MemberWorld({ size: 3, seed: 12 });
  const leader = world.leader();
  const [gone] = world.followers() as [Site];
  expect(world.change(leader, { kind: 'remove', id: gone.id }).ok).toBe(true);
  world.runUntil(() => gone.machine.isRemoved(gone.id));
  world.run(10);
  world.crash(gone);
  for (const site of world.sites) world.isolate(site);
  world.restart(gone);
  expect(gone.machine.isRemoved(gone.id)).toBe(true);
  // Nobody answers: it goes in the end.
  world.run(9_000);
  expect(gone.isRemoved).toBe(false);
  world.runUntil(() => gone.isRemoved);
});
