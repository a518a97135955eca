import { expect, test } from 'vitest';
import { logIndex, memberId, term } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { ConfChangeType, RaftConfChange, RaftConfChangeV2 } from '../../../lib/base/etcdpb/raft.ts';
import { changeConfState } from '../raft/conf-change.ts';
import { ENTRY_CONF_CHANGE, ENTRY_CONF_CHANGE_V2, type Entry } from '../raft/types.ts';
import { type DecodedConfChange, decodeConfChange } from './conf-change.ts';
import { decodeMemberJson, encodeMemberJson, MemberJsonError } from './member-json.ts';
import { Membership } from './membership.ts';

const BIG = 0xfedc_ba98_7654_3211n;

const entry = (type: Entry['type'], data: Uint8Array): Entry => ({ term: term(1), index: logIndex(1), type, data });

function change(
  type: number,
  id: bigint,
  member?: { readonly urls: string[]; readonly isLearner?: boolean; readonly isPromote?: boolean },
): DecodedConfChange {
  const { urls = [], isLearner = false, isPromote = false } = member ?? {};
  const described = { id, name: '', peerUrls: urls, clientUrls: [], isLearner };
  const context = member && utf8Encode(encodeMemberJson({ member: described, isPromote }));
  return decodeConfChange(entry(ENTRY_CONF_CHANGE, RaftConfChange.encode({ id: 5n, type, nodeId: id, context })));
}

function take(membership: Membership, decoded: DecodedConfChange): string | undefined {
  const refusal = membership.refusal(decoded);
  const next = changeConfState(membership.confState, decoded.change);
  if (refusal === undefined && next.ok) membership.apply(decoded, next.value);
  return refusal?.message;
}

test('ids beyond 2^53 keep every digit through JSON', () => {
  const member = { id: BIG, name: 'm"1', peerUrls: ['http://a', 'http://b'], clientUrls: [], isLearner: true };
  const text = encodeMemberJson({ member, isPromote: false });
  expect(text).toBe(`{"id":${BIG},"peerURLs":["http://a","http://b"],"name":"m\\"1","isLearner":true}`);
  expect(decodeMemberJson(text)).toEqual({ member, isPromote: false });
});

test("etcd's own context is read: null lists, unknown fields, promotion", () => {
  const text = '{"id":1,"peerURLs":null,"isPromote":true,"other":{"id":3}}';
  const member = { id: 1n, name: '', peerUrls: [], clientUrls: [], isLearner: false };
  expect(decodeMemberJson(text)).toEqual({ member, isPromote: true });
});

test.each([
  '',
  '[]',
  '{}',
  '{"id":"1"}',
  '{"id":1.5}',
  '{"id":-1}',
  '{"id":18446744073709551616}',
  '{"id":1,"peerURLs":[1]}',
  '{"id":1,"name":2}',
])('the member context %s is refused', (text) => {
  expect(() => decodeMemberJson(text)).toThrow(MemberJsonError);
});

test('members are added, updated, promoted and removed for good', () => {
  const membership = new Membership();
  expect(take(membership, change(ConfChangeType.ADD_NODE, BIG, { urls: ['http://a'] }))).toBeUndefined();
  expect(
    take(membership, change(ConfChangeType.ADD_LEARNER_NODE, 2n, { urls: ['http://b'], isLearner: true })),
  ).toBeUndefined();
  expect(membership.list().map(({ id, isLearner }) => [id, isLearner])).toEqual([
    [2n, true],
    [BIG, false],
  ]);
  expect(take(membership, change(ConfChangeType.UPDATE_NODE, 2n, { urls: ['http://c'] }))).toBeUndefined();
  expect(take(membership, change(ConfChangeType.ADD_NODE, 2n, { urls: [], isPromote: true }))).toBeUndefined();
  expect(membership.list()[0]).toMatchObject({ id: 2n, isLearner: false, peerUrls: ['http://c'] });
  expect(take(membership, change(ConfChangeType.REMOVE_NODE, 2n))).toBeUndefined();
  expect(membership.isRemoved(memberId(2n))).toBe(true);
  expect(take(membership, change(ConfChangeType.ADD_NODE, 2n, { urls: ['http://d'] }))).toBe(
    'etcdserver: member not found',
  );
});

