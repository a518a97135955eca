/** Leadership transfer (thesis §3.10). */
import { expect, test } from 'vitest';
import { logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { configOf, ELECTION_TICKS, id, TestCluster, voters } from './test-cluster.ts';

test('thesis §3.10: an up-to-date member takes over at once, leases and pre-vote notwithstanding', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1).node.transferLeader(id(3));
  cluster.settle();
  expect(cluster.leader().id).toBe(id(3));
  expect(cluster.leader().status.term).toBe(2);
  expect(cluster.countDelivered('preVote')).toBe(2);
});

test('thesis §3.10: a member that lags is brought up to date first', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.propose('x');
  cluster.settle();
  cluster.rejoin(3);
  leader.node.transferLeader(id(3));
  cluster.tick(2, 1);
  expect(cluster.leader().id).toBe(id(3));
  expect(cluster.leader().applied).toHaveLength(3);
});

test('thesis §3.10: no proposals are accepted during the transfer', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.node.transferLeader(id(3));
  expect(leader.status.transferee).toBe(id(3));
  expect(leader.propose('x')).toBe('dropped');
});

test('thesis §3.10: a transfer not done within an election timeout is given up', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.node.transferLeader(id(3));
  cluster.tick(ELECTION_TICKS, 1, 2);
  expect(leader.status.transferee).toBe(NO_MEMBER);
  expect(leader.propose('x')).toBe('accepted');
});

test('a follower passes the wish on to the leader', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  cluster.member(2).node.transferLeader(id(2));
  cluster.settle();
  expect(cluster.leader().id).toBe(id(2));
});

test('a transfer to the leader itself, a learner or a stranger is ignored', () => {
  const confState = { ...voters(1, 2), learners: [id(3)] };
  const snapshot = { term: term(0), index: logIndex(0), confState };
  const cluster = new TestCluster([1, 2, 3].map((self) => configOf(self, { snapshot })));
  const leader = cluster.elect(1);
  for (const to of [1, 3, 9]) {
    leader.node.transferLeader(id(to));
    cluster.settle();
    expect(leader.status).toMatchObject({ role: 'leader', transferee: NO_MEMBER });
  }
});

test('a new wish replaces the one under way', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.node.transferLeader(id(3));
  leader.node.transferLeader(id(2));
  cluster.settle();
  expect(cluster.leader().id).toBe(id(2));
});
