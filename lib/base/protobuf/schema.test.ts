import { expect, test } from 'vitest';
import { utf8Encode } from '../bytes.ts';
import { StatusResponse } from '../etcdpb/cluster.ts';
import { Compare, PutRequest, RangeRequest, RequestOp, TxnRequest } from '../etcdpb/kv.ts';
import { RaftEntry } from '../etcdpb/raft.ts';
import { WatchCreateRequest } from '../etcdpb/watch.ts';
import { Reader, WireError } from './reader.ts';
import { Writer } from './writer.ts';

test('a put encodes to the bytes protoc gives', () => {
  const encoded = PutRequest.encode({ key: utf8Encode('a'), value: utf8Encode('bc'), lease: 300n, prevKv: true });
  expect([...encoded]).toEqual([0x0a, 1, 0x61, 0x12, 2, 0x62, 0x63, 0x18, 0xac, 0x02, 0x20, 1]);
});

test('decode gives every field, encode omits defaults', () => {
  const value = PutRequest.decode(new Uint8Array());
  expect(value).toEqual({
    key: new Uint8Array(),
    value: new Uint8Array(),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  });
  expect(PutRequest.encode(value)).toHaveLength(0);
});

test('oneof members keep their presence even at the default', () => {
  const encoded = Compare.encode({ version: 0 });
  expect([...encoded]).toEqual([0x20, 0]);
  expect(Compare.decode(encoded).version).toBe(0);
  expect(Compare.decode(encoded).createRevision).toBeUndefined();
});

test('transactions nest', () => {
  const inner = { success: [{ requestPut: { key: utf8Encode('k') } }] };
  const decoded = TxnRequest.decode(TxnRequest.encode({ success: [{ requestTxn: inner }] }));
  expect(decoded.success[0]?.requestTxn?.success[0]?.requestPut?.key).toEqual(utf8Encode('k'));
});

test('nesting beyond the bound is refused, not a stack overflow', () => {
  let op = RequestOp.encode({ requestRange: {} });
  for (let i = 0; i < 200; i++) {
    const writer = new Writer();
    const child = op;
    writer.uint32((4 << 3) | 2);
    writer.delimited(() => {
      writer.uint32((2 << 3) | 2);
      writer.bytes(child);
    });
    op = writer.finish();
  }
  expect(() => RequestOp.decode(op)).toThrow(WireError);
});

test('64-bit ids are exact and ordinals saturate instead of rounding', () => {
  const leader = 0xfedc_ba98_7654_3211n;
  expect(StatusResponse.decode(StatusResponse.encode({ leader })).leader).toBe(leader);
  const writer = new Writer();
  writer.uint32(4 << 3);
  writer.uint64(2n ** 62n);
  expect(RangeRequest.decode(writer.finish()).revision).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([
  0,
  1,
  127,
  128,
  2 ** 31,
  2 ** 32,
  2 ** 45 + 7,
  Number.MAX_SAFE_INTEGER,
  -1,
  -(2 ** 40),
  Number.MIN_SAFE_INTEGER,
])('ordinal %d survives the wire', (value) => {
  const writer = new Writer();
  writer.ordinal(value);
  expect(new Reader(writer.finish()).ordinal()).toBe(value);
  const exact = new Reader(writer.finish());
  expect(exact.int64()).toBe(BigInt(value));
});

test('long sub-messages get their length shifted in', () => {
  const data = new Uint8Array(300).fill(7);
  const decoded = TxnRequest.decode(TxnRequest.encode({ success: [{ requestPut: { value: data } }] }));
  expect(decoded.success[0]?.requestPut?.value).toEqual(data);
});

test('repeated enums are packed and read either way', () => {
  const encoded = WatchCreateRequest.encode({ filters: [1, 0] });
  expect([...encoded]).toEqual([0x2a, 2, 1, 0]);
  expect(WatchCreateRequest.decode(Uint8Array.of(0x28, 1, 0x28, 0)).filters).toEqual([1, 0]);
});

test('proto2 required fields are written even when zero', () => {
  expect([...RaftEntry.encode({ term: 1, index: 2 })]).toEqual([0x08, 0, 0x10, 1, 0x18, 2]);
});

test.each([
  [[0x0a]],
  [[0x0a, 5, 1]],
  [[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
  [[0x08, 1]],
  [[0x03]],
])('malformed input %j is a WireError', (input) => {
  expect(() => PutRequest.decode(Uint8Array.from(input))).toThrow(WireError);
});
