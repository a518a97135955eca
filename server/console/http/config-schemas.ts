/** Configuration: parameters and bodies as schemas. The stored documents' own are in config/document-schemas.ts. */
import { z } from 'zod';
import { isName, NAME_RULE } from '../../../lib/config/target.ts';
import { ROLLOUT_ACTS } from '../config/acts.ts';
import * as documents from '../config/document-schemas.ts';

const decimalRevision = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'must be a revision')
  .transform(Number);

export const revisionParams = z.object({ rev: decimalRevision.optional() });
export const targetParams = z.object({ target: documents.targetId, rev: decimalRevision.optional() });
export const rolloutParams = z.object({ id: z.string().min(1).max(60), rev: decimalRevision.optional() });
export const releaseParams = z.object({ target: documents.targetId, release: z.string().min(1).max(60) });

/** Characters; bytes are counted where the content is read. */
const CONTENT_CHARS_MAX = 4 * 1024 * 1024;
const content = z.string().max(CONTENT_CHARS_MAX);
const write = {
  idempotencyKey: z.string().min(8, 'must be 8 to 200 characters').max(200, 'must be 8 to 200 characters'),
  by: z.string().max(100).exactOptional(),
};
const generation = z.int().min(0);

export const targetPutBody = z.strictObject({
  ...write,
  target: documents.targetId,
  kind: z.enum(['config', 'flags']),
  description: z.string().max(500),
  schema: documents.anyJson.nullable(),
  locked: z.array(z.string().max(2_000)).max(200),
  approvals: z.int().min(0).max(10),
  expectModRevision: z.int().min(0),
  evenIfFailing: z.boolean(),
});

export const prefixSchemaCheckBody = z.strictObject({ prefix: documents.keyPrefix, schema: documents.anyJson });

export const prefixSchemaPutBody = z.strictObject({
  ...write,
  prefix: documents.keyPrefix,
  schema: documents.anyJson.nullable(),
  expectModRevision: z.int().min(0),
  evenIfFailing: z.boolean(),
});

export const draftPutBody = z.strictObject({
  ...write,
  target: documents.targetId,
  text: content.nullable(),
  base: documents.draftDocument.shape.base.optional(),
  expectModRevision: z.int().min(0),
});

export const checkBody = z.strictObject({ target: documents.targetId, text: content });

export const publishBody = z.strictObject({
  ...write,
  target: documents.targetId,
  text: content,
  expectGeneration: generation,
  semver: z.string().max(100).nullable(),
  note: z.string().max(2_000),
  requires: documents.requirements,
});

export const pointBody = z.strictObject({
  ...write,
  target: documents.targetId,
  releaseId: z.string().max(60),
  expectGeneration: generation,
});

export const probeBody = z.strictObject({
  ...write,
  target: documents.targetId,
  releaseId: z.string().max(60).nullable(),
  seconds: z.int().min(1).max(3_600),
  expectGeneration: generation,
});

export const rolloutCreateBody = z.strictObject({
  ...write,
  target: documents.targetId,
  releaseId: z.string().max(60),
  plan: documents.plan,
  startAt: z.number().nullable(),
  start: z.boolean(),
  queue: z.boolean().exactOptional(),
  parent: z.string().max(60).exactOptional(),
  expectGeneration: generation,
});

export const rolloutActBody = z.strictObject({
  ...write,
  rolloutId: z.string().min(1).max(60),
  act: z.enum(ROLLOUT_ACTS),
  expectGeneration: generation,
  reason: z.string().max(1_000),
});

export const evaluateBody = z.strictObject({
  target: documents.targetId,
  text: content.nullable(),
  context: documents.anyJson,
  key: z.string().max(500).nullable(),
});

/** `tag` may come several times, `app` and `client` are versions; without `instance` stable is served. */
export const clientParams = z.object({
  instance: documents.instanceId.optional(),
  tag: z.string().max(2_000).optional(),
  app: z.string().max(100).optional(),
  client: z.string().max(100).optional(),
});
export const placePart = z.string().refine(isName, NAME_RULE);
export const { reportBody, instanceId } = documents;

export const ofrepBody = z.object({ context: z.record(z.string(), documents.anyJson).optional() });
