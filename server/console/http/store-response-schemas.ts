/** Answers about a store as a whole, its history and this console; shapes of lib/api/types.ts. */
import { z } from 'zod';
import { STORE_COLOURS } from '../../../lib/base/store-colour.ts';
import { bytes, hexId, int, named, range, time } from './response-parts.ts';

const storeAccess = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('open') }),
    z.strictObject({ mode: z.literal('signIn') }),
    z.strictObject({
      mode: z.literal('user'),
      user: z.string(),
      isRoot: z.boolean(),
      readable: z.array(range).nullable().describe('Null: every key.'),
    }),
  ])
  .meta({ id: 'StoreAccess' });

export const storeSummary = named('Store', {
  id: z.string(),
  label: z.string(),
  colour: z.enum(STORE_COLOURS).nullable(),
  kind: z.enum(['bundled', 'external']),
  endpoints: z.array(z.string()),
  readOnly: z.boolean(),
  access: storeAccess,
});

export const storeList = z.array(storeSummary);

export const health = named('Health', {
  status: z.enum(['ok', 'unavailable']),
  reason: z.string().nullable(),
  stores: z.array(z.strictObject({ id: z.string(), ok: z.boolean(), reason: z.string().nullable() })),
});

export const revisions = named('Revisions', {
  current: int,
  compacted: int,
  remembered: int.nullable(),
  times: z.array(z.strictObject({ revision: int, at: time })),
});

export const revisionAt = named('RevisionAt', {
  time,
  revision: int.nullable(),
  at: time.nullable(),
  exact: z.boolean(),
  watchingSince: time.nullable(),
});

const pastChange = named('PastChange', {
  revision: int,
  type: z.enum(['put', 'delete']),
  key: bytes,
  createRevision: int,
  version: int,
  lease: hexId.nullable(),
  valueBytes: z.int(),
  preview: bytes.nullable(),
  at: time.nullable(),
});

export const changesPage = named('ChangesPage', {
  from: int,
  to: int,
  source: z.enum(['memory', 'store']),
  changes: z.array(pastChange),
});
