import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteString, fromByteString, toHex } from '../../../lib/base/bytes.ts';
import { KeyValue } from '../../../lib/base/etcdpb/mvcc.ts';
import {
  decodeBackendKey,
  decodeRevision,
  decodeValue,
  encodeRevision,
  isEncodingOf,
  type StoredRevision,
} from './revision-codec.ts';

// Revisions and versions of a put start at 1, which lets the codec write them without asking.
const ordinal = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeInteger().map((n) => Math.max(1, Math.abs(n))),
);
const put: fc.Arbitrary<StoredRevision> = fc.record({
  main: ordinal,
  sub: fc.integer({ min: 0, max: 0xffff_ffff }),
  tombstone: fc.constant(false),
  key: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => String.fromCharCode(...bytes) as ByteString),
  createRevision: ordinal,
  version: ordinal,
  lease: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  value: fc.uint8Array({ maxLength: 300 }),
});

test('a stored put is the backend key and exactly what the message table encodes', () => {
  fc.assert(
    fc.property(put, (revision) => {
      const payload = encodeRevision(revision);
      const { main: modRevision, createRevision, version, lease, value } = revision;
      const kv = { key: fromByteString(revision.key), createRevision, modRevision, version, value, lease };
      expect(toHex(payload.subarray(17))).toBe(toHex(KeyValue.encode(kv)));
      expect(toHex(payload.subarray(0, 8))).toBe(revision.main.toString(16).padStart(16, '0'));
      expect(toHex(decodeValue(payload))).toBe(toHex(value));
    }),
  );
});

test('puts and tombstones come back as they were stored', () => {
  fc.assert(
    fc.property(put, fc.boolean(), (revision, tombstone) => {
      const dead = { createRevision: 0, version: 0, lease: 0n, value: new Uint8Array(0) };
      const stored = tombstone ? { ...revision, ...dead, tombstone } : revision;
      const payload = encodeRevision(stored);
      expect(decodeRevision(payload)).toEqual(stored);
      expect(isEncodingOf(payload, stored)).toBe(true);
      expect(isEncodingOf(payload, { ...stored, main: stored.main - 1 })).toBe(false);
      expect(isEncodingOf(payload, { ...stored, key: `${stored.key}x` as ByteString })).toBe(false);
      expect(decodeBackendKey(payload)).toEqual({ main: stored.main, sub: stored.sub, tombstone });
    }),
  );
});

test("a tombstone has etcd's 18-byte backend key and a KeyValue of the key alone", () => {
  const tombstone = {
    main: 0x0102,
    sub: 3,
    tombstone: true,
    key: 'ab' as ByteString,
    createRevision: 0,
    version: 0,
    lease: 0n,
    value: new Uint8Array(0),
  };
  expect(toHex(encodeRevision(tombstone))).toBe('0000000000000102' + '5f' + '0000000000000003' + '74' + '0a026162');
});
