import { expect, test } from 'vitest';
import { type ByteString, fromByteString } from '../../../lib/base/bytes.ts';
import {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  type RequestOp,
  type TxnRequest,
} from '../../../lib/base/etcdpb/kv.ts';
import { op } from './testing/arbitraries.ts';
import { isReadOnlyTxn, isSerializableTxn, validatePut, validateRange, validateTxn } from './validate.ts';

const b = (text: string): Uint8Array => fromByteString(text as ByteString);
const put = (key: string): RequestOp => op({ requestPut: PutRequest.create({ key: b(key) }) });
const del = (key: string, rangeEnd = ''): RequestOp =>
  op({ requestDeleteRange: DeleteRangeRequest.create({ key: b(key), rangeEnd: b(rangeEnd) }) });
const get = (key: string, serializable = false): RequestOp =>
  op({ requestRange: RangeRequest.create({ key: b(key), serializable }) });
const txn = (success: readonly RequestOp[], failure: readonly RequestOp[] = []): TxnRequest => ({
  compare: [],
  success,
  failure,
});
const nested = (success: readonly RequestOp[], failure: readonly RequestOp[] = []): RequestOp =>
  op({ requestTxn: txn(success, failure) });

const DUPLICATE = 'duplicate key given';

test.each<[string, TxnRequest]>([
  ['the same key put twice', txn([put('a'), put('a')])],
  ['twice in the failure branch', txn([], [put('a'), put('a')])],
  ['a put inside a delete range after it', txn([del('a', 'c'), put('b')])],
  ['a put before a delete of it', txn([put('b'), del('a', 'c')])],
  ['a put of the key that is deleted', txn([del('a'), put('a')])],
  ['a put below an open-ended delete', txn([del('a', '\0'), put('zzz')])],
  ['a put and a nested put', txn([put('a'), nested([put('a')])])],
  ['two nested siblings putting one key', txn([nested([put('a')]), nested([put('a')])])],
  ['a nested put inside an outer delete', txn([nested([put('b')]), del('a', 'c')])],
  ['an outer put inside a nested delete', txn([put('b'), nested([], [del('a', 'c')])])],
  ['a put in one nested sibling, deleted in a later one', txn([nested([put('b')]), nested([del('b')])])],
  ['a put twice within a nested branch', txn([nested([put('a'), put('a')])])],
])('%s is a duplicate key', (_, request) => {
  expect(() => validateTxn(request)).toThrow(DUPLICATE);
});

test.each<[string, TxnRequest]>([
  ['the same key in both branches', txn([put('a')], [put('a')])],
  ['the same key in a nested then and else', txn([nested([put('a')], [put('a')])])],
  ['a put in then and a delete of it in else of one nested txn', txn([nested([put('a')], [del('a')])])],
  ['overlapping deletes', txn([del('a', 'd'), del('b', 'c'), nested([del('a')])])],
  ['a put at the open end of a delete range', txn([del('a', 'b'), put('b')])],
  ['a put beside an inverted delete range', txn([del('c', 'a'), put('b'), put('c')])],
  ['reads of what is put', txn([get('a'), put('a'), get('a')])],
])('%s is allowed', (_, request) => {
  expect(() => validateTxn(request)).not.toThrow();
});

test('the limit of operations holds for each list, and a nested transaction gets what is left', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => get(`k${i}`));
  expect(() => validateTxn(txn(many(128)))).not.toThrow();
  expect(() => validateTxn(txn([], many(129)))).toThrow('too many operations');
  expect(() =>
    validateTxn({ ...txn([]), compare: Array.from({ length: 129 }, () => Compare.create({ key: b('a') })) }),
  ).toThrow('too many operations');
  expect(() => validateTxn(txn([nested(many(127))]))).not.toThrow();
  expect(() => validateTxn(txn([nested(many(128))]))).toThrow('too many operations');
  expect(() => validateTxn(txn(many(3)), 2)).toThrow('too many operations');
});

test('empty keys, unions and contradictory puts are refused wherever they stand', () => {
  expect(() => validateTxn(txn([put('')]))).toThrow('key is not provided');
  expect(() => validateTxn(txn([nested([], [get('')])]))).toThrow('key is not provided');
  expect(() => validateTxn({ ...txn([]), compare: [Compare.create()] })).toThrow('key is not provided');
  expect(() => validateTxn(txn([op({})]))).toThrow('key not found');
  expect(() => validatePut(PutRequest.create({ key: b('a'), value: b('v'), ignoreValue: true }))).toThrow(
    'value is provided',
  );
  expect(() => validatePut(PutRequest.create({ key: b('a'), lease: 1n, ignoreLease: true }))).toThrow(
    'lease is provided',
  );
  expect(() => validateRange(RangeRequest.create({ key: b('a'), sortOrder: 3 }))).toThrow('invalid sort option');
  expect(() => validateRange(RangeRequest.create({ key: b('a'), sortTarget: 5 }))).toThrow('invalid sort option');
});

test('a transaction is read-only when nothing in either branch writes, serializable when all its ranges are', () => {
  expect(isReadOnlyTxn(txn([get('a'), nested([get('b')])]))).toBe(true);
  expect(isReadOnlyTxn(txn([get('a')], [nested([], [del('b')])]))).toBe(false);
  expect(isSerializableTxn(txn([get('a', true), nested([get('b', true)])]))).toBe(true);
  expect(isSerializableTxn(txn([get('a', true)], [get('b')]))).toBe(false);
});

test('tens of thousands of puts and deletes are checked without going through every pair', () => {
  const puts = Array.from({ length: 30_000 }, (_, i) => put(`p${i}`));
  const deletes = Array.from({ length: 30_000 }, (_, i) => del(`d${i}`));
  expect(() => validateTxn(txn([...puts, ...deletes]), 100_000)).not.toThrow();
});
