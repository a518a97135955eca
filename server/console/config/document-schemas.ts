/**
 * The stored documents as schemas: whatever lies in the store was written by somebody, perhaps by hand. A type test holds each
 * against lib/config.
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../../../lib/config/json.ts';
import { isObject } from '../../../lib/config/json.ts';
import { DEAD_MAN_SECONDS_MIN, GATE_RANGES, PHASES_MAX, SECONDS_MAX } from '../../../lib/config/plan.ts';
import { ERROR_MESSAGE_MAX, HEALTH, REPORT_STATES, TAGS_MAX } from '../../../lib/config/report.ts';
import { PAUSE_REASONS, ROLLOUT_STATES } from '../../../lib/config/rollout-document.ts';
import { parseTarget } from '../../../lib/config/target.ts';

export const anyJson = z.custom<Json>((value) => value !== undefined).describe('Any JSON value.');
const jsonObject = z
  .custom<JsonObject>((value) => isObject(value as Json), 'must be a JSON object')
  .describe('A JSON object.');

export const targetId = z.string().superRefine((id, context) => {
  const parsed = parseTarget(id);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error });
});
const text = (max: number) => z.string().max(max);
const time = z.number();
const pointer = text(2_000);
const nullableText = z.string().nullable();
export const requirements = z.object({ app: text(200).exactOptional(), client: text(200).exactOptional() });

export const targetDocument = z.object({
  target: targetId,
  kind: z.enum(['config', 'flags']),
  description: text(500),
  schema: nullableText,
  locked: z.array(pointer).max(200),
  approvals: z.int().min(0).max(10),
  createdAt: time,
  createdBy: z.string(),
});

/** Text only, and at least one character: a schema of everything would hold the console's own keys too. */
export const keyPrefix = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (prefix) => !'/quorate/'.startsWith(prefix) && !prefix.startsWith('/quorate/'),
    'reaches the console’s own keys',
  );

export const prefixSchema = z.object({
  prefix: keyPrefix,
  schema: z.string(),
  version: z.int().min(1),
  createdAt: time,
  createdBy: z.string(),
});

export const draftDocument = z.object({
  target: targetId,
  base: nullableText,
  text: z.string(),
  author: z.string(),
  updatedAt: time,
});

export const release = z.object({
  target: targetId,
  kind: z.enum(['config', 'flags']),
  content: jsonObject,
  schema: nullableText,
  locked: z.array(pointer),
  requires: requirements,
  releaseId: z.string(),
  sha256: z.string(),
  semver: z.string(),
  parent: nullableText,
  author: z.string(),
  note: z.string(),
  createdAt: time,
});

export const assignment = z.object({
  target: targetId,
  generation: z.int(),
  stable: nullableText,
  candidate: nullableText,
  seed: z.string(),
  thresholdBp: z.int().min(0).max(10_000),
  tags: z.array(z.string()),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  rolloutId: nullableText,
  previous: nullableText,
  // Pointers written before there were dry runs on instances have none.
  probe: z.object({ releaseId: z.string(), generation: z.int(), askedAt: time, until: time }).nullable().default(null),
  expiresAt: time.nullable().default(null),
  readers: z.int().min(0).default(0),
});

const ranged = (name: keyof typeof GATE_RANGES) => {
  const [min, max] = GATE_RANGES[name];
  return z.number().min(min).max(max);
};
const whole = (name: keyof typeof GATE_RANGES) => ranged(name).refine(Number.isInteger, 'must be a whole number');
const checkName = text(80).min(1);
const url = z.url({ protocol: /^https?$/ });

const gateParameters = z.object({
  evalIntervalSeconds: ranged('evalIntervalSeconds'),
  minHealthyReports: whole('minHealthyReports'),
  minSample: whole('minSample'),
  maxErrorRatio: ranged('maxErrorRatio'),
  maxRejections: whole('maxRejections'),
  failureLimit: whole('failureLimit'),
  consecutiveErrorLimit: whole('consecutiveErrorLimit'),
  onInconclusive: z.enum(['pause', 'rollback']),
  minAckRatio: ranged('minAckRatio'),
  ackTimeoutSeconds: ranged('ackTimeoutSeconds'),
  warmupSeconds: ranged('warmupSeconds'),
  crashWindowSeconds: ranged('crashWindowSeconds'),
  reportTtlSeconds: ranged('reportTtlSeconds'),
  progressDeadlineSeconds: ranged('progressDeadlineSeconds'),
  rollbackConfirmSeconds: ranged('rollbackConfirmSeconds'),
  maxDeltaToStable: z.number().min(0).max(1).nullable(),
  metrics: z
    .array(
      z.object({ name: checkName, url, query: text(4_000), min: z.number().nullable(), max: z.number().nullable() }),
    )
    .max(10),
  webhooks: z.array(z.object({ name: checkName, url })).max(10),
});

