/** Another program turns authentication on while this console runs: what was open to everybody is so no longer. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
  type TestUser,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

const ADA: TestUser = { user: 'ada', password: 'lovelace', may: [['readwrite', '/app/', '/app0']] };
/** Asked once a second, and then there is the answer itself. */
const KNOWN_WITHIN_MS = 2_000;

let real: RealConsole;

async function send(method: string, path: string, body?: unknown) {
  const response = await ask(method, path, { body });
  return { status: response.status, text: await response.text() };
}

const keys = () => send('GET', `${routes.children('main')}?prefix=${encodeURIComponent('/secret/')}`);

describe.skipIf(!canStartRealConsole())('authentication turned on by another program', () => {
  beforeAll(async () => {
    real = await startRealConsole();
  });
  afterAll(() => real.stop());

  test('whoever signs in at once is signed in, and nobody else is served from memory any more', async () => {
    const body = { key: '/secret/kestrel', value: 'v', expectModRevision: '0', lease: { mode: 'keep' } };
    expect((await send('PUT', routes.key('main'), { ...body, idempotencyKey: 'switched-1' })).status).toBe(200);
    await vi.waitFor(async () => expect((await keys()).text).toContain('kestrel'), { timeout: 5_000 });
    await real.enableUsers([ADA]);
    const signedIn = await send('POST', routes.signIn('main'), { user: 'ada', password: 'lovelace' });
    expect(signedIn.status, signedIn.text).toBe(200);
    expect(await keys()).toMatchObject({ status: 401, text: expect.not.stringContaining('kestrel') });
  });
});

describe.skipIf(!canStartRealConsole())('authentication turned on, and nobody signs in', () => {
  beforeAll(async () => {
    real = await startRealConsole();
  });
  afterAll(() => real.stop());

  test('what is in memory is shown for a moment only', async () => {
    expect((await keys()).status).toBe(200);
    await real.enableUsers([ADA]);
    await vi.waitFor(async () => expect((await keys()).status).toBe(401), { timeout: KNOWN_WITHIN_MS, interval: 50 });
  });
});
