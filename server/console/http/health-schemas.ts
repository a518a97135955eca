/** The members over time, and why leaders changed; shapes of lib/api/health-types.ts. */
import { z } from 'zod';
import { leaderChange } from './cluster-response-schemas.ts';
import { named } from './response-parts.ts';

const moment = z
  .string()
  .regex(/^\d{1,15}$/, 'must be milliseconds since the Unix epoch')
  .transform(Number);

export const historyParams = z.object({ after: moment.default(0) });
export const electionParams = z.object({ at: moment });

const column = z.array(z.number().nullable());

const lane = named('MemberLane', {
  id: z.string(),
  name: z.string(),
  metrics: z.strictObject({
    state: z.enum(['offered', 'notOffered', 'off', 'unread']),
    url: z.string().nullable(),
    note: z.string().nullable(),
  }),
  role: z.array(z.enum(['leader', 'follower', 'learner']).nullable()),
  term: column,
  commitLag: column,
  applyLag: column,
  roundTripMs: column,
  fsyncP99Ms: column,
  commitP99Ms: column,
  dbBytes: column,
  dbInUseBytes: column,
  alarms: z.array(z.string().nullable()),
  version: z.array(z.string().nullable()),
});

export const history = named('HealthWindow', {
  everyMs: z.number(),
  keptMs: z.number(),
  at: z.array(z.number()),
  members: z.array(lane),
  marks: z.array(
    z.strictObject({
      at: z.number(),
      kind: z.enum(['silent', 'back', 'restarted', 'drill', 'healed', 'action']),
      memberId: z.string().nullable(),
      text: z.string(),
    }),
  ),
  compaction: z.strictObject({
    last: z.strictObject({ revision: z.string(), between: z.tuple([z.number(), z.number()]).nullable() }).nullable(),
    members: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        setting: z
          .discriminatedUnion('mode', [
            z.strictObject({ mode: z.literal('off') }),
            z.strictObject({ mode: z.literal('periodic'), seconds: z.number() }),
            z.strictObject({ mode: z.literal('revision'), revisions: z.number() }),
          ])
          .nullable(),
      }),
    ),
  }),
});

export const election = named('ElectionExplained', {
  change: leaderChange,
  cause: z.enum(['planned', 'drill', 'stopped', 'unresponsive', 'slowDisk', 'overloaded', 'network', 'unknown']),
  certainty: z.enum(['known', 'likely', 'unknown']),
  verdict: z.string(),
  evidence: z.array(z.strictObject({ at: z.number(), text: z.string(), supports: z.boolean() })),
  missing: z.array(z.string()),
});
