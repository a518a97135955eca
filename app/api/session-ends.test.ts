/**
 * Whatever is asked while the session of its user ends is answered in words: never as a failure of the console, and never as
 * if the request had been wrong.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { API } from '../../lib/api/frame-routes.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError } from '../../lib/api/types.ts';
import { rolesChanged } from '../../server/console/access/user-sessions.ts';
import type { Console } from '../../server/console/console.ts';
import { currentConsole, setCurrentConsole } from '../../server/console/current.ts';
import { operations } from '../../server/console/http/openapi.ts';
import { trustedHeaders } from '../../server/console/http/request.ts';
import type { StoreSession } from '../../server/console/store-session.ts';
import { type RealConsole, startRealConsoleWithUsers } from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';
import { CASES, type Stage } from './test-support/matrix-cases.ts';

const WHY = rolesChanged('root');
/** Of these the session only lends the door: what answers is not part of it. */
const READS = operations.filter(
  ({ method, path, answer }) =>
    method === 'get' && answer !== 'event-stream' && /\{store\}\/(?!client\/|flags\/)/.test(path),
);

/** Ids of nothing: what answers has ended before anything is looked up. */
const STAGE: Stage = {
  serial: 0,
  key: async () => ({ key: '/app/a', revision: '2' }),
  leased: async () => ({ key: '/app/a', lease: '1' }),
  lock: async () => ({ key: '/app/locks/l/1', createRevision: '2' }),
  planned: async () => '',
  release: async () => 'none',
  generation: async () => 0,
  member: '1',
  job: 'none',
  kept: new Map([
    ['first', '2'],
    ['revision', '3'],
  ]),
};

let real: RealConsole;
let running: Console;

let addresses = 0;

const post = (path: string, body: unknown, cookie = '') =>
  ask('POST', path, { body, headers: { ...trustedHeaders({ remoteAddress: `10.0.0.${addresses++}` }), cookie } });

async function signIn(): Promise<string> {
  const response = await post(routes.signIn('main'), { user: 'root', password: 'root' });
  expect(response.status, await response.clone().text()).toBe(200);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** The session ends between the door and the answer. */
const endingConsole = (): Console =>
  new Proxy(running, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'store') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: Parameters<Console['store']>) => {
        const session = (await target.store(...args)) as StoreSession;
        session.close(WHY);
        return session;
      };
    },
  });

describe('a session that ends while it is asked', () => {
  const answers = new Map<string, { readonly status: number; readonly body: ApiError }>();

  beforeAll(async () => {
    real = await startRealConsoleWithUsers([], { isBundled: true });
    running = currentConsole();
  });
  afterAll(() => real.stop());

  test.each(READS.map(({ path }) => path))('GET %s', async (path) => {
    const asked = (await CASES[`GET ${path.replace(`${API}/stores/{store}`, 'S')}`]?.ask?.(STAGE)) ?? {};
    const at = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'store' ? 'main' : (asked.params?.[name] ?? '1'),
    );
    const cookie = await signIn();
    const address = `${at}?${new URLSearchParams(asked.query ?? {})}`;
    const complained = vi.spyOn(console, 'error');
    setCurrentConsole(endingConsole());
    const response = await ask('GET', address, { headers: { cookie } }).finally(() => setCurrentConsole(running));
    const text = await response.text();
    await post(routes.signOut('main'), {}, cookie);
    expect(complained, text).not.toHaveBeenCalled();
    expect([499, 500, 502], text).not.toContain(response.status);
    answers.set(path, { status: response.status, body: JSON.parse(text || 'null') as ApiError });
  });

  test('most of them are told why; the others answer from what they knew a moment ago', () => {
    const ended = [...answers.values()].filter(({ status }) => status === 503);
    expect(ended.length).toBeGreaterThan(answers.size / 2);
    const otherwise = [...answers].filter(([, { status, body }]) => status === 503 && body.message !== WHY.message);
    expect(otherwise).toEqual([]);
    const denied = [...answers].filter(([, { body }]) => body?.code === 'OUT_OF_RANGE');
    expect(denied, 'no revision is called one that does not exist').toEqual([]);
  });
});
