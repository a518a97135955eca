/** Configuration changes in a running cluster (thesis §4). */
import { expect, test } from 'vitest';
import { logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { EMPTY_CONF_STATE } from './conf-change.ts';
import { encodeConfChange } from './conf-change-codec.ts';
import {
  configOf,
  ELECTION_TICKS,
  hardStateOf,
  id,
  ids,
  logOf,
  TestCluster,
  TestMember,
  voters,
} from './test-cluster.ts';
import { type ConfChange, ENTRY_CONF_CHANGE_V2, ENTRY_NORMAL } from './types.ts';

const change = (
  transition: ConfChange['transition'],
  ...changes: readonly (readonly [ConfChange['changes'][number]['type'], number])[]
): ConfChange => ({ transition, changes: changes.map(([type, member]) => ({ type, id: id(member) })) });

/**
 * A cluster born as etcd's are: its first voters stand in the log as committed changes, so that 4 and 5, which start empty and
 * join later, learn them from the log like everything else.
 */
function growing(): TestCluster {
  const snapshot = { term: term(0), index: logIndex(0), confState: EMPTY_CONF_STATE };
  const entries = [1, 2, 3].map((self) => ({
    ...encodeConfChange(change('auto', ['addVoter', self])),
    term: term(1),
    index: logIndex(self),
  }));
  const founders = [1, 2, 3].map((self) => configOf(self, { snapshot, entries, hardState: hardStateOf(1, 0, 3) }));
  const joiners = [4, 5].map((self) => configOf(self, { snapshot }));
  const cluster = new TestCluster([...founders, ...joiners]);
  cluster.settle();
  return cluster;
}

const confOf = (member: TestMember) => member.status.confState;

test('thesis §4.1: a voter is added; from then on it counts', () => {
  const cluster = growing();
  const leader = cluster.elect(1);
  expect(leader.change(change('auto', ['addVoter', 4]))).toBe('accepted');
  cluster.settle();
  expect(confOf(leader)).toEqual(voters(1, 2, 3, 4));
  cluster.isolate(3, 4);
  leader.propose('needs three of four');
  cluster.settle();
  const before = leader.status.lastIndex - 1;
  expect(leader.status.commitIndex).toBe(before);
  cluster.rejoin(4);
  cluster.tick(3, 1);
  expect(leader.status.commitIndex).toBe(before + 1);
});

test('thesis §4.1: one change at a time: a second is dropped until the first is applied', () => {
  const cluster = growing();
  const leader = cluster.elect(1);
  leader.change(change('auto', ['addVoter', 4]));
  expect(leader.change(change('auto', ['addVoter', 5]))).toBe('dropped');
  cluster.settle();
  expect(leader.change(change('auto', ['addVoter', 5]))).toBe('accepted');
});

test('a new leader accepts no change before it has applied what it found in its log', () => {
  const snapshot = { term: term(0), index: logIndex(0), confState: voters(1) };
  const cluster = new TestCluster([configOf(1, { snapshot, entries: logOf(1), hardState: hardStateOf(1) })]);
  const lone = cluster.member(1);
  lone.node.campaign();
  for (const step of ['own pre-vote', 'own vote']) {
    expect(lone.status.role, step).not.toBe('leader');
    lone.node.persisted(lone.node.ready());
  }
  expect(lone.status.role).toBe('leader');
  expect(lone.change(change('auto', ['addLearner', 2]))).toBe('dropped');
  cluster.settle();
  expect(lone.change(change('auto', ['addLearner', 2]))).toBe('accepted');
});

test('in a batch a refused change leaves an empty entry, and the rest goes through', () => {
  const cluster = growing();
  const leader = cluster.elect(1);
  const nonsense = { type: ENTRY_CONF_CHANGE_V2, data: Uint8Array.of(0xff) };
  expect(leader.node.propose([{ type: ENTRY_NORMAL, data: Uint8Array.of(1) }, nonsense])).toBe('accepted');
  cluster.settle();
  expect(leader.applied.slice(-2).map(({ type, data }) => [type, data.length])).toEqual([
    [ENTRY_NORMAL, 1],
    [ENTRY_NORMAL, 0],
  ]);
  expect(leader.node.propose([nonsense])).toBe('dropped');
});

test('a change that cannot be applied is refused when it is proposed', () => {
  const cluster = TestCluster.of(1);
  const leader = cluster.elect(1);
  expect(leader.change(change('auto', ['remove', 1]))).toBe('dropped');
  expect(leader.change(change('auto'))).toBe('dropped');
});

test('applying a change that does not fit leaves the configuration as it is', () => {
  const { node } = TestCluster.of(1).member(1);
  expect(node.applyConfChange(change('auto', ['remove', 1]))).toEqual(voters(1));
});

test('a learner receives everything and counts for nothing', () => {
  const cluster = growing();
  const leader = cluster.elect(1);
  leader.change(change('auto', ['addLearner', 4]));
  cluster.settle();
  expect(cluster.member(4).applied).toEqual(leader.applied);
  cluster.isolate(2, 3);
  leader.propose('x');
  cluster.settle();
  expect(leader.status.commitIndex).toBe(leader.status.lastIndex - 1);
});

test('thesis §4.3: a joint configuration needs both majorities, then leaves itself', () => {
  const cluster = growing();
  const leader = cluster.elect(1);
  cluster.dropWhere((message) => message.type === 'appendEntries' && [id(4), id(5)].includes(message.to));
  leader.change(change('auto', ['remove', 2], ['remove', 3], ['addVoter', 4], ['addVoter', 5]));
  cluster.settle();
  // Entered by the old majority; leaving needs a majority of 1, 4, 5 too.
  expect(confOf(leader)).toEqual({
    ...voters(1, 4, 5),
    votersOutgoing: ids(1, 2, 3),
    autoLeave: true,
  });
  cluster.dropWhere(() => false);
  cluster.tick(3, 1);
  expect(confOf(leader)).toEqual(voters(1, 4, 5));
  expect(confOf(cluster.member(4))).toEqual(voters(1, 4, 5));
});

test('an explicit joint configuration is left by an empty change', () => {
  const cluster = growing();
  const leader = cluster.elect(1);
  leader.change(change('jointExplicit', ['addVoter', 4]));
  cluster.settle();
  expect(confOf(leader).votersOutgoing).toEqual(ids(1, 2, 3));
  expect(leader.change(change('auto'))).toBe('accepted');
  cluster.settle();
  expect(confOf(leader)).toEqual(voters(1, 2, 3, 4));
});

test('a new leader in a joint configuration that leaves itself carries on', () => {
  const joint = { ...voters(1, 2), votersOutgoing: ids(1, 2, 3), autoLeave: true };
  const snapshot = { term: term(1), index: logIndex(5), confState: joint };
  const cluster = new TestCluster(
    [1, 2, 3].map((self) => configOf(self, { snapshot, appliedIndex: logIndex(5), hardState: hardStateOf(1, 0, 5) })),
  );
  const leader = cluster.elect(2);
  expect(confOf(leader)).toEqual(voters(1, 2));
});

test('thesis §4.2.2: a removed leader steps down once its removal is applied, and the others go on', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.change(change('auto', ['remove', 1]));
  cluster.settle();
  expect(leader.status).toMatchObject({ role: 'follower', leaderId: NO_MEMBER });
  cluster.tick(3 * ELECTION_TICKS);
  expect(confOf(cluster.leader())).toEqual(voters(2, 3));
  expect(leader.status.role).toBe('follower');
});

