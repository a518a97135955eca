/**
 * A request for every operation of the HTTP API, and what each kind of user must get for it. The requests are about /app/, where
 * the owner may write and the reader may read; the stranger's keys lie under /other/.
 */
import { PRESETS } from '../../../lib/config/plan.ts';

/** In the order in which they ask. The last one may do everything; what it made is there for the next operations. */
export const ROLES = ['anonymous', 'stranger', 'reader', 'owner', 'readOnly', 'root'] as const;
export type Role = (typeof ROLES)[number];

/** What a case may prepare, as root, and what earlier answers to root left behind. */
export interface Stage {
  /** A number that no other request has. */
  readonly serial: number;
  /** Writes a key under /app/. Returns it and its revision. */
  key(): Promise<{ readonly key: string; readonly revision: string }>;
  /** Writes a key under /app/ with a lease. */
  leased(): Promise<{ readonly key: string; readonly lease: string }>;
  /** The holder of a lock under /app/locks/. */
  lock(): Promise<{ readonly key: string; readonly createRevision: string }>;
  /** The plan's state that an action must name. */
  planned(kind: 'cluster' | 'access', action: object): Promise<string>;
  /** Publishes one more release as root, and returns its id. */
  release(target: string, text: string): Promise<string>;
  /** Of a configuration target, by now. */
  generation(target: string): Promise<number>;
  readonly member: string;
  /** A bulk job of root's. */
  readonly job: string;
  /** Out of root's last answers, by name. */
  readonly kept: Map<string, string>;
}

