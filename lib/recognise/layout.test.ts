import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../base/bytes.ts';
import { judge, leaseHex, nameOfGroup, placeOf } from './layout.ts';

const facts = (key: string, more: Partial<Omit<Parameters<typeof placeOf>[0], 'key'>> = {}) => ({
  key: key as ByteString,
  lease: 0x2040a1fc3202c40cn,
  valueBytes: 0,
  version: 1,
  ...more,
});

test('a key that ends in the id of its own lease stands in a queue, whatever the id', () => {
  const lease = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((id) => id !== 0n);
  fc.assert(
    fc.property(lease, fc.nat(), (id, valueBytes) => {
      const place = placeOf(facts(`jobs/nightly/${leaseHex(id)}`, { lease: id, valueBytes }));
      expect(place).toEqual({ layout: 'leaseQueue', group: 'jobs/nightly/' });
    }),
  );
});

test('ids beyond 2^53 are told apart to the last bit', () => {
  const key = 'locks/a/2040a1fc3202c40c';
  expect(placeOf(facts(key, { lease: 0x2040a1fc3202c40cn, valueBytes: 1 }))?.layout).toBe('leaseQueue');
  expect(placeOf(facts(key, { lease: 0x2040a1fc3202c40dn, valueBytes: 1 }))).toBeNull();
});

test('a negative id is recognised as its 64 bits and as Go prints it', () => {
  for (const segment of ['ffffffffffffffff', '-1']) {
    expect(placeOf(facts(`locks/a/${segment}`, { lease: -1n, valueBytes: 3 }))?.group).toBe('locks/a/');
  }
});

test('a folder of configuration is never a lock, nor is a service with a value', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (path, valueBytes) => {
      expect(placeOf(facts(`config/${path}`, { lease: 0n, valueBytes }))).toBeNull();
    }),
  );
  expect(placeOf(facts('services/web/web-1', { valueBytes: 40 }))).toBeNull();
  expect(placeOf(facts('config/2040a1fc3202c40c', { lease: 0n }))).toBeNull();
});

test('keys named by time are other recipes, which queue by other rules', () => {
  expect(placeOf(facts('barrier/waiters/1763721600123456789'))).toBeNull();
  expect(placeOf(facts('rw/read/1763721600123456789'))).toBeNull();
});

test('a registry that names keys by lease in decimal is no election, unless it lies where the etcd3 package puts them', () => {
  const lease = 2324035512266048524n;
  expect(placeOf(facts(`user.rpc/${lease}`, { lease, valueBytes: 9 }))).toBeNull();
  expect(placeOf(facts(`election/main/${lease}`, { lease, valueBytes: 9 }))).toEqual({
    layout: 'etcd3Election',
    group: 'election/main/',
  });
});

test('Patroni’s leader key is recognised with and without a group, but only on a lease', () => {
  for (const key of ['/service/main/leader', '/service/main/0/leader']) {
    expect(placeOf(facts(key, { valueBytes: 5 }))).toEqual({ layout: 'patroniLeader', group: key });
    expect(placeOf(facts(key, { valueBytes: 5, lease: 0n }))).toBeNull();
  }
  expect(placeOf(facts('/service/main/members/pg1', { valueBytes: 5 }))).toBeNull();
});

test('one leased key without a value is possibly a lock, and loses that when it is written again', () => {
  expect(placeOf(facts('tasks/import'))).toEqual({ layout: 'leasedMarker', group: 'tasks/import' });
  expect(placeOf(facts('tasks/import', { version: 2 }))).toBeNull();
  expect(judge('leasedMarker', { empty: 1, filled: 0, leaseless: 0 })).toMatchObject({
    kind: 'lock',
    confidence: 'possible',
  });
});

test('values make it an election, no values a lock, a mixture less certain; lost leases are told', () => {
  expect(judge('leaseQueue', { empty: 2, filled: 0, leaseless: 0 })).toMatchObject({
    kind: 'lock',
    confidence: 'certain',
  });
  expect(judge('leaseQueue', { empty: 0, filled: 2, leaseless: 0 })).toMatchObject({
    kind: 'election',
    confidence: 'likely',
  });
  const mixed = judge('leaseQueue', { empty: 1, filled: 1, leaseless: 1 });
  expect(mixed).toMatchObject({ kind: 'election', confidence: 'possible' });
  expect(mixed.reason).toContain('lost its lease');
});

test('a queue is named without its slash, a single key as it is', () => {
  expect(nameOfGroup({ layout: 'leaseQueue', group: 'a/b/' as ByteString })).toBe('a/b');
  expect(nameOfGroup({ layout: 'patroniLeader', group: '/service/x/leader' as ByteString })).toBe('/service/x/leader');
});
