/** Schemas of key prefixes hold for users who may not read them: the console checks with its own account. On a real etcd with users. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError } from '../../lib/api/types.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsoleWithUsers,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

const ROOT = { user: 'root', password: 'root' };
const APP = { user: 'app', password: 'app-password' };
const SCHEMA = { type: 'object', properties: { port: { type: 'integer' } } };

let real: RealConsole;
let counter = 0;
const key = () => ({ idempotencyKey: `users-key-${counter++}` });

async function send(method: string, path: string, { body, cookie = '' }: { body: unknown; cookie?: string }) {
  const response = await ask(method, path, { body, headers: { cookie } });
  return { status: response.status, body: (await response.json()) as ApiError, headers: response.headers };
}

async function signIn(credentials: { user: string; password: string }): Promise<string> {
  const { headers } = await send('POST', routes.signIn('main'), { body: credentials });
  return (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const put = (name: string, value: string, cookie: string) =>
  send('PUT', routes.key('main'), {
    cookie,
    body: { ...key(), key: name, value, expectModRevision: '0', lease: { mode: 'keep' } },
  });

describe.skipIf(!canStartRealConsole())('users who may not read the schemas', () => {
  beforeAll(async () => {
    real = await startRealConsoleWithUsers([{ ...APP, may: [['readwrite', '/app/', '/app0']] }], { account: ROOT });
  });
  afterAll(() => real.stop());

  test('obey them all the same, and may not change them', async () => {
    const [root, app] = [await signIn(ROOT), await signIn(APP)];
    const schema = { ...key(), prefix: '/app/', schema: SCHEMA, expectModRevision: 0, evenIfFailing: false };
    expect((await send('PUT', routes.configPrefixes('main'), { body: schema, cookie: app })).status).toBe(403);
    const saved = await send('PUT', routes.configPrefixes('main'), { body: { ...schema, ...key() }, cookie: root });
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    expect(await put('/app/a', '{"port":"x"}', app)).toMatchObject({
      status: 400,
      body: { detail: { path: '/port' } },
    });
    expect(await put('/app/a', '{"port":"x"}', root)).toMatchObject({
      status: 400,
      body: { detail: { path: '/port' } },
    });
    expect((await put('/app/a', '{"port":1}', app)).status).toBe(200);
    expect((await put('/other', '{"port":1}', app)).status, 'the store decides about the rest').toBe(403);
  });
});