export interface Ask {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Case {
  /** Statuses in the order of ROLES. */
  readonly expect: readonly [number, number, number, number, number, number];
  readonly ask?: (stage: Stage) => Ask | Promise<Ask>;
  /** Keeps a field of root's answer under a name. */
  readonly keep?: readonly [field: string, as: string];
}

/** Readers of what lies under /app/, root among them. */
const READ = [401, 403, 200, 200, 200, 200] as const;
/** Everybody who is signed in, each of what they may see: the test looks that nobody sees more. */
const VIEW = [401, 200, 200, 200, 200, 200] as const;
const WRITE = [401, 403, 403, 200, 403, 200] as const;
/** Only root; not even root where the console is read-only. */
const ROOT_WRITES = [401, 403, 403, 403, 403, 200] as const;
const ROOT_READS = [401, 403, 403, 403, 200, 200] as const;
const PUBLIC = [200, 200, 200, 200, 200, 200] as const;

const TARGET = 'orders';
const PLACE = { bundle: TARGET, app: 'shop', env: 'prod', service: 'web' };
const write = ({ serial }: Stage) => ({ idempotencyKey: `matrix-key-${serial}`, by: 'matrix' });
const inApp = { query: { prefix: '/app/' } };
const keyQuery = { query: { key: '/app/a' } };

const FLAGS = '{"flags":{"x":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on"}}}';
const FLAGS_NEXT = '{"flags":{"x":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off"}}}';
const REPORT = {
  bootId: 'boot-1',
  seq: 1,
  clientVersion: '1.0.0',
  appVersion: '1.0.0',
  tags: [],
  schemaVersions: [],
  state: 'PENDING',
  layers: [],
  running: [],
  error: null,
  health: 'UP',
  appliedAt: null,
  reportedAt: 1,
  configSha256: '',
};

const bulk = { kind: 'copy', prefix: '/app/copied/', target: '/app/copies/', overwrite: true, lease: { mode: 'none' } };

export const CASES: Readonly<Record<string, Case>> = {
  'GET /api/health': { expect: PUBLIC },
  'GET /api/v1/openapi.json': { expect: PUBLIC },
  'GET /api/v1/stores': { expect: PUBLIC },
  'GET /api/v1/stores/health': { expect: PUBLIC },
  'POST S/sign-in': {
    expect: [401, 401, 401, 401, 401, 401],
    ask: () => ({ body: { user: 'nobody', password: 'x' } }),
  },
  'GET S/audit': { expect: ROOT_READS },
  'GET S/audit/export': { expect: ROOT_READS },
  'GET S/live': { expect: VIEW },
  'GET /metrics': { expect: VIEW },
  'GET S/cluster': { expect: VIEW },
  'GET S/revisions': { expect: VIEW },
  'GET S/revisions/at': { expect: VIEW, ask: () => ({ query: { time: String(Date.now()) } }) },
  'GET S/changes': {
    expect: VIEW,
    ask: ({ kept }) => ({ query: { from: kept.get('first') ?? '', to: kept.get('revision') ?? '' } }),
  },
  'GET S/children': { expect: VIEW, ask: () => inApp },
  'GET S/search': { expect: VIEW, ask: () => ({ query: { q: 'e' } }) },
  'GET S/key': { expect: READ, ask: () => keyQuery },
  'PUT S/key': {
    expect: WRITE,
    ask: (stage) => ({
      body: {
        key: `/app/put-${stage.serial}`,
        value: 'v',
        expectModRevision: '0',
        lease: { mode: 'keep' },
        idempotencyKey: `matrix-key-${stage.serial}`,
      },
    }),
  },
  'GET S/history': { expect: READ, ask: () => keyQuery },
  'GET S/delete-preview': { expect: READ, ask: () => keyQuery },
  'GET S/watchers': { expect: READ, ask: () => keyQuery },
  'POST S/delete': {
    expect: WRITE,
    ask: async (stage) => {
      const { key, revision } = await stage.key();
      const { idempotencyKey } = write(stage);
      return { body: { target: { key }, expectRevision: revision, expectKeys: 1, idempotencyKey } };
    },
  },
  'GET S/leases': { expect: VIEW },
  'POST S/leases': {
    // The store lets each of its users grant leases; what they may attach is another matter.
    expect: [401, 200, 200, 200, 403, 200],
    ask: (stage) => ({ body: { ttlSeconds: 60, idempotencyKey: write(stage).idempotencyKey } }),
  },
  'GET S/leases/times': {
    expect: VIEW,
    ask: async (stage) => ({ query: { ids: (await stage.leased()).lease } }),
  },
  'GET S/leases/{lease}': { expect: VIEW, ask: async (stage) => ({ params: { lease: (await stage.leased()).lease } }) },
  'POST S/leases/{lease}/revoke': {
    // What nobody showed the stranger is refused before the store is asked.
    expect: [401, 400, 403, 200, 403, 200],
    ask: async (stage) => {
      const { lease, key } = await stage.leased();
      return { params: { lease }, body: { expectKeys: [key], idempotencyKey: write(stage).idempotencyKey } };
    },
  },
  'GET S/coordination': { expect: VIEW },
  'GET S/coordination/group': {
    // To whoever may not read there nothing stands there.
    expect: [401, 404, 200, 200, 200, 200],
    ask: () => ({ query: { key: '/app/locks/l/' } }),
  },
  'GET S/coordination/terms': {
    expect: READ,
    ask: ({ kept }) => ({ query: { key: '/app/locks/l/', before: kept.get('revision') ?? '' } }),
  },
  'GET S/coordination/waits': { expect: VIEW },
  'GET S/coordination/primitives': { expect: VIEW },
  'GET S/coordination/services': { expect: VIEW },
  'POST S/coordination/release': {
    expect: WRITE,
    ask: async (stage) => {
      const { key, createRevision } = await stage.lock();
      return { body: { key, expectCreateRevision: createRevision, idempotencyKey: write(stage).idempotencyKey } };
    },
  },
  'GET S/access': { expect: VIEW },
  'POST S/access/plan': { expect: ROOT_READS, ask: () => ({ body: { action: { type: 'addRole', role: 'x' } } }) },
  'POST S/access/actions': {
    expect: ROOT_WRITES,
    ask: async (stage) => {
      const action = { type: 'addRole', role: `role-${stage.serial}` };
      const state = await stage.planned('access', action);
      return { body: { action, state, idempotencyKey: write(stage).idempotencyKey } };
    },
  },
  'GET S/space': { expect: VIEW, ask: () => inApp },
  'GET S/heat': { expect: VIEW, ask: () => inApp },
  'GET S/find': { expect: VIEW, ask: () => ({ query: { in: 'values', q: 'e' } }) },
  'GET S/export': { expect: READ, ask: () => inApp },
  'GET S/diff': { expect: VIEW, ask: ({ kept }) => ({ query: { prefix: '/app/', from: kept.get('revision') ?? '' } }) },
  'GET S/trash': { expect: READ, ask: () => inApp },
  'POST S/bulk-preview': { expect: VIEW, ask: () => ({ body: bulk }) },
  'GET S/jobs': { expect: VIEW },
  'POST S/jobs': {
    // Made of what its user sees; the store refuses each write that the user may not do, and the job's account says so.
    expect: [401, 200, 200, 200, 403, 200],
    keep: ['id', 'job'],
    ask: (stage) => ({
      body: { request: bulk, asOf: stage.kept.get('revision'), idempotencyKey: write(stage).idempotencyKey },
    }),
  },
  'GET S/jobs/{job}': { expect: [401, 404, 404, 404, 404, 200], ask: ({ job }) => ({ params: { job } }) },
  'POST S/jobs/{job}/cancel': { expect: [401, 404, 404, 404, 403, 200], ask: ({ job }) => ({ params: { job } }) },
  // It is done by then: there is nothing to resume.
  'POST S/jobs/{job}/resume': { expect: [401, 404, 404, 404, 403, 400], ask: ({ job }) => ({ params: { job } }) },
  'POST S/cluster/plan': {
    expect: VIEW,
    ask: ({ member }) => ({ body: { action: { type: 'defragment', member } } }),
  },
  'POST S/cluster/actions': {
    expect: ROOT_WRITES,
    ask: async (stage) => {
      const action = { type: 'defragment', member: stage.member };
      const state = await stage.planned('cluster', action);
      return { body: { action, state, idempotencyKey: write(stage).idempotencyKey } };
    },
  },
  'GET S/cluster/history': { expect: VIEW },
  // Nobody's members are hurt here: this console did not start them.
  'POST S/cluster/heal': { expect: [401, 400, 400, 400, 400, 400], ask: () => ({ body: { member: null } }) },
  'GET S/cluster/election': { expect: [401, 404, 404, 404, 404, 404], ask: () => ({ query: { at: '1' } }) },
  'GET S/cluster/hashes': { expect: VIEW },
  'GET S/cluster/snapshot': { expect: ROOT_READS, ask: ({ member }) => ({ query: { member } }) },
  'GET S/config': { expect: ROOT_READS },
  'GET S/config/marks': { expect: ROOT_READS },
  'PUT S/config/target': {
    expect: ROOT_WRITES,
    ask: (stage) => ({
      body: {
        ...write(stage),
        target: TARGET,
        kind: 'flags',
        description: '',
        schema: null,
        locked: [],
        approvals: 0,
        expectModRevision: 0,
        evenIfFailing: false,
      },
    }),
  },
  'GET S/config/target': { expect: ROOT_READS, ask: () => ({ query: { target: TARGET } }) },
  'PUT S/config/draft': {
    expect: ROOT_WRITES,
    ask: (stage) => ({ body: { ...write(stage), target: TARGET, text: FLAGS, expectModRevision: 0 } }),
  },
  'POST S/config/check': { expect: ROOT_READS, ask: () => ({ body: { target: TARGET, text: FLAGS } }) },
  'POST S/config/publish': {
    expect: ROOT_WRITES,
    keep: ['releaseId', 'release'],
    ask: (stage) => ({
      body: {
        ...write(stage),
        target: TARGET,
        text: FLAGS,
        expectGeneration: 0,
        semver: null,
        note: '',
        requires: {},
      },
    }),
  },
  'GET S/config/release': {
    expect: ROOT_READS,
    ask: ({ kept }) => ({ query: { target: TARGET, release: kept.get('release') ?? '' } }),
  },
  'POST S/config/point': {
    expect: ROOT_WRITES,
    ask: async (stage) => ({
      body: {
        ...write(stage),
        target: TARGET,
        releaseId: stage.kept.get('release'),
        expectGeneration: await stage.generation(TARGET),
      },
    }),
  },
  'POST S/config/probe': {
    expect: ROOT_WRITES,
    ask: async (stage) => ({
      body: {
        ...write(stage),
        target: TARGET,
        releaseId: await stage.release(TARGET, FLAGS_NEXT),
        seconds: 1,
        expectGeneration: await stage.generation(TARGET),
      },
    }),
  },
  'GET S/config/prefixes': { expect: ROOT_READS },
  'POST S/config/prefixes/check': {
    expect: READ,
    ask: () => ({ body: { prefix: '/app/', schema: {} } }),
  },
  'PUT S/config/prefixes': {
    expect: ROOT_WRITES,
    ask: ({ serial }) => ({
      body: {
        prefix: `/elsewhere-${serial}/`,
        schema: {},
        expectModRevision: 0,
        evenIfFailing: false,
        idempotencyKey: `matrix-key-${serial}`,
      },
    }),
  },
  'PUT S/config/rollout': {
    expect: ROOT_WRITES,
    keep: ['rolloutId', 'rollout'],
    ask: async (stage) => ({
      body: {
        ...write(stage),
        target: TARGET,
        releaseId: await stage.release(TARGET, FLAGS_NEXT),
        plan: PRESETS[0]?.plan,
        startAt: null,
        start: true,
        expectGeneration: await stage.generation(TARGET),
      },
    }),
  },
  'GET S/config/rollout': { expect: ROOT_READS, ask: ({ kept }) => ({ query: { id: kept.get('rollout') ?? '' } }) },
  'POST S/config/rollout': {
    expect: ROOT_WRITES,
    ask: async (stage) => ({
      body: {
        ...write(stage),
        rolloutId: stage.kept.get('rollout'),
        act: 'abort',
        expectGeneration: await stage.generation(TARGET),
        reason: 'the matrix has seen enough',
      },
    }),
  },
  'POST S/config/evaluate': {
    expect: ROOT_READS,
    ask: () => ({ body: { target: TARGET, text: null, context: {}, key: null } }),
  },
  'POST S/client-token': {
    expect: [401, 401, 401, 401, 401, 401],
    ask: () => ({ body: { user: 'nobody', password: 'x' } }),
  },
  'DELETE S/client-token': { expect: [401, 401, 401, 401, 401, 401] },
  'GET S/client/{bundle}/{app}/{env}/{service}': { expect: ROOT_READS, ask: () => ({ params: PLACE }) },
  'POST S/client/{bundle}/{app}/{env}/{service}/instances/{instance}': {
    expect: [401, 403, 403, 403, 403, 204],
    ask: () => ({
      params: { ...PLACE, instance: 'i-1' },
      body: REPORT,
    }),
  },
  'DELETE S/client/{bundle}/{app}/{env}/{service}/instances/{instance}': {
    expect: [401, 403, 403, 403, 403, 204],
    ask: () => ({ params: { ...PLACE, instance: 'i-1' } }),
  },
  'POST S/flags/{bundle}/{app}/{env}/{service}/ofrep/v1/evaluate/flags': {
    expect: ROOT_READS,
    ask: () => ({ params: PLACE, body: { context: { targetingKey: 'x' } } }),
  },
  'POST S/flags/{bundle}/{app}/{env}/{service}/ofrep/v1/evaluate/flags/{key}': {
    expect: ROOT_READS,
    ask: () => ({ params: { ...PLACE, key: 'x' }, body: { context: { targetingKey: 'x' } } }),
  },
  'GET S/flags/{bundle}/{app}/{env}/{service}/events': { expect: ROOT_READS, ask: () => ({ params: PLACE }) },
  // Last: nobody is anybody afterwards.
  'POST S/sign-out': { expect: PUBLIC },
};
