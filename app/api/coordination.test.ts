/** Locks and elections over the HTTP API, against a real etcd server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setBytesParam } from '../../lib/api/bytes-param.ts';
import type { CoordinationDetail, CoordinationList, CoordinationTerms } from '../../lib/api/coordination-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError, LeaseView, WireBytes, WriteResult } from '../../lib/api/types.ts';
import { type Client, connect } from '../../lib/client/index.ts';
import {
  coordinationDetail,
  coordinationList,
  coordinationTerms,
} from '../../server/console/http/coordination-response-schemas.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

let real: RealConsole;
let client: Client;
let nextKey = 0;

async function send<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await ask(method, path, { body });
  return { status: response.status, body: (await response.json()) as T };
}

const withKey = (path: string, key: WireBytes, more: Record<string, string> = {}): string => {
  const params = new URLSearchParams(more);
  setBytesParam(params, 'key', key);
  return `${path}?${params}`;
};

async function group(id: string, rev?: number): Promise<CoordinationDetail> {
  const query = rev === undefined ? {} : { rev: String(rev) };
  const { status, body } = await send<CoordinationDetail>('GET', withKey(routes.coordinationGroup('main'), id, query));
  expect(status, JSON.stringify(body)).toBe(200);
  return coordinationDetail.parse(body) as CoordinationDetail;
}

const release = (key: WireBytes, expectCreateRevision: string, store = 'main') =>
  send<WriteResult & ApiError>('POST', routes.coordinationRelease(store), {
    key,
    expectCreateRevision,
    idempotencyKey: `test-key-${nextKey++}`,
  });

/** Stands in a queue as clientv3 would; resolves when the console has followed. */
async function stand(
  name: string,
  value: string,
  lease?: bigint,
): Promise<{ key: string; lease: bigint; revision: number }> {
  const id = lease ?? (await client.grantLease(600));
  const key = `${name}/${BigInt.asUintN(64, id).toString(16)}`;
  const { revision } = await client.put(key, value, { lease: id });
  await followed(revision);
  return { key, lease: id, revision };
}

/** A read at a revision waits until the console has followed it. */
const followed = (revision: number) => send('GET', `${routes.children('main')}?prefix=&rev=${revision}`);

