/** Elections as the Raft paper (§) and Ongaro's thesis (thesis §) describe them: one test per claim. */
import { expect, test } from 'vitest';
import { logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { createRaftNode } from './node.ts';
import { configOf, ELECTION_TICKS, hardStateOf, id, logOf, outputOf, TestCluster, voters } from './test-cluster.ts';
import type { Message, RaftConfig, RaftNode } from './types.ts';

const node = (changes: Partial<RaftConfig> = {}): RaftNode => createRaftNode(configOf(1, changes));

const voteRequest = (from: number, t: number, last: readonly [number, number] = [0, 0]): Message => ({
  type: 'requestVote',
  from: id(from),
  to: id(1),
  term: term(t),
  lastEntry: { term: term(last[0]), index: logIndex(last[1]) },
  isTransfer: false,
});

const heartbeat = (from: number, t: number): Message => ({
  type: 'heartbeat',
  from: id(from),
  to: id(1),
  term: term(t),
  commitIndex: logIndex(0),
  context: EMPTY_BYTES,
});

const voteAnswer = (
  type: 'requestVoteResponse' | 'preVoteResponse',
  from: number,
  t: number,
  reject = false,
): Message => ({
  type,
  from: id(from),
  to: id(1),
  term: term(t),
  reject,
});

/** Takes member 1 through a won pre-vote into candidacy of the next term. */
function becomeCandidate(raft: RaftNode): Message[] {
  raft.campaign();
  outputOf(raft);
  raft.step(voteAnswer('preVoteResponse', 2, raft.status().term + 1));
  return outputOf(raft);
}

test('§5.1: a message with a newer term makes a follower of that term', () => {
  const raft = node();
  raft.step(heartbeat(2, 7));
  expect(raft.status()).toMatchObject({ role: 'follower', term: 7, leaderId: id(2) });
});

test('§5.1: a request with an old term is not served, and its sender hears of the newer term', () => {
  const raft = node({ hardState: hardStateOf(5) });
  raft.step(heartbeat(2, 4));
  expect(raft.status()).toMatchObject({ term: 5, leaderId: NO_MEMBER });
  expect(outputOf(raft)).toEqual([expect.objectContaining({ type: 'heartbeatResponse', to: id(2), term: 5 })]);
});

test('§5.2: a follower starts no campaign while it hears a leader', () => {
  const raft = node();
  for (let i = 0; i < 5 * ELECTION_TICKS; i++) {
    raft.tick();
    raft.step(heartbeat(2, 1));
  }
  expect(raft.status()).toMatchObject({ role: 'follower', term: 1 });
});

test('§5.2: a follower that hears nothing campaigns after its election timeout', () => {
  const raft = node();
  for (let i = 0; i < ELECTION_TICKS - 1; i++) raft.tick();
  expect(raft.status().role).toBe('follower');
  raft.tick();
  expect(raft.status().role).toBe('preCandidate');
});

test('§5.2: election timeouts are drawn from [electionTicks, 2 × electionTicks)', () => {
  const ticksUntilCampaign = (drawn: number): number => {
    const raft = node({ random: () => drawn });
    let ticks = 0;
    while (raft.status().role === 'follower') {
      raft.tick();
      ticks++;
    }
    return ticks;
  };
  expect(ticksUntilCampaign(0)).toBe(ELECTION_TICKS);
  expect(ticksUntilCampaign(0.5)).toBe(1.5 * ELECTION_TICKS);
  expect(ticksUntilCampaign(0.999_999)).toBe(2 * ELECTION_TICKS - 1);
});

test('§5.2: a candidate raises its term, votes for itself and asks everyone else', () => {
  const raft = node();
  const requests = becomeCandidate(raft).filter(({ type }) => type === 'requestVote');
  expect(raft.status()).toMatchObject({ role: 'candidate', term: 1 });
  expect(requests.map(({ to }) => to)).toEqual([id(2), id(3)]);
});

test('§5.2: a majority of votes makes a leader, which tells everyone at once', () => {
  const raft = node();
  becomeCandidate(raft);
  raft.step(voteAnswer('requestVoteResponse', 3, 1));
  expect(raft.status().role).toBe('leader');
  const appends = outputOf(raft).filter(({ type }) => type === 'appendEntries');
  expect(appends.map(({ to }) => to)).toEqual([id(2), id(3)]);
});

test('§5.2: a candidate refused by a majority is a follower again, in the same term', () => {
  const raft = node();
  becomeCandidate(raft);
  raft.step(voteAnswer('requestVoteResponse', 2, 1, true));
  expect(raft.status().role).toBe('candidate');
  raft.step(voteAnswer('requestVoteResponse', 3, 1, true));
  expect(raft.status()).toMatchObject({ role: 'follower', term: 1 });
});

test('§5.2: one member votes only once however often its answer arrives', () => {
  const five = { snapshot: { term: term(0), index: logIndex(0), confState: voters(1, 2, 3, 4, 5) } };
  const raft = node(five);
  raft.campaign();
  outputOf(raft);
  for (const from of [2, 3]) raft.step(voteAnswer('preVoteResponse', from, 1));
  outputOf(raft);
  for (let i = 0; i < 5; i++) raft.step(voteAnswer('requestVoteResponse', 2, 1));
  expect(raft.status().role).toBe('candidate');
});

test('§5.2: a candidate that hears the leader of its term follows it', () => {
  const raft = node();
  becomeCandidate(raft);
  raft.step(heartbeat(3, 1));
  expect(raft.status()).toMatchObject({ role: 'follower', term: 1, leaderId: id(3) });
});

test('§5.2: at most one vote per term, first come first served', () => {
  const raft = node();
  raft.step(voteRequest(2, 3));
  raft.step(voteRequest(3, 3));
  raft.step(voteRequest(2, 3));
  expect(outputOf(raft).map((message) => [message.to, 'reject' in message && message.reject])).toEqual([
    [id(2), false],
    [id(3), true],
    [id(2), false],
  ]);
});

test('figure 2: the vote is remembered across a restart', () => {
  const raft = node({ hardState: hardStateOf(3, 2) });
  raft.step(voteRequest(3, 3));
  expect(outputOf(raft)).toEqual([expect.objectContaining({ to: id(3), reject: true })]);
});

test('figure 2: a vote leaves only when it is durable, and a request for votes when its log and term are', () => {
  const voter = node();
  voter.step(voteRequest(2, 3));
  const promise = voter.ready();
  expect(promise.messages).toHaveLength(0);
  expect(promise.mustSync).toBe(true);
  expect(promise.hardState).toMatchObject({ term: 3, vote: id(2) });
  expect(promise.messagesAfterPersist).toEqual([expect.objectContaining({ type: 'requestVoteResponse' })]);

  const candidate = node();
  candidate.campaign();
  outputOf(candidate);
  candidate.step(voteAnswer('preVoteResponse', 2, 1));
  const request = candidate.ready();
  expect(request.messages).toHaveLength(0);
  expect(request.messagesAfterPersist.map(({ type }) => type)).toEqual(['requestVote', 'requestVote']);
});

test.each([
  { own: [1], last: [1, 1], granted: true },
  { own: [1], last: [1, 2], granted: true },
  { own: [1, 1], last: [1, 1], granted: false },
  { own: [1], last: [2, 1], granted: true },
  { own: [1, 1, 1], last: [2, 1], granted: true },
  { own: [2], last: [1, 1], granted: false },
  { own: [2], last: [1, 9], granted: false },
  { own: [1, 2], last: [1, 9], granted: false },
] as const)(
  '§5.4.1: a log ending $own grants a candidate ending at (term, index) $last: $granted',
  ({ own, last, granted }) => {
    const raft = node({ entries: logOf(...own), hardState: hardStateOf(2) });
    raft.step(voteRequest(2, 3, last));
    expect(outputOf(raft)).toEqual([expect.objectContaining({ type: 'requestVoteResponse', reject: !granted })]);
  },
);

test('thesis §9.6: a pre-vote changes neither term nor vote, on either side', () => {
  const raft = node({ hardState: hardStateOf(4, 3) });
  raft.campaign();
  expect(raft.status()).toMatchObject({ role: 'preCandidate', term: 4 });
  const asked = outputOf(raft);
  expect(asked.map(({ type, term: t }) => [type, t])).toEqual([
    ['preVote', 5],
    ['preVote', 5],
  ]);

  const voter = node({ hardState: hardStateOf(4, 3) });
  voter.step({ ...voteRequest(2, 5), type: 'preVote' } as Message);
  const ready = voter.ready();
  expect(ready.hardState).toBeUndefined();
  expect(ready.messagesAfterPersist).toEqual([
    expect.objectContaining({ type: 'preVoteResponse', reject: false, term: 5 }),
  ]);
});

test('thesis §9.6: a member that comes back from a partition deposes nobody', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  cluster.isolate(3);
  cluster.tick(5 * ELECTION_TICKS);
  expect(cluster.member(3).status.term).toBe(1);
  cluster.rejoin(3);
  cluster.tick(2 * ELECTION_TICKS);
  expect(cluster.leader().id).toBe(id(1));
  expect(cluster.member(3).status).toMatchObject({ term: 1, leaderId: id(1) });
});

