import { expect, test } from 'vitest';
import { type LeaseId, leaseId } from '../../../lib/base/brand.ts';
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import { EXPIRY_RETRY_MS, LeaseClock } from './lease-clock.ts';
import { LeaseStore, leaseTtlMin } from './lease-store.ts';

const id = (n: number): LeaseId => leaseId(BigInt(n));
const key = (text: string): ByteString => text as ByteString;

function withLeases(...ttls: number[]): { leases: LeaseStore; clock: LeaseClock } {
  const leases = new LeaseStore();
  ttls.forEach((ttl, at) => {
    leases.grant({ id: BigInt(at + 1), ttl, ttlMin: 2 });
  });
  return { leases, clock: new LeaseClock(leases) };
}

test('the smallest TTL is one and a half election timeouts, rounded up to seconds', () => {
  expect(leaseTtlMin(1000)).toBe(2);
  expect(leaseTtlMin(5000)).toBe(8);
});

test('a grant raises a small TTL and refuses id 0, a huge TTL and a known id', () => {
  const leases = new LeaseStore();
  expect(leases.grant({ id: -7n, ttl: 0, ttlMin: 2 })).toBe(2);
  expect(() => leases.grant({ id: 0n, ttl: 5, ttlMin: 2 })).toThrow('requested lease not found');
  expect(() => leases.grant({ id: 1n, ttl: 9_000_000_001, ttlMin: 2 })).toThrow('too large lease TTL');
  expect(() => leases.grant({ id: -7n, ttl: 5, ttlMin: 2 })).toThrow('lease already exists');
  expect(leases.list()).toEqual([-7n]);
});

test('attached keys are listed in byte order, and a lease cannot go while it has some', () => {
  const { leases } = withLeases(10);
  for (const name of ['b', 'a\xff', 'a']) leases.attach(1n, key(name));
  expect(leases.get(id(1))?.keys.map(toByteString)).toEqual(['a', 'a\xff', 'b']);
  expect(() => leases.remove(1n)).toThrow('3 keys attached');
  expect(() => leases.detach(1n, key('never'))).toThrow('not attached');
});

test('a follower knows no deadlines', () => {
  const { clock } = withLeases(10);
  clock.granted(id(1), 0);
  expect(clock.remaining(id(1), 0)).toBeUndefined();
  expect(clock.renew(id(1), 0)).toBe(0);
  expect(clock.expired(1e9, 10)).toEqual([]);
});

test('a new leader extends every lease by an election timeout, from its checkpoint when it has one', () => {
  const { leases, clock } = withLeases(10, 600);
  leases.checkpoint(2n, 100);
  clock.promote(1000, 1000);
  expect(clock.remaining(id(1), 1000)).toBe(11);
  expect(clock.remaining(id(2), 1000)).toBe(101);
  expect(clock.expired(11_999, 10)).toEqual([]);
  expect(clock.expired(12_000, 10)).toEqual([1n]);
});

test('a renewal gives the whole TTL again, but not past the deadline', () => {
  const { clock } = withLeases(10);
  clock.promote(0, 0);
  expect(clock.renew(id(1), 9_999)).toBe(10);
  expect(clock.expired(10_000, 10)).toEqual([]);
  expect(clock.remaining(id(1), 10_000)).toBe(9);
  expect(clock.renew(id(1), 19_999)).toBe(0);
  expect(clock.expired(19_999, 10)).toEqual([1n]);
});

test('an expired lease is named once, again when its revoke got lost, and never after it was revoked', () => {
  const { leases, clock } = withLeases(5, 6, 7);
  clock.promote(0, 0);
  expect(clock.expired(7000, 2)).toEqual([1n, 2n]);
  expect(clock.expired(7000, 2)).toEqual([3n]);
  expect(clock.expired(7001, 2)).toEqual([]);
  leases.remove(2n);
  expect(clock.expired(7000 + EXPIRY_RETRY_MS, 10).sort()).toEqual([1n, 3n]);
});

test('an id that is revoked and granted again starts over, whether its TTL is longer or shorter', () => {
  for (const ttl of [3, 30]) {
    const { leases, clock } = withLeases(10);
    clock.promote(0, 0);
    leases.remove(1n);
    leases.grant({ id: 1n, ttl, ttlMin: 2 });
    clock.granted(id(1), 1000);
    expect(clock.expired(1000 + ttl * 1000 - 1, 10)).toEqual([]);
    expect(clock.expired(1000 + ttl * 1000, 10)).toEqual([1n]);
    expect(clock.expired(1000 + ttl * 1000, 10)).toEqual([]);
  }
});

test('leases are listed by expiry, soonest first', () => {
  const { clock } = withLeases(30, 10, 20);
  clock.promote(0, 0);
  expect(clock.byExpiry()).toEqual([2n, 3n, 1n]);
  clock.renew(id(2), 9000);
  expect(clock.byExpiry()).toEqual([2n, 3n, 1n]);
  clock.renew(id(2), 18_000);
  expect(clock.byExpiry()).toEqual([3n, 2n, 1n]);
});

test('many leases expire in order of their deadlines', () => {
  const ttls = Array.from({ length: 500 }, (_, i) => 2 + ((i * 7919) % 977));
  const { leases, clock } = withLeases(...ttls);
  clock.promote(0, 0);
  const order: number[] = [];
  for (let now = 0; order.length < ttls.length; now = clock.nextAlarm() ?? now) {
    for (const one of clock.expired(now, 7)) {
      order.push(ttls[Number(one) - 1] as number);
      leases.remove(one);
    }
  }
  expect(order).toEqual([...ttls].sort((a, b) => a - b));
});

test('checkpoints name long leases and what is left of them', () => {
  const { clock } = withLeases(600, 60);
  clock.promote(0, 0);
  expect(clock.checkpoints(0, 300)).toEqual([]);
  expect(clock.checkpoints(250_500, 300)).toEqual([{ id: 1n, remainingTtl: 350 }]);
});
