import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Encode } from '../bytes.ts';
import { StatusResponse } from '../etcdpb/cluster.ts';
import { Compare, RangeRequest, RangeResponse, TxnRequest } from '../etcdpb/kv.ts';
import { LeaseGrantRequest } from '../etcdpb/lease.ts';
import { fromJson, JsonError, parseJson, toJson } from './json.ts';

const read = <T extends object>(message: Parameters<typeof fromJson<T>>[0], text: string): T =>
  fromJson(message, parseJson(text));

test('a range answer has the gateway’s names, strings for 64 bits, base64 for bytes, no defaults', () => {
  const json = toJson(RangeResponse, {
    header: { clusterId: 14841639068965178418n, revision: 7, raftTerm: 0 },
    kvs: [{ key: utf8Encode('foo'), createRevision: 2, version: 1, value: utf8Encode('bar'), lease: -1n }],
    more: false,
    count: 1,
  });
  expect(JSON.stringify(json)).toBe(
    '{"header":{"cluster_id":"14841639068965178418","revision":"7"},"kvs":[{"key":"Zm9v","create_revision":"2","version":"1","value":"YmFy","lease":"-1"}],"count":"1"}',
  );
});

test('names that are not snake_case keep their spelling', () => {
  expect(toJson(StatusResponse, { dbSize: 4096, raftIndex: 3 })).toEqual({ dbSize: '4096', raftIndex: '3' });
  expect(read(LeaseGrantRequest, '{"TTL":10,"ID":"12"}')).toEqual({ ttl: 10, id: 12n });
});

test('a oneof member at its default is written, an absent one is not', () => {
  expect(toJson(Compare, { version: 0 })).toEqual({ version: '0' });
  expect(toJson(Compare, {})).toEqual({});
});

test('enums are written by name and read by name or number', () => {
  expect(toJson(RangeRequest, { sortOrder: 2 })).toEqual({ sort_order: 'DESCEND' });
  expect(toJson(RangeRequest, { sortOrder: 9 })).toEqual({ sort_order: 9 });
  expect(read(RangeRequest, '{"sort_order":"DESCEND","sort_target":4}')).toMatchObject({ sortOrder: 2, sortTarget: 4 });
});

test('snake_case and lowerCamelCase are read, null is absence, unknown fields are ignored', () => {
  const request = read(RangeRequest, '{"key":"YQ==","rangeEnd":"Yg==","keys_only":true,"limit":null,"later":{}}');
  expect(request).toMatchObject({ key: utf8Encode('a'), rangeEnd: utf8Encode('b'), keysOnly: true, limit: 0 });
});

test('a 64-bit id given as a JSON number keeps every digit', () => {
  expect(read(LeaseGrantRequest, '{"ID":7587862094360000001}').id).toBe(7587862094360000001n);
});

test.each([
  ['{"key":7}', 'key must be base64'],
  ['{"key":"!"}', 'key is not valid base64'],
  ['{"limit":"ten"}', 'limit must be an integer'],
  ['{"limit":1.5}', 'limit must be an integer'],
  ['{"limit":"99999999999999999999"}', 'limit is out of range'],
  ['{"sort_order":"UP"}', 'sort_order: unknown name "UP"'],
  ['{"keys_only":"true"}', 'keys_only must be true or false'],
  ['[]', 'must be an object'],
  ['{', 'JSON'],
])('%s is refused with the field named', (text, reason) => {
  expect(() => read(RangeRequest, text)).toThrow(JsonError);
  expect(() => read(RangeRequest, text)).toThrow(reason);
});

test('nesting beyond the bound is refused', () => {
  let json: object = {};
  for (let i = 0; i < 200; i++) json = { success: [{ request_txn: json }] };
  expect(() => fromJson(TxnRequest, json)).toThrow('nested deeper');
});

test('any range request survives JSON', () => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  const ordinal = fc.maxSafeInteger();
  fc.assert(
    fc.property(
      fc.record({
        key: bytes,
        rangeEnd: bytes,
        limit: ordinal,
        revision: ordinal,
        sortOrder: fc.integer({ min: 0, max: 5 }),
        sortTarget: fc.integer({ min: 0, max: 5 }),
        countOnly: fc.boolean(),
      }),
      (value) => {
        const request = RangeRequest.create(value);
        expect(read(RangeRequest, JSON.stringify(toJson(RangeRequest, request)))).toEqual(request);
      },
    ),
  );
});