test('thesis §9.6: a pre-candidate with an old log is refused and raises nobody’s term', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  cluster.isolate(3);
  cluster.member(1).propose('x');
  cluster.settle();
  cluster.isolate(1);
  cluster.rejoin(3);
  cluster.tick(ELECTION_TICKS, 2);
  cluster.member(3).node.campaign();
  cluster.settle();
  // Refused by member 2, unheard by member 1: it goes on asking, and is no candidate.
  expect(cluster.member(3).status).toMatchObject({ role: 'preCandidate', term: 1 });
  cluster.elect(2);
  expect(cluster.leader().id).toBe(id(2));
});

test('thesis §9.6: a pre-vote granted for an earlier term is not counted for the next', () => {
  const raft = node();
  raft.campaign();
  outputOf(raft);
  // Somebody else won term 1 meanwhile, and is heard no more.
  raft.step(heartbeat(3, 1));
  raft.campaign();
  outputOf(raft);
  raft.step(voteAnswer('preVoteResponse', 2, 1));
  outputOf(raft);
  expect(raft.status()).toMatchObject({ role: 'preCandidate', term: 1 });
  raft.step(voteAnswer('preVoteResponse', 2, 2));
  outputOf(raft);
  expect(raft.status()).toMatchObject({ role: 'candidate', term: 2 });
});