describe.skipIf(!canStartRealConsole())('locks and elections on a real etcd server', () => {
  beforeAll(async () => {
    real = await startRealConsole();
    client = connect({ endpoints: [real.endpoint] });
  });
  afterAll(async () => {
    client.close();
    await real.stop();
  });

  test('a lock and an election are listed with holder, waiters and the reason; configuration is not', async () => {
    await client.put('list/config/port', '8080');
    const holder = await stand('list/lock', '');
    await stand('list/lock', '');
    await stand('list/election', 'node-a');
    const { body } = await send<CoordinationList>('GET', routes.coordination('main'));
    const list = coordinationList.parse(body);
    const mine = list.groups.filter((one) => String(one.id).startsWith('list/'));
    expect(mine.map((one) => [one.name, one.kind, one.confidence])).toEqual([
      ['list/election', 'election', 'likely'],
      ['list/lock', 'lock', 'certain'],
    ]);
    expect(mine[1]).toMatchObject({
      holder: { key: holder.key, createRevision: String(holder.revision) },
      waiting: 1,
      next: { since: expect.any(Number) },
    });
    expect(mine[1]?.reason).toContain('lease');
    expect(mine[0]?.holder?.value).toBe('node-a');
    const locks = await send<CoordinationList>('GET', `${routes.coordination('main')}?kind=lock&find=list/&limit=1`);
    expect(locks.body).toMatchObject({ matching: 1, offset: 0, groups: [{ name: 'list/lock' }] });
    expect(locks.body.total).toBeGreaterThanOrEqual(1);
    expect(locks.body.waiting).toBeGreaterThanOrEqual(1);
  });

  test('evicting deletes exactly the holder’s key; the next one follows at that revision, and the lease stays', async () => {
    const first = await stand('evict', 'node-a');
    const second = await stand('evict', 'node-b');
    const { status, body } = await release(first.key, String(first.revision));
    expect(status, JSON.stringify(body)).toBe(200);
    const detail = await group('evict/');
    expect(detail.group.holder).toMatchObject({ key: second.key, value: 'node-b' });
    expect(detail.terms).toMatchObject([
      { value: 'node-a', to: body.revision, toExact: true },
      { value: 'node-b', from: body.revision, fromExact: true, to: null },
    ]);
    const lease = await send<LeaseView>('GET', routes.lease('main', first.lease.toString(16)));
    expect(Number(lease.body.remainingTtlSeconds)).toBeGreaterThan(0);
  });

  test('a release of a holder that changed meanwhile is refused, and says what stands there', async () => {
    const first = await stand('stale', '');
    await client.delete({ key: first.key });
    const gone = await release(first.key, String(first.revision));
    expect(gone).toMatchObject({ status: 409, body: { code: 'ABORTED', detail: { current: null } } });
    const again = await stand('stale', '', first.lease);
    const refused = await release(first.key, String(first.revision));
    expect(refused).toMatchObject({ status: 409, body: { code: 'ABORTED' } });
    expect((await client.get({ key: first.key })).kvs[0]?.createRevision).toBe(again.revision);
  });

  test('a read-only store refuses a release', async () => {
    const held = await stand('guarded', '');
    expect(await release(held.key, String(held.revision), 'guarded')).toMatchObject({ status: 403 });
  });

  test('ids beyond 2^53 and negative ones release exactly the right key', async () => {
    const big = 0x2040a1fc3202c40cn;
    for (const id of [big, big + 1n]) {
      const body = { ttlSeconds: 600, id: id.toString(16), idempotencyKey: `test-key-${nextKey++}` };
      expect((await send('POST', routes.leases('main'), body)).status).toBe(200);
    }
    const first = await stand('wide', '', big);
    const second = await stand('wide', '', big + 1n);
    expect((await group('wide/')).queue.map((one) => one.lease)).toEqual([big.toString(16), (big + 1n).toString(16)]);
    await release(first.key, String(first.revision));
    expect((await client.get({ prefix: 'wide/' })).kvs.map((kv) => kv.createRevision)).toEqual([second.revision]);
  });

  test('at a revision the queue is as it was then', async () => {
    const first = await stand('past', 'node-a');
    const second = await stand('past', 'node-b');
    await release(first.key, String(first.revision));
    const then = await group('past/', second.revision);
    expect(then.queue.map((one) => one.value)).toEqual(['node-a', 'node-b']);
    expect(then.watchedFrom).toBeNull();
    expect(then.at, 'the moment of the revision, not of the question').toBeLessThanOrEqual(
      (await group('past/')).terms[1]?.fromAt ?? 0,
    );
    const before = await send<ApiError>(
      'GET',
      withKey(routes.coordinationGroup('main'), 'past/', { rev: String(first.revision - 1) }),
    );
    expect(before).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  test('terms before a revision come from the store’s history, and stop honestly where it was compacted', async () => {
    const first = await stand('terms', 'node-a');
    const second = await stand('terms', 'node-b');
    const { body } = await release(first.key, String(first.revision));
    const read = async (before: string) => {
      const answer = await send<CoordinationTerms>(
        'GET',
        withKey(routes.coordinationTerms('main'), 'terms/', { before }),
      );
      return coordinationTerms.parse(answer.body);
    };
    const all = await read(body.revision);
    expect(all.terms).toMatchObject([
      { value: 'node-a', from: String(first.revision), fromExact: true, to: body.revision },
      { value: 'node-b', from: body.revision, to: null },
    ]);
    await compact(second.revision);
    const rest = await read(body.revision);
    expect(rest).toMatchObject({ reachesCompaction: true, from: String(second.revision) });
    expect(rest.terms[0]).toMatchObject({ value: 'node-a', fromExact: false });
  });

  test.each([
    ['terms of office', routes.coordinationTerms('main')],
    ['the history of a key', routes.history('main')],
    ['the trash', routes.trash('main')],
  ])('%s before a revision that does not exist yet are refused, not waited for', async (_what, path) => {
    const { status, body } = await send<ApiError>(
      'GET',
      `${path}?${path.endsWith('trash') ? '' : 'key=k&'}before=999999`,
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'OUT_OF_RANGE', message: expect.stringContaining('does not exist yet') });
  });
});

/** etcd's JSON gateway: our client leaves compaction to operators. */
async function compact(revision: number): Promise<void> {
  const response = await fetch(`http://${real.endpoint}/v3/kv/compaction`, {
    method: 'POST',
    body: JSON.stringify({ revision: String(revision), physical: true }),
  });
  expect(response.status).toBe(200);
}
