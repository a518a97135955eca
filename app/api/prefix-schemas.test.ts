/** Edits of plain keys obey the schema of their prefix and leave rollouts under way alone, whichever way they come; on a real etcd. */
import { expect, test } from 'vitest';
import type { BulkPreview, JobView } from '../../lib/api/bulk-types.ts';
import type { PrefixSchemaCheck, PrefixSchemaList } from '../../lib/api/prefix-schema-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError, KeyDetail, WriteResult } from '../../lib/api/types.ts';
import {
  act,
  detail,
  id,
  live,
  newTarget,
  next,
  planOf,
  publish,
  roll,
  rolledBack,
  STORE,
  send,
} from './test-support/config-client.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

const SCHEMA = {
  type: 'object',
  properties: { port: { type: 'integer', maximum: 65_535 } },
  required: ['port'],
  unevaluatedProperties: false,
};
const GOOD = '{"port":80}';
const BAD = '{"port":"eighty"}';

const put = (key: string, value: string, expectModRevision = '0', store = STORE) =>
  send<WriteResult & ApiError>('PUT', routes.key(store), {
    body: { ...keyed(), key, value, expectModRevision, lease: { mode: 'keep' } },
  });
const keyed = () => ({ idempotencyKey: id().idempotencyKey });

const save = (prefix: string, more: Record<string, unknown> = {}) =>
  send<ApiError>('PUT', routes.configPrefixes(STORE), {
    body: { ...id(), prefix, schema: SCHEMA, expectModRevision: 0, evenIfFailing: false, ...more },
  });

const listed = async (prefix: string) =>
  (await send<PrefixSchemaList>('GET', routes.configPrefixes(STORE))).body.prefixes.find(
    (one) => one.prefix === prefix,
  );

const stored = async (key: string): Promise<unknown> => {
  const { status, body } = await send<KeyDetail>('GET', `${routes.key(STORE)}?key=${encodeURIComponent(key)}`);
  expect(status).toBe(200);
  return body.kv === null ? null : body.kv.value;
};

async function governed(): Promise<string> {
  const prefix = `/app-${next()}/`;
  expect((await save(prefix)).status).toBe(200);
  return prefix;
}

describeOnRealConsole('schemas of key prefixes', () => {
  test('a value that does not meet the schema is refused with its JSON path, and nothing is written', async () => {
    const prefix = await governed();
    const refused = await put(`${prefix}a`, BAD);
    expect(refused).toMatchObject({
      status: 400,
      body: {
        code: 'INVALID_ARGUMENT',
        message: `${prefix}a at /port must be integer (schema of ${prefix}); nothing was written`,
        detail: { field: 'value', path: '/port', refusals: [{ key: `${prefix}a`, path: '/port', by: 'schema' }] },
      },
    });
    expect(await put(`${prefix}a`, 'plain text')).toMatchObject({
      status: 400,
      body: { detail: { path: '' }, message: expect.stringContaining('is not JSON') },
    });
    expect(await put(`${prefix}a`, '{}')).toMatchObject({ status: 400, body: { detail: { path: '/port' } } });
    expect(await stored(`${prefix}a`)).toBe(null);
    expect((await put(`${prefix}a`, GOOD)).status).toBe(200);
    expect((await put(`${prefix.slice(0, -1)}`, BAD)).status, 'outside of it anything goes').toBe(200);
  });

  test('every schema above a key must be met', async () => {
    const prefix = await governed();
    expect((await save(`${prefix}sub/`, { schema: { required: ['name'] } })).status).toBe(200);
    expect(await put(`${prefix}sub/a`, GOOD)).toMatchObject({ status: 400, body: { detail: { path: '/name' } } });
    expect(await put(`${prefix}sub/a`, '{"name":"x"}')).toMatchObject({ status: 400 });
  });

  test('a schema that existing keys would fail is refused and counts them, unless it is wanted so', async () => {
    const prefix = `/old-${next()}/`;
    for (let i = 0; i < 12; i++) await put(`${prefix}bad-${i}`, BAD);
    for (let i = 0; i < 3; i++) await put(`${prefix}good-${i}`, GOOD);
    const check = await send<PrefixSchemaCheck>('POST', routes.configPrefixCheck(STORE), {
      body: { prefix, schema: SCHEMA },
    });
    expect(check.body).toMatchObject({ checked: 15, failing: 12, isComplete: true });
    expect(check.body.first[0]).toEqual({ key: `${prefix}bad-0`, path: '/port', message: 'must be integer' });
    const refused = await save(prefix);
    expect(refused).toMatchObject({ status: 409, body: { detail: { path: '/port', checked: 15, failing: 12 } } });
    expect(refused.body.message).toContain('12 existing keys of 15 would fail this schema');
    expect(await listed(prefix)).toBeUndefined();
    expect((await save(prefix, { evenIfFailing: true })).status).toBe(200);
    expect(await listed(prefix)).toMatchObject({ version: 1, createdBy: 'ada', schema: SCHEMA });
    expect(await put(`${prefix}new`, BAD)).toMatchObject({ status: 400 });
  });

  test('saving is guarded: a schema that is none, a stale one and the console’s own keys are refused', async () => {
    const prefix = await governed();
    expect(await save(prefix)).toMatchObject({ status: 409, body: { detail: { current: { version: 1 } } } });
    expect(await save(`/x-${next()}/`, { schema: { propertees: 1 } })).toMatchObject({
      status: 400,
      body: { detail: { field: 'schema' } },
    });
    for (const reserved of ['/quorate/', '/quorate/config/x', '/quo', '/'])
      expect(await save(reserved), reserved).toMatchObject({ status: 400, body: { detail: { field: 'prefix' } } });
    const { modRevision } = (await listed(prefix)) ?? { modRevision: 0 };
    expect((await save(prefix, { expectModRevision: modRevision, schema: { type: 'object' } })).status).toBe(200);
    expect(await listed(prefix)).toMatchObject({ version: 2 });
    const again = (await listed(prefix))?.modRevision ?? 0;
    expect((await save(prefix, { expectModRevision: again, schema: null })).status).toBe(200);
    expect(await listed(prefix)).toBeUndefined();
    expect((await put(`${prefix}free`, BAD)).status).toBe(200);
  });

  test('an import with one value that fails is refused whole', async () => {
    const prefix = await governed();
    const text = `${JSON.stringify({ key: 'a', value: GOOD })}\n${JSON.stringify({ key: 'b', value: BAD })}\n`;
    const request = { kind: 'import', format: 'jsonl', text, prefix, overwrite: true, lease: { mode: 'none' } };
    expect(await send('POST', routes.bulkPreview(STORE), { body: request })).toMatchObject({
      status: 400,
      body: { detail: { path: '/port', refusals: [{ key: `${prefix}b` }] } },
    });
    expect(await stored(`${prefix}a`)).toBe(null);
  });

  test('what restores or copies old values names those that no longer meet the schema, and leaves them', async () => {
    const prefix = `/past-${next()}/`;
    const target = `${prefix}copy/`;
    await put(`${prefix}from/bad`, BAD);
    await put(`${prefix}from/good`, GOOD);
    expect((await save(target)).status).toBe(200);
    const request = { kind: 'copy', prefix: `${prefix}from/`, target, overwrite: true, lease: { mode: 'none' } };
    const { body: preview } = await send<BulkPreview>('POST', routes.bulkPreview(STORE), { body: request });
    expect(preview).toMatchObject({
      creates: 1,
      skipped: [{ key: `${target}bad`, reason: `/port must be integer (schema of ${target})` }],
    });
    const started = await send<JobView>('POST', routes.jobs(STORE), {
      body: { request, asOf: preview.asOf, idempotencyKey: id().idempotencyKey },
    });
    let job = started.body;
    while (job.state === 'running' || job.state === 'queued')
      job = (await send<JobView>('GET', `${routes.job(STORE, job.id)}?after=${job.version}`)).body;
    expect(job.state).toBe('done');
    expect(await stored(`${target}good`)).toBe(GOOD);
    expect(await stored(`${target}bad`)).toBe(null);
  });

  test('a write that races with the saving of a schema obeys one of both worlds: never is a failing key left uncounted', async () => {
    const prefix = `/race-${next()}/`;
    const puts = Array.from({ length: 20 }, (_, i) => put(`${prefix}${i}`, BAD));
    const saved = save(prefix);
    const written = (await Promise.all(puts)).filter(({ status }) => status === 200).length;
    const { status } = await saved;
    if (status === 200) expect(written, 'in force before any of them').toBe(0);
    else expect(written).toBeGreaterThan(0);
  });
});

