/** Locks, elections, and who waits for whom; shapes of lib/api/coordination-types.ts. */
import { z } from 'zod';
import { bytes, hexId, int, named, time } from './response-parts.ts';

const contender = named('Contender', {
  key: bytes,
  lease: hexId.nullable(),
  createRevision: int,
  modRevision: int,
  valueBytes: z.int(),
  value: bytes.nullable(),
  since: time.nullable(),
});

const term = named('Term', {
  key: bytes,
  lease: hexId.nullable(),
  value: bytes.nullable(),
  token: int,
  from: int,
  fromAt: time.nullable(),
  fromExact: z.boolean(),
  to: int.nullable(),
  toAt: time.nullable(),
  toExact: z.boolean(),
});

const coordinationGroup = named('CoordinationGroup', {
  id: bytes,
  name: bytes,
  kind: z.enum(['lock', 'election']),
  layout: z.enum(['leaseQueue', 'etcd3Election', 'patroniLeader', 'leasedMarker']),
  confidence: z.enum(['certain', 'likely', 'possible']),
  reason: z.string(),
  holder: contender.nullable(),
  next: contender.nullable(),
  waiting: z.int(),
  term: term.nullable(),
  terms: z.int(),
});

export const coordinationList = named('CoordinationList', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  matching: z.int(),
  offset: z.int(),
  groups: z.array(coordinationGroup),
  held: z.int(),
  waiting: z.int(),
  deadlocks: z.strictObject({ circles: z.int(), revision: int }),
});

export const coordinationDetail = named('CoordinationDetail', {
  revision: int,
  at: time.nullable(),
  group: coordinationGroup,
  queue: z.array(contender),
  total: z.int(),
  terms: z.array(term),
  watchedFrom: int.nullable(),
});

export const coordinationTerms = named('CoordinationTerms', {
  id: bytes,
  from: int,
  to: int,
  reachesCompaction: z.boolean(),
  terms: z.array(term),
});

const wait = named('Wait', {
  waiter: hexId,
  lock: bytes,
  name: bytes,
  behind: hexId,
  holder: hexId,
  place: z.int(),
});

export const waitsView = named('Waits', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  waits: z.array(wait),
  circles: z.array(z.array(wait)),
});
