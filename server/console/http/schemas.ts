/**
 * Parameters and bodies of the HTTP API, parsed at the edge: inside, types are already right. The shapes are those of
 * lib/api/types.ts (schemas.test.ts holds them together).
 */
import { z } from 'zod';
import { COORDINATION_PAGE_MAX, COORDINATION_SORTS } from '../../../lib/api/coordination-types.ts';
import { LEASE_FILTERS, LEASE_PAGE_MAX, LEASE_SORTS, LEASE_TIMES_MAX } from '../../../lib/api/lease-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';

export const CHILDREN_LIMIT_MAX = 1_000;
export const SEARCH_LIMIT_MAX = 500;
export const HISTORY_LIMIT_MAX = 200;
export const AUDIT_LIMIT_MAX = 200;
/** etcd's own bound on a lease. */
const TTL_SECONDS_MAX = 9_000_000_000;
const KEYS_LISTED_MAX = 100_000;

export const text = z
  .string()
  .refine((value) => value.isWellFormed(), 'holds half of a surrogate pair; send bytes as { "base64": … }');

export const bytes: z.ZodType<WireBytes> = z.union([text, z.strictObject({ base64: z.base64() })], {
  error: ({ input }) =>
    input === undefined ? 'is missing' : 'must be text, or { "base64": … } for bytes that are not UTF-8',
});

export const key = bytes.refine(
  (value) => (typeof value === 'string' ? value : value.base64) !== '',
  'must not be empty',
);

export const decimal = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, 'must be decimal digits, as a string')
  .refine((value) => Number.isSafeInteger(Number(value)), 'is too large');

export const hexId = z
  .string()
  .regex(/^[0-9a-f]{1,16}$/, 'must be 1 to 16 lower-case hex digits')
  .refine((value) => !/^0+$/.test(value), 'must not be 0');

export const idempotencyKey = z.string().min(8, 'must be 8 to 200 characters').max(200, 'must be 8 to 200 characters');

/** Longer than any etcd would hash (bcrypt reads 72 bytes). */
export const PASSWORD_MAX = 1_024;

export const signInBody = z.strictObject({
  user: z.string().min(1, 'is missing').max(200, 'is longer than 200 characters'),
  password: z.string().max(PASSWORD_MAX, `is longer than ${PASSWORD_MAX} characters`),
});

export const putBody = z.strictObject({
  key,
  value: bytes,
  expectModRevision: decimal,
  lease: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('keep') }),
    z.strictObject({ mode: z.literal('detach') }),
    z.strictObject({ mode: z.literal('attach'), id: hexId }),
  ]),
  idempotencyKey,
});

const target = z
  .strictObject({ key: key.exactOptional(), prefix: bytes.exactOptional() })
  .refine((value) => (value.key === undefined) !== (value.prefix === undefined), 'needs exactly one of key and prefix');

export const deleteBody = z.strictObject({
  target,
  expectRevision: decimal,
  expectKeys: z.int().min(0),
  idempotencyKey,
});

export const leaseGrantBody = z.strictObject({
  ttlSeconds: z.int().min(1).max(TTL_SECONDS_MAX),
  id: hexId.exactOptional(),
  idempotencyKey,
});

export const leaseRevokeBody = z.strictObject({
  expectKeys: z.array(key).max(KEYS_LISTED_MAX).readonly(),
  idempotencyKey,
});

export const count = (max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(max))
    .default(fallback);

export const revision = decimal
  .refine((value) => value !== '0', 'must be 1 or more')
  .transform(Number)
  .optional();

export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

const isTrue = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

export const leaseListParams = z.object({
  sort: z.enum(LEASE_SORTS).default('left'),
  descending: isTrue,
  only: z.enum(LEASE_FILTERS).nullable().default(null),
  find: text.max(200).default(''),
  offset: wholeNumber.default(0),
  limit: count(LEASE_PAGE_MAX, 200),
});

export const leaseTimesParams = z.object({
  ids: z
    .string()
    .transform((ids) => ids.split(','))
    .pipe(z.array(hexId).max(LEASE_TIMES_MAX)),
});

export const childrenParams = z.object({
  prefix: bytes.default(''),
  delimiter: text.max(16).default('/'),
  offset: wholeNumber.default(0),
  limit: count(CHILDREN_LIMIT_MAX, 200),
  rev: revision,
});

export const revisionAtParams = z.object({
  time: z
    .string()
    .regex(/^\d{1,15}$/, 'must be milliseconds since the Unix epoch')
    .transform(Number),
});

const oneRevision = decimal.refine((value) => value !== '0', 'must be 1 or more').transform(Number);

export const changesParams = z
  .object({ from: oneRevision, to: oneRevision, prefix: bytes.exactOptional() })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not lie before `from`' });

export const searchParams = z.object({
  q: text.min(1, 'must not be empty').max(1_000),
  limit: count(SEARCH_LIMIT_MAX, 100),
});

export const auditParams = z.object({
  before: z.string().max(64).exactOptional(),
  limit: count(AUDIT_LIMIT_MAX, 100),
  user: z.string().max(200).exactOptional(),
  q: text.min(1, 'must not be empty').max(200).exactOptional(),
  result: z.enum(['pending', 'done', 'refused', 'failed', 'unknown']).exactOptional(),
  rev: revision,
});

export const auditExportParams = auditParams.omit({ before: true, limit: true });

export const keyParams = z.object({ key, rev: revision });

export const historyParams = z.object({ key, before: revision, limit: count(HISTORY_LIMIT_MAX, 50) });

export const targetParams = target;

export const coordinationParams = z.object({ rev: revision });

export const coordinationListParams = z.object({
  kind: z.enum(['lock', 'election']).nullable().default(null),
  sort: z.enum(COORDINATION_SORTS).default('name'),
  descending: isTrue,
  find: text.max(200).default(''),
  lease: hexId.nullable().default(null),
  offset: wholeNumber.default(0),
  limit: count(COORDINATION_PAGE_MAX, 200),
  rev: revision,
});

export const coordinationTermsParams = z.object({
  key,
  before: decimal.refine((value) => value !== '0', 'must be 1 or more').transform(Number),
});

export const releaseBody = z.strictObject({
  key,
  expectCreateRevision: decimal.refine((value) => value !== '0', 'must be 1 or more'),
  idempotencyKey,
});

export const leaseParam = hexId;
