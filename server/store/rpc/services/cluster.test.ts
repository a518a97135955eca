import { afterEach, beforeEach, expect, test } from 'vitest';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import {
  MemberAddRequest,
  MemberAddResponse,
  MemberIdRequest,
  MemberListRequest,
  MembersResponse,
  MemberUpdateRequest,
  StatusRequest,
  StatusResponse,
} from '../../../../lib/base/etcdpb/cluster.ts';
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from '../../../../lib/base/etcdpb/kv.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

const NEW_URL = 'http://10.0.0.9:2380';
let served: ServedMember;
beforeEach(async () => {
  served = await serveFakeMember({});
});
afterEach(() => served.close());

const add = (peerUrls: readonly string[], isLearner = false) =>
  served.client.call(
    '/etcdserverpb.Cluster/MemberAdd',
    { request: MemberAddRequest, response: MemberAddResponse },
    { peerUrls: [...peerUrls], isLearner },
  );
const byId = (name: string, id: bigint) =>
  served.client.call(`/etcdserverpb.Cluster/${name}`, { request: MemberIdRequest, response: MembersResponse }, { id });
const list = () =>
  served.client.must(
    '/etcdserverpb.Cluster/MemberList',
    { request: MemberListRequest, response: MembersResponse },
    { linearizable: true },
  );

test('a member is added without a name, listed, and removed for ever', async () => {
  const added = await add([NEW_URL]);
  if (!added.ok) throw new Error(added.message);
  const { header, member, members } = added.value;
  expect(header?.revision).toBe(0);
  expect(member).toMatchObject({ name: '', peerUrls: [NEW_URL], clientUrls: [], isLearner: false });
  expect(members.map(({ id }) => id)).toContain(member?.id);
  const id = member?.id ?? 0n;
  expect(await byId('MemberRemove', id)).toMatchObject({ ok: true });
  expect((await list()).members.map((known) => known.id)).not.toContain(id);
  const again = { ok: false, code: GrpcCode.NOT_FOUND, message: 'etcdserver: member not found' };
  expect(await byId('MemberRemove', id)).toEqual(again);
});

test.each([
  [[]],
  [['10.0.0.9:2380']],
  [['ftp://10.0.0.9:2380']],
  [['http://10.0.0.9']],
  [['http://10.0.0.9:2380/path']],
  [[NEW_URL, 'nonsense']],
])('peer URLs that are none are refused: %j', async (peerUrls) => {
  const expected = { ok: false, code: GrpcCode.INVALID_ARGUMENT, message: 'etcdserver: given member URLs are invalid' };
  expect(await add(peerUrls)).toEqual(expected);
});

test('a peer URL belongs to one member, and there is one learner at a time', async () => {
  const refused = (text: string) => ({ ok: false, code: GrpcCode.FAILED_PRECONDITION, message: `etcdserver: ${text}` });
  expect(await add(['http://127.0.0.1:2380'])).toEqual(refused('Peer URLs already exists'));
  expect(await add([NEW_URL], true)).toMatchObject({ ok: true });
  expect(await add(['http://10.0.0.10:2380'], true)).toEqual(refused('too many learner members in cluster'));
  const own = served.member.memberId;
  expect(await byId('MemberPromote', own)).toEqual(refused('can only promote a learner member'));
  const last = { ...refused('re-configuration failed due to not enough started members'), code: GrpcCode.UNKNOWN };
  expect(await byId('MemberRemove', own)).toEqual(last);
  const update = { request: MemberUpdateRequest, response: MembersResponse };
  const taken = { id: own, peerUrls: [NEW_URL] };
  expect(await served.client.call('/etcdserverpb.Cluster/MemberUpdate', update, taken)).toEqual(
    refused('Peer URLs already exists'),
  );
  const moved = { id: own, peerUrls: ['http://10.0.0.11:2380'] };
  expect(await served.client.must('/etcdserverpb.Cluster/MemberUpdate', update, moved)).toMatchObject({
    members: expect.arrayContaining([expect.objectContaining(moved)]),
  });
});

test('a learner serves its status and serializable reads, and sends everything else to a voter', async () => {
  const key = utf8Encode('k');
  await served.member.addMember({ peerUrls: [NEW_URL], isLearner: false });
  await served.member.becomeLearner();
  const refused = { code: GrpcCode.FAILED_PRECONDITION, message: 'etcdserver: rpc not supported for learner' };
  const range = { request: RangeRequest, response: RangeResponse };
  const put = { request: PutRequest, response: PutResponse };
  const status = { request: StatusRequest, response: StatusResponse };
  expect(await served.client.call('/etcdserverpb.KV/Put', put, { key })).toMatchObject(refused);
  expect(await served.client.call('/etcdserverpb.KV/Range', range, { key })).toMatchObject(refused);
  expect(await served.client.call('/etcdserverpb.KV/Range', range, { key, serializable: true })).toMatchObject({
    ok: true,
  });
  expect(await served.client.must('/etcdserverpb.Maintenance/Status', status, {})).toMatchObject({ isLearner: true });
});
