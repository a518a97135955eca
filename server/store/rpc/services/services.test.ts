import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memberId, NO_MEMBER } from '../../../../lib/base/brand.ts';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import {
  AlarmRequest,
  AlarmResponse,
  MoveLeaderRequest,
  StatusRequest,
  StatusResponse,
} from '../../../../lib/base/etcdpb/cluster.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import {
  HeaderResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../../../../lib/base/etcdpb/kv.ts';
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
} from '../../../../lib/base/etcdpb/lease.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { FramingName } from '../front/types.ts';
import { KEEPALIVE_QUEUE_MAX } from '../limits.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

const range = { request: RangeRequest, response: RangeResponse };
const put = { request: PutRequest, response: PutResponse };
const txn = { request: TxnRequest, response: TxnResponse };
const status = { request: StatusRequest, response: StatusResponse };
const key = utf8Encode('k');

let served: ServedMember;

describe.each<FramingName>(['own', 'node'])('framing by %s', (framing) => {
  beforeEach(async () => {
    served = await serveFakeMember({ framing, txnOpsMax: 3 });
  });
  afterEach(() => served.close());

  test('a linearizable range needs a read barrier, a serializable one does not', async () => {
    served.member.failure = etcdErrors.timeout();
    expect(await served.client.call('/etcdserverpb.KV/Range', range, { key })).toEqual({
      ok: false,
      code: GrpcCode.UNAVAILABLE,
      message: 'etcdserver: request timed out',
    });
    expect(await served.client.call('/etcdserverpb.KV/Range', range, { key, serializable: true })).toMatchObject({
      ok: true,
    });
  });

  test('a read-only transaction is not proposed, and waits for a barrier unless all its ranges are serializable', async () => {
    await served.client.must('/etcdserverpb.KV/Put', put, { key });
    const before = served.member.proposals;
    const read = { success: [{ requestRange: { key } }] };
    expect(await served.client.call('/etcdserverpb.KV/Txn', txn, read)).toMatchObject({ ok: true });
    served.member.failure = etcdErrors.timeout();
    expect(await served.client.call('/etcdserverpb.KV/Txn', txn, read)).toMatchObject({ ok: false });
    const local = { success: [{ requestRange: { key, serializable: true } }] };
    expect(await served.client.call('/etcdserverpb.KV/Txn', txn, local)).toMatchObject({ ok: true });
    expect(served.member.proposals).toBe(before);
  });

  test('what is refused by its shape is never proposed', async () => {
    const call = (request: Parameters<typeof TxnRequest.encode>[0]) =>
      served.client.call('/etcdserverpb.KV/Txn', txn, request);
    const op = (name: string) => ({ requestPut: { key: utf8Encode(name) } });
    const outcomes = [
      await call({ success: [op('a'), op('b'), op('c'), op('d')] }),
      await call({ success: [op('a'), op('a')] }),
      await served.client.call('/etcdserverpb.KV/Put', put, {}),
    ];
    expect(outcomes.map((outcome) => (outcome.ok ? 'taken' : outcome.message))).toEqual([
      'etcdserver: too many operations in txn request',
      'etcdserver: duplicate key given in txn request',
      'etcdserver: key is not provided',
    ]);
    expect(served.member.proposals).toBe(0);
  });

  test('a call that requires a leader is refused without one, others are not', async () => {
    served.member.setLeader(NO_MEMBER);
    const requiring = { metadata: { hasleader: 'true' } };
    expect(await served.client.call('/etcdserverpb.KV/Range', range, { key, serializable: true }, requiring)).toEqual({
      ok: false,
      code: GrpcCode.UNAVAILABLE,
      message: 'etcdserver: no leader',
    });
    expect(await served.client.call('/etcdserverpb.KV/Range', range, { key, serializable: true })).toMatchObject({
      ok: true,
    });
  });

  test('status names the missing leader and every alarm', async () => {
    const { memberId: id } = served.member;
    await served.member.propose({ alarm: { action: 1, memberId: id, alarm: 1 } });
    served.member.setLeader(NO_MEMBER);
    const answer = await served.client.must('/etcdserverpb.Maintenance/Status', status, {});
    expect(answer.errors).toEqual(['etcdserver: no leader', `memberID:${id} alarm:NOSPACE `]);
    expect(answer).toMatchObject({ leader: 0n, storageVersion: '3.6.0', dbSizeQuota: 2 ** 31 });
  });

  test('activating no alarm does nothing', async () => {
    const alarm = { request: AlarmRequest, response: AlarmResponse };
    const answer = await served.client.must('/etcdserverpb.Maintenance/Alarm', alarm, { action: 1 });
    expect(answer.alarms).toEqual([]);
  });

  test('only the leader moves the leadership', async () => {
    const codec = { request: MoveLeaderRequest, response: HeaderResponse };
    const target = { targetId: served.member.memberId };
    served.member.setLeader(memberId(77n));
    expect(await served.client.call('/etcdserverpb.Maintenance/MoveLeader', codec, target)).toMatchObject({
      message: 'etcdserver: not leader',
    });
  });

  test('keep-alives are answered one for one and in order, however many are sent at once', async () => {
    const grant = { request: LeaseGrantRequest, response: LeaseGrantResponse };
    await served.client.must('/etcdserverpb.Lease/LeaseGrant', grant, { id: 1n, ttl: 60 });
    const stream = served.client.stream('/etcdserverpb.Lease/LeaseKeepAlive', {
      request: LeaseKeepAliveRequest,
      response: LeaseKeepAliveResponse,
    });
    const count = KEEPALIVE_QUEUE_MAX * 3;
    for (let i = 0; i < count; i++) stream.send({ id: BigInt(1 + (i % 2)) });
    stream.end();
    for (let i = 0; i < count; i++) {
      expect(await stream.message()).toMatchObject({ id: BigInt(1 + (i % 2)), ttl: i % 2 === 0 ? 60 : 0 });
    }
    expect(await stream.status()).toMatchObject({ code: GrpcCode.OK });
  });

  test('a keep-alive that cannot reach the leader ends its stream with the reason', async () => {
    served.member.failure = etcdErrors.timeout();
    const stream = served.client.stream('/etcdserverpb.Lease/LeaseKeepAlive', {
      request: LeaseKeepAliveRequest,
      response: LeaseKeepAliveResponse,
    });
    stream.send({ id: 1n });
    expect(await stream.next()).toEqual({ code: GrpcCode.UNAVAILABLE, message: 'etcdserver: request timed out' });
  });
});
