/** Linearizable reads without the log (thesis §6.4). */
import { expect, test } from 'vitest';
import { logIndex } from '../../../lib/base/brand.ts';
import { READS_WAITING_MAX, ReadIndexQueue } from './read-index.ts';
import { configOf, ELECTION_TICKS, hardStateOf, id, logOf, TestCluster, voters } from './test-cluster.ts';

const context = (value: number): Uint8Array => Uint8Array.of(value);

test('thesis §6.4: a read on the leader is answered with the commit index once a quorum confirmed the leader', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  expect(leader.node.readIndex(context(7))).toBe('accepted');
  const heartbeats = leader.takeMessages();
  expect(heartbeats.map(({ type }) => type)).toEqual(['heartbeat', 'heartbeat']);
  expect(leader.reads).toHaveLength(0);
  cluster.deliver(heartbeats.slice(0, 1));
  cluster.settle();
  expect(leader.reads).toEqual([{ index: 1, context: context(7) }]);
});

test('thesis §6.4: a deposed leader that hears nobody answers no read', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const old = cluster.elect(1);
  cluster.isolate(1);
  cluster.tick(2 * ELECTION_TICKS, 2, 3);
  cluster.leader().propose('newer');
  cluster.settle();
  old.node.readIndex(context(1));
  cluster.settle();
  cluster.tick(1, 1);
  expect(old.reads).toHaveLength(0);
});

test('thesis §6.4: a new leader answers no read before it has committed in its own term', () => {
  const cluster = new TestCluster(
    [1, 2, 3].map((self) => configOf(self, { entries: logOf(1), hardState: hardStateOf(1) })),
  );
  cluster.dropWhere((message) => message.type === 'appendEntries' && message.entries.length > 0);
  const leader = cluster.elect(1);
  leader.node.readIndex(context(1));
  cluster.tick(3, 1);
  expect(leader.reads).toHaveLength(0);
  cluster.dropWhere(() => false);
  cluster.tick(3, 1);
  expect(leader.reads).toEqual([{ index: 2, context: context(1) }]);
});

test('a follower’s read is confirmed by the leader and answered at the follower', () => {
  const cluster = TestCluster.of(1, 2, 3);
  expect(cluster.member(2).node.readIndex(context(1))).toBe('noLeader');
  cluster.elect(1);
  expect(cluster.member(2).node.readIndex(context(2))).toBe('forwarded');
  cluster.settle();
  expect(cluster.member(2).reads).toEqual([{ index: 1, context: context(2) }]);
  expect(cluster.leader().reads).toHaveLength(0);
});

test('reads between two Readies share one confirmation, also with equal contexts of different members', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  for (let i = 0; i < 10; i++) leader.node.readIndex(context(i));
  cluster.member(2).node.readIndex(context(0));
  cluster.deliver(cluster.member(2).takeMessages());
  cluster.settle();
  expect(leader.reads.map((read) => read.context[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(cluster.member(2).reads).toHaveLength(1);
  expect(cluster.countDelivered('heartbeat')).toBe(2);
});

test('a lost confirmation is repeated by the next heartbeats', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.dropWhere(({ type }) => type === 'heartbeat');
  leader.node.readIndex(context(1));
  cluster.settle();
  expect(leader.reads).toHaveLength(0);
  cluster.dropWhere(() => false);
  cluster.tick(1, 1);
  expect(leader.reads).toHaveLength(1);
});

test('reads waiting when leadership ends are never answered', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(1);
  leader.node.readIndex(context(1));
  cluster.tick(3 * ELECTION_TICKS);
  cluster.rejoin(1);
  cluster.tick(3 * ELECTION_TICKS);
  expect(leader.reads).toHaveLength(0);
});

test('a member alone confirms itself at once', () => {
  const cluster = TestCluster.of(1);
  const leader = cluster.elect(1);
  leader.node.readIndex(context(1));
  cluster.settle();
  expect(leader.reads).toEqual([{ index: 1, context: context(1) }]);
});

test('answers to an earlier round confirm nothing that came later', () => {
  const queue = new ReadIndexQueue();
  queue.add({ from: id(1), context: context(1) });
  queue.openRound(logIndex(5));
  const first = queue.context();
  queue.add({ from: id(1), context: context(2) });
  queue.openRound(logIndex(6));
  queue.confirmSelf(id(1));
  queue.confirm(id(2), first);
  expect(queue.takeConfirmed(voters(1, 2, 3)).map(({ index }) => index)).toEqual([5]);
  expect(queue.takeConfirmed(voters(1, 2, 3))).toEqual([]);
});

test('an answer to a later round confirms the earlier ones too', () => {
  const queue = new ReadIndexQueue();
  for (const index of [5, 6]) {
    queue.add({ from: id(1), context: context(index) });
    queue.openRound(logIndex(index));
  }
  queue.confirmSelf(id(1));
  queue.confirm(id(3), queue.context());
  expect(queue.takeConfirmed(voters(1, 2, 3)).map(({ index }) => index)).toEqual([5, 6]);
  expect(queue.context()).toHaveLength(0);
});

test('in a joint configuration both majorities must confirm', () => {
  const joint = { ...voters(1, 2, 3), votersOutgoing: [id(1), id(4), id(5)] };
  const queue = new ReadIndexQueue();
  queue.add({ from: id(1), context: context(1) });
  queue.openRound(logIndex(5));
  queue.confirmSelf(id(1));
  queue.confirm(id(2), queue.context());
  expect(queue.takeConfirmed(joint)).toHaveLength(0);
  queue.confirm(id(5), queue.context());
  expect(queue.takeConfirmed(joint)).toHaveLength(1);
});

test('foreign contexts and rounds that were never opened are ignored', () => {
  const queue = new ReadIndexQueue();
  queue.add({ from: id(1), context: context(1) });
  queue.openRound(logIndex(5));
  queue.confirm(id(1), new Uint8Array(3));
  queue.confirm(id(2), new Uint8Array(8).fill(0xff));
  queue.confirm(id(3), new Uint8Array(8));
  expect(queue.takeConfirmed(voters(1, 2, 3))).toHaveLength(0);
});

test('waiting reads are bounded', () => {
  const queue = new ReadIndexQueue();
  for (let i = 0; i < READS_WAITING_MAX; i++) queue.add({ from: id(1), context: context(1) });
  expect(queue.add({ from: id(1), context: context(1) })).toBe(false);
  queue.openRound(logIndex(1));
  queue.confirmSelf(id(1));
  queue.takeConfirmed(voters(1));
  expect(queue.add({ from: id(1), context: context(1) })).toBe(true);
});
