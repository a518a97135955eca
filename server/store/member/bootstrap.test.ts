import { expect, test } from 'vitest';
import { bootstrapConfState, bootstrapEntries, computeMemberId, identifyCluster } from './bootstrap.ts';

const peer = (n: number) => ({ name: `m${n}`, peerUrls: [`http://127.0.0.1:310${n}1`] });

test('ids are those that etcd computes (observed on etcd 3.4.23 with the same flags)', () => {
  const cluster = identifyCluster([peer(0), peer(1), peer(2)], 'quorate');
  expect(cluster.clusterId.toString(16)).toBe('7a94f307cd12daff');
  expect(cluster.members.find((member) => member.name === 'm0')?.id.toString(16)).toBe('495ab4b451231438');
});

test('the order of peer URLs and of members does not matter', () => {
  expect(computeMemberId(['http://b:1', 'http://a:1'], 't')).toBe(computeMemberId(['http://a:1', 'http://b:1'], 't'));
  expect(identifyCluster([peer(1), peer(0)], 't')).toEqual(identifyCluster([peer(0), peer(1)], 't'));
});

test('the first entries make every member a voter', () => {
  const cluster = identifyCluster([peer(0), peer(1), peer(2)], 'quorate');
  const entries = bootstrapEntries(cluster);
  expect(entries.map((entry) => [Number(entry.term), Number(entry.index)])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  expect(bootstrapConfState(entries).voters).toEqual(cluster.members.map((member) => member.id));
});
