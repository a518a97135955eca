/** Claims of Ongaro's thesis that matter to safety and liveness and stand in no other test file; README.md maps all of them. */
import { expect, test } from 'vitest';
import { logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { encodeConfChange } from './conf-change-codec.ts';
import { createRaftNode } from './node.ts';
import {
  configOf,
  ELECTION_TICKS,
  hardStateOf,
  id,
  ids,
  logOf,
  outputOf,
  TestCluster,
  voters,
} from './test-cluster.ts';
import { ENTRY_NORMAL, type Entry, type Message } from './types.ts';

const entryAt = (t: number, index: number, byte: number): Entry => ({
  ...{ term: term(t), index: logIndex(index) },
  ...{ type: ENTRY_NORMAL, data: Uint8Array.of(byte) },
});

const append = (
  from: number,
  t: number,
  entries: readonly Entry[],
  previous: readonly [number, number] = [0, 0],
): Message => ({
  type: 'appendEntries',
  ...{ from: id(from), to: id(1), term: term(t) },
  previous: { term: term(previous[0]), index: logIndex(previous[1]) },
  entries,
  commitIndex: logIndex(0),
});

test('thesis §3.2, Leader Append-Only: a leader with a longer log keeps it and overwrites nothing of its own', () => {
  const mine = logOf(1, 1, 1);
  const cluster = new TestCluster([
    configOf(1, { entries: mine, hardState: hardStateOf(1) }),
    ...[2, 3].map((self) => configOf(self, { entries: logOf(1), hardState: hardStateOf(1) })),
  ]);
  const leader = cluster.elect(1);
  for (let i = 0; i < 5; i++) {
    leader.propose(`p${i}`);
    cluster.settle();
  }
  expect(leader.applied.slice(0, 3)).toEqual(mine);
  expect(leader.applied.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('thesis §3.2, State Machine Safety: who applied an entry at an index applied the same one', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1).propose('a');
  cluster.settle();
  cluster.isolate(1);
  cluster.member(1).propose('lost');
  cluster.tick(2 * ELECTION_TICKS, 2, 3);
  cluster.leader().propose('b');
  cluster.settle();
  cluster.rejoin(1);
  cluster.tick(3);
  const [first, second, third] = cluster.members.map(({ applied }) => applied);
  expect(first).toEqual(second);
  expect(third).toEqual(second);
  expect(first?.map(({ data }) => new TextDecoder().decode(data))).toEqual(['', 'a', '', 'b']);
});

test('thesis §3.4: a split vote elects nobody, and an election of a newer term follows', () => {
  const cluster = TestCluster.of(1, 2, 3, 4);
  for (const self of [1, 2]) cluster.member(self).node.campaign();
  // 3 hears only 1, 4 hears only 2, and the candidates hear each other too late.
  const links = ['1>2', '2>1', '1>4', '4>1', '2>3', '3>2'];
  cluster.dropWhere(({ from, to }) => links.includes(`${from}>${to}`));
  for (const self of [1, 2]) {
    const raft = cluster.member(self);
    raft.takeMessages();
    for (const peer of [3, 4]) raft.node.step({ ...vote('preVoteResponse', peer, 1), to: id(self) });
  }
  cluster.settle();
  expect(cluster.members.filter(({ status }) => status.role === 'leader')).toEqual([]);
  expect(cluster.members.map(({ status }) => status.term)).toEqual([1, 1, 1, 1]);
  cluster.dropWhere(() => false);
  cluster.tick(3 * ELECTION_TICKS);
  expect(cluster.leader().status.term).toBeGreaterThan(1);
});

const vote = (type: 'preVoteResponse' | 'requestVoteResponse', from: number, t: number): Message => ({
  ...{ type, from: id(from), to: id(1), term: term(t), reject: false },
});

test('thesis §3.4, liveness: when the leader is gone, leases and pre-vote delay an election by no more than they must', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  cluster.isolate(1);
  cluster.tick(2 * ELECTION_TICKS, 2, 3);
  expect(cluster.leader().id).not.toBe(id(1));
});

test('thesis §3.7: requests are idempotent: an append that comes again, late and shorter, takes nothing back', () => {
  const raft = createRaftNode(configOf(1));
  const both = [entryAt(1, 1, 1), entryAt(1, 2, 2)];
  const first = append(2, 1, both);
  raft.step(first);
  outputOf(raft);
  raft.step(append(2, 1, both.slice(0, 1)));
  raft.step(first);
  expect(outputOf(raft)).toEqual([
    expect.objectContaining({ type: 'appendEntriesResponse', reject: false, index: 1 }),
    expect.objectContaining({ type: 'appendEntriesResponse', reject: false, index: 2 }),
  ]);
  expect(raft.status().lastIndex).toBe(2);
});

test('thesis §3.7: a request for a vote that comes again gets the same answer', () => {
  const raft = createRaftNode(configOf(1));
  const request: Message = {
    ...{ type: 'requestVote', from: id(2), to: id(1), term: term(1), isTransfer: false },
    lastEntry: { term: term(0), index: logIndex(0) },
  };
  raft.step(request);
  const [first] = outputOf(raft);
  raft.step(request);
  expect(outputOf(raft)).toEqual([first]);
  expect(first).toMatchObject({ type: 'requestVoteResponse', reject: false });
});

test('thesis §3.7: a candidate that crashes leaves the others able to elect', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.member(1).node.campaign();
  cluster.member(1).takeMessages();
  cluster.isolate(1);
  cluster.tick(3 * ELECTION_TICKS, 2, 3);
  expect(cluster.leader().id).not.toBe(id(1));
});

