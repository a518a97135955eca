/** The contract of Ready: order of effects, asynchronous storage, restarts. */
import { expect, test } from 'vitest';
import { logIndex, term } from '../../../lib/base/brand.ts';
import { encodeConfChange } from './conf-change-codec.ts';
import { createRaftNode } from './node.ts';
import { configOf, hardStateOf, id, logOf, outputOf, TestCluster, voters } from './test-cluster.ts';
import { ENTRY_NORMAL, type Entry, type Message, type RaftNode } from './types.ts';

const append = (t: number, previous: readonly [number, number], terms: readonly number[], commit = 0): Message => ({
  type: 'appendEntries',
  from: id(2),
  to: id(1),
  term: term(t),
  previous: { term: term(previous[0]), index: logIndex(previous[1]) },
  entries: terms.map((entryTerm, i) => ({
    term: term(entryTerm),
    index: logIndex(previous[1] + i + 1),
    type: ENTRY_NORMAL,
    data: new Uint8Array(0),
  })),
  commitIndex: logIndex(commit),
});

const alone = (): RaftNode => {
  const raft = createRaftNode(configOf(1, { snapshot: { term: term(0), index: logIndex(0), confState: voters(1) } }));
  raft.campaign();
  outputOf(raft);
  return raft;
};

test('an idle member has no Ready, and an empty one is harmless', () => {
  const raft = createRaftNode(configOf(1));
  expect(raft.hasReady()).toBe(false);
  const ready = raft.ready();
  raft.persisted(ready);
  expect(ready).toMatchObject({ entries: [], messages: [], committedEntries: [], mustSync: false });
  expect(raft.hasReady()).toBe(false);
});

test('a Ready never repeats what an earlier one held', () => {
  const raft = createRaftNode(configOf(1));
  raft.step(append(1, [0, 0], [1]));
  const first = raft.ready();
  raft.step(append(1, [1, 1], [1], 1));
  const second = raft.ready();
  expect(first.entries.map(({ index }) => index)).toEqual([1]);
  expect(second.entries.map(({ index }) => index)).toEqual([2]);
  expect(second.committedEntries).toHaveLength(0);
  raft.persisted(first);
  expect(raft.ready().committedEntries.map(({ index }) => index)).toEqual([1]);
});

test('Readies are confirmed in order, each once', () => {
  const raft = createRaftNode(configOf(1));
  raft.step(append(1, [0, 0], [1]));
  const first = raft.ready();
  raft.step(append(1, [1, 1], [1]));
  const second = raft.ready();
  expect(() => raft.persisted(second)).toThrow('in the order of ready()');
  const fresh = createRaftNode(configOf(1));
  const only = fresh.ready();
  fresh.persisted(only);
  expect(() => fresh.persisted(only)).toThrow('each Ready once');
  expect(first).not.toBe(second);
});

test('a moved commit index alone needs no flush', () => {
  const raft = createRaftNode(configOf(1, { entries: logOf(1), hardState: hardStateOf(1) }));
  raft.step(append(1, [1, 1], [], 1));
  const ready = raft.ready();
  expect(ready.hardState?.commitIndex).toBe(1);
  expect(ready.mustSync).toBe(false);
});

test('a lone member commits only what its disk has', () => {
  const raft = alone();
  raft.propose([{ type: ENTRY_NORMAL, data: Uint8Array.of(1) }]);
  const write = raft.ready();
  expect(raft.status().commitIndex).toBe(1);
  expect(write.committedEntries).toHaveLength(0);
  raft.persisted(write);
  expect(raft.ready().committedEntries.map(({ index }) => index)).toEqual([2]);
});

test('a write overtaken by a newer leader’s does not count as durable when it ends', () => {
  const raft = createRaftNode(configOf(1));
  raft.step(append(1, [0, 0], [1, 1]));
  const overtaken = raft.ready();
  raft.step({ ...append(2, [0, 0], [2, 2], 2), from: id(3) } as Message);
  const current = raft.ready();
  raft.persisted(overtaken);
  expect(raft.ready().committedEntries).toHaveLength(0);
  raft.persisted(current);
  const third = raft.ready();
  expect(third.committedEntries.map((entry) => entry.term)).toEqual([2, 2]);
});

