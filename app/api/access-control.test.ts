/** Users and roles through the HTTP API, on a real etcd: from a store open to all to one with users, and back. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AccessAction, AccessActionResult, AccessPlan, AccessView } from '../../lib/api/access-types.ts';
import type { AuditPage } from '../../lib/api/audit.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError, StoreSummary } from '../../lib/api/types.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

const PASSWORD = 'correct horse battery';
const PREFIX = { key: '/app/', end: '/app0' };
let real: RealConsole;
let nextKey = 0;
let cookie: string | null = null;
const logged: string[] = [];

async function send<T>(method: string, path: string, body?: unknown, as: string | null = cookie) {
  const response = await ask(method, path, { body, headers: as === null ? {} : { cookie: as } });
  const set = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { status: response.status, body: (await response.json()) as T, cookie: set };
}

const view = async (as = cookie) => (await send<AccessView>('GET', routes.access('main'), undefined, as)).body;
const plan = async (action: AccessAction, as = cookie) =>
  (await send<AccessPlan>('POST', routes.accessPlan('main'), { action }, as)).body;

interface Extra {
  readonly password?: string;
  readonly state?: string;
  readonly store?: string;
  readonly idempotencyKey?: string;
  readonly as?: string | null;
}

/** As the screen does it: shown first, then done on what was shown. */
async function act(action: AccessAction, { password, state, store = 'main', idempotencyKey, as = cookie }: Extra = {}) {
  return send<AccessActionResult & ApiError>(
    'POST',
    routes.accessAction(store),
    {
      action,
      state: state ?? (await plan(action, as)).state,
      ...(password === undefined ? {} : { password }),
      idempotencyKey: idempotencyKey ?? `access-control-${nextKey++}`,
    },
    as,
  );
}

