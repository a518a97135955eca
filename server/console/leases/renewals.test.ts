import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RENEWALS_MAX, Renewals } from './renewals.ts';

const TTL = 30;

/** A store that tells whole seconds of a lease that was renewed at `renewedAt`. */
const remaining = (renewedAt: number, at: number, ttl = TTL): number => Math.floor(ttl - (at - renewedAt) / 1_000);

/** Asks every `askMs` while a client renews every `renewMs`, from `renewedAt` on. */
function watched({
  askMs,
  renewMs,
  forMs,
  ttl = TTL,
}: {
  askMs: number;
  renewMs: number;
  forMs: number;
  ttl?: number;
}) {
  const renewals = new Renewals();
  const start = 1_000_000;
  for (let at = start + 137; at <= start + forMs; at += askMs) {
    const renewedAt = start + Math.floor((at - start) / renewMs) * renewMs;
    renewals.note({ grantedTtlSeconds: ttl, remainingTtlSeconds: remaining(renewedAt, at, ttl), at });
  }
  return { renewals, start };
}

test('a client that renews at a third of the TTL is seen to keep its lease, in its rhythm', () => {
  const { renewals, start } = watched({ askMs: 1_000, renewMs: 10_000, forMs: 60_000 });
  const { everyMs, pace, renewals: moments } = renewals.rhythm(TTL);
  expect(pace).toBe('kept');
  expect(Math.abs((everyMs ?? 0) - 10_000)).toBeLessThanOrEqual(1_000);
  expect(moments.length).toBeGreaterThanOrEqual(5);
  // Right to a second: the store rounds what is left down, so the moment lies in the second that begins there.
  moments.forEach((moment, index) => {
    const truly = start + index * 10_000;
    expect(truly - moment).toBeGreaterThanOrEqual(0);
    expect(truly - moment).toBeLessThan(1_000);
  });
});

test('however rarely it is asked, a rhythm that is told is the true one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 15_000 }), fc.integer({ min: 700, max: 14_000 }), (askMs, renewMs) => {
      const { everyMs } = watched({ askMs, renewMs, forMs: 300_000 }).renewals.rhythm(TTL);
      if (everyMs !== null) expect(Math.abs(everyMs - renewMs)).toBeLessThanOrEqual(1_000);
    }),
  );
});

test('a rhythm quicker than whole seconds is not told', () => {
  const { renewals } = watched({ askMs: 500, renewMs: 700, forMs: 30_000, ttl: 2 });
  expect(renewals.rhythm(2)).toMatchObject({ pace: 'kept', everyMs: null });
});

test('a first look knows nothing but how long ago it was granted or renewed', () => {
  const renewals = new Renewals();
  renewals.note({ grantedTtlSeconds: TTL, remainingTtlSeconds: 25, at: 100_000 });
  expect(renewals.rhythm(TTL)).toEqual({ observedFrom: 100_000, renewals: [95_000], everyMs: null, pace: 'unknown' });
});

test('half of the time gone without a renewal is overdue, also at the first look', () => {
  const renewals = new Renewals();
  renewals.note({ grantedTtlSeconds: TTL, remainingTtlSeconds: 13, at: 100_000 });
  expect(renewals.pace(TTL)).toBe('overdue');
  renewals.note({ grantedTtlSeconds: TTL, remainingTtlSeconds: 29, at: 101_000 });
  expect(renewals.pace(TTL), 'until somebody renews it').toBe('unknown');
});

test('after a long pause what is known begins anew: a strip is hatched where nobody looked', () => {
  const { renewals } = watched({ askMs: 2_000, renewMs: 10_000, forMs: 60_000 });
  renewals.note({ grantedTtlSeconds: TTL, remainingTtlSeconds: 29, at: 2_000_000 });
  expect(renewals.rhythm(TTL)).toMatchObject({ observedFrom: 2_000_000, pace: 'unknown' });
});

test('only the newest renewals are kept', () => {
  const { renewals } = watched({ askMs: 2_000, renewMs: 10_000, forMs: 900_000 });
  expect(renewals.rhythm(TTL).renewals).toHaveLength(RENEWALS_MAX);
});

test('a lease that a new leader gave more time than granted was not renewed in the future', () => {
  const renewals = new Renewals();
  renewals.note({ grantedTtlSeconds: TTL, remainingTtlSeconds: 33, at: 100_000 });
  expect(renewals.rhythm(TTL).renewals).toEqual([100_000]);
});
