/** The members, their leader and the risks; shapes of lib/api/types.ts. */
import { z } from 'zod';
import { hexId, int, named, time } from './response-parts.ts';

const memberStatus = named('MemberStatus', {
  version: z.string(),
  dbSizeBytes: int,
  dbSizeInUseBytes: int,
  raftTerm: int,
  raftIndex: int,
  raftAppliedIndex: int,
  lagEntries: int,
  roundTripMs: z.number(),
  errors: z.array(z.string()),
});

const member = named('Member', {
  id: hexId,
  name: z.string(),
  endpoint: z.string(),
  peerUrls: z.array(z.string()),
  clientUrls: z.array(z.string()),
  isLearner: z.boolean(),
  isLeader: z.boolean(),
  health: z.enum(['healthy', 'lagging', 'cutOff', 'unreachable', 'unstarted', 'unasked']),
  status: memberStatus.nullable(),
  lastSeenAt: time.nullable(),
  error: z.string().nullable(),
});

const risk = named('Risk', {
  kind: z.enum([
    'memberDown',
    'notAsked',
    'noLeader',
    'noQuorum',
    'lagging',
    'cutOff',
    'alarm',
    'storeUnreachable',
    'oneMember',
  ]),
  severity: z.enum(['danger', 'warning']),
  title: z.string(),
  remedy: z.string(),
});

export const leaderChange = named('LeaderChange', {
  at: time,
  term: int,
  leaderId: hexId.nullable(),
  leaderName: z.string().nullable(),
  revision: int,
  leaderlessMs: z.number().nullable(),
  leaderlessMsMax: z.number().nullable(),
  unseenTerms: z.int(),
});

export const cluster = named('Cluster', {
  at: time,
  reachable: z.boolean(),
  members: z.array(member),
  leaderId: hexId.nullable(),
  leaderSince: z.strictObject({ at: time, exact: z.boolean() }).nullable(),
  term: int,
  quorum: z.strictObject({ voters: z.int(), healthy: z.int(), needed: z.int(), survives: z.int() }),
  risks: z.array(risk),
  leaderChanges: z.array(leaderChange),
  watchingSince: time,
  drills: z.strictObject({
    refusal: z.string().nullable().describe('Why there can be no drills here; null: there can.'),
    running: z.array(
      named('Drill', {
        kind: z.enum(['pause', 'kill', 'isolate', 'slowDisk']),
        memberId: hexId.nullable(),
        memberName: z.string(),
        startedAt: time,
        healsAt: time,
        delayMs: z.int().nullable(),
      }),
    ),
    recent: z.array(
      named('RecentDrill', {
        text: z.string(),
        startedAt: time,
        endedAt: time.nullable(),
        fromRevision: int,
        toRevision: int.nullable(),
      }),
    ),
  }),
  cost: z.strictObject({ watches: z.int(), rpcsPerSecond: z.number(), bytesPerSecond: z.number() }),
});
