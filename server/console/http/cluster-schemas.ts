/** Maintenance of the cluster over HTTP; shapes of lib/api/cluster-types.ts. */
import { z } from 'zod';
import {
  DRILL_SECONDS_MAX,
  DRILL_SECONDS_MIN,
  FLUSH_DELAY_MS_MAX,
  FLUSH_DELAY_MS_MIN,
} from '../../../lib/api/drill-types.ts';
import { named } from './response-parts.ts';
import { decimal, hexId, idempotencyKey, revision } from './schemas.ts';

const PEER_URLS_MAX = 10;

const peerUrl = z
  .string()
  .regex(/^https?:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, 'must be http(s)://host:port');
const peerUrls = z.array(peerUrl).min(1, 'must not be empty').max(PEER_URLS_MAX).readonly();
const oneRevision = decimal.refine((value) => value !== '0', 'must be 1 or more');

const action = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('moveLeader'), member: hexId }),
  z.strictObject({ type: z.literal('defragment'), member: hexId }),
  z.strictObject({ type: z.literal('compact'), revision: oneRevision }),
  z.strictObject({ type: z.literal('disarm'), member: hexId, alarm: z.enum(['NOSPACE', 'CORRUPT']) }),
  z.strictObject({ type: z.literal('addMember'), peerUrls, asLearner: z.boolean() }),
  z.strictObject({ type: z.literal('promoteMember'), member: hexId }),
  z.strictObject({ type: z.literal('removeMember'), member: hexId }),
  z.strictObject({ type: z.literal('updateMember'), member: hexId, peerUrls }),
  z
    .strictObject({
      type: z.literal('drill'),
      kind: z.enum(['pause', 'kill', 'isolate', 'slowDisk']),
      member: hexId,
      seconds: z.int().min(DRILL_SECONDS_MIN).max(DRILL_SECONDS_MAX),
      delayMs: z.int().min(FLUSH_DELAY_MS_MIN).max(FLUSH_DELAY_MS_MAX).nullable(),
    })
    .refine(({ kind, delayMs }) => (kind === 'slowDisk') === (delayMs !== null), {
      path: ['delayMs'],
      error: 'belongs to a slow disk and to nothing else: null otherwise',
    }),
]);

export const planBody = z.strictObject({ action });
export const actionBody = z.strictObject({ action, state: z.string().min(1).max(4_000), idempotencyKey });
export const healBody = z.strictObject({ member: hexId.nullable() });
export const hashesParams = z.object({ rev: revision });
export const snapshotParams = z.object({ member: hexId });

export const plan = named('ClusterPlan', {
  title: z.string(),
  effects: z.array(z.string()),
  refusal: z.string().nullable().describe('Why it is not done here; null: it may be.'),
  confirm: z.string().describe('What the operator types to mean it.'),
  state: z.string().describe('The cluster this was reckoned on; send it back with the action.'),
  command: z.string(),
});

export const actionResult = named('ClusterActionResult', {
  done: z.string(),
  id: z.string().nullable(),
  next: z.string().nullable(),
});

export const healed = named('DrillsHealed', { healed: z.int().describe('How many drills were ended.') });

export const hashes = named('ClusterHashes', {
  revision: z.string(),
  members: z.array(
    z.strictObject({
      member: z.string(),
      name: z.string(),
      hash: z.number().nullable(),
      compactRevision: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  verdict: z.enum(['agree', 'differ', 'unknown']),
});