test('thesis §9.6: a pre-vote of an old term is answered with the newer one, so that its sender catches up', () => {
  const raft = node({ hardState: hardStateOf(6) });
  raft.step({ ...voteRequest(2, 5), type: 'preVote' } as Message);
  expect(outputOf(raft)).toEqual([expect.objectContaining({ type: 'preVoteResponse', reject: true, term: 6 })]);
});

test('thesis §6.2: a leader without contact to a quorum steps down within an election timeout or two', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  cluster.isolate(1);
  cluster.tick(2 * ELECTION_TICKS, 1);
  expect(cluster.member(1).status).toMatchObject({ role: 'follower', leaderId: NO_MEMBER });
});

test('thesis §6.2: a leader with contact to a quorum stays, whoever else is gone', () => {
  const cluster = TestCluster.of(1, 2, 3);
  cluster.elect(1);
  cluster.isolate(3);
  cluster.tick(5 * ELECTION_TICKS, 1, 2);
  expect(cluster.member(1).status.role).toBe('leader');
});

test('thesis §4.2.3: who heard a leader within an election timeout ignores requests for votes, term and all', () => {
  const raft = node();
  raft.step(heartbeat(2, 1));
  outputOf(raft);
  raft.step(voteRequest(3, 9));
  expect(outputOf(raft)).toHaveLength(0);
  expect(raft.status()).toMatchObject({ term: 1, leaderId: id(2) });
  for (let i = 0; i < ELECTION_TICKS; i++) raft.tick();
  outputOf(raft);
  raft.step(voteRequest(3, 9));
  expect(outputOf(raft)).toEqual([expect.objectContaining({ type: 'requestVoteResponse', reject: false })]);
});

test('a learner never campaigns', () => {
  const confState = { ...voters(2, 3), learners: [id(1)] };
  const raft = node({ snapshot: { term: term(0), index: logIndex(0), confState } });
  for (let i = 0; i < 5 * ELECTION_TICKS; i++) raft.tick();
  raft.campaign();
  expect(raft.status().role).toBe('follower');
});

test('a member alone elects itself, but only when its vote is durable', () => {
  const raft = node({ snapshot: { term: term(0), index: logIndex(0), confState: voters(1) } });
  raft.campaign();
  const preVote = raft.ready();
  expect(raft.status().role).toBe('preCandidate');
  raft.persisted(preVote);
  expect(raft.status().role).toBe('candidate');
  const vote = raft.ready();
  expect(vote.hardState).toMatchObject({ term: 1, vote: id(1) });
  raft.persisted(vote);
  expect(raft.status().role).toBe('leader');
});
