import { expect, test } from 'vitest';
import { logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';
import { decodeConfChange } from '../apply/conf-change.ts';
import { ENTRY_CONF_CHANGE } from '../raft/types.ts';
import {
  type ClusterHealth,
  encodeMemberChange,
  HEALTH_INTERVAL_MS,
  type MemberChange,
  newMemberId,
  strictRefusal,
} from './member-change.ts';

const NOW = 100_000;
const LONG_AGO = NOW - HEALTH_INTERVAL_MS - 1;
const TOO_FEW = 'etcdserver: re-configuration failed due to not enough started members';
const UNHEALTHY = 'etcdserver: unhealthy cluster';
const SELF = memberId(1n);

interface Shape {
  readonly voters: number;
  readonly unstarted?: readonly number[];
  readonly learners?: readonly number[];
  /** Since when others are reached; LONG_AGO when left out, undefined: not at all. */
  readonly since?: Readonly<Record<number, number | undefined>>;
}

function health({ voters, unstarted = [], learners = [], since = {} }: Shape): ClusterHealth {
  const ids = [...Array.from({ length: voters }, (_, i) => i + 1), ...learners];
  const members = ids.map((id): Member => {
    const name = unstarted.includes(id) ? '' : `m${id}`;
    return { id: BigInt(id), name, peerUrls: [], clientUrls: [], isLearner: learners.includes(id) };
  });
  const connectedSince = (id: MemberId) => (Number(id) in since ? since[Number(id)] : LONG_AGO);
  return { members, self: SELF, now: NOW, connectedSince };
}

const add = (isLearner = false): MemberChange => ({ kind: 'add', id: memberId(9n), peerUrls: [], isLearner });
const remove = (id: number): MemberChange => ({ kind: 'remove', id: memberId(BigInt(id)) });
const promote: MemberChange = { kind: 'promote', id: memberId(9n) };

/** Each row: what is asked, of which cluster, and etcd 3.6's answer. */
test.each<[string, MemberChange, Shape, string | undefined]>([
  ['a voter beside a lone member', add(), { voters: 1 }, undefined],
  ['a voter to three connected ones', add(), { voters: 3 }, undefined],
  ['a voter while one of three is down', add(), { voters: 3, since: { 3: undefined } }, UNHEALTHY],
  ['a voter to five of which one is down', add(), { voters: 5, since: { 5: undefined } }, undefined],
  ['a voter within five seconds of the boot', add(), { voters: 3, since: { 2: NOW - 10, 3: NOW - 10 } }, UNHEALTHY],
  ['a voter while the last one never started', add(), { voters: 2, unstarted: [2] }, TOO_FEW],
  ['a second voter to three while one never started', add(), { voters: 4, unstarted: [4] }, undefined],
  ['a third unstarted voter', add(), { voters: 5, unstarted: [4, 5], since: { 4: undefined, 5: undefined } }, TOO_FEW],
  ['a learner while the last voter never started', add(true), { voters: 2, unstarted: [2] }, undefined],
  ['a learner while two of three are down', add(true), { voters: 3, since: { 2: undefined, 3: undefined } }, UNHEALTHY],
  ['the last member', remove(1), { voters: 1 }, TOO_FEW],
  ['one of two', remove(2), { voters: 2 }, undefined],
  ['itself while the other is down', remove(1), { voters: 2, since: { 2: undefined } }, UNHEALTHY],
  ['one of three', remove(2), { voters: 3 }, undefined],
  ['itself of three', remove(1), { voters: 3 }, undefined],
  ['a healthy one while another of three is down', remove(2), { voters: 3, since: { 3: undefined } }, UNHEALTHY],
  ['the one of three that is down', remove(3), { voters: 3, since: { 3: undefined } }, undefined],
  ['a started one where the rest never started', remove(1), { voters: 2, unstarted: [2] }, TOO_FEW],
  [
    'a learner, whatever the voters do',
    remove(9),
    { voters: 3, learners: [9], since: { 2: undefined, 3: undefined } },
    undefined,
  ],
  ['promotion beside a lone member', promote, { voters: 1, learners: [9] }, undefined],
  ['promotion where too few started', promote, { voters: 4, unstarted: [3, 4, 2], learners: [9] }, TOO_FEW],
])('strict check: %s', (_name, change, shape, expected) => {
  expect(strictRefusal(change, health(shape))?.message).toBe(expected);
});

test('a change reads back from the log as it was asked for, with the id of its request', () => {
  const decode = (change: MemberChange) =>
    decodeConfChange({
      term: term(1),
      index: logIndex(1),
      type: ENTRY_CONF_CHANGE,
      data: encodeMemberChange(change, 77n),
    });
  const peerUrls = ['http://a:1'];
  const id = memberId(0xfedc_ba98_7654_3210n);
  expect(decode({ kind: 'add', id, peerUrls, isLearner: true })).toMatchObject({
    requestId: 77n,
    change: { changes: [{ type: 'addLearner', id }] },
    context: { member: { id, peerUrls, isLearner: true }, isPromote: false },
  });
  expect(decode({ kind: 'promote', id })).toMatchObject({
    change: { changes: [{ type: 'addVoter', id }] },
    context: { isPromote: true },
  });
  expect(decode({ kind: 'update', id, peerUrls }).change.changes).toEqual([{ type: 'update', id }]);
  expect(decode({ kind: 'remove', id }).change.changes).toEqual([{ type: 'remove', id }]);
});

test('the id of an added member is etcd’s: SHA-1 of its peer URLs and the second; a taken one is passed over', () => {
  const peerUrls = ['http://127.0.0.1:2380'];
  const id = newMemberId({ peerUrls, unixSeconds: 1_700_000_000, isTaken: () => false });
  // printf 'http://127.0.0.1:23801700000000' | sha1sum | cut -c1-16
  expect(id.toString(16)).toBe('71b3e183c260adbe');
  const next = newMemberId({ peerUrls, unixSeconds: 1_700_000_000, isTaken: (other) => other === id });
  expect(next).toBe(newMemberId({ peerUrls, unixSeconds: 1_700_000_001, isTaken: () => false }));
});
