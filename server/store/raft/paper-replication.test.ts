/** Replication, commitment and snapshots as the Raft paper describes them: one test per claim. */
import { expect, test } from 'vitest';
import { logIndex, term } from '../../../lib/base/brand.ts';
import { createRaftNode } from './node.ts';
import { configOf, ELECTION_TICKS, hardStateOf, id, logOf, outputOf, TestCluster, voters } from './test-cluster.ts';
import type { Message } from './types.ts';

const append = (
  t: number,
  previous: readonly [number, number],
  terms: readonly number[],
  commit = 0,
): Extract<Message, { type: 'appendEntries' }> => ({
  type: 'appendEntries',
  from: id(2),
  to: id(1),
  term: term(t),
  previous: { term: term(previous[0]), index: logIndex(previous[1]) },
  entries: logOf(...Array.from({ length: previous[1] }, () => 0), ...terms).slice(previous[1]),
  commitIndex: logIndex(commit),
});

test('§5.3: a proposal is appended under the leader’s term and sent to everyone', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  expect(leader.propose('x')).toBe('accepted');
  const messages = leader.takeMessages();
  expect(messages.map(({ type, to }) => [type, to])).toEqual([
    ['appendEntries', id(2)],
    ['appendEntries', id(3)],
  ]);
});

test('§5.3: an entry is committed once a majority holds it durably, and not before', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  for (const self of [2, 3]) cluster.member(self).isDiskSlow = true;
  leader.propose('x');
  cluster.settle();
  expect(leader.status.commitIndex).toBe(1);
  cluster.deliver(cluster.member(2).flush());
  cluster.settle();
  expect(leader.status.commitIndex).toBe(2);
});

test('§5.3: the leader counts itself only when its own disk has the entry, which replicates meanwhile', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.isDiskSlow = true;
  leader.propose('x');
  cluster.settle();
  expect(cluster.member(2).status.lastIndex).toBe(2);
  expect(leader.status.commitIndex).toBe(1);
  leader.flush();
  cluster.settle();
  expect(leader.status.commitIndex).toBe(2);
});

test('§5.3: two followers commit an entry that the leader’s own disk does not have yet; the leader applies it later', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.isDiskSlow = true;
  leader.propose('x');
  cluster.settle();
  expect(leader.status).toMatchObject({ commitIndex: 2, appliedIndex: 1 });
  leader.flush();
  cluster.settle();
  expect(leader.status.appliedIndex).toBe(2);
});

test('§5.3: followers learn what is committed and apply it in log order', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  for (const text of ['a', 'b', 'c']) leader.propose(text);
  cluster.settle();
  for (const member of cluster.members) {
    expect(member.applied.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    expect(member.applied).toEqual(leader.applied);
  }
});

test('§5.3: proposals made between two Readies travel in one message', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  for (const text of ['a', 'b', 'c']) leader.propose(text);
  const messages = leader.takeMessages();
  expect(messages.map((message) => message.type === 'appendEntries' && message.entries.length)).toEqual([3, 3]);
});

test.each([
  { previous: [1, 1], reject: false },
  { previous: [2, 2], reject: false },
  { previous: [1, 2], reject: true },
  { previous: [3, 3], reject: true },
] as const)(
  '§5.3: a follower with terms 1 2 checks the predecessor $previous: refused $reject',
  ({ previous, reject }) => {
    const raft = createRaftNode(configOf(1, { entries: logOf(1, 2), hardState: hardStateOf(2) }));
    raft.step(append(3, previous, [3]));
    expect(outputOf(raft)).toEqual([expect.objectContaining({ type: 'appendEntriesResponse', reject })]);
  },
);

/** Figure 7: every way a follower’s log may differ from that of a new leader with terms 1 1 1 4 4 5 5 6 6 6. */
test.each([
  { name: 'a', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6] },
  { name: 'b', terms: [1, 1, 1, 4] },
  { name: 'c', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6] },
  { name: 'd', terms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7] },
  { name: 'e', terms: [1, 1, 1, 4, 4, 4, 4] },
  { name: 'f', terms: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
])('§5.3, figure 7 ($name): the leader brings a follower with terms $terms to its own log', ({ terms }) => {
  const leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const cluster = new TestCluster([
    configOf(1, { entries: logOf(...leaderTerms), hardState: hardStateOf(8) }),
    configOf(2, { entries: logOf(...terms), hardState: hardStateOf(8) }),
    configOf(3, { entries: logOf(...leaderTerms), hardState: hardStateOf(8) }),
  ]);
  cluster.elect(1);
  expect(cluster.leader().id).toBe(id(1));
  expect(cluster.member(2).applied).toEqual(cluster.member(1).applied);
  expect(cluster.member(2).applied.map((entry) => entry.term)).toEqual([...leaderTerms, 9]);
});

