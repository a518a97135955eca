/** Who may do what through the HTTP API, on a real etcd with authentication, through the route handlers themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import type { ChildrenPage, SearchPage, StoreSummary } from '../../lib/api/types.ts';
import { operations } from '../../server/console/http/openapi.ts';
import { trustedHeaders } from '../../server/console/http/request.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsoleWithUsers,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

const ROOT = { user: 'root', password: 'root' };
const APP = { user: 'app', password: 'app-password' };
const WRITER = { user: 'writer', password: 'writer-password' };

let real: RealConsole;
let nextKey = 0;

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly cookie?: string | null;
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send({ method = 'GET', path, body, cookie = null, address = '10.0.0.1', headers = {} }: Call) {
  const own = { ...(cookie === null ? {} : { cookie }), ...trustedHeaders({ remoteAddress: address }) };
  const response = await ask(method, path, { body, headers: { ...own, ...headers } });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (isStream) await response.body?.cancel();
  return { status: response.status, body: isStream ? null : await response.json(), headers: response.headers };
}

/** The cookie as a browser would send it back. */
async function signIn(credentials: { user: string; password: string }, cookie: string | null = null): Promise<string> {
  const answer = await send({ method: 'POST', path: routes.signIn('main'), body: credentials, cookie });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const put = (key: string, cookie: string) =>
  send({
    method: 'PUT',
    path: routes.key('main'),
    cookie,
    body: { key, value: 'v', expectModRevision: '0', lease: { mode: 'keep' }, idempotencyKey: `access-${nextKey++}` },
  });

const summaryFor = async (cookie: string | null): Promise<StoreSummary> => {
  const { body } = await send({ path: routes.stores, cookie });
  return (body as StoreSummary[])[0] as StoreSummary;
};

const children = async (cookie: string, prefix: string): Promise<string[]> => {
  const { status, body } = await send({
    path: `${routes.children('main')}?prefix=${encodeURIComponent(prefix)}`,
    cookie,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as ChildrenPage).nodes.map(({ name }) => String(name));
};

describe.skipIf(!canStartRealConsole())('signing in to a real etcd with users', () => {
  let root: string;

  beforeAll(async () => {
    real = await startRealConsoleWithUsers([
      {
        ...APP,
        may: [
          ['readwrite', '/app/', '/app0'],
          ['read', '/shared', ''],
        ],
      },
      { ...WRITER, may: [['write', '/app/', '/app0']] },
    ]);
    root = await signIn(ROOT);
    for (const key of ['/app/a', '/app/b', '/other/secret', '/shared']) expect((await put(key, root)).status).toBe(200);
  });
  afterAll(async () => {
    await real.stop();
  });

  test('every route of the store refuses whoever is not signed in', async () => {
    expect((await summaryFor(null)).access).toEqual({ mode: 'signIn' });
    const open = new Set([routes.signIn('main'), routes.signOut('main')]);
    let checked = 0;
    for (const { method, path } of operations) {
      const real = path.replace('{store}', 'main').replace(/\{\w+\}/g, '1');
      // Whoever asks for a token signs in by that.
      const isSignIn = open.has(real) || (method === 'post' && real === routes.clientToken('main'));
      if (!path.includes('{store}') || isSignIn) continue;
      const body = method === 'get' ? {} : { body: {} };
      for (const cookie of [null, 'quorate_session=made-up']) {
        const { status } = await send({ method: method.toUpperCase(), path: real, cookie, ...body });
        expect(status, `${method} ${path}`).toBe(401);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(20);
  });

  test('a user of one prefix sees that prefix, as if there were nothing else', async () => {
    const cookie = await signIn(APP);
    expect((await summaryFor(cookie)).access).toEqual({
      mode: 'user',
      user: 'app',
      isRoot: false,
      readable: [
        { key: '/app/', end: '/app0' },
        { key: '/shared', end: '' },
      ],
    });
    expect(await children(cookie, '/app/')).toEqual(['a', 'b']);
    expect(await children(cookie, '/')).toEqual(['app', 'shared']);
    const search = await send({ path: `${routes.search('main')}?q=secret`, cookie });
    expect((search.body as SearchPage).keys).toEqual([]);
  });

  test('a user of one prefix writes there and nowhere else, by the word of the store', async () => {
    const cookie = await signIn(APP);
    expect((await put('/app/new', cookie)).status).toBe(200);
    const refused = await put('/other/new', cookie);
    expect(refused).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
    expect((await put('/shared/no', cookie)).status).toBe(403);
    const foreign = await send({ path: `${routes.key('main')}?key=${encodeURIComponent('/other/secret')}`, cookie });
    expect(foreign.status).toBe(403);
    expect(await children(root, '/other/')).toEqual(['secret']);
  });

  test('a user who may only write can sign in and is told that nothing can be read', async () => {
    const cookie = await signIn(WRITER);
    expect((await summaryFor(cookie)).access).toMatchObject({ mode: 'user', readable: [] });
    const { status } = await send({ path: `${routes.key('main')}?key=${encodeURIComponent('/app/a')}`, cookie });
    expect(status).toBe(403);
  });

  test('the cookie is out of reach for scripts and other sites, and changes with every sign-in', async () => {
    const answer = await send({ method: 'POST', path: routes.signIn('main'), body: APP });
    expect(answer.headers.get('set-cookie')).toMatch(/^quorate_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const first = await signIn(APP);
    const second = await signIn(APP, first);
    expect(second).not.toBe(first);
    expect((await summaryFor(first)).access.mode).toBe('signIn');
    expect((await summaryFor(second)).access.mode).toBe('user');
  });

  test('over TLS the cookie is for TLS only', async () => {
    const headers = trustedHeaders({ remoteAddress: '10.0.0.1', encrypted: true });
    const answer = await send({ method: 'POST', path: routes.signIn('main'), body: APP, headers });
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  test('after signing out the cookie is worth nothing', async () => {
    const cookie = await signIn(APP);
    const answer = await send({ method: 'POST', path: routes.signOut('main'), cookie });
    expect(answer.body).toMatchObject({ access: { mode: 'signIn' } });
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await send({ path: routes.cluster('main'), cookie })).status).toBe(401);
  });

  test('a page of another site can neither sign in nor out', async () => {
    const headers = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    for (const path of [routes.signIn('main'), routes.signOut('main')]) {
      expect((await send({ method: 'POST', path, body: APP, headers })).status).toBe(403);
    }
  });

  test('guessing is slowed down, for that address only', async () => {
    const guess = (address: string, password = 'wrong') =>
      send({ method: 'POST', path: routes.signIn('main'), body: { user: 'app', password }, address });
    for (let i = 0; i < 5; i++)
      expect(await guess('10.9.9.9')).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    // Each failure doubles the wait: on a machine where one guess takes longer than the first wait, the next ones do not.
    for (let i = 0; i < 8 && (await guess('10.9.9.9')).status === 401; i++);
    expect(await guess('10.9.9.9', APP.password)).toMatchObject({
      status: 429,
      body: { detail: { retryAfterSeconds: expect.any(Number) } },
    });
    expect((await guess('10.9.9.8', APP.password)).status).toBe(200);
  });
});
