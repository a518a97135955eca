/** The HTTP API against a real etcd server, through the route handlers themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setBytesParam } from '../../lib/api/bytes-param.ts';
import type { LeaseList, LeaseTimes } from '../../lib/api/lease-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type {
  ApiError,
  ChildrenPage,
  ClusterView,
  ConflictDetail,
  DeletePreview,
  KeyDetail,
  KeyHistory,
  LeaseView,
  SearchPage,
  StoreSummary,
  WireBytes,
  WriteResult,
} from '../../lib/api/types.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';
import { expectDocumented } from './test-support/documented.ts';

let real: RealConsole;
let nextKey = 0;

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

async function send<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const response = await ask(method, path, { body });
  const json = (await response.json()) as T;
  expectDocumented({ method, path, status: response.status, body: json });
  return { status: response.status, body: json };
}

const get = async <T>(path: string): Promise<T> => {
  const { status, body } = await send<T>('GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

const idempotencyKey = () => `test-key-${nextKey++}`;

const put = (key: WireBytes, value: WireBytes, options: { expect?: string; lease?: unknown; store?: string } = {}) =>
  send<WriteResult & ApiError>('PUT', routes.key(options.store ?? 'main'), {
    key,
    value,
    expectModRevision: options.expect ?? '0',
    lease: options.lease ?? { mode: 'keep' },
    idempotencyKey: idempotencyKey(),
  });

function withKey(path: string, key: WireBytes, more: Record<string, string> = {}): string {
  const params = new URLSearchParams(more);
  setBytesParam(params, 'key', key);
  return `${path}?${params}`;
}

const detail = (key: WireBytes, rev?: string) =>
  get<KeyDetail>(withKey(routes.key('main'), key, rev === undefined ? {} : { rev }));

describe.skipIf(!canStartRealConsole())('the HTTP API on a real etcd server', () => {
  beforeAll(async () => {
    real = await startRealConsole();
  });
  afterAll(() => real.stop());

  test('health is 200 while a store answers', async () => {
    expect(await get(routes.health)).toMatchObject({ status: 'ok' });
  });

  test('the cluster, its revisions and the stores are what the settings say', async () => {
    const cluster = await get<ClusterView>(routes.cluster('main'));
    expect(cluster).toMatchObject({ reachable: true, quorum: { voters: 1, healthy: 1, survives: 0 } });
    expect(cluster.leaderId).toBe(cluster.members[0]?.id);
    expect(cluster.risks.map((risk) => risk.kind)).toEqual(['oneMember']);
    expect((await get<StoreSummary[]>(routes.stores)).map((store) => [store.id, store.readOnly])).toEqual([
      ['main', false],
      ['guarded', true],
    ]);
  });

  test('a write is seen by the next page, the next read and the next search', async () => {
    const { body } = await put('/seen/a/b', 'hello');
    expect(body.kv).toMatchObject({ key: '/seen/a/b', version: '1', valueBytes: 5 });
    const page = await get<ChildrenPage>(`${routes.children('main')}?prefix=/seen/`);
    expect(page.nodes).toMatchObject([{ path: '/seen/a/', name: 'a', key: null, folder: { keys: 1, bytes: 5 } }]);
    expect((await detail('/seen/a/b')).kv).toMatchObject({ value: 'hello' });
    const found = await get<SearchPage>(`${routes.search('main')}?q=een/a`);
    expect(found).toMatchObject({ complete: true, keys: [{ key: '/seen/a/b' }] });
  });

  test('keys and values that are not UTF-8 come back to the byte', async () => {
    const key = { base64: '/wD+L2E=' };
    const value = { base64: 'gICA/w==' };
    expect((await put(key, value)).status).toBe(200);
    expect((await detail(key)).kv).toMatchObject({ key, value });
  });

  test('a conflicting edit writes nothing and answers with what stands there', async () => {
    const first = (await put('/conflict', 'mine')).body;
    const second = (await put('/conflict', 'theirs', { expect: first.revision })).body;
    const late = await put('/conflict', 'mine again', { expect: first.revision });
    expect(late.status).toBe(409);
    expect(late.body.code).toBe('ABORTED');
    expect(late.body.detail as unknown as ConflictDetail).toMatchObject({
      expectModRevision: first.revision,
      current: { value: 'theirs', modRevision: second.revision },
    });
    expect((await put('/conflict', 'x')).body.message).toMatch(/exists already/);
    expect((await detail('/conflict')).kv?.value).toBe('theirs');
  });

  test('a value the store cannot take is refused in words, and nothing changes', async () => {
    const first = (await put('/large', 'small')).body;
    const refused = await put('/large', 'x'.repeat(1_700_000), { expect: first.revision });
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
    expect(refused.body.message).toMatch(/too large/);
    expect((await detail('/large')).kv).toMatchObject({ value: 'small', modRevision: first.revision });
  });

  test('H1, H4: an edit keeps the lease, and a 64-bit lease id is exact to the last digit', async () => {
    const id = '2040a1fc3202c40c';
    const grant = await send<LeaseView>('POST', routes.leases('main'), {
      ttlSeconds: 600,
      id,
      idempotencyKey: idempotencyKey(),
    });
    expect(grant.body).toMatchObject({ id, grantedTtlSeconds: '600' });
    const created = (await put('/leased', '1', { lease: { mode: 'attach', id } })).body;
    const edited = (await put('/leased', '2', { expect: created.revision })).body;
    expect(edited.kv?.lease).toBe(id);
    expect((await get<LeaseView>(routes.lease('main', id))).keys).toEqual(['/leased']);
    const list = await get<LeaseList>(`${routes.leases('main')}?find=${id}`);
    expect(list.leases).toMatchObject([{ id, keyCount: 1, keys: ['/leased'], time: { grantedTtlSeconds: '600' } }]);
    const times = await get<LeaseTimes>(`${routes.leaseTimes('main')}?ids=${id},dead`);
    expect(times.leases).toMatchObject([
      { id, time: { grantedTtlSeconds: '600', rhythm: { pace: 'unknown' } } },
      { id: 'dead', time: null },
    ]);
    const detached = (await put('/leased', '3', { expect: edited.revision, lease: { mode: 'detach' } })).body;
    expect(detached.kv?.lease).toBeNull();
  });

  test('a revoke is refused when the lease holds keys that were not shown', async () => {
    const body = { ttlSeconds: 600, idempotencyKey: idempotencyKey() };
    const { id } = (await send<LeaseView>('POST', routes.leases('main'), body)).body;
    await put('/r/1', '', { lease: { mode: 'attach', id } });
    await put('/r/2', '', { lease: { mode: 'attach', id } });
    const revoke = (expectKeys: string[]) =>
      send<WriteResult & ApiError>('POST', routes.leaseRevoke('main', id), {
        expectKeys,
        idempotencyKey: idempotencyKey(),
      });
    const refused = await revoke(['/r/1']);
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toMatchObject({ added: ['/r/2'], removed: [] });
    expect((await detail('/r/1')).kv).not.toBeNull();
    expect((await revoke(['/r/2', '/r/1'])).status).toBe(200);
    expect((await detail('/r/1')).kv).toBeNull();
    expect((await revoke([])).status).toBe(404);
  });

  test('H7: history shows every life of a key, deletions included', async () => {
    const key = '/lives';
    const a = (await put(key, 'first')).body.revision;
    const b = (await put(key, 'second', { expect: a })).body.revision;
    const c = await deleteKey(key, b);
    await put('/other', 'x');
    const d = (await put(key, 'reborn')).body.revision;
    const e = await deleteKey(key, d);
    const history = await get<KeyHistory>(withKey(routes.history('main'), key));
    expect(history.versions.map((v) => [v.type, v.modRevision, v.value])).toEqual([
      ['delete', e, null],
      ['put', d, 'reborn'],
      ['delete', c, null],
      ['put', b, 'second'],
      ['put', a, 'first'],
    ]);
    expect(history).toMatchObject({ more: false, nextBefore: null });
    const page = await get<KeyHistory>(withKey(routes.history('main'), key, { limit: '2' }));
    expect(page).toMatchObject({ more: true, nextBefore: d });
    const rest = await get<KeyHistory>(withKey(routes.history('main'), key, { before: page.nextBefore ?? '' }));
    expect(rest.versions.map((v) => v.modRevision)).toEqual([c, b, a]);
    expect((await detail(key, b)).kv?.value).toBe('second');
  });

  async function deleteKey(key: string, expectRevision: string): Promise<string> {
    const body = { target: { key }, expectRevision, expectKeys: 1, idempotencyKey: idempotencyKey() };
    const answer = await send<WriteResult>('POST', routes.delete('main'), body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.revision;
  }

  test('a folder is deleted exactly as previewed, or not at all', async () => {
    const keys = Array.from({ length: 200 }, (_, i) => `/del/${String(i).padStart(3, '0')}`);
    await Promise.all(keys.map((key) => put(key, 'xy')));
    await put('/del2', 'stays');
    const preview = () => get<DeletePreview>(`${routes.deletePreview('main')}?prefix=/del/`);
    const shown = await preview();
    expect(shown).toMatchObject({ keys: 200, bytes: 400, leasedKeys: 0 });
    expect(shown.sample[0]?.key).toBe('/del/000');
    const { kv } = await detail('/del/007');
    await put('/del/007', 'changed', { expect: kv?.modRevision ?? '' });
    const remove = (seen: DeletePreview) =>
      send<ApiError & { deleted: number }>('POST', routes.delete('main'), {
        target: { prefix: '/del/' },
        expectRevision: seen.revision,
        expectKeys: seen.keys,
        idempotencyKey: idempotencyKey(),
      });
    const refused = await remove(shown);
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toMatchObject({ keys: 200, changed: [{ key: '/del/007' }] });
    expect((await preview()).keys).toBe(200);
    expect((await remove(await preview())).body.deleted).toBe(200);
    expect((await detail('/del2')).kv?.value).toBe('stays');
  });

  test('a repeated request with the same idempotency key happens once', async () => {
    const body = {
      key: '/once',
      value: '1',
      expectModRevision: '0',
      lease: { mode: 'keep' },
      idempotencyKey: idempotencyKey(),
    };
    const [first, again] = await Promise.all([
      send('PUT', routes.key('main'), body),
      send('PUT', routes.key('main'), body),
    ]);
    expect(first.status).toBe(200);
    expect(again).toEqual(first);
    const other = await send<ApiError>('PUT', routes.key('main'), { ...body, value: '2' });
    expect(other).toMatchObject({ status: 400, body: { detail: { field: 'idempotencyKey' } } });
  });

  test('a folder at a past revision is as it was', async () => {
    const before = (await put('/past/a', '1')).body.revision;
    await put('/past/b', '1');
    await deleteKey('/past/a', before);
    const then = await get<ChildrenPage>(`${routes.children('main')}?prefix=/past/&rev=${before}`);
    expect(then).toMatchObject({ revision: before, total: 1, nodes: [{ name: 'a' }] });
    const now = await get<ChildrenPage>(`${routes.children('main')}?prefix=/past/`);
    expect(now.nodes.map((node) => node.name)).toEqual(['b']);
  });

  test('what was compacted is refused with what is left, and history says where it ends', async () => {
    const a = (await put('/compact', '1')).body.revision;
    const b = (await put('/compact', '2', { expect: a })).body.revision;
    const c = (await put('/compact', '3', { expect: b })).body.revision;
    const compaction = await fetch(`http://${real.endpoint}/v3/kv/compaction`, {
      method: 'POST',
      body: JSON.stringify({ revision: b }),
    });
    expect(compaction.status).toBe(200);
    // This is how the console learns of it at once; else it asks every few seconds, and remembers until then.
    const history = await get<KeyHistory>(withKey(routes.history('main'), '/compact'));
    expect(history).toMatchObject({ reachesCompaction: true, compacted: b, more: false });
    expect(history.versions.map((v) => v.modRevision)).toEqual([c, b]);
    const refused = await send<ApiError>('GET', withKey(routes.key('main'), '/compact', { rev: a }));
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'OUT_OF_RANGE', detail: { revision: a, compacted: b } },
    });
    const folder = await send<ApiError>('GET', `${routes.children('main')}?rev=${a}`);
    expect(folder.body.detail).toEqual({ revision: a, compacted: b });
    expect(await get(routes.revisions('main'))).toMatchObject({ compacted: b });
    // An old revision as guard still protects: it is compared with what stands, never read.
    expect((await put('/compact', 'late', { expect: a })).status).toBe(409);
  });

  test('read-only mode refuses every write', async () => {
    const refused = await put('/ro', 'x', { store: 'guarded' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
    expect((await detail('/ro')).kv).toBeNull();
    const lease = await send<ApiError>('POST', routes.leases('guarded'), {
      ttlSeconds: 5,
      idempotencyKey: idempotencyKey(),
    });
    expect(lease.status).toBe(403);
  });

  test('bad requests name what is wrong', async () => {
    expect(await send('GET', `${routes.key('main')}?rev=5`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_ARGUMENT', detail: { field: 'key' } },
    });
    expect(await send('GET', routes.cluster('nowhere'))).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', detail: { store: 'nowhere' } },
    });
    expect(await send('GET', withKey(routes.key('main'), '/a', { rev: '999999' }))).toMatchObject({
      status: 400,
      body: { code: 'OUT_OF_RANGE' },
    });
    expect(await send('GET', routes.lease('main', 'not-hex'))).toMatchObject({
      status: 400,
      body: { detail: { field: 'lease' } },
    });
    const noSuchLease = await put('/nolease', 'x', { lease: { mode: 'attach', id: '1234' } });
    expect(noSuchLease).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });
});
