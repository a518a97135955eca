/** Configuration: answers as schemas; shapes of lib/api/config-types.ts, config-marks.ts and prefix-schema-types.ts. */
import { z } from 'zod';
import * as documents from '../config/document-schemas.ts';
import { bytes, named } from './response-parts.ts';

const time = z.number();
const int = z.string();

export const releaseSummary = named('ReleaseSummary', {
  releaseId: z.string(),
  semver: z.string(),
  author: z.string(),
  note: z.string(),
  createdAt: time,
  parent: z.string().nullable(),
  bytes: z.number(),
});

const rolloutSummary = named('RolloutSummary', {
  rolloutId: z.string(),
  target: z.string(),
  state: documents.rollout.shape.state,
  pauseReason: documents.rollout.shape.pauseReason,
  pausedAt: time.nullable(),
  reason: z.string(),
  phaseIndex: z.number(),
  phases: z.number(),
  percent: z.number(),
  candidate: z.string(),
  semver: z.string().nullable(),
  verdict: z.string().nullable(),
  createdAt: time,
  createdBy: z.string(),
  endedAt: time.nullable(),
});

const supervision = named('Supervision', { leader: z.string().nullable(), since: time.nullable() });

export const configOverview = named('ConfigOverview', {
  revision: int,
  prefix: z.string(),
  supervision,
  targets: z.array(
    named('ConfigTargetRow', {
      target: z.string(),
      kind: z.enum(['config', 'flags']),
      description: z.string(),
      generation: z.number(),
      live: releaseSummary.nullable(),
      canary: releaseSummary.nullable(),
      draft: z.strictObject({ author: z.string(), updatedAt: time, changes: z.number().nullable() }).nullable(),
      rollout: rolloutSummary.nullable(),
      instances: z.number(),
    }),
  ),
  rollouts: z.array(rolloutSummary),
  broken: z.array(z.strictObject({ key: z.string(), problem: z.string() })),
  problem: z.string().nullable(),
});

export const configMarks = named('ConfigMarks', {
  revision: int,
  prefix: z.string(),
  marks: z.array(
    named('ConfigMark', {
      revision: int,
      at: time,
      target: z.string(),
      semver: z.string().nullable(),
      by: z.string(),
      kind: z.enum(['published', 'began', 'ended']),
      rolloutId: z.string().nullable(),
      state: documents.rollout.shape.state.nullable(),
    }),
  ),
  total: z.number(),
});

export const release = documents.release.meta({ id: 'ConfigRelease' });
export const rollout = documents.rollout.meta({ id: 'Rollout' });

const instanceShape = {
  key: z.string(),
  report: documents.instanceReport,
  cohort: z.enum(['stable', 'candidate']),
  cohortReason: z.string(),
  bucket: z.number(),
  runs: z.string().nullable(),
  seenAt: time,
};

const origins = z.record(z.string(), z.strictObject({ target: z.string(), releaseId: z.string() }));

const probeView = named('Probe', {
  releaseId: z.string(),
  semver: z.string().nullable(),
  askedAt: time,
  until: time,
  counts: z.strictObject({
    accepts: z.number(),
    rejects: z.number(),
    waiting: z.number(),
    'held back': z.number(),
  }),
  instances: z.array(
    z.strictObject({
      key: z.string(),
      instanceId: z.string(),
      is: z.enum(['accepts', 'rejects', 'waiting', 'held back']),
      path: z.string(),
      why: z.string(),
    }),
  ),
});

export const configTargetDetail = named('ConfigTargetDetail', {
  revision: int,
  document: documents.targetDocument,
  documentRevision: z.number(),
  schema: documents.anyJson.nullable(),
  assignment: documents.assignment,
  live: release.nullable(),
  canary: release.nullable(),
  draft: documents.draftDocument.nullable(),
  draftRevision: z.number(),
  releases: z.array(releaseSummary),
  layers: z.array(z.strictObject({ target: z.string(), exists: z.boolean(), live: releaseSummary.nullable() })),
  effective: documents.anyJson,
  provenance: origins,
  rollout: rolloutSummary.nullable(),
  instances: z.array(z.strictObject(instanceShape)),
  probe: probeView.nullable(),
});