test('who is replaced stays a member until the joint configuration is left: its vote is still needed (thesis §4.3)', () => {
  const membership = new Membership();
  for (const id of [1n, 2n]) take(membership, change(ConfChangeType.ADD_NODE, id, { urls: [`http://m${id}`] }));
  const both = [
    { type: ConfChangeType.ADD_NODE, nodeId: 3n },
    { type: ConfChangeType.REMOVE_NODE, nodeId: 2n },
  ];
  const replace = RaftConfChangeV2.encode({ changes: both });
  take(membership, decodeConfChange(entry(ENTRY_CONF_CHANGE_V2, replace)));
  expect(membership.list().map(({ id }) => id)).toEqual([1n, 2n, 3n]);
  expect(membership.isRemoved(memberId(2n))).toBe(false);
  take(membership, decodeConfChange(entry(ENTRY_CONF_CHANGE_V2, new Uint8Array(0))));
  expect(membership.list().map(({ id }) => id)).toEqual([1n, 3n]);
  expect(membership.isRemoved(memberId(2n))).toBe(true);
});

test("changes that make no sense are refused with etcd's words and change nothing", () => {
  const membership = new Membership();
  take(membership, change(ConfChangeType.ADD_NODE, 1n, { urls: ['http://a'] }));
  take(membership, change(ConfChangeType.ADD_NODE, 2n, { urls: ['http://b'] }));
  const before = membership.record();
  expect(take(membership, change(ConfChangeType.ADD_NODE, 1n, { urls: ['http://x'] }))).toBe(
    'etcdserver: member ID already exist',
  );
  expect(take(membership, change(ConfChangeType.ADD_NODE, 3n, { urls: ['http://a'] }))).toBe(
    'etcdserver: Peer URLs already exists',
  );
  expect(take(membership, change(ConfChangeType.UPDATE_NODE, 1n, { urls: ['http://b'] }))).toBe(
    'etcdserver: Peer URLs already exists',
  );
  expect(take(membership, change(ConfChangeType.UPDATE_NODE, 9n, { urls: ['http://z'] }))).toBe(
    'etcdserver: member not found',
  );
  expect(take(membership, change(ConfChangeType.REMOVE_NODE, 9n))).toBe('etcdserver: member not found');
  expect(take(membership, change(ConfChangeType.ADD_NODE, 2n, { urls: [], isPromote: true }))).toBe(
    'etcdserver: can only promote a learner member',
  );
  expect(membership.record()).toEqual(before);
});

test('a change of the second kind is decoded with its transition, and an empty one leaves a joint configuration', () => {
  const changes = [
    { type: ConfChangeType.ADD_NODE, nodeId: BIG },
    { type: ConfChangeType.REMOVE_NODE, nodeId: 1n },
  ];
  const decoded = decodeConfChange(entry(ENTRY_CONF_CHANGE_V2, RaftConfChangeV2.encode({ transition: 2, changes })));
  expect(decoded.change).toEqual({
    transition: 'jointExplicit',
    changes: [
      { type: 'addVoter', id: BIG },
      { type: 'remove', id: 1n },
    ],
  });
  const leaving = decodeConfChange(entry(ENTRY_CONF_CHANGE_V2, new Uint8Array(0)));
  expect(leaving.change).toEqual({ transition: 'auto', changes: [] });
});

test('an unreadable configuration change stops the member, naming its index', () => {
  expect(() => decodeConfChange(entry(ENTRY_CONF_CHANGE, Uint8Array.of(0xff)))).toThrow(
    'configuration change at index 1',
  );
});
