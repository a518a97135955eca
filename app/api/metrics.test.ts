/** The console's own /metrics: what it says, and to whom. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import { currentConsole } from '../../server/console/current.ts';
import { parsePrometheus } from '../../server/console/health/prometheus-text.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
  startRealConsoleWithUsers,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

const METRICS_TOKEN = 'token-of-the-settings';
const get = (headers: Readonly<Record<string, string>> = {}) => ask('GET', routes.metrics, { headers });

const read = (text: string, name: string) =>
  (parsePrometheus(text, new Set([name])).get(name) ?? []).map(({ labels, value }) => [
    Object.fromEntries(labels),
    value,
  ]);

describe.skipIf(!canStartRealConsole())('metrics of a console on an open store', () => {
  let real: RealConsole;
  beforeAll(async () => {
    real = await startRealConsole();
  });
  afterAll(() => real.stop());

  test('every line is of the format of Prometheus, every family has its help and type once', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    const families: string[] = [];
    for (const line of text.trimEnd().split('\n')) {
      if (line.startsWith('# TYPE ')) families.push(line.split(' ')[2] ?? '');
      else if (!line.startsWith('# HELP '))
        expect(line).toMatch(/^[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [\d.e+-]+$/);
    }
    expect(new Set(families).size).toBe(families.length);
    expect(families.length).toBeGreaterThan(15);
  });

  test('the document names every family and no other', async () => {
    const text = await (await get()).text();
    const file = path.join(import.meta.dirname, '../../server/docs/console-metrics.md');
    const documented = [...readFileSync(file, 'utf8').matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map((match) => match[1]);
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    // Nothing has been asked over HTTP in this test.
    expect(new Set([...told, 'quorate_console_requests_total'])).toEqual(new Set(documented));
  });

  test('what a store costs and how far its index is are told by store', async () => {
    await vi.waitFor(async () => {
      const text = await (await get()).text();
      expect(read(text, 'quorate_console_hub_live')).toEqual([
        [{ store: 'main' }, 1],
        [{ store: 'guarded' }, 1],
      ]);
      expect(read(text, 'quorate_console_store_has_leader')).toContainEqual([{ store: 'main' }, 1]);
      const [[, rpcs] = []] = read(text, 'quorate_console_store_rpcs_total');
      expect(rpcs).toBeGreaterThan(0);
    });
  });

  test('listeners and requests are counted', async () => {
    const end = new AbortController();
    await currentConsole().live('main', null, { lastEventId: null, signal: end.signal });
    currentConsole().requests.begin('GET', '/api/v1/stores/main/key')(200, 0.003);
    const text = await (await get()).text();
    end.abort();
    expect(read(text, 'quorate_console_sse_clients')).toContainEqual([{ store: 'main' }, 1]);
    expect(read(text, 'quorate_console_requests_total')).toEqual([
      [{ method: 'GET', route: '/api/v1/stores/{store}/key', status: '200' }, 1],
    ]);
  });

  test('fifty browsers cost a store one watch, by its own count, with configuration followed too', async () => {
    const watchers = async (): Promise<unknown> => {
      const text = await (await fetch(`http://${real.endpoint}/metrics`)).text();
      return Number(/^etcd_debugging_mvcc_watcher_total (\S+)$/m.exec(text)?.[1]);
    };
    const end = new AbortController();
    for (const store of ['main', 'guarded']) {
      await (await currentConsole().store(store, null)).config.overview(undefined);
      for (let browser = 0; browser < 25; browser++)
        await currentConsole().live(store, null, { lastEventId: null, signal: end.signal });
    }
    const text = await (await get()).text();
    expect(read(text, 'quorate_console_store_watches')).toEqual([
      [{ store: 'main' }, 1],
      [{ store: 'guarded' }, 1],
    ]);
    await expect.poll(watchers).toBe(2);
    end.abort();
  });

  test('a wrong token is refused even where everybody may read: whoever sends it believes in it', async () => {
    expect((await get({ authorization: 'Bearer wrong' })).status).toBe(401);
  });
});

describe.skipIf(!canStartRealConsole())('metrics of a console on a store with users', () => {
  let real: RealConsole;
  beforeAll(async () => {
    real = await startRealConsoleWithUsers([], { metricsToken: METRICS_TOKEN });
  });
  afterAll(() => real.stop());

  test('nobody reads them without signing in or the token of the settings', async () => {
    expect((await get()).status).toBe(401);
    expect((await get({ cookie: 'quorate=stolen' })).status).toBe(401);
    expect((await get({ authorization: `Bearer ${METRICS_TOKEN}x` })).status).toBe(401);
    expect((await get({ authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200);
  });

  test('who is signed in reads them', async () => {
    const signedIn = await ask('POST', routes.signIn('main'), { body: { user: 'root', password: 'root' } });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const response = await get({ cookie });
    expect(response.status).toBe(200);
    expect(read(await response.text(), 'quorate_console_sessions')).toEqual([[{ store: 'main' }, 2]]);
  });
});