const change = named('ConfigChange', {
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed', 'retyped']),
  before: documents.anyJson,
  after: documents.anyJson,
});

export const checkAnswer = named('ConfigCheck', {
  issues: z.array(
    z.strictObject({
      path: z.string(),
      message: z.string(),
      keyword: z.string(),
      where: z.string(),
      schema: z.string().nullable(),
    }),
  ),
  changes: z.array(change),
  suggested: z.string().nullable(),
  warnings: z.array(z.string()),
  instances: z.array(z.string()),
  places: z.array(z.string()),
});

export const prefixSchemaList = named('PrefixSchemaList', {
  revision: int,
  prefixes: z.array(
    z.strictObject({
      prefix: z.string(),
      schema: documents.anyJson,
      schemaId: z.string(),
      version: z.number(),
      createdAt: time,
      createdBy: z.string(),
      modRevision: z.number(),
    }),
  ),
});

export const prefixSchemaCheck = named('PrefixSchemaCheck', {
  revision: int,
  checked: z.number(),
  failing: z.number(),
  isComplete: z.boolean(),
  first: z.array(z.strictObject({ key: bytes, path: z.string(), message: z.string() })),
});

export const programToken = named('ProgramToken', { token: z.string(), expiresInSeconds: z.int() });
export const configWritten = named('ConfigWritten', { revision: int });

const instanceClass = z.enum(['healthy', 'unhealthy', 'rejected', 'lost', 'silent', 'pending', 'stale', 'excluded']);

export const rolloutDetail = named('RolloutDetail', {
  revision: int,
  rollout,
  assignment: documents.assignment,
  candidate: releaseSummary.nullable(),
  stable: releaseSummary.nullable(),
  changes: z.array(change),
  instances: z.array(
    z.strictObject({ ...instanceShape, class: instanceClass.nullable(), why: z.string(), isAlive: z.boolean() }),
  ),
  gone: z.array(z.strictObject({ key: z.string(), class: instanceClass, why: z.string() })),
  preview: z.array(z.strictObject({ enters: z.array(z.string()), total: z.number(), thresholdBp: z.number() })),
  log: z.array(documents.logEntry),
  supervision,
  problem: z.string().nullable(),
  now: time,
});

export const evaluatedFlags = z.array(
  named('EvaluatedFlag', {
    key: z.string(),
    ok: z.boolean(),
    reason: z.string(),
    value: documents.anyJson,
    hasValue: z.boolean(),
    variant: z.string().nullable(),
    error: z.string().nullable(),
    steps: z.array(z.strictObject({ operator: z.string(), says: z.string() })),
  }),
);

const cohort = z.enum(['stable', 'candidate']);

export const effectiveConfig = named('EffectiveConfig', {
  bundle: z.string(),
  app: z.string(),
  env: z.string(),
  service: z.string(),
  releaseId: z.string().nullable(),
  semver: z.string().nullable(),
  generation: z.number(),
  cohort,
  layers: z.array(z.strictObject({ target: z.string(), releaseId: z.string(), generation: z.number(), cohort })),
  values: documents.anyJson,
  probe: z
    .strictObject({
      layers: z.array(z.strictObject({ target: z.string(), releaseId: z.string(), generation: z.number() })),
      values: documents.anyJson,
      configSha256: z.string(),
    })
    .nullable()
    .describe(
      'To be validated and not applied; the answer is a report WOULD_ACCEPT or WOULD_REJECT with these layers.',
    ),
  provenance: origins,
  configSha256: z.string(),
  schemas: z.array(z.string()),
  readers: z
    .number()
    .describe('Live instances that were told the same. A fleet spreads its reports over about as many milliseconds.'),
});

/** OFREP's own shapes are the protocol's: success, failure, or a list of both. */
export const ofrepAnswer = z.record(z.string(), documents.anyJson).meta({ id: 'OfrepAnswer' });