test('§5.3: a conflict of whole terms is settled in a few exchanges, not one per entry', () => {
  const long = (t: number, count: number) => Array.from({ length: count }, () => t);
  const cluster = new TestCluster([
    configOf(1, { entries: logOf(1, ...long(3, 500)), hardState: hardStateOf(5) }),
    configOf(2, { entries: logOf(1, ...long(2, 500)), hardState: hardStateOf(5) }),
    configOf(3, { entries: logOf(1, ...long(3, 500)), hardState: hardStateOf(5) }),
  ]);
  cluster.elect(1);
  expect(cluster.member(2).status.commitIndex).toBe(502);
  const rejections = cluster.delivered.filter(
    (message) => message.type === 'appendEntriesResponse' && message.from === id(2) && message.reject,
  );
  expect(rejections.length).toBeLessThanOrEqual(3);
});

test('§5.3: lost appends are found by the next heartbeat and sent again', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.dropWhere((message) => message.type === 'appendEntries' && message.to === id(2));
  for (const text of ['a', 'b']) {
    leader.propose(text);
    cluster.settle();
  }
  expect(cluster.member(2).status.lastIndex).toBe(1);
  cluster.dropWhere(() => false);
  cluster.tick(2, 1);
  expect(cluster.member(2).status.commitIndex).toBe(3);
});

test('§5.4.2, figure 8: an entry of an old term is not committed by counting, only along with one of the own term', () => {
  const cluster = new TestCluster(
    [1, 2, 3].map((self) => configOf(self, { entries: logOf(1, 2), hardState: hardStateOf(2) })),
  );
  // The new leader’s own entry reaches nobody; its old ones are on every member.
  cluster.dropWhere((message) => message.type === 'appendEntries' && message.entries.some((entry) => entry.term === 3));
  const leader = cluster.elect(1);
  cluster.tick(3, 1);
  expect(leader.status).toMatchObject({ role: 'leader', term: 3, commitIndex: 0, lastIndex: 3 });
  cluster.dropWhere(() => false);
  cluster.tick(3, 1);
  expect(leader.status.commitIndex).toBe(3);
});

test('§5.4: a new leader holds everything that was committed before it', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1).propose('kept');
  cluster.settle();
  cluster.isolate(1);
  cluster.tick(3 * ELECTION_TICKS, 2, 3);
  const leader = cluster.leader();
  expect(leader.status.term).toBeGreaterThan(1);
  expect(leader.applied.map(({ data }) => data.length)).toContain('kept'.length);
});

test('§8: a leader begins its term with an entry of its own', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  expect(cluster.member(2).applied).toEqual([expect.objectContaining({ term: 1, index: 1, data: new Uint8Array() })]);
});

test('figure 2: an acknowledgement leaves only when the entries are durable', () => {
  const raft = createRaftNode(configOf(1));
  raft.step(append(1, [0, 0], [1, 1]));
  const ready = raft.ready();
  expect(ready.entries).toHaveLength(2);
  expect(ready.mustSync).toBe(true);
  expect(ready.messages).toHaveLength(0);
  expect(ready.messagesAfterPersist).toEqual([
    expect.objectContaining({ type: 'appendEntriesResponse', index: 2, reject: false }),
  ]);
});

test('§7: a follower behind the start of the leader’s log gets a snapshot and goes on from there', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  for (let i = 0; i < 5; i++) {
    leader.propose(`${i}`);
    cluster.settle();
  }
  leader.node.compact(leader.status.appliedIndex);
  cluster.rejoin(3);
  cluster.tick(2, 1);
  expect(cluster.countDelivered('installSnapshot')).toBe(1);
  expect(cluster.member(3).status).toMatchObject({ commitIndex: 6, appliedIndex: 6 });
  leader.propose('after');
  cluster.settle();
  expect(cluster.member(3).applied.map(({ index }) => index)).toEqual([1, 7]);
});

