/** Bad input to configuration: the specified status, the place in words and in the detail, and nothing changed; on a real etcd. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError } from '../../lib/api/types.ts';
import type { Client } from '../../lib/client/index.ts';
import type { Release } from '../../lib/config/documents.ts';
import {
  act,
  HttpInstance,
  id,
  live,
  newTarget,
  next,
  planOf,
  publish,
  roll,
  STORE,
  send,
} from './test-support/config-client.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

interface Scene {
  readonly wider: string;
  readonly target: string;
  /** Published in both, not live. */
  readonly candidate: Release;
  readonly overlapping: Release;
}

interface Refusal {
  readonly what: string;
  readonly status: number;
  /** JSON pointer in the detail, and in the message where it is not the root. */
  readonly path?: string;
  readonly field?: string;
  readonly send: (scene: Scene) => Promise<{ readonly status: number; readonly body: ApiError }>;
}

const SCHEMA = {
  type: 'object',
  properties: {
    port: { type: 'integer', maximum: 65_535 },
    db: { type: 'object', properties: { host: { type: 'string' } } },
  },
  unevaluatedProperties: false,
};
let scene: Scene;

const targetBody = (target: string, schema: unknown) => ({
  ...id(),
  ...{ target, kind: 'config', description: '', schema, locked: [], approvals: 0 },
  ...{ expectModRevision: 0, evenIfFailing: false },
});
const saveSchema = (schema: unknown) =>
  send<ApiError>('PUT', routes.configTarget(STORE), { body: targetBody(`refused-${next()}/a`, schema) });
const content = (text: string) => (one: Scene) =>
  send<ApiError>('POST', routes.configPublish(STORE), {
    body: { ...id(), target: one.target, text, expectGeneration: 1, semver: null, note: '', requires: {} },
  });

async function reported(more: Record<string, unknown>, target: string) {
  const instance = new HttpInstance(target, 'one');
  const { body } = await instance.get();
  instance.seq = 5;
  const { layers = body.layers, ...rest } = more;
  return instance.report(layers as typeof body.layers, rest);
}

const REFUSALS: readonly Refusal[] = [
  {
    what: 'a schema with an unknown keyword',
    status: 400,
    field: 'schema',
    path: '/properties/port/maximun',
    send: () => saveSchema({ properties: { port: { maximun: 1 } } }),
  },
  {
    what: 'a schema with a wrong type',
    status: 400,
    field: 'schema',
    path: '/properties/port/type',
    send: () => saveSchema({ properties: { port: { type: 'integre' } } }),
  },
  {
    what: 'a schema with an unknown format',
    status: 400,
    field: 'schema',
    path: '/properties/host/format',
    send: () => saveSchema({ properties: { host: { format: 'hostnam' } } }),
  },
  {
    what: 'a schema that refers to elsewhere',
    status: 400,
    field: 'schema',
    path: '/properties/a/$ref',
    send: () => saveSchema({ properties: { a: { $ref: 'https://elsewhere.example/s' } } }),
  },
  { what: 'a schema that is none', status: 400, field: 'schema', path: '', send: () => saveSchema('string') },
  { what: 'content of the wrong type', status: 400, path: '/port', send: content('{"port":"x"}') },
  { what: 'content out of range', status: 400, path: '/port', send: content('{"port":70000}') },
  { what: 'content with an unknown key, deep inside', status: 400, path: '/tls', send: content('{"tls":{}}') },
  { what: 'content that is no JSON', status: 400, field: 'content', path: '', send: content('{"port":') },
  { what: 'content that is no object', status: 400, field: 'content', path: '', send: content('[1]') },
  {
    what: 'content with a dangerous key',
    status: 400,
    path: '/db/__proto__',
    send: content('{"db":{"__proto__":{}}}'),
  },
  {
    what: 'oversized content',
    status: 413,
    field: 'content',
    send: content(JSON.stringify({ db: { host: 'x'.repeat(1024 * 1024) } })),
  },
  {
    what: 'an oversized body',
    status: 413,
    field: 'body',
    send: content(JSON.stringify({ db: { host: 'x'.repeat(9 * 1024 * 1024) } })),
  },
  { what: 'a stale base', status: 409, send: ({ target }) => publish(target, { port: 99 }, { expectGeneration: 0 }) },
  {
    what: 'a stale base of a rollout',
    status: 409,
    send: ({ target, candidate }) => roll(target, candidate.releaseId, planOf([100]), { expectGeneration: 0 }),
  },
  {
    what: 'a plan that shrinks',
    status: 400,
    path: '/phases/1/percent',
    send: ({ target, candidate }) => roll(target, candidate.releaseId, planOf([20, 10, 100])),
  },
  {
    what: 'a report with a generation that was never assigned',
    status: 409,
    path: '/layers/0',
    send: ({ target }) =>
      reported({ layers: [{ target, releaseId: 'r_x', generation: 99, cohort: 'stable' }] }, target),
  },
  {
    what: 'a report that claims to run what does not exist',
    status: 409,
    path: '/running/0',
    send: ({ target }) => reported({ running: [{ target, releaseId: 'r_forged', generation: 1 }] }, target),
  },
  {
    what: 'a report about a place that is not its own',
    status: 409,
    path: '/layers/0',
    send: ({ target }) =>
      reported({ layers: [{ target: 'other', releaseId: 'r_x', generation: 1, cohort: 'stable' }] }, target),
  },
  {
    what: 'a report of another shape',
    status: 400,
    field: 'health',
    send: ({ target }) => reported({ health: 'FINE' }, target),
  },
  {
    what: 'a report with an endless error',
    status: 400,
    field: 'error.message',
    send: ({ target }) => reported({ error: { code: 'x', path: '', message: 'x'.repeat(2_000) } }, target),
  },
];

