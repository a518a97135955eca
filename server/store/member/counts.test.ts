import { expect, test } from 'vitest';
import { leaseId, revision } from '../../../lib/base/brand.ts';
import { ok } from '../../../lib/base/result.ts';
import type { Applied } from '../apply/types.ts';
import { ApplyMeter } from './counts.ts';
import { MemberWorld } from './test-support/member-world.ts';

const put: Applied = { requestId: 1n, operation: 'Put', outcome: ok({ kind: 'none', revision: revision(1) }) };

test('what takes longer than the bound is slow; what is no request is not timed', () => {
  const meter = new ApplyMeter(100);
  expect([100, 101].map((ms) => meter.observe(put, ms))).toEqual([false, true]);
  expect(meter.observe({ ...put, operation: undefined }, 5000)).toBe(false);
  expect(meter.slow).toBe(1);
  expect([...meter.seconds()].map(({ operation, histogram }) => [operation, histogram.sum])).toEqual([
    ['Put', 0.201],
    ['Put', 0],
  ]);
});

test('a leader counts the leases it renews and ends, every member those granted and revoked', () => {
  const world = new MemberWorld({ size: 3, seed: 1 });
  const leader = world.leader();
  leader.member.propose({ leaseGrant: { id: 7n, ttl: 2 } }, () => undefined);
  world.runUntil(() => world.sites.every(({ machine }) => machine.leases.list().length === 1));
  let isRenewed = false;
  leader.member.calls.renew(leaseId(7n), () => {
    isRenewed = true;
  });
  world.runUntil(() => isRenewed);
  world.runUntil(() => world.sites.every(({ machine }) => machine.leases.list().length === 0));
  for (const site of world.sites)
    expect(site.member.counts().leases).toEqual({
      ...{ granted: 1, revoked: 1 },
      ...(site === leader ? { renewed: 1, expired: 1 } : { renewed: 0, expired: 0 }),
    });
});
