import { expect, test } from 'vitest';
import { AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import { DeleteRangeRequest, PutRequest } from '../../../lib/base/etcdpb/kv.ts';
import { LeaseGrantRequest } from '../../../lib/base/etcdpb/lease.ts';
import { op } from '../mvcc/testing/arbitraries.ts';
import { AlarmStore } from './alarm-store.ts';
import { costOf, fitsQuota, QUOTA_BYTES_DEFAULT } from './quota.ts';

const noSpace = (memberId: bigint) => ({ memberId, alarm: AlarmType.NOSPACE });

test('alarms stay until disarmed, are listed in order and by type', () => {
  const alarms = new AlarmStore();
  alarms.activate({ memberId: 1n, alarm: AlarmType.CORRUPT });
  alarms.activate(noSpace(9n));
  alarms.activate(noSpace(2n));
  expect(alarms.activate(noSpace(2n))).toEqual(noSpace(2n));
  expect(alarms.list().map(({ memberId }) => memberId)).toEqual([2n, 9n, 1n]);
  expect(alarms.list(AlarmType.CORRUPT)).toEqual([{ memberId: 1n, alarm: AlarmType.CORRUPT }]);
  expect(alarms.deactivate(noSpace(2n))).toEqual(noSpace(2n));
  expect(alarms.deactivate(noSpace(2n))).toBeUndefined();
  expect(alarms.isActive(AlarmType.NOSPACE)).toBe(true);
});

test('activating NONE does nothing', () => {
  const alarms = new AlarmStore();
  expect(alarms.activate({ memberId: 1n, alarm: AlarmType.NONE })).toBeUndefined();
  expect(alarms.list()).toEqual([]);
});

test('a put costs its overhead, key and value; a transaction its dearer branch; a lease a little; the rest nothing', () => {
  const put = PutRequest.create({ key: new Uint8Array(10), value: new Uint8Array(100) });
  const small = PutRequest.create({ key: new Uint8Array(1) });
  const remove = op({ requestDeleteRange: DeleteRangeRequest.create() });
  const txn = { compare: [], success: [op({ requestPut: small }), remove], failure: [op({ requestPut: put })] };
  expect(costOf({ put })).toBe(366);
  expect(costOf({ txn })).toBe(366);
  expect(costOf({ txn: { compare: [], success: [op({ requestTxn: txn })], failure: [] } })).toBe(366);
  expect(costOf({ txn: { compare: [], success: [remove], failure: [] } })).toBe(0);
  expect(costOf({ leaseGrant: LeaseGrantRequest.create() })).toBe(64);
  expect(costOf({})).toBe(0);
});

test('a request fits up to the quota exactly, always when it is free, and without bound when there is no quota', () => {
  expect(fitsQuota({ sizeBytes: 90, costBytes: 10, quotaBytes: 100 })).toBe(true);
  expect(fitsQuota({ sizeBytes: 91, costBytes: 10, quotaBytes: 100 })).toBe(false);
  expect(fitsQuota({ sizeBytes: 500, costBytes: 0, quotaBytes: 100 })).toBe(true);
  expect(fitsQuota({ sizeBytes: 1e15, costBytes: 10, quotaBytes: -1 })).toBe(true);
  expect(fitsQuota({ sizeBytes: QUOTA_BYTES_DEFAULT, costBytes: 1, quotaBytes: 0 })).toBe(false);
});
