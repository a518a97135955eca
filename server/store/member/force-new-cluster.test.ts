import { expect, test } from 'vitest';
import { memberId } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import type { MemberChange } from './member-change.ts';
import type { ProposalResult } from './proposals.ts';
import { MemberWorld, type Site } from './test-support/member-world.ts';

const LEARNER = memberId(77n);
const learner: MemberChange = { kind: 'add', id: LEARNER, peerUrls: ['http://l:2380'], isLearner: true };

function put(world: MemberWorld, site: Site, key: string): boolean {
  let result: ProposalResult | undefined;
  site.member.propose({ put: { key: utf8Encode(key), value: utf8Encode('v') } }, (answer) => {
    result = answer;
  });
  world.runUntil(() => result !== undefined);
  return result?.ok === true;
}

const has = (site: Site, key: string): boolean =>
  site.machine.kv.range(RangeRequest.create({ key: utf8Encode(key) })).kvs.length === 1;

test('the last member goes on alone with everything acknowledged, and stays alone without the flag', () => {
  const world = new MemberWorld({ size: 3, seed: 21 });
  const leader = world.leader();
  const [last] = world.followers() as [Site];
  for (let i = 0; i < 20; i++) expect(put(world, leader, `k${i}`)).toBe(true);
  world.run(300);
  for (const site of world.sites) world.crash(site);
  world.restartAlone(last);
  expect(put(world, last, 'alone')).toBe(true);
  for (let i = 0; i < 20; i++) expect(has(last, `k${i}`)).toBe(true);
  expect(last.machine.members().map(({ id }) => id)).toEqual([last.id]);
  expect(last.machine.confState().voters).toEqual([last.id]);
  world.crash(last);
  world.restart(last);
  expect(put(world, last, 'again')).toBe(true);
  expect(has(last, 'alone')).toBe(true);
});

test('a write that was acknowledged while its commit had not reached the last member is kept', () => {
  const world = new MemberWorld({ size: 2, seed: 22 });
  const leader = world.leader();
  const [last] = world.followers() as [Site];
  put(world, leader, 'before');
  world.run(300);
  let isAcknowledged = false;
  leader.member.propose({ put: { key: utf8Encode('x'), value: utf8Encode('v') } }, (result) => {
    isAcknowledged = result.ok;
    // The leader says so and is gone before the follower hears of the commit.
    world.cut.add(`${leader.id}>${last.id}`);
  });
  world.runUntil(() => isAcknowledged);
  expect(has(last, 'x')).toBe(false);
  for (const site of world.sites) world.crash(site);
  world.restartAlone(last);
  world.run(2000);
  expect(has(last, 'x')).toBe(true);
});

test('a learner that is all that is left becomes the voter', () => {
  const world = new MemberWorld({ size: 1, seed: 23 });
  const lost = world.leader();
  expect(world.change(lost, learner).ok).toBe(true);
  const left = world.join(LEARNER);
  put(world, lost, 'k');
  world.runUntil(() => has(left, 'k'));
  for (const site of world.sites) world.crash(site);
  world.restartAlone(left);
  expect(put(world, left, 'alone')).toBe(true);
  expect(left.machine.members()).toMatchObject([{ id: LEARNER, isLearner: false }]);
});

test('those who were lost and come back are told that they were removed', () => {
  const world = new MemberWorld({ size: 3, seed: 24 });
  world.leader();
  const [last, back] = world.followers() as [Site, Site];
  for (const site of world.sites) world.crash(site);
  world.restartAlone(last);
  expect(put(world, last, 'alone')).toBe(true);
  world.restart(back);
  world.runUntil(() => back.isRemoved);
  expect(last.member.replica.isLeader).toBe(true);
});

test('a minority that was forced by mistake does not stop the majority that is at work', () => {
  const world = new MemberWorld({ size: 3, seed: 26 });
  const leader = world.leader();
  const [mistaken, other] = world.followers() as [Site, Site];
  world.crash(mistaken);
  world.restartAlone(mistaken);
  expect(put(world, mistaken, 'alone')).toBe(true);
  for (let i = 0; i < 20; i++) {
    // They dial it again and again, and it says each time that they were removed.
    for (const site of [leader, other]) world.tellRemoved(site, mistaken);
    world.run(200);
  }
  expect([leader.isRemoved, other.isRemoved]).toEqual([false, false]);
  expect(put(world, leader, 'goes on')).toBe(true);
});

test('a member that holds nothing of its cluster, or was removed from it, cannot found one', () => {
  const world = new MemberWorld({ size: 3, seed: 25 });
  const leader = world.leader();
  const joined = world.join(LEARNER);
  world.crash(joined);
  expect(() => world.restartAlone(joined)).toThrow('had not caught up with its cluster');
  expect(world.change(leader, { kind: 'remove', id: leader.id }).ok).toBe(true);
  world.runUntil(() => leader.isRemoved);
  while (leader.disk.completeFlush());
  expect(() => world.restartAlone(leader)).toThrow('was removed from its cluster');
});
