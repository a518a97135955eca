/** Answers about bulk changes, differences and the trash; a type test holds them against lib/api/bulk-types.ts. */
import { z } from 'zod';
import { keyMeta } from './key-response-schemas.ts';
import { bytes, hexId, int, named, time } from './response-parts.ts';

const prefixDiffRow = named('PrefixDiffRow', {
  kind: z.enum(['added', 'removed', 'changed']),
  before: keyMeta.nullable(),
  after: keyMeta.nullable(),
});

export const prefixDiff = named('PrefixDiff', {
  prefix: bytes,
  from: int,
  to: int,
  added: z.int(),
  removed: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  offset: z.int(),
  rows: z.array(prefixDiffRow),
});

const trashGroup = named('TrashGroup', {
  revision: int,
  at: time.nullable(),
  by: z.string().nullable(),
  keys: z.int(),
  deleted: z.int(),
  bytes: z.int(),
  leases: z.array(hexId),
  sample: z.array(keyMeta),
});

export const trashPage = named('TrashPage', {
  prefix: bytes,
  groups: z.array(trashGroup),
  complete: z.boolean(),
  searchedFrom: int,
  searchedTo: int,
  reachesCompaction: z.boolean(),
  nextBefore: int.nullable(),
});

const kind = z.enum(['undelete', 'restore', 'undo', 'copy', 'move', 'import']);

const bulkRow = named('BulkRow', {
  change: z.enum(['create', 'update', 'delete']),
  before: keyMeta.nullable(),
  key: bytes,
  valueBytes: z.int().nullable(),
  lease: hexId.nullable(),
});

const bulkProblem = named('BulkProblem', { key: bytes, reason: z.string() });

export const bulkPreview = named('BulkPreview', {
  kind,
  asOf: int,
  creates: z.int(),
  updates: z.int(),
  deletes: z.int(),
  unchanged: z.int(),
  bytes: z.int(),
  rows: z.array(bulkRow),
  skipped: z.array(bulkProblem),
  skippedTotal: z.int(),
  leases: z.array(z.strictObject({ id: hexId, keys: z.int(), alive: z.boolean() })),
});

export const job = named('Job', {
  id: z.string(),
  kind,
  title: z.string(),
  state: z.enum(['queued', 'running', 'done', 'stopped', 'cancelled']),
  total: z.int(),
  done: z.int(),
  already: z.int(),
  refused: z.int(),
  problems: z.array(bulkProblem),
  revisions: z.array(int),
  error: z.string().nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  version: z.int(),
});

export const jobList = z.array(job);