test('a demoted leader steps down too', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  leader.change(change('auto', ['addLearner', 1]));
  cluster.settle();
  expect(leader.status.role).toBe('follower');
});

test('thesis §4.2.3: a removed member that never heard of it disturbs nobody', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const leader = cluster.elect(1);
  cluster.isolate(3);
  leader.change(change('auto', ['remove', 3]));
  cluster.settle();
  cluster.tick(2 * ELECTION_TICKS);
  cluster.rejoin(3);
  cluster.tick(5 * ELECTION_TICKS);
  expect(cluster.leader().id).toBe(id(1));
  expect(leader.status.term).toBe(1);
});

/** Found by the simulator (server/docs/bugs-found.md). */
test('a leader that removes itself and holds a longer log does not leave the last voter stuck', () => {
  const cluster = TestCluster.of(1, 2);
  const leader = cluster.elect(1);
  // 2 gets the change, but neither what follows it nor that it is committed.
  leader.change(change('auto', ['remove', 1]));
  cluster.deliver(leader.takeMessages());
  cluster.isolate(2);
  leader.propose('longer');
  leader.takeMessages();
  cluster.deliver([]);
  const acknowledgement = cluster.member(2).takeMessages();
  cluster.rejoin(2);
  cluster.isolate(1);
  for (const message of acknowledgement) leader.node.step(message);
  leader.takeMessages();
  expect(leader.status).toMatchObject({ role: 'follower', lastIndex: 3 });
  expect(confOf(cluster.member(2))).toEqual(voters(1, 2));
  cluster.rejoin(1);
  cluster.tick(5 * ELECTION_TICKS);
  expect(cluster.leader().id).toBe(id(2));
  expect(confOf(cluster.leader())).toEqual(voters(2));
});

test('a campaign ends when the configuration changes under it', () => {
  const cluster = TestCluster.of(1, 2, 3);
  const { node } = cluster.member(1);
  node.campaign();
  expect(node.status().role).toBe('preCandidate');
  node.applyConfChange(change('auto', ['addLearner', 4]));
  expect(node.status().role).toBe('follower');
});

test('a change of the past, applied while a snapshot is on its way in, does not touch the configuration in force', () => {
  const member = new TestMember(configOf(1));
  const confState = voters(1, 2, 3, 4);
  const snapshot = { term: term(1), index: logIndex(9), confState };
  member.node.step({ type: 'installSnapshot', from: id(2), to: id(1), term: term(1), snapshot });
  expect(member.node.applyConfChange(change('auto', ['remove', 3]))).toEqual(voters(1, 2));
  expect(confOf(member)).toEqual(confState);
  member.takeMessages();
  expect(member.node.applyConfChange(change('auto', ['update', 1]))).toEqual(confState);
});