async function done(action: AccessAction, extra?: Extra): Promise<AccessActionResult> {
  const { status, body } = await act(action, extra);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const signIn = async (user: string, password: string) =>
  send<StoreSummary & ApiError>('POST', routes.signIn('main'), { user, password }, null);

describe.skipIf(!canStartRealConsole())('users and roles of a real etcd', () => {
  beforeAll(async () => {
    for (const name of ['log', 'error', 'warn'] as const) {
      vi.spyOn(console, name).mockImplementation((...parts) => void logged.push(parts.map(String).join(' ')));
    }
    real = await startRealConsole();
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await real.stop();
  });

  test('a store without users shows that it has none, and that authentication is off', async () => {
    expect(await view()).toEqual({ enabled: false, you: null, complete: true, users: [], roles: [], account: null });
  });

  test('roles, permissions and users are made, each planned first', async () => {
    await done({ type: 'addRole', role: 'app' });
    await done({ type: 'grantPermission', role: 'app', permission: { type: 'readwrite', ...PREFIX } });
    await done({ type: 'addUser', user: 'ada', withPassword: true }, { password: PASSWORD });
    await done({ type: 'addUser', user: 'robot', withPassword: false });
    const { effects } = await plan({ type: 'grantRole', user: 'ada', role: 'app' });
    expect(effects).toContain('ada can then read and write /app/… (through role app).');
    await done({ type: 'grantRole', user: 'ada', role: 'app' });
    expect(await view()).toMatchObject({
      users: [
        { name: 'ada', roles: ['app'] },
        { name: 'robot', roles: [] },
      ],
      roles: [{ name: 'app', permissions: [{ type: 'readwrite', ...PREFIX }] }],
    });
  });

  test('the trail says who got what, and never a password', async () => {
    const { body } = await send<AuditPage>('GET', `${routes.audit('main')}?limit=10`);
    expect(body.entries.map(({ action, target, note }) => [action, target, note])).toEqual([
      ['access.grantRole', 'ada', 'role app'],
      ['access.addUser', 'robot', 'without a password'],
      ['access.addUser', 'ada', 'with a password'],
      ['access.grantPermission', 'app', 'readwrite /app/…'],
      ['access.addRole', 'app', null],
    ]);
    expect(JSON.stringify(body)).not.toContain(PASSWORD);
  });

  test('a password is held to the rule before anything is done, and asked for where one is needed', async () => {
    const short = await act({ type: 'addUser', user: 'eve', withPassword: true }, { password: 'short' });
    expect(short).toMatchObject({ status: 400, body: { detail: { field: 'password' } } });
    expect(short.body.message).toContain('12 are the least');
    expect((await act({ type: 'addUser', user: 'eve', withPassword: true })).body.message).toContain('is missing');
    expect((await act({ type: 'addRole', role: 'x' }, { password: PASSWORD })).body.message).toContain('takes none');
    expect((await view()).users.map(({ name }) => name)).toEqual(['ada', 'robot']);
  });

  test('the same idempotency key with another password is another request', async () => {
    const state = (await plan({ type: 'setPassword', user: 'ada' })).state;
    const once = { state, idempotencyKey: 'access-control-once' };
    await done({ type: 'setPassword', user: 'ada' }, { ...once, password: `${PASSWORD} 2` });
    await done({ type: 'setPassword', user: 'ada' }, { ...once, password: `${PASSWORD} 2` });
    const other = await act({ type: 'setPassword', user: 'ada' }, { ...once, password: `${PASSWORD} 3` });
    expect(other).toMatchObject({ status: 400, body: { detail: { field: 'idempotencyKey' } } });
  });

  test('an action on other users and roles than those shown is refused', async () => {
    const { state } = await plan({ type: 'deleteUser', user: 'robot' });
    await done({ type: 'addRole', role: 'late' });
    expect(await act({ type: 'deleteUser', user: 'robot' }, { state })).toMatchObject({ status: 409 });
    expect((await act({ type: 'grantRole', user: 'ada', role: 'nothing' })).body.message).toContain('there is no role');
    await done({ type: 'deleteUser', user: 'robot' });
    await done({ type: 'deleteRole', role: 'late' });
  });

  test('a read-only store shows and plans, and changes nothing', async () => {
    expect(await act({ type: 'addRole', role: 'x' }, { store: 'guarded' })).toMatchObject({ status: 403 });
  });

  test('bad names and empty keys are refused by field', async () => {
    const bad = (action: unknown) => send<ApiError>('POST', routes.accessPlan('main'), { action });
    expect(await bad({ type: 'addRole', role: ' x' })).toMatchObject({ body: { detail: { field: 'action.role' } } });
    expect(await bad({ type: 'addUser', user: 'a\nb', withPassword: true })).toMatchObject({ status: 400 });
    const empty = { type: 'grantPermission', role: 'app', permission: { type: 'read', key: '', end: '\0' } };
    expect(await bad(empty)).toMatchObject({ body: { detail: { field: 'action.permission.key' } } });
  });

  test('turning authentication on makes root, closes the store at once, and root can sign in', async () => {
    const { next } = await done({ type: 'enable' }, { password: PASSWORD });
    expect(next).toBeNull();
    expect(await send('GET', routes.access('main'))).toMatchObject({ status: 401 });
    const root = await signIn('root', PASSWORD);
    expect(root).toMatchObject({ status: 200, body: { access: { mode: 'user', user: 'root', isRoot: true } } });
    cookie = root.cookie;
    const trail = await send<AuditPage>('GET', `${routes.audit('main')}?limit=1`);
    expect(
      trail.body.entries,
      'the console has no account here, and the entry says all the same how it ended',
    ).toMatchObject([{ action: 'access.enable', result: 'done', message: null }]);
    expect(await view()).toMatchObject({ enabled: true, you: 'root', complete: true });
  });

  test('what would lock everybody out is refused', async () => {
    const refusal = async (action: AccessAction) => {
      const refused = await act(action);
      expect(refused.status).toBe(400);
      return refused.body.message;
    };
    expect(await refusal({ type: 'deleteUser', user: 'root' })).toContain('it is you');
    expect(await refusal({ type: 'revokeRole', user: 'root', role: 'root' })).toContain('is the last user');
    expect(await refusal({ type: 'deleteRole', role: 'root' })).toContain('keeps the role root');
    const again = await act({ type: 'enable' }, { password: PASSWORD });
    expect(again.body.message).toContain('on already');
  });

  test('other users see themselves, plan nothing and change nothing', async () => {
    const ada = (await signIn('ada', `${PASSWORD} 2`)).cookie;
    expect(await view(ada)).toEqual({
      enabled: true,
      you: 'ada',
      complete: false,
      users: [{ name: 'ada', roles: ['app'] }],
      roles: [{ name: 'app', permissions: [{ type: 'readwrite', ...PREFIX }] }],
      account: null,
    });
    const planned = await send<ApiError>('POST', routes.accessPlan('main'), { action: { type: 'disable' } }, ada);
    expect(planned).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
    const tried = await act({ type: 'addRole', role: 'x' }, { state: 'anything', as: ada });
    expect(tried.status).toBe(403);
  });

  test('permissions and roles are taken away again', async () => {
    await done({ type: 'revokePermission', role: 'app', ...PREFIX });
    await done({ type: 'revokeRole', user: 'ada', role: 'app' });
    expect(await view()).toMatchObject({ users: [{ name: 'ada', roles: [] }, { name: 'root' }] });
  });

  test('a new password takes the place of the old one', async () => {
    await done({ type: 'setPassword', user: 'ada' }, { password: `${PASSWORD} 4` });
    expect((await signIn('ada', `${PASSWORD} 2`)).status).toBe(401);
    expect((await signIn('ada', `${PASSWORD} 4`)).status).toBe(200);
  });

  test('turning authentication off ends every sign-in and opens the store', async () => {
    await done({ type: 'disable' });
    const [summary] = (await send<StoreSummary[]>('GET', routes.stores)).body;
    expect(summary?.access).toEqual({ mode: 'open' });
    expect(await view(null)).toMatchObject({ enabled: false, you: null });
  });

  test('a root that was made without a password does not lock the store when authentication is turned on', async () => {
    cookie = null;
    await done({ type: 'deleteUser', user: 'root' });
    await done({ type: 'addUser', user: 'root', withPassword: false });
    await done({ type: 'enable' }, { password: `${PASSWORD} 5` });
    expect((await signIn('root', `${PASSWORD} 5`)).status).toBe(200);
  });

  test('no password reached the log of this process', () => {
    expect(logged.join('\n')).not.toContain(PASSWORD);
  });
});
