/** The figures are etcd 3.4.23's for the same requests (e2e/conformance/metrics.conf.test.ts asks it again where it can be installed). */
import { expect, test } from 'vitest';
import { RangeRequest, TxnRequest } from '../../../lib/base/etcdpb/kv.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import { applyItem, b, CLUSTER, type Request } from '../apply/test-support.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';

function counted() {
  const machine = openStateMachine({ disk: new MemoryDisk(), dir: '/d', clusterId: CLUSTER });
  const { kv } = machine;
  let before = { ...kv.counts };
  return {
    kv,
    apply: (request: Request) => applyItem(machine, { kind: 'request', request }),
    /** Ranges, puts, deletes, transactions since the last look. */
    since: () => {
      const last = before;
      before = { ...kv.counts };
      const { ranges, puts, deletes, transactions } = before;
      return [ranges - last.ranges, puts - last.puts, deletes - last.deletes, transactions - last.transactions];
    },
  };
}

test('single operations are counted, and no transactions', () => {
  const { kv, apply, since } = counted();
  apply({ put: { key: b('a'), value: b('1') } });
  expect(since()).toEqual([0, 1, 0, 0]);
  apply({ deleteRange: { key: b('nothing') } });
  expect(since()).toEqual([0, 0, 1, 0]);
  kv.range(RangeRequest.create({ key: b('a') }));
  expect(since()).toEqual([1, 0, 0, 0]);
  expect([kv.counts.putBytes, kv.keyCount()]).toEqual([2, 1]);
});

test('a put that looks at the previous value is two operations in one pass', () => {
  const { apply, since } = counted();
  apply({ put: { key: b('a'), value: b('1') } });
  since();
  apply({ put: { key: b('a'), value: b('2'), prevKv: true } });
  expect(since()).toEqual([1, 1, 0, 1]);
});

test('guards are a pass of their own', () => {
  const { kv, apply, since } = counted();
  const compare = [{ key: b('a'), version: 0 }];
  const success = [{ requestPut: { key: b('a'), value: b('1') } }, { requestRange: { key: b('a') } }];
  apply({ txn: { compare, success } });
  expect(since()).toEqual([2, 1, 0, 1]);
  kv.readTxn(
    TxnRequest.decode(
      TxnRequest.encode({ compare: [{ key: b('a'), version: 1 }], success: [{ requestRange: { key: b('a') } }] }),
    ),
  );
  expect(since()).toEqual([2, 0, 0, 1]);
});

test('a lease that ends deletes its keys in one pass', () => {
  const { kv, apply, since } = counted();
  apply({ leaseGrant: { id: 7n, ttl: 60 } });
  for (const key of ['x', 'y']) apply({ put: { key: b(key), lease: 7n } });
  since();
  apply({ leaseRevoke: { id: 7n } });
  expect(since()).toEqual([0, 0, 2, 1]);
  expect(kv.keyCount()).toBe(0);
});

test('what a refused request looked at does not run into the next one', () => {
  const { kv, apply, since } = counted();
  apply({ txn: { success: [{ requestPut: { key: b('no'), value: b('1'), ignoreLease: true } }] } });
  expect(() => kv.range(RangeRequest.create({ key: b('a'), revision: 99 }))).toThrow('future');
  apply({ put: { key: b('a'), value: b('1') } });
  expect(since()).toEqual([2, 1, 0, 0]);
});