/** Everything under the prefix, as it stands. */
const everything = async (client: Client) => {
  const { kvs } = await client.get({ prefix: '/quorate/config/' });
  return kvs.map(({ key, modRevision }) => `${new TextDecoder().decode(key)} ${modRevision}`);
};

describeOnRealConsole('bad input', (direct) => {
  beforeAll(async () => {
    const bundle = `refusals-${next()}`;
    const wider = await newTarget({ target: `${bundle}/shop` });
    const target = await newTarget({ target: `${bundle}/shop/prod/web`, schema: SCHEMA });
    await live(target, { port: 80 });
    const candidate = (await publish(target, { port: 81 })).body;
    const overlapping = (await publish(wider, { port: 82 })).body;
    scene = { wider, target, candidate, overlapping };
  });
  let before: string[] = [];
  beforeEach(async () => {
    before = await everything(direct());
  });

  test.each(REFUSALS)('$what is refused with $status $path', async ({ status, path, field, send: sent }) => {
    const answer = await sent(scene);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    if (field !== undefined) expect(answer.body.detail).toMatchObject({ field });
    if (path !== undefined) {
      expect(answer.body.detail).toMatchObject({ path });
      expect(answer.body.message).toContain(path);
    }
    expect(await everything(direct()), 'nothing changed').toEqual(before);
  });

  test('an overlapping rollout is refused with 409, who is in the way and where', async () => {
    const { body: running } = await roll(scene.target, scene.candidate.releaseId, planOf([10, 100]));
    const refused = await roll(scene.wider, scene.overlapping.releaseId, planOf([100]));
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: { error: 'OVERLAP', rolloutId: running.rolloutId, target: scene.target, path: '/port' } },
    });
    expect(refused.body.message).toContain('/port');
    await act(running.rolloutId, 'abort');
  });

  test('a report that is older than the one known is refused with 409 at its number', async () => {
    const instance = new HttpInstance(scene.target, 'two');
    await instance.sync();
    const { body } = await instance.get();
    instance.seq = 0;
    expect(await instance.report(body.layers)).toMatchObject({
      status: 409,
      body: { detail: { path: '/seq', seq: 1 }, message: expect.stringContaining('/seq') },
    });
  });
});
