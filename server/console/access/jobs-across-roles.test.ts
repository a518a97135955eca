/** A job of many keys under way while the roles of its user change, on both stores. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BulkRequest, JobView } from '../../../lib/api/bulk-types.ts';
import { prefixRangeEnd, utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { AccessChanges, Credentials, Engine } from '../../engines/engine.ts';
import { openEtcdEngine } from '../../engines/etcd/engine.ts';
import {
  BUNDLED_MEMBER,
  hasRealEtcd,
  type RealEtcd,
  startRealEtcd,
} from '../../engines/etcd/test-support/real-etcd.ts';
import { enableUsers } from '../../engines/etcd/test-support/users.ts';
import { AuditTrail } from '../audit/trail.ts';
import { DEFAULT_CONFIG_PREFIX } from '../config/keys.ts';
import { StoreDrills } from '../drills/store-drills.ts';
import { StoreHealth } from '../health/store-health.ts';
import { StoreSession } from '../store-session.ts';
import { type HeldUser, UserSessions } from './user-sessions.ts';

const ROOT = { user: 'root', password: 'root' };
const ADA = { user: 'ada', password: 'lovelace' };
const KEYS = 300;
const COPY: BulkRequest = {
  kind: 'copy',
  ...{ prefix: '/from/', target: '/to/', overwrite: false, lease: { mode: 'none' } },
};
const under = (prefix: string) => ({ key: utf8Encode(prefix), end: prefixRangeEnd(utf8Encode(prefix)) });
const both = (prefix: string) => ({ type: 'readwrite', ...under(prefix) }) as const;

const STORES = [
  { name: 'bundled', program: BUNDLED_MEMBER, isHere: true },
  { name: 'etcd', program: undefined, isHere: hasRealEtcd() },
];

describe.each(STORES)('on $name', ({ program, isHere }) => {
  let etcd: RealEtcd;
  let root: Engine;
  let roles: AccessChanges;
  let service: StoreSession;
  let users: UserSessions;
  let held: HeldUser;
  /** Copying writes that came so far, and what each waits for before it is sent. */
  let writes: number;
  let beforeWrite: (n: number) => Promise<void>;

  const engineFor = (auth: Credentials | null): Engine =>
    openEtcdEngine({ endpoints: etcd.endpoints, tls: null, auth, metricsUrls: null });
  const open = (auth: Credentials | null): Engine => {
    const engine = engineFor(auth);
    const write: Engine['kv']['write'] = async (request) => {
      if (auth?.user === ADA.user) await beforeWrite(++writes);
      return engine.kv.write(request);
    };
    return { ...engine, kv: { ...engine.kv, write } };
  };
  const copied = async (): Promise<number> => (await root.kv.list({ ...under('/to/'), countOnly: true })).count;
  const job = async (id: string, state: JobView['state']): Promise<JobView> => {
    await vi.waitFor(async () => expect((await held.session.job(id, 0)).state).toBe(state), { timeout: 10_000 });
    return held.session.job(id, 0);
  };

  beforeAll(async () => {
    if (!isHere) return;
    etcd = await startRealEtcd(1, [], program);
    await enableUsers(etcd.endpoints, [{ ...ADA, may: [['readwrite', '/from/', '/from0']] }]);
    root = engineFor(ROOT);
    roles = root.access?.change ?? expect.fail('a store with users');
    await roles.addRole('other');
    await roles.grantPermission('other', both('/other/'));
    for (let i = 0; i < KEYS; i += 100) {
      const ops = Array.from({ length: 100 }, (_, n) => ({
        type: 'put' as const,
        ...{ key: utf8Encode(`/from/${i + n}`), value: utf8Encode(`value ${i + n}`), lease: 0n },
      }));
      await root.kv.write({ guards: [], ops, otherwiseRead: [] });
    }
  });
  afterAll(async () => {
    root?.close();
    await etcd?.stop();
  });

  beforeEach(async () => {
    await roles.grantPermission('role-ada', both('/to/'));
    await root.kv.write({ guards: [], ops: [{ type: 'delete', range: under('/to/') }], otherwiseRead: [] });
    writes = 0;
    beforeWrite = async () => undefined;
    const engine = engineFor(ROOT);
    const health = new StoreHealth({ metrics: null });
    const audit = new AuditTrail({ engine, readOnly: false });
    const place = { account: null, isExposed: false, onSwitched: async () => undefined, openAs: open };
    const drills = new StoreDrills(null, health);
    const shared = { audit, config: { prefix: DEFAULT_CONFIG_PREFIX, checkHosts: [] }, place, health, drills };
    const store = { id: 'main', label: 'main', colour: null, kind: 'external', readOnly: false } as const;
    const summary = { ...store, endpoints: [...etcd.endpoints] };
    service = new StoreSession({ ...shared, summary: { ...summary, access: { mode: 'open' } }, engine, shared: null });
    service.start();
    users = new UserSessions({ ...shared, summary, shared: service.config.state, open, onRefused: () => undefined });
    held = await users.hold(ADA);
  });
  afterEach(() => {
    users.close();
    service.close();
  });

  /** The job under way, and what lets its n-th transaction go. */
  async function startHeldAt(n: number) {
    const letGo = Promise.withResolvers<void>();
    const waits = Promise.withResolvers<void>();
    beforeWrite = async (write) => {
      if (write !== n) return;
      waits.resolve();
      await letGo.promise;
    };
    const preview = await vi.waitFor(async () => {
      const shown = await held.session.bulkPreview(COPY);
      expect(shown.creates).toBe(KEYS);
      return shown;
    });
    const { id } = await held.session.bulkStart({ request: COPY, asOf: preview.asOf, idempotencyKey: `across-${n}` });
    await waits.promise;
    return { id, letGo: () => letGo.resolve() };
  }

  test.skipIf(!isHere)('a role that gives more does not end it: it goes on in the session that follows', async () => {
    const before = held.session;
    const { id, letGo } = await startHeldAt(2);
    await roles.grantRole('ada', 'other');
    const refreshed = users.refresh('ada');
    letGo();
    await refreshed;
    expect(held.session, 'more may be read').not.toBe(before);
    expect(await job(id, 'done')).toMatchObject({ total: KEYS, done: KEYS, already: 0, refused: 0, error: null });
    expect([await copied(), writes, held.session.jobs().length]).toEqual([KEYS, 3, 1]);
    await roles.revokeRole('ada', 'other');
  });

  test.skipIf(!isHere)('a role that gives nothing to read changes nothing for whoever is signed in', async () => {
    const before = held.session;
    await roles.addRole('writes');
    await roles.grantPermission('writes', { ...both('/drop/'), type: 'write' });
    await roles.grantRole('ada', 'writes');
    await users.refresh('ada');
    expect(held.session).toBe(before);
    await roles.deleteRole('writes');
  });

  test.skipIf(!isHere)(
    'a transaction that hangs is not waited for: it is looked up, and nothing is written twice',
    async () => {
      const { id, letGo } = await startHeldAt(2);
      await roles.grantRole('ada', 'other');
      await users.refresh('ada');
      letGo();
      expect(await job(id, 'done')).toMatchObject({ done: KEYS, already: 0, refused: 0 });
      const { kvs } = await root.kv.list(under('/to/'));
      expect([kvs.length, kvs.filter(({ version }) => version > 1).length]).toEqual([KEYS, 0]);
      await roles.revokeRole('ada', 'other');
    },
  );

  test.skipIf(!isHere)(
    'rights that were taken end it at the next transaction; given back, it can be resumed',
    async () => {
      const { id, letGo } = await startHeldAt(2);
      await roles.revokePermission('role-ada', under('/to/'));
      const refreshed = users.refresh('ada');
      letGo();
      await refreshed;
      const stopped = await job(id, 'stopped');
      expect(stopped).toMatchObject({ done: 128, error: expect.stringContaining('permission denied') });
      expect(await copied(), 'no key more').toBe(128);
      await roles.grantPermission('role-ada', both('/to/'));
      await users.refresh('ada');
      held.session.jobAct(id, 'resume');
      expect(await job(id, 'done')).toMatchObject({ done: KEYS, already: 0, refused: 0, error: null });
      expect(await copied()).toBe(KEYS);
    },
  );

  test.skipIf(!isHere)('what may not be read any more is not copied from memory either', async () => {
    const { id, letGo } = await startHeldAt(2);
    await roles.revokePermission('role-ada', under('/from/'));
    const refreshed = users.refresh('ada');
    letGo();
    await refreshed;
    const stopped = await job(id, 'stopped');
    expect(stopped.error).toContain('permission denied');
    expect(await copied(), 'the transaction under way, whose values were read before').toBe(256);
    await roles.grantPermission('role-ada', both('/from/'));
  });

  test.skipIf(!isHere)('whoever signs out while it is under way ends it', async () => {
    const { id, letGo } = await startHeldAt(2);
    await roles.grantRole('ada', 'other');
    const refreshed = users.refresh('ada');
    const { session } = held;
    await Promise.resolve();
    held.release();
    letGo();
    await refreshed;
    await vi.waitFor(async () => expect((await session.job(id, 0)).endedAt).not.toBeNull());
    expect(await copied()).toBeLessThan(KEYS);
    await expect(
      session.children({ prefix: '', delimiter: '/', offset: 0, limit: 1, revision: undefined }),
    ).rejects.toEqual(expect.objectContaining({ code: GrpcCode.UNAUTHENTICATED }));
    await roles.revokeRole('ada', 'other');
  });
});
