/** A first release that is taken back: whoever ran it is told that nothing is served any more, over the store and over HTTP; on a real etcd. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EffectiveConfig } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { type Config, openConfig } from '../../lib/client/config/index.ts';
import type { JsonObject } from '../../lib/config/json.ts';
import { act, newTarget, planOf, publish, roll, STORE, send, until } from './test-support/config-client.ts';
import { dispatch } from './test-support/dispatch.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

const CONSOLE = `http://127.0.0.1:8379/api/v1/stores/${STORE}`;

/** Everybody is to use the first release there ever was; it is being watched. */
async function firstRollout(): Promise<{ readonly target: string; readonly rolloutId: string }> {
  const target = await newTarget();
  const { body: release } = await publish(target, { a: 1 });
  const { body } = await roll(target, release.releaseId, planOf([100], {}, { bakeSeconds: 3_600 }));
  return { target, rolloutId: body.rolloutId };
}

let folder = '';
const open: Config[] = [];

describeOnRealConsole('a first release that is taken back', (direct) => {
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'quorate-withdrawn-'));
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => dispatch(new Request(url, init)));
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    vi.unstubAllGlobals();
    rmSync(folder, { recursive: true, force: true });
  });

  function follow(target: string, by: 'store' | 'HTTP'): { readonly config: Config; readonly applied: JsonObject[] } {
    const [bundle = '', app = '', env = '', service = ''] = target.split('/');
    const applied: JsonObject[] = [];
    const config = openConfig({
      from: by === 'HTTP' ? CONSOLE : direct(),
      ...{ bundle, app, env, service, instanceId: 'one', folder },
      apply: (values) => {
        applied.push(values);
      },
    });
    open.push(config);
    return { config, applied };
  }

  test.each(['store', 'HTTP'] as const)(
    'over %s it is replaced by an empty document, and that is confirmed',
    async (by) => {
      const { target, rolloutId } = await firstRollout();
      const { applied } = follow(target, by);
      await vi.waitFor(() => expect(applied).toEqual([{ a: 1 }]));
      await act(rolloutId, 'abort');
      await vi.waitFor(() => expect(applied).toEqual([{ a: 1 }, {}]));
      const { rollout } = await until(rolloutId, (one) => one.rollout.state === 'ROLLED_BACK');
      expect(rollout.unconfirmed, 'it said so itself').toEqual([]);
    },
  );

  test.each(['store', 'HTTP'] as const)(
    'over %s also for who was away, and starts on what it remembers',
    async (by) => {
      const { target, rolloutId } = await firstRollout();
      const before = follow(target, by);
      await before.config.ready;
      await before.config.close();
      await act(rolloutId, 'abort');
      const { applied } = follow(target, by);
      await vi.waitFor(() => expect(applied).toEqual([{ a: 1 }, {}]));
    },
  );

  test('in the plain contract who has a document gets an empty one with an ETag; who has none is told that there is none', async () => {
    const { target, rolloutId } = await firstRollout();
    const url = `${routes.clientConfig(STORE, target)}?instance=one`;
    const first = await send<EffectiveConfig>('GET', url);
    const known = { 'if-none-match': first.headers.get('etag') ?? '' };
    const waiting = send<EffectiveConfig>('GET', url, { headers: { ...known, prefer: 'wait=60' } });
    await act(rolloutId, 'abort');
    const { status, body, headers } = await waiting;
    expect({ status, ...body }).toMatchObject({
      status: 200,
      values: {},
      layers: [],
      releaseId: null,
      cohort: 'stable',
    });
    const again = { 'if-none-match': headers.get('etag') ?? '' };
    expect((await send('GET', url, { headers: again })).status, 'told once').toBe(304);
    expect((await send('GET', url)).status).toBe(404);
  });
});