test('a member that lost its leadership before its disk caught up does not count the old write as leader again', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.isDiskSlow = true;
  cluster.isolate(2, 3);
  leader.propose('lost');
  cluster.settle();
  cluster.rejoin(2, 3);
  cluster.isolate(1);
  cluster.tick(30, 2, 3);
  cluster.leader().propose('kept');
  cluster.settle();
  cluster.rejoin(1);
  cluster.tick(3);
  leader.flush();
  cluster.settle();
  cluster.tick(3);
  expect(leader.applied).toEqual(cluster.member(2).applied);
  expect(leader.applied.map(({ data }) => new TextDecoder().decode(data))).not.toContain('lost');
});

test('a restart goes on from hard state, log and applied index', () => {
  const raft = createRaftNode(
    configOf(1, { entries: logOf(1, 1, 2), hardState: hardStateOf(3, 2, 2), appliedIndex: logIndex(1) }),
  );
  expect(raft.status()).toMatchObject({ term: 3, commitIndex: 2, appliedIndex: 1, lastIndex: 3, role: 'follower' });
  expect(raft.ready().committedEntries.map(({ index }) => index)).toEqual([2]);
});

test('a restart from a compacted log', () => {
  const snapshot = { term: term(2), index: logIndex(10), confState: voters(1, 2, 3) };
  const tail = [11, 12].map((index) => ({ ...logOf(2)[0], index: logIndex(index) }) as Entry);
  const raft = createRaftNode(
    configOf(1, { snapshot, entries: tail, hardState: hardStateOf(2, 0, 10), appliedIndex: logIndex(11) }),
  );
  expect(raft.status()).toMatchObject({ commitIndex: 11, appliedIndex: 11, lastIndex: 12 });
});

test('membership applied after the snapshot must be told at a restart', () => {
  const change = encodeConfChange({ transition: 'auto', changes: [{ type: 'addLearner', id: id(4) }] });
  const entries = [{ ...change, term: term(1), index: logIndex(1) }];
  const config = configOf(1, { entries, hardState: hardStateOf(1, 0, 1), appliedIndex: logIndex(1) });
  expect(() => createRaftNode(config)).toThrow('confState must say the result');
  const confState = { ...voters(1, 2, 3), learners: [id(4)] };
  expect(createRaftNode({ ...config, confState }).status().confState).toEqual(confState);
});

test('a change in a recovered log proves that the change before it is committed, whatever the hard state says', () => {
  const change = (index: number, member: number): Entry => ({
    ...encodeConfChange({ transition: 'auto', changes: [{ type: 'addVoter', id: id(member) }] }),
    term: term(1),
    index: logIndex(index),
  });
  const raft = createRaftNode(configOf(1, { entries: [change(1, 4), change(2, 5)], hardState: hardStateOf(1) }));
  expect(raft.status().commitIndex).toBe(1);
  raft.campaign();
  expect(raft.status().role).toBe('follower');
});

test('the knobs are checked', () => {
  expect(() => createRaftNode(configOf(0))).toThrow('needs an id');
  expect(() => createRaftNode(configOf(1, { heartbeatTicks: 0 }))).toThrow('heartbeatTicks');
  expect(() => createRaftNode(configOf(1, { electionTicks: 1 }))).toThrow('electionTicks 1 must exceed');
  expect(() => createRaftNode(configOf(1, { inflightMessagesMax: 0 }))).toThrow('inflightMessagesMax');
});

test('a message for somebody else is ignored', () => {
  const raft = createRaftNode(configOf(1));
  raft.step({ ...append(5, [0, 0], [5]), to: id(2) } as Message);
  expect(raft.status()).toMatchObject({ term: 0, lastIndex: 0 });
});

test('an answer of a member that is not in the configuration is ignored', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.node.step({
    type: 'appendEntriesResponse',
    from: id(9),
    to: id(1),
    term: term(1),
    index: logIndex(1),
    reject: false,
    rejectHint: logIndex(0),
    rejectHintTerm: term(0),
  });
  expect(leader.status.progress.map((peer) => peer.id)).toEqual([id(1), id(2), id(3)]);
});

test('the same calls give the same Readies', () => {
  const run = () => {
    const cluster = TestCluster.of(1, 2, 3);
    cluster.tick(15);
    cluster.leader().propose('x');
    cluster.tick(3);
    return cluster.delivered;
  };
  expect(run()).toEqual(run());
});
