import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import type { RangeRequest, TxnResponse } from '../../../lib/base/etcdpb/kv.ts';
import { checkDuplicateKeys } from './duplicate-keys.ts';
import { KvStore, type LeaseBindings } from './kv-store.ts';
import { MemoryRevisionStore } from './revision-store.ts';
import { type Command, command, LEASES, rangeRequest } from './testing/arbitraries.ts';
import { OracleStore, type Outcome } from './testing/oracle.ts';
import { executeTxn } from './txn.ts';

class Leases implements LeaseBindings {
  readonly keys = new Map<bigint, Set<ByteString>>(LEASES.map((id) => [id, new Set()]));
  has(lease: bigint): boolean {
    return this.keys.has(lease);
  }
  attach(lease: bigint, key: ByteString): void {
    this.keys.get(lease)?.add(key);
  }
  detach(lease: bigint, key: ByteString): void {
    expect(this.keys.get(lease)?.delete(key)).toBe(true);
  }
}

/** The real store behind the oracle's interface. */
class Subject {
  readonly leases = new Leases();
  readonly kv = new KvStore(new MemoryRevisionStore());

  attempt<T>(action: () => T): Outcome<T> {
    try {
      return { value: action() };
    } catch (error) {
      if (error instanceof EtcdError) return { error: error.message };
      throw error;
    }
  }

  txn(request: Parameters<typeof executeTxn>[2]): TxnResponse {
    const batch = this.kv.begin(this.leases);
    const response = executeTxn(this, batch, request);
    batch.commit();
    return response;
  }

  revoke(lease: bigint): void {
    const batch = this.kv.begin(this.leases);
    for (const key of [...(this.leases.keys.get(lease) ?? [])].sort()) batch.delete(this.kv.find(key));
    this.leases.keys.delete(lease);
    batch.commit();
  }
}

/** A txn response in the oracle's plain form. */
function plain(response: TxnResponse): unknown {
  const responses = response.responses.map((op) => {
    if (op.responseTxn !== undefined) return plain(op.responseTxn);
    if (op.responseRange !== undefined) {
      const { kvs, more, count, header } = op.responseRange;
      return { range: { kvs, more, count }, revision: header?.revision };
    }
    if (op.responseDeleteRange !== undefined) {
      const { deleted, prevKvs, header } = op.responseDeleteRange;
      return { deleted, prevKvs, revision: header?.revision };
    }
    return { prevKv: op.responsePut?.prevKv, revision: op.responsePut?.header?.revision };
  });
  return { succeeded: response.succeeded, responses };
}

function expectSame(actual: Outcome<unknown>, expected: Outcome<unknown>): void {
  if ('error' in expected) expect(actual).toMatchObject({ error: expect.stringContaining(expected.error) });
  else expect(actual).toEqual(expected);
}

function run(subject: Subject, oracle: OracleStore, step: Command): void {
  if (step.kind === 'txn') {
    const { request } = step;
    if ('error' in subject.attempt(() => checkDuplicateKeys(request))) return;
    expectSame(
      subject.attempt(() => plain(subject.txn(request))),
      oracle.attempt(() => oracle.txn(request)),
    );
  } else if (step.kind === 'compact') {
    expectSame(
      subject.attempt(() => subject.kv.compact(step.revision)),
      oracle.attempt(() => oracle.compact(step.revision)),
    );
  } else if (step.kind === 'revoke') {
    if (!oracle.leases.has(step.lease)) return;
    oracle.revoke(step.lease);
    subject.revoke(step.lease);
  } else subject.kv.scrub(subject.kv.compactRevision(), 3);
}

function expectSameReads(subject: Subject, oracle: OracleStore, reads: readonly RangeRequest[]): void {
  for (const read of reads) {
    expectSame(
      subject.attempt(() => {
        const { kvs, more, count } = subject.kv.range(read);
        return { kvs, more, count };
      }),
      oracle.attempt(() => oracle.range(read)),
    );
  }
  expect(subject.kv.revision()).toBe(oracle.revision);
  for (let at = Math.max(1, oracle.compactRevision); at <= oracle.revision; at++) {
    expect(subject.kv.hashKv(at).hash).toBe(oracle.hash(at));
  }
  for (const [lease, keys] of subject.leases.keys) {
    expect([...keys].sort()).toEqual(oracle.attachedKeys(lease));
  }
}

test('every write, read, hash and refusal is what a plain array of all revisions answers', () => {
  fc.assert(
    fc.property(
      fc.array(command, { minLength: 1, maxLength: 60, size: 'max' }),
      fc.array(rangeRequest, { minLength: 12, maxLength: 12 }),
      (commands, reads) => {
        const subject = new Subject();
        const oracle = new OracleStore();
        for (const lease of LEASES) oracle.leases.add(lease);
        for (const [at, step] of commands.entries()) {
          run(subject, oracle, step);
          if (at % 7 === 0) expectSameReads(subject, oracle, reads);
        }
        expectSameReads(subject, oracle, reads);
        while (subject.kv.scrub(subject.kv.compactRevision(), 2));
        expectSameReads(subject, oracle, reads);
        expect(subject.kv.index.keyCount).toBe(keysWithHistory(oracle));
      },
    ),
    { numRuns: 300 },
  );
});

/** Keys of which compaction keeps something, tombstones at exactly the compact revision included. */
function keysWithHistory(oracle: OracleStore): number {
  const newest = new Map<string, { main: number; isDelete: boolean }>();
  for (const change of oracle.changes) newest.set(toByteString(change.kv.key), change);
  return [...newest.values()].filter(({ main, isDelete }) => !isDelete || main >= oracle.compactRevision).length;
}

test('a fresh store is at revision 1 and was never compacted', () => {
  const kv = new KvStore(new MemoryRevisionStore());
  expect(kv.revision()).toBe(1);
  expect(kv.hashKv(0)).toMatchObject({ hashRevision: 1, compactRevision: -1 });
});

test('HashKV after a compaction is what a real etcd answers for the same history', () => {
  const subject = new Subject();
  const put = (key: string, value: string) => {
    const batch = subject.kv.begin(subject.leases);
    batch.put(key as ByteString, utf8Encode(value), 0n);
    batch.commit();
  };
  put('a', '1');
  put('b', '2');
  subject.kv.compact(3);
  put('a', '3');
  const batch = subject.kv.begin(subject.leases);
  batch.delete(subject.kv.find('b' as ByteString));
  batch.commit();
  // Observed on etcd 3.4.23: `put a 1; put b 2; compact 3; put a 3; del b; endpoint hashkv --rev N`.
  const hashes = [4, 5].map((at) => subject.kv.hashKv(at).hash);
  expect(hashes).toEqual([1107643163, 1468967122]);
  while (subject.kv.scrub(subject.kv.compactRevision(), 1));
  expect([4, 5].map((at) => subject.kv.hashKv(at).hash)).toEqual(hashes);
});