test('§7: a member that does not answer is not sent a snapshot', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.propose('x');
  cluster.settle();
  leader.node.compact(leader.status.appliedIndex);
  cluster.tick(3 * ELECTION_TICKS, 1, 2);
  leader.node.reportUnreachable(id(3));
  leader.propose('y');
  expect(leader.takeMessages().map(({ type }) => type)).not.toContain('installSnapshot');
});

test('§7: a snapshot older than what is committed is acknowledged and ignored', () => {
  const raft = createRaftNode(configOf(1, { entries: logOf(1, 1, 1), hardState: hardStateOf(1, 0, 3) }));
  outputOf(raft);
  const snapshot = { term: term(1), index: logIndex(2), confState: voters(1, 2, 3) };
  raft.step({ type: 'installSnapshot', from: id(2), to: id(1), term: term(1), snapshot });
  const ready = raft.ready();
  expect(ready.snapshot).toBeUndefined();
  expect(ready.messagesAfterPersist).toEqual([expect.objectContaining({ index: 3, reject: false })]);
});

test('§7: a snapshot whose last entry is in the log only moves the commit index', () => {
  const raft = createRaftNode(configOf(1, { entries: logOf(1, 1, 1), hardState: hardStateOf(1) }));
  const snapshot = { term: term(1), index: logIndex(2), confState: voters(1, 2, 3) };
  raft.step({ type: 'installSnapshot', from: id(2), to: id(1), term: term(1), snapshot });
  const ready = raft.ready();
  expect(ready.snapshot).toBeUndefined();
  expect(raft.status()).toMatchObject({ commitIndex: 2, lastIndex: 3 });
});

test('§7: a snapshot of a cluster without this member is refused', () => {
  const raft = createRaftNode(configOf(1));
  const snapshot = { term: term(1), index: logIndex(9), confState: voters(2, 3) };
  raft.step({ type: 'installSnapshot', from: id(2), to: id(1), term: term(1), snapshot });
  expect(raft.ready().snapshot).toBeUndefined();
  expect(raft.status().lastIndex).toBe(0);
});

test('§7: a failed snapshot is tried again when the follower shows itself', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.propose('x');
  cluster.settle();
  leader.node.compact(leader.status.appliedIndex);
  cluster.rejoin(3);
  cluster.dropWhere((message) => message.type === 'installSnapshot');
  cluster.tick(1, 1);
  expect(leader.status.progress[2]?.state).toBe('snapshot');
  leader.node.reportSnapshot(id(3), 'failed');
  cluster.dropWhere(() => false);
  cluster.tick(2, 1);
  expect(cluster.member(3).status.commitIndex).toBe(2);
});

test('the window of unacknowledged appends is bounded', () => {
  const cluster = new TestCluster(
    [1, 2, 3].map((self) => configOf(self, { inflightMessagesMax: 2, appendBytesMax: 1 })),
  );
  const leader = cluster.elect(1);
  for (let i = 0; i < 10; i++) leader.propose(`${i}`);
  const toSecond = leader.takeMessages().filter(({ type, to }) => type === 'appendEntries' && to === id(2));
  expect(toSecond).toHaveLength(2);
});

test('proposals beyond the uncommitted limit are dropped, and accepted again once there is room', () => {
  const cluster = new TestCluster([1, 2, 3].map((self) => configOf(self, { uncommittedBytesMax: 10 })));
  const leader = cluster.elect(1);
  expect(leader.propose('123456')).toBe('accepted');
  expect(leader.propose('123456')).toBe('dropped');
  expect(leader.propose('1234')).toBe('accepted');
  cluster.settle();
  expect(leader.propose('one larger than the limit passes alone')).toBe('accepted');
  cluster.settle();
  expect(leader.applied).toHaveLength(4);
});

test('a follower forwards proposals; without a leader it says so', () => {
  const cluster = TestCluster.of(1, 2, 3);
  expect(cluster.member(2).propose('x')).toBe('noLeader');
  cluster.elect(1);
  expect(cluster.member(2).propose('x')).toBe('forwarded');
  cluster.settle();
  expect(cluster.member(2).applied).toHaveLength(2);
});
