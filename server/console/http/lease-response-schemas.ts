/** Answers about leases; shapes of lib/api/types.ts and lease-types.ts. */
import { z } from 'zod';
import { bytes, hexId, int, named, time } from './response-parts.ts';

export const lease = named('Lease', {
  id: hexId,
  grantedTtlSeconds: int,
  remainingTtlSeconds: int,
  at: time,
  keyCount: z.int(),
  keys: z.array(bytes),
  hasHidden: z.boolean(),
});

const leaseReading = named('LeaseReading', {
  grantedTtlSeconds: int,
  remainingTtlSeconds: int,
  at: time,
  rhythm: named('LeaseRhythm', {
    observedFrom: time,
    renewals: z.array(time).describe('Oldest first, each right to a second; the first may be the grant.'),
    everyMs: z.number().nullable().describe('Null: not seen often enough to say.'),
    pace: z.enum(['kept', 'overdue', 'unknown']),
  }),
});

export const leaseList = named('LeaseList', {
  revision: int,
  at: time,
  total: z.int(),
  isOfReadable: z.boolean(),
  read: z.int(),
  oldestAt: time.nullable(),
  counts: z.enum(['all', 'readable', 'unknown']),
  matching: z.int(),
  offset: z.int(),
  leases: z.array(
    named('LeaseRow', {
      id: hexId,
      time: leaseReading.nullable(),
      keyCount: z.int().nullable(),
      keys: z.array(bytes),
    }),
  ),
  keyless: z.int(),
  overdue: z.int(),
  calendar: z.array(
    named('LeaseCalendarSecond', { leases: z.int(), keys: z.int(), unkeptLeases: z.int(), unkeptKeys: z.int() }),
  ),
});

export const leaseTimes = named('LeaseTimes', {
  at: time,
  leases: z.array(z.strictObject({ id: hexId, time: leaseReading.nullable() })),
});