const names = z.array(text(200).min(1)).max(1_000);

export const plan = z.object({
  phases: z
    .array(
      z.object({
        percent: z.number().min(0).max(100),
        tags: names,
        include: names,
        observeSeconds: z.number().min(0).max(SECONDS_MAX),
        pause: z.boolean(),
      }),
    )
    .min(1)
    .max(PHASES_MAX),
  bakeSeconds: z.number().min(0).max(SECONDS_MAX),
  minCanaryInstances: z.int().min(0).max(10_000),
  exclude: names,
  rotate: z.boolean(),
  deadManSeconds: z.number().min(DEAD_MAN_SECONDS_MIN).max(SECONDS_MAX).nullable().default(null),
  gate: gateParameters,
});

const count = z.int();
export const verdict = z.object({
  kind: z.enum(['FAIL', 'FAIL_TICK', 'INCONCLUSIVE', 'WAIT', 'OK']),
  why: z.string(),
  counts: z.object({
    healthy: count,
    unhealthy: count,
    rejected: count,
    lost: count,
    silent: count,
    pending: count,
    stale: count,
    excluded: count,
  }),
});

export const rollout = z.object({
  rolloutId: z.string(),
  target: targetId,
  candidate: z.string(),
  stable: nullableText,
  plan,
  seed: z.string(),
  bases: z.array(z.object({ target: targetId, stable: nullableText })),
  approvalsNeeded: count,
  approvals: z.array(z.object({ by: z.string(), at: time })),
  startAt: time.nullable(),
  state: z.enum(ROLLOUT_STATES),
  pauseReason: z.enum(PAUSE_REASONS).nullable(),
  pausedFrom: z.enum(['PROGRESSING', 'BAKING']).nullable(),
  pausedAt: time.nullable().default(null),
  reason: z.string(),
  phaseIndex: count,
  startGeneration: count,
  generation: count,
  assignedAt: time.nullable(),
  deadlineAt: time.nullable(),
  okSince: time.nullable(),
  lastEvalAt: time.nullable(),
  failTicks: count,
  lastFailTickAt: time.nullable(),
  errorTicks: count,
  verdict: verdict.nullable(),
  rollbackAt: time.nullable(),
  endedAt: time.nullable(),
  unconfirmed: z.array(z.string()),
  parent: nullableText,
  createdAt: time,
  createdBy: z.string(),
});

export const logEntry = z.object({ at: time, by: z.string(), what: z.string(), evidence: anyJson.exactOptional() });

export const activeRollouts = z.object({
  rollouts: z.array(z.object({ rolloutId: z.string(), target: targetId, touched: z.array(pointer) })),
});

export const roster = z.object({
  instances: z.record(
    z.string(),
    z.object({
      firstSeenAt: time,
      ackedAt: time.nullable(),
      lostAt: time.nullable(),
      left: z.boolean(),
      boots: z.array(z.object({ bootId: z.string(), at: time })),
    }),
  ),
});

const layers = z.array(z.object({ target: targetId, releaseId: text(80), generation: z.int().min(0) })).max(8);
const reportError = z.object({ code: text(64), path: pointer, message: text(ERROR_MESSAGE_MAX) });
export const instanceId = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => !/[/\p{Cc}]/u.test(id), 'must not hold slashes or control characters');

/** What an instance sends; who and where it is comes with the address. */
export const reportBody = z.object({
  bootId: text(100).min(1),
  seq: z.int().min(0),
  clientVersion: text(100),
  appVersion: text(100),
  tags: z.array(text(100).min(1)).max(TAGS_MAX),
  schemaVersions: z.array(text(100)).max(TAGS_MAX),
  state: z.enum(REPORT_STATES),
  layers,
  running: layers,
  error: reportError.nullable(),
  health: z.enum(HEALTH),
  appliedAt: time.nullable(),
  reportedAt: time,
  configSha256: text(64),
});

export const instanceReport = reportBody.extend({
  instanceId,
  app: z.string(),
  env: z.string(),
  service: z.string(),
  bundle: z.string(),
});

export const leader = z.object({ name: z.string(), since: time });
