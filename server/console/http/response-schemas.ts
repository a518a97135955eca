/**
 * Answers of the HTTP API as schemas: the OpenAPI document is made of them, the tests parse real answers with them, and a
 * type test holds each against lib/api/types.ts.
 */
import { z } from 'zod';
import { STORE_COLOURS } from '../../../lib/base/store-colour.ts';

export const bytes = z
  .union([z.string(), z.strictObject({ base64: z.string() })])
  .describe('Text where the bytes are valid UTF-8, else base64. Exact to the byte.')
  .meta({ id: 'Bytes' });
export const int = z.string().describe('A 64-bit number in decimal digits.').meta({ id: 'Integer' });
export const hexId = z.string().describe('A 64-bit id in lower-case hex, as etcdctl prints it.').meta({ id: 'HexId' });
export const time = z
  .number()
  .describe('Milliseconds since the Unix epoch, by the console’s clock.')
  .meta({ id: 'Time' });
export const named = <T extends z.core.$ZodLooseShape>(id: string, shape: T) => z.strictObject(shape).meta({ id });

export const apiError = named('Error', {
  code: z.string().describe('Name of the gRPC code.'),
  message: z.string(),
  detail: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .describe('What failed: field, endpoint, what stands there now…'),
});

export const range = named('Range', {
  key: bytes,
  end: bytes.describe('Empty: exactly the key. "\\0": no upper end.'),
});
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

export const revisions = named('Revisions', {
  current: int,
  compacted: int,
  remembered: int.nullable(),
  times: z.array(z.strictObject({ revision: int, at: time })),
});

const keyMetaShape = {
  key: bytes,
  createRevision: int,
  modRevision: int,
  version: int,
  lease: hexId.nullable(),
  valueBytes: z.int(),
};
export const keyMeta = named('KeyMeta', keyMetaShape);
const keyWithValue = named('Key', { ...keyMetaShape, value: bytes });

const treeNode = named('TreeNode', {
  path: bytes,
  name: bytes,
  key: keyMeta.nullable(),
  folder: z.strictObject({ path: bytes, keys: z.int(), bytes: z.int() }).nullable(),
});

export const childrenPage = named('ChildrenPage', {
  prefix: bytes,
  revision: int,
  total: z.int(),
  offset: z.int(),
  nodes: z.array(treeNode),
  source: z.enum(['live', 'memory', 'store']),
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

export const searchPage = named('SearchPage', {
  query: z.string(),
  revision: int,
  searchedKeys: z.int(),
  totalKeys: z.int(),
  complete: z.boolean(),
  keys: z.array(keyMeta),
});

export const lease = named('Lease', {
  id: hexId,
  grantedTtlSeconds: int,
  remainingTtlSeconds: int,
  at: time,
  keyCount: z.int(),
  keys: z.array(bytes),
  hasHidden: z.boolean(),
});

export const keyDetail = named('KeyDetail', {
  kv: keyWithValue.nullable(),
  revision: int,
  source: z.enum(['linearizable', 'history', 'memory']),
  lease: lease.nullable(),
});

const keyVersion = named('KeyVersion', {
  modRevision: int,
  createRevision: int,
  version: int,
  type: z.enum(['put', 'delete']),
  value: bytes.nullable(),
  valueBytes: z.int(),
  lease: hexId.nullable(),
  at: time.nullable(),
  by: z.string().nullable(),
});

export const keyHistory = named('KeyHistory', {
  key: bytes,
  versions: z.array(keyVersion),
  reachesCompaction: z.boolean(),
  compacted: int,
  more: z.boolean(),
  nextBefore: int.nullable(),
});

export const writeResult = named('WriteResult', { revision: int, kv: keyMeta.nullable() });

const deleteTarget = named('DeleteTarget', { key: bytes.exactOptional(), prefix: bytes.exactOptional() });

export const deletePreview = named('DeletePreview', {
  target: deleteTarget,
  revision: int,
  keys: z.int(),
  bytes: z.int(),
  sample: z.array(keyMeta),
  leasedKeys: z.int(),
  leases: z.array(hexId),
});

export const watchers = named('Watchers', {
  watchers: z.int().nullable(),
  slow: z.int().nullable(),
  members: z.int(),
  answered: z.int(),
});

export const deleteResult = named('DeleteResult', { revision: int, deleted: z.int() });

const contender = named('Contender', {
  key: bytes,
  lease: hexId.nullable(),
  createRevision: int,
  modRevision: int,
  valueBytes: z.int(),
  value: bytes.nullable(),
  since: time.nullable(),
});

const term = named('Term', {
  key: bytes,
  lease: hexId.nullable(),
  value: bytes.nullable(),
  token: int,
  from: int,
  fromAt: time.nullable(),
  fromExact: z.boolean(),
  to: int.nullable(),
  toAt: time.nullable(),
  toExact: z.boolean(),
});

const coordinationGroup = named('CoordinationGroup', {
  id: bytes,
  name: bytes,
  kind: z.enum(['lock', 'election']),
  layout: z.enum(['leaseQueue', 'etcd3Election', 'patroniLeader', 'leasedMarker']),
  confidence: z.enum(['certain', 'likely', 'possible']),
  reason: z.string(),
  holder: contender.nullable(),
  next: contender.nullable(),
  waiting: z.int(),
  term: term.nullable(),
  terms: z.int(),
});

export const coordinationList = named('CoordinationList', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  matching: z.int(),
  offset: z.int(),
  groups: z.array(coordinationGroup),
  held: z.int(),
  waiting: z.int(),
  deadlocks: z.strictObject({ circles: z.int(), revision: int }),
});

export const coordinationDetail = named('CoordinationDetail', {
  revision: int,
  at: time.nullable(),
  group: coordinationGroup,
  queue: z.array(contender),
  total: z.int(),
  terms: z.array(term),
  watchedFrom: int.nullable(),
});

export const coordinationTerms = named('CoordinationTerms', {
  id: bytes,
  from: int,
  to: int,
  reachesCompaction: z.boolean(),
  terms: z.array(term),
});

const wait = named('Wait', {
  waiter: hexId,
  lock: bytes,
  name: bytes,
  behind: hexId,
  holder: hexId,
  place: z.int(),
});

export const waitsView = named('Waits', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  waits: z.array(wait),
  circles: z.array(z.array(wait)),
});

