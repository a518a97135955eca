/** Parameters and bodies of bulk changes, differences and the trash; shapes of lib/api/bulk-types.ts. */
import { z } from 'zod';
import { REVISIONS_NAMED_MAX } from '../../../lib/api/bulk-types.ts';
import { bytes, count, decimal, idempotencyKey, key, revision, text, wholeNumber } from './schemas.ts';

export const DIFF_LIMIT_MAX = 1_000;
export const TRASH_LIMIT_MAX = 100;
const KEYS_NAMED_MAX = 100_000;
const TTL_SECONDS_MAX = 9_000_000_000;

const oneRevision = decimal.refine((value) => value !== '0', 'must be 1 or more');

const lease = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none') }),
  z.strictObject({ mode: z.literal('same') }),
  z.strictObject({ mode: z.literal('new'), ttlSeconds: z.int().min(1).max(TTL_SECONDS_MAX) }),
]);

const subtree = { prefix: bytes, target: bytes, overwrite: z.boolean(), lease };

export const bulkRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('undelete'),
    revision: oneRevision,
    prefix: bytes,
    keys: z.array(key).min(1).max(KEYS_NAMED_MAX).readonly().exactOptional(),
    lease,
  }),
  z.strictObject({ kind: z.literal('restore'), revision: oneRevision, prefix: bytes, lease }),
  z.strictObject({
    kind: z.literal('undo'),
    revisions: z.array(oneRevision).min(1).max(REVISIONS_NAMED_MAX).readonly(),
    lease,
  }),
  z.strictObject({ kind: z.literal('copy'), ...subtree }),
  z.strictObject({ kind: z.literal('move'), ...subtree }),
  z.strictObject({
    kind: z.literal('import'),
    format: z.enum(['jsonl', 'yaml', 'dotenv', 'properties']),
    text,
    prefix: bytes,
    overwrite: z.boolean(),
    lease,
  }),
]);

export const bulkStart = z.strictObject({ request: bulkRequest, asOf: oneRevision, idempotencyKey });

export const diffParams = z.object({
  prefix: bytes.default(''),
  from: oneRevision.transform(Number),
  to: revision,
  offset: wholeNumber.default(0),
  limit: count(DIFF_LIMIT_MAX, 200),
});

export const trashParams = z.object({
  prefix: bytes.default(''),
  before: revision,
  limit: count(TRASH_LIMIT_MAX, 20),
});

export const FIND_LIMIT_MAX = 10_000;
const PATTERN_CHARS_MAX = 1_000;

export const findParams = z.object({
  in: z.enum(['keys', 'values']),
  mode: z.enum(['text', 'regex']).default('text'),
  q: text.min(1, 'must not be empty').max(PATTERN_CHARS_MAX),
  prefix: bytes.default(''),
  rev: revision,
  limit: count(FIND_LIMIT_MAX, 1_000),
});

export const exportParams = z.object({
  prefix: bytes.default(''),
  format: z.enum(['jsonl', 'yaml', 'dotenv', 'properties']).default('jsonl'),
  rev: revision,
});

export const jobParams = z.object({ after: wholeNumber.default(0) });
