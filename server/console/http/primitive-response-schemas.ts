/** Semaphores, queues and the like, and services; shapes of lib/api/coordination-types.ts. */
import { z } from 'zod';
import { bytes, hexId, int, named, time } from './response-parts.ts';

const party = named('Party', {
  key: bytes,
  lease: hexId.nullable(),
  createRevision: int,
  since: time.nullable(),
  value: bytes.nullable(),
});

const belief = { name: bytes, confidence: z.enum(['certain', 'likely', 'possible']), reason: z.string() };

const rates = z.object({ in: z.int(), out: z.int(), overMs: z.int() }).nullable();

const counts = { holdingCount: z.int(), waitingCount: z.int() };

const primitive = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('semaphore'),
    ...belief,
    permits: z.int().nullable(),
    holding: z.array(party),
    waiting: z.array(party),
    ...counts,
  }),
  z.object({
    kind: z.literal('rwLock'),
    ...belief,
    mode: z.enum(['read', 'write', 'free']),
    holding: z.array(party),
    waiting: z.array(party.extend({ wants: z.enum(['read', 'write']) })),
    ...counts,
  }),
  z.object({
    kind: z.literal('barrier'),
    ...belief,
    present: z.array(party),
    presentCount: z.int(),
    openedAt: int.nullable(),
  }),
  z.object({
    kind: z.literal('queue'),
    ...belief,
    order: z.enum(['fifo', 'priority', 'delayed']).nullable(),
    items: z.array(party),
    depth: z.int(),
    oldestAt: time.nullable(),
    inHand: z.int(),
    orphans: z.int(),
    idleConsumers: z.int(),
    rates,
  }),
  z.object({ kind: z.literal('counter'), ...belief, value: int.nullable(), shards: z.int(), rates }),
  z.object({ kind: z.literal('group'), ...belief, members: z.array(party), memberCount: z.int() }),
]);

export const primitiveList = named('PrimitiveList', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  primitives: z.array(primitive),
});

const instance = named('ServiceInstance', {
  key: bytes,
  lease: hexId.nullable(),
  address: z.string(),
  id: z.string().nullable(),
  version: z.string().nullable(),
  health: z.enum(['passing', 'failing']).nullable(),
  since: time.nullable(),
  writtenAt: time.nullable(),
  modRevision: int,
  value: bytes.nullable(),
  flaps: z.int(),
});

export const serviceList = named('ServiceList', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  services: z.array(
    named('Service', {
      ...belief,
      instances: z.array(instance),
      instanceCount: z.int(),
      gone: z.array(z.object({ key: bytes, address: z.string(), at: time, revision: int })),
    }),
  ),
});