const party = named('Party', {
  key: bytes,
  lease: hexId.nullable(),
  createRevision: int,
  since: time.nullable(),
  value: bytes.nullable(),
});

const belief = { name: bytes, confidence: z.enum(['certain', 'likely', 'possible']), reason: z.string() };
const rates = z.object({ in: z.int(), out: z.int(), overMs: z.int() }).nullable();
const counts = { holdingCount: z.int(), waitingCount: z.int() };

const primitive = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('semaphore'),
    ...belief,
    permits: z.int().nullable(),
    holding: z.array(party),
    waiting: z.array(party),
    ...counts,
  }),
  z.object({
    kind: z.literal('rwLock'),
    ...belief,
    mode: z.enum(['read', 'write', 'free']),
    holding: z.array(party),
    waiting: z.array(party.extend({ wants: z.enum(['read', 'write']) })),
    ...counts,
  }),
  z.object({
    kind: z.literal('barrier'),
    ...belief,
    present: z.array(party),
    presentCount: z.int(),
    openedAt: int.nullable(),
  }),
  z.object({
    kind: z.literal('queue'),
    ...belief,
    order: z.enum(['fifo', 'priority', 'delayed']).nullable(),
    items: z.array(party),
    depth: z.int(),
    oldestAt: time.nullable(),
    inHand: z.int(),
    orphans: z.int(),
    idleConsumers: z.int(),
    rates,
  }),
  z.object({ kind: z.literal('counter'), ...belief, value: int.nullable(), shards: z.int(), rates }),
  z.object({ kind: z.literal('group'), ...belief, members: z.array(party), memberCount: z.int() }),
]);

export const primitiveList = named('PrimitiveList', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  primitives: z.array(primitive),
});

const instance = named('ServiceInstance', {
  key: bytes,
  lease: hexId.nullable(),
  address: z.string(),
  id: z.string().nullable(),
  version: z.string().nullable(),
  health: z.enum(['passing', 'failing']).nullable(),
  since: time.nullable(),
  writtenAt: time.nullable(),
  modRevision: int,
  value: bytes.nullable(),
  flaps: z.int(),
});

export const serviceList = named('ServiceList', {
  revision: int,
  at: time.nullable(),
  total: z.int(),
  services: z.array(
    named('Service', {
      ...belief,
      instances: z.array(instance),
      instanceCount: z.int(),
      gone: z.array(z.object({ key: bytes, address: z.string(), at: time, revision: int })),
    }),
  ),
});

export const auditEntry = named('AuditEntry', {
  id: z.string(),
  at: time,
  user: z.string().nullable(),
  from: z.string(),
  action: z.string(),
  targetKind: z.enum(['key', 'prefix', 'lease', 'group', 'member', 'user', 'role', 'configuration', 'store']),
  target: bytes.nullable(),
  guard: z.string().nullable(),
  note: z.string().nullable(),
  result: z.enum(['pending', 'done', 'refused', 'failed', 'unknown']),
  revision: int.nullable(),
  revisions: z.string().exactOptional().describe('All of them, where it made several: "12-40,43".'),
  message: z.string().nullable(),
});

export const auditPage = named('AuditPage', {
  revision: int,
  entries: z.array(auditEntry),
  next: z.string().nullable().describe('`before` of the next page; null at the end.'),
  searched: z.number(),
  total: z.number(),
  unreadable: z.number(),
  kept: z.strictObject({ durable: z.boolean(), reason: z.string().nullable(), days: z.number() }),
});
