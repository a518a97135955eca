/** Sessions that are replaced or ended while somebody is being answered, on a store in memory. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type AccessCapability, type Engine, EngineError, type Grants } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { AuditTrail } from '../audit/trail.ts';
import { DEFAULT_CONFIG_PREFIX } from '../config/keys.ts';
import { StoreDrills } from '../drills/store-drills.ts';
import { errorAnswer } from '../errors.ts';
import { StoreHealth } from '../health/store-health.ts';
import { StoreSession } from '../store-session.ts';
import { type HeldUser, UserSessions } from './user-sessions.ts';

const GRANTS_EVERY_MS = 15_000;
const ADA = { user: 'ada', password: 'lovelace' };
const SUMMARY = {
  id: 'main',
  label: 'main',
  colour: null,
  kind: 'external',
  endpoints: ['fake:1'],
  readOnly: false,
} as const;
const CONFIG = { prefix: DEFAULT_CONFIG_PREFIX, checkHosts: [] };

const mayRead = (...prefixes: readonly string[]): Grants => ({
  isRoot: false,
  roles: prefixes.map((prefix) => ({
    name: prefix,
    permissions: [{ type: 'read', key: utf8Encode(prefix), end: utf8Encode(`${prefix.slice(0, -1)}0`) }],
  })),
});

let grants: () => Grants;
let fakes: FakeEngine[];
let service: StoreSession;
let users: UserSessions;
let refused: HeldUser[];

function open(): Engine {
  const fake = new FakeEngine();
  fakes.push(fake);
  for (let i = 0; i < 20; i++) fake.put(`/app/${i}`, 'v');
  const access: Pick<AccessCapability, 'grantsOf'> = { grantsOf: async () => grants() };
  const engine: Engine = fake;
  // Nothing else of it is asked of a session.
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === 'access') return access;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  fakes = [];
  refused = [];
  grants = () => mayRead('/app/');
  const engine = open();
  const health = new StoreHealth({ metrics: null });
  const drills = new StoreDrills(null, health);
  const audit = new AuditTrail({ engine, readOnly: false });
  const place = { account: null, isExposed: false, onSwitched: async () => undefined, openAs: open };
  const shared = { audit, config: CONFIG, place, health, drills };
  service = new StoreSession({ ...shared, summary: { ...SUMMARY, access: { mode: 'open' } }, engine, shared: null });
  users = new UserSessions({
    ...shared,
    summary: SUMMARY,
    shared: service.config.state,
    open,
    onRefused: (user) => {
      refused.push(user);
      user.release();
    },
  });
});
afterEach(() => {
  users.close();
  service.close();
  vi.useRealTimers();
});

const diff = (held: HeldUser) =>
  held.session.prefixDiff({ prefix: '', from: 3, to: undefined, offset: 0, limit: 10 }).then(
    ({ added }) => ({ added }),
    (error: unknown) => errorAnswer(error),
  );

test('whoever is being answered when roles change is asked to ask again, and is answered by what may be read then', async () => {
  const held = await users.hold(ADA);
  await vi.advanceTimersByTimeAsync(0);
  const before = held.session;
  expect(await diff(held)).toEqual({ added: 18 });
  grants = () => mayRead('/app/', '/more/');
  const asking = vi.spyOn(fakes.at(-1)?.history ?? fail(), 'changes').mockImplementation(async () => {
    await vi.advanceTimersByTimeAsync(GRANTS_EVERY_MS);
    return { events: [], dropped: true, complete: false };
  });
  const answer = await before
    .prefixDiff({ prefix: '', from: 2, to: undefined, offset: 0, limit: 10 })
    .catch((error: unknown) => errorAnswer(error));
  expect(asking).toHaveBeenCalled();
  expect(answer).toMatchObject({
    status: 503,
    body: { code: 'UNAVAILABLE', message: 'what ada may do was changed while this was asked: ask again' },
  });
  expect(held.session).not.toBe(before);
  expect(await diff(held)).toEqual({ added: 18 });
});

test('whoever is being answered when the store refuses the user is told to sign in again', async () => {
  const held = await users.hold(ADA);
  await vi.advanceTimersByTimeAsync(0);
  grants = () => {
    throw new EngineError(GrpcCode.UNAUTHENTICATED, 'etcdserver: invalid auth token');
  };
  await vi.advanceTimersByTimeAsync(GRANTS_EVERY_MS);
  expect(refused).toEqual([held]);
  expect(await diff(held)).toMatchObject({
    status: 401,
    body: { code: 'UNAUTHENTICATED', message: 'ada is not signed in here any more: sign in again' },
  });
});

test('whoever signs out while something is asked is answered so, and no key is shown any more', async () => {
  const held = await users.hold(ADA);
  await vi.advanceTimersByTimeAsync(0);
  const { session } = held;
  held.release();
  const asked = session.children({ prefix: '', delimiter: '/', offset: 0, limit: 10, revision: undefined });
  await expect(asked).rejects.toMatchObject({ code: GrpcCode.UNAUTHENTICATED });
});

function fail(): never {
  throw new Error('no engine was opened');
}