test('thesis §4.1: a member obeys a leader that its own configuration does not know', () => {
  const snapshot = { term: term(0), index: logIndex(0), confState: voters(1, 2, 3) };
  const raft = createRaftNode(configOf(1, { snapshot }));
  raft.step(append(9, 4, [entryAt(4, 1, 7)]));
  expect(raft.status()).toMatchObject({ leaderId: id(9), term: 4, lastIndex: 1 });
});

test('thesis §4.1: a member votes for a candidate that its own configuration does not know', () => {
  const raft = createRaftNode(configOf(1));
  raft.step({
    ...{ type: 'requestVote', from: id(9), to: id(1), term: term(2), isTransfer: false },
    lastEntry: { term: term(1), index: logIndex(3) },
  });
  expect(outputOf(raft)).toEqual([expect.objectContaining({ type: 'requestVoteResponse', to: id(9), reject: false })]);
});

test('thesis §4.2.1: a member that joins empty as a learner holds up no commit', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.node.propose([encodeConfChange({ transition: 'auto', changes: [{ type: 'addLearner', id: id(4) }] })]);
  cluster.settle();
  cluster.isolate(3);
  leader.propose('goes on with 1 and 2');
  cluster.settle();
  expect(leader.status.commitIndex).toBe(leader.status.lastIndex);
});

test('thesis §4.3: in a joint configuration an election needs both majorities', () => {
  const joint = { ...voters(1, 2, 3), votersOutgoing: ids(3, 4, 5) };
  const raft = createRaftNode(configOf(1, { snapshot: { term: term(0), index: logIndex(0), confState: joint } }));
  raft.campaign();
  const asked = outputOf(raft);
  expect(asked.map(({ to }) => to).sort()).toEqual(ids(2, 3, 4, 5));
  raft.step(vote('preVoteResponse', 2, 1));
  outputOf(raft);
  expect(raft.status().role).toBe('preCandidate');
  raft.step(vote('preVoteResponse', 4, 1));
  expect(raft.status().role).toBe('preCandidate');
  raft.step(vote('preVoteResponse', 5, 1));
  outputOf(raft);
  expect(raft.status().role).toBe('candidate');
  for (const peer of [2, 4, 5]) {
    expect(raft.status().role).toBe('candidate');
    raft.step(vote('requestVoteResponse', peer, 1));
  }
  expect(raft.status().role).toBe('leader');
});

test('thesis §5.1: a snapshot brings the configuration along, and a joiner counts by it', () => {
  const confState = { ...voters(1, 2), learners: ids(7) };
  const raft = createRaftNode(
    configOf(1, { snapshot: { term: term(0), index: logIndex(0), confState: voters(1, 2, 3) } }),
  );
  raft.step({
    type: 'installSnapshot',
    ...{ from: id(2), to: id(1), term: term(3) },
    snapshot: { term: term(2), index: logIndex(50), confState },
  });
  const [answer] = outputOf(raft);
  expect(answer).toMatchObject({ type: 'appendEntriesResponse', index: 50, reject: false });
  expect(raft.status()).toMatchObject({ commitIndex: 50, appliedIndex: 50 });
  expect(raft.status().confState).toEqual(confState);
  raft.campaign();
  expect(outputOf(raft).map(({ type, to }) => [type, to])).toEqual([['preVote', id(2)]]);
});

test('thesis §6.4: a follower answers a read only when it has applied what the leader had committed', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.propose('seen by the read');
  cluster.settle();
  cluster.member(3).node.readIndex(Uint8Array.of(1));
  cluster.settle();
  expect(cluster.member(3).reads).toEqual([{ index: leader.status.commitIndex, context: Uint8Array.of(1) }]);
});

test('thesis §9.6: a pre-candidate that learns of a leader of its own term gives up', () => {
  const raft = createRaftNode(configOf(1, { hardState: hardStateOf(3) }));
  raft.campaign();
  expect(raft.status()).toMatchObject({ role: 'preCandidate', leaderId: NO_MEMBER, term: 3 });
  raft.step({
    ...{ type: 'heartbeat', from: id(2), to: id(1), term: term(3) },
    ...{ commitIndex: logIndex(0), context: EMPTY_BYTES },
  });
  expect(raft.status()).toMatchObject({ role: 'follower', leaderId: id(2), term: 3 });
});

test('thesis §10.2.2: appends are pipelined, and a gap that a lost one leaves is refused and closed', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  let isFirst = true;
  cluster.dropWhere(({ type, to }) => {
    const drops = type === 'appendEntries' && to === id(3) && isFirst;
    if (drops) isFirst = false;
    return drops;
  });
  for (const text of ['a', 'b', 'c']) {
    leader.propose(text);
    cluster.deliver(leader.takeMessages());
  }
  cluster.settle();
  expect(cluster.delivered.some((message) => message.type === 'appendEntriesResponse' && message.reject)).toBe(true);
  expect(cluster.member(3).applied).toEqual(leader.applied);
});
