/**
 * Who may do what: every operation of the HTTP API, asked by nobody, by a user of other keys, by one who may read these, by one who
 * may write them, by root where the console is read-only, and by root. On the bundled store and on a real etcd. An operation that
 * is not in the matrix fails the test.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { API } from '../../lib/api/frame-routes.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ClusterView } from '../../lib/api/types.ts';
import { type Client, connect } from '../../lib/client/index.ts';
import { operations } from '../../server/console/http/openapi.ts';
import { trustedHeaders } from '../../server/console/http/request.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsoleWithUsers,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';
import { type Ask, CASES, type Case, ROLES, type Role, type Stage } from './test-support/matrix-cases.ts';

const PASSWORD = 'matrix password';
/** Stand under /app/ and /other/, and no request names them: whoever is answered with one of them may read there. */
const APP_SECRET = 'kestrel';
const OTHER_SECRET = 'osprey';
const MAY_SEE_APP: readonly Role[] = ['reader', 'owner', 'readOnly', 'root'];
const MAY_SEE_OTHER: readonly Role[] = ['stranger', 'readOnly', 'root'];

const STORES = [
  { name: 'bundled store', skip: false, isBundled: true },
  { name: 'real etcd', skip: !canStartRealConsole(), isBundled: false },
];

const short = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(`${API}/stores/{store}`, 'S')}`;

test('every operation stands in the matrix, and nothing else does', () => {
  expect(Object.keys(CASES).sort()).toEqual(operations.map(({ method, path }) => short(method, path)).sort());
});

describe.each(STORES)('$name', ({ skip, isBundled }) => {
  let real: RealConsole;
  let client: Client;
  let serial = 0;
  const cookies = new Map<Role, string>();
  const programs = new Map<Role, string>();
  const kept = new Map<string, string>();

  async function send(role: Role, method: string, template: string, { params = {}, query = {}, body }: Ask) {
    const store = role === 'readOnly' ? 'guarded' : 'main';
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'store' ? store : encodeURIComponent(params[name] ?? ''),
    );
    const cookie = cookies.get(role);
    // Applications say with each request who they are; the cookie of a browser means nothing there.
    const program = /\/(client|flags)\//.test(template) ? programs.get(role) : undefined;
    const headers = {
      ...(cookie === undefined ? {} : { cookie }),
      ...(program === undefined ? {} : { authorization: `Basic ${program}` }),
      ...trustedHeaders({ remoteAddress: `10.0.0.${ROLES.indexOf(role)}` }),
    };
    const response = await ask(method.toUpperCase(), `${path}?${new URLSearchParams(query)}`, { body, headers });
    const type = response.headers.get('content-type') ?? '';
    const text = type.startsWith('text/event-stream') ? await firstFrames(response) : await response.text();
    return { status: response.status, text, cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  }

  /** What a stream says at once: the whole index of changes among it. */
  async function firstFrames(response: Response): Promise<string> {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await reader?.cancel();
    return new TextDecoder().decode(first?.value);
  }

  async function signIn(role: Role, user: string, password: string): Promise<void> {
    const answer = await send(role, 'post', routes.signIn('{store}').replaceAll('%7B', '{').replaceAll('%7D', '}'), {
      body: { user, password },
    });
    expect(answer.status, answer.text).toBe(200);
    cookies.set(role, answer.cookie);
    programs.set(role, Buffer.from(`${user}:${password}`).toString('base64'));
  }

  const put = async (key: string, value: string, lease?: bigint): Promise<string> =>
    String((await client.put(key, value, lease === undefined ? {} : { lease })).revision);

  beforeAll(async () => {
    if (skip) return;
    const may = (type: 'read' | 'readwrite', prefix: string) => [[type, prefix, `${prefix.slice(0, -1)}0`] as const];
    real = await startRealConsoleWithUsers(
      [
        { user: 'stranger', password: PASSWORD, may: may('readwrite', '/other/') },
        { user: 'reader', password: PASSWORD, may: may('read', '/app/') },
        { user: 'owner', password: PASSWORD, may: may('readwrite', '/app/') },
      ],
      { isBundled },
    );
    client = connect({ endpoints: [real.endpoint], credentials: { user: 'root', password: 'root' } });
    kept.set('first', await put('/app/a', 'e'));
    await put(`/app/${APP_SECRET}`, `e ${APP_SECRET}`);
    await put(`/other/${OTHER_SECRET}`, `e ${OTHER_SECRET}`);
    await put('/app/copied/one', 'e');
    const lease = await client.grantLease(600);
    await put(`/app/locks/${APP_SECRET}/${lease.toString(16)}`, 'e', lease);
    kept.set('revision', await put(`/app/locks/l/${lease.toString(16)}`, 'e', lease));
    for (const role of ['stranger', 'reader', 'owner'] as const) await signIn(role, role, PASSWORD);
    await signIn('readOnly', 'root', 'root');
    await signIn('root', 'root', 'root');
    await vi.waitFor(async () => {
      const { text } = await send('root', 'get', `${API}/stores/{store}/cluster`, {});
      const [member] = (JSON.parse(text) as ClusterView).members;
      expect(member?.health).toBe('healthy');
      kept.set('member', member?.id ?? '');
    });
    // Passwords are hashed slowly, on purpose: on a busy machine that takes its time.
  }, 60_000);
  afterAll(async () => {
    if (skip) return;
    client.close();
    await real.stop();
  });

  function stage(): Stage {
    const own = ++serial;
    return {
      serial: own,
      key: async () => ({ key: `/app/key-${own}`, revision: await put(`/app/key-${own}`, 'e') }),
      leased: async () => {
        const lease = await client.grantLease(600);
        await put(`/app/leased-${own}`, 'e', lease);
        return { key: `/app/leased-${own}`, lease: lease.toString(16) };
      },
      lock: async () => {
        const lease = await client.grantLease(600);
        const key = `/app/locks/own-${own}/${lease.toString(16)}`;
        return { key, createRevision: await put(key, 'e', lease) };
      },
      planned: async (kind, action) => {
        const { text } = await send('root', 'post', `${API}/stores/{store}/${kind}/plan`, { body: { action } });
        return (JSON.parse(text) as { state: string }).state;
      },
      release: async (target, text) => {
        const known = kept.get(text);
        if (known !== undefined) return known;
        const { text: answer, status } = await send('root', 'post', `${API}/stores/{store}/config/publish`, {
          body: {
            target,
            text,
            expectGeneration: await stage().generation(target),
            semver: null,
            note: '',
            requires: {},
            idempotencyKey: `matrix-release-${own}`,
          },
        });
        expect(status, answer).toBe(200);
        const { releaseId } = JSON.parse(answer) as { releaseId: string };
        kept.set(text, releaseId);
        return releaseId;
      },
      generation: async (target) => {
        const { text } = await send('root', 'get', `${API}/stores/{store}/config/target`, { query: { target } });
        return (JSON.parse(text) as ConfigTargetDetail).assignment.generation;
      },
      member: kept.get('member') ?? '',
      job: kept.get('job') ?? 'none',
      kept,
    };
  }

  async function askAs(role: Role, operation: (typeof operations)[number], one: Case) {
    const asked = one.ask === undefined ? {} : await one.ask(stage());
    const answer = await send(role, operation.method, operation.path, asked);
    if (!MAY_SEE_APP.includes(role))
      expect(answer.text, `${role} sees what lies under /app/`).not.toContain(APP_SECRET);
    if (!MAY_SEE_OTHER.includes(role)) expect(answer.text, `${role} sees /other/`).not.toContain(OTHER_SECRET);
    if (role === 'root' && one.keep !== undefined) {
      kept.set(one.keep[1], String((JSON.parse(answer.text) as Record<string, unknown>)[one.keep[0]]));
    }
    return answer;
  }

  test.skipIf(skip).each(Object.entries(CASES))('%s', async (name, one) => {
    const operation = operations.find(({ method, path }) => short(method, path) === name);
    if (operation === undefined) throw new Error('the matrix is held against the operations elsewhere');
    const answers: Record<string, number> = {};
    const texts: string[] = [];
    for (const role of ROLES) {
      const { status, text } = await askAs(role, operation, one);
      answers[role] = status;
      texts.push(`${role}: ${text.slice(0, 300)}`);
    }
    const wanted = Object.fromEntries(ROLES.map((role, at) => [role, one.expect[at]]));
    expect(answers, texts.join('\n')).toEqual(wanted);
  });
});