describeOnRealConsole('raw edits of configuration', (direct) => {
  test('a document of the console must stay readable: its shape is told with the path', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const key = `/quorate/config/assign/${target}`;
    const { assignment } = await detail(target);
    const { body } = await send<KeyDetail>('GET', `${routes.key(STORE)}?key=${encodeURIComponent(key)}`);
    const revision = body.kv?.modRevision ?? '0';
    const broken = JSON.stringify({ ...assignment, thresholdBp: 20_000 });
    expect(await put(key, broken, revision)).toMatchObject({
      status: 400,
      body: { detail: { path: '/thresholdBp', refusals: [{ by: 'shape' }] } },
    });
    expect((await put(key, JSON.stringify({ ...assignment, generation: 9 }), revision)).status).toBe(200);
  });

  test('what a rollout under way rests on is changed by acts on it, not behind its back', async () => {
    const target = await newTarget();
    const stable = await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    const prefix = '/quorate/config/';
    const keys = [
      `assign/${target}`,
      `rollouts/${created.rolloutId}`,
      `active/${target.split('/')[0]}`,
      `releases/${target}/${stable.releaseId}`,
      `releases/${target}/${release.releaseId}`,
    ];
    for (const name of keys) {
      const { kvs } = await direct().get({ key: `${prefix}${name}` });
      const value = new TextDecoder().decode(kvs[0]?.value);
      expect(await put(`${prefix}${name}`, value, String(kvs[0]?.modRevision)), name).toMatchObject({
        status: 409,
        body: {
          detail: { error: 'ROLLOUT_UNDER_WAY' },
          message: expect.stringContaining(`held by rollout ${created.rolloutId} of ${target}`),
        },
      });
    }
    const { kvs, revision } = await direct().get({ prefix: `${prefix}releases/${target}/` });
    const sweep = {
      target: { prefix: `${prefix}releases/${target}/` },
      expectRevision: String(revision),
      expectKeys: kvs.length,
      ...keyed(),
    };
    expect(await send('POST', routes.delete(STORE), { body: sweep })).toMatchObject({ status: 409 });
    await act(created.rolloutId, 'abort');
    await rolledBack(created.rolloutId, []);
    expect((await send('POST', routes.delete(STORE), { body: { ...sweep, ...keyed() } })).status, 'afterwards').toBe(
      200,
    );
  });
});
