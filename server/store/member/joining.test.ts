import { expect, test } from 'vitest';
import { clusterId, memberId } from '../../../lib/base/brand.ts';
import type { ClusterView } from '../transport/cluster-question.ts';
import { type AskPeer, joinCluster, refuseLivingMajority, refuseLostMember } from './joining.ts';

const CLUSTER = clusterId(0xcn);
const url = (name: string) => `http://${name}:2380`;
const member = (id: number, name: string, isStarted = true) => ({
  id: BigInt(id),
  name: isStarted ? name : '',
  peerUrls: [url(name)],
  clientUrls: isStarted ? [`http://${name}:2379`] : [],
  isLearner: false,
});
const view = (...members: ClusterView['members']): ClusterView => ({ clusterId: CLUSTER, members });
const initialCluster = ['m1', 'm2', 'm3'].map((name) => ({ name, peerUrls: [url(name)] }));
const answering =
  (answers: Readonly<Record<string, ClusterView>>): AskPeer =>
  async (asked) =>
    answers[asked] ?? 'connect ECONNREFUSED';
const join = (answers: Readonly<Record<string, ClusterView>>, name = 'm3') =>
  joinCluster({ name, initialCluster, ask: answering(answers) });

const COMPLETE = view(member(1, 'm1'), member(2, 'm2'), member(3, 'm3', false));

test('a member that was added gets its id and its cluster from any peer that answers', async () => {
  expect(await join({ [url('m2')]: COMPLETE })).toEqual({ clusterId: CLUSTER, memberId: memberId(3n) });
});

test('a peer that is behind does not keep it out: another one knows', async () => {
  const behind = view(member(1, 'm1'), member(2, 'm2'));
  expect(await join({ [url('m1')]: behind, [url('m2')]: COMPLETE })).toMatchObject({ memberId: memberId(3n) });
});

test('a member that nobody added, or with other URLs than it was added with, is refused in etcd’s words', async () => {
  await expect(join({ [url('m1')]: view(member(1, 'm1'), member(2, 'm2')) })).rejects.toThrow(
    'member count is unequal',
  );
  const elsewhere = view(member(1, 'm1'), member(2, 'm2'), member(3, 'elsewhere', false));
  await expect(join({ [url('m1')]: elsewhere })).rejects.toThrow('unmatched member while checking PeerURLs');
});

test('without an answer the reasons are told', async () => {
  await expect(join({})).rejects.toThrow(/could not retrieve cluster information.*m1:2380: connect ECONNREFUSED/);
});

test('a member that lost its data is not let in under its old id, whether it joins or founds', async () => {
  await expect(join({ [url('m1')]: COMPLETE }, 'm2')).rejects.toThrow('member m2 has already been bootstrapped (id 2)');
  const found = (id: number, answers: Readonly<Record<string, ClusterView>>) =>
    refuseLostMember({ name: 'm3', initialCluster, ask: answering(answers), id: memberId(BigInt(id)) });
  const full = view(member(1, 'm1'), member(2, 'm2'), member(3, 'm3'));
  await expect(found(3, { [url('m1')]: full })).rejects.toThrow('member m3 has already been bootstrapped');
  await expect(found(4, { [url('m1')]: full })).resolves.toBeUndefined();
  await expect(found(3, { [url('m1')]: COMPLETE })).resolves.toBeUndefined();
  await expect(found(3, {})).resolves.toBeUndefined();
});

test('a new cluster is forced only when no majority answers', async () => {
  const members = [member(1, 'm1'), member(2, 'm2'), member(3, 'm3')];
  const force = (answers: Readonly<Record<string, ClusterView>>, among = members) =>
    refuseLivingMajority({ self: memberId(1n), clusterId: CLUSTER, members: among, ask: answering(answers) });
  await expect(force({ [url('m2')]: COMPLETE })).rejects.toThrow('1 of the 2 other members answer');
  await expect(force({})).resolves.toBeUndefined();
  await expect(force({ [url('m2')]: { ...COMPLETE, clusterId: clusterId(9n) } })).resolves.toBeUndefined();
  await expect(force({}, [member(1, 'm1')])).resolves.toBeUndefined();
});
