import { expect, test } from 'vitest';
import { ApiFailure } from '../../../lib/api/client.ts';
import type { KeyDetail, PutBody } from '../../../lib/api/types.ts';
import { type RestoreApi, restoreDeleted } from './restore.ts';

const detail = (key: string, value: string, lease: string | null = null): KeyDetail => ({
  kv: { key, value, lease, createRevision: '2', modRevision: '4', version: '1', valueBytes: value.length },
  revision: '9',
  source: 'history',
  lease: null,
});

class FakeStore {
  readonly puts: PutBody[] = [];
  readonly reads: string[] = [];
  readonly before: ReadonlyMap<string, KeyDetail>;
  readonly refuse: ReadonlyMap<string, ApiFailure>;
  constructor(before: readonly KeyDetail[], refuse: readonly (readonly [string, ApiFailure])[] = []) {
    this.before = new Map(before.map((one) => [String(one.kv?.key), one]));
    this.refuse = new Map(refuse);
  }
  readonly api: RestoreApi = {
    children: async ({ offset, limit, rev }) => {
      const all = [...this.before.values()].map((one) => ({
        path: one.kv?.key ?? '',
        name: '',
        key: one.kv,
        folder: null,
      }));
      return {
        prefix: '',
        revision: rev,
        total: all.length,
        offset,
        source: 'store',
        nodes: all.slice(offset, offset + Math.min(limit, 2)),
      };
    },
    key: async ({ key, rev }) => {
      this.reads.push(`${String(key)}@${rev}`);
      return this.before.get(String(key)) ?? { kv: null, revision: rev, source: 'history', lease: null };
    },
    put: async (body) => {
      const refusal = this.refuse.get(String(body.key));
      if (refusal !== undefined) throw refusal;
      this.puts.push(body);
      return { revision: '11', kv: null };
    },
    newId: () => 'id',
  };
}

const failure = (code: string, status: number): ApiFailure =>
  new ApiFailure({ code, status, message: code, where: 'PUT' });

test('a deleted key is created again from the revision before, guarded by its absence, on its lease', async () => {
  const store = new FakeStore([detail('a', 'x', 'beef')]);
  expect(await restoreDeleted(store.api, { key: 'a' }, '10')).toEqual({ restored: 1, failures: [] });
  expect(store.reads).toEqual(['a@9']);
  expect(store.puts).toEqual([
    { key: 'a', value: 'x', expectModRevision: '0', lease: { mode: 'attach', id: 'beef' }, idempotencyKey: 'id' },
  ]);
});

test('a folder is restored key by key, over all pages', async () => {
  const store = new FakeStore(['p/1', 'p/2', 'p/3', 'p/4', 'p/5'].map((key) => detail(key, 'v')));
  expect((await restoreDeleted(store.api, { prefix: 'p/' }, '10')).restored).toBe(5);
  expect(store.puts.map((body) => body.key).sort()).toEqual(['p/1', 'p/2', 'p/3', 'p/4', 'p/5']);
});

test('what cannot be restored is named with its reason, and the rest is restored', async () => {
  const store = new FakeStore(
    [detail('p/1', 'v'), detail('p/2', 'v'), detail('p/3', 'v', 'dead')],
    [
      ['p/2', failure('ABORTED', 409)],
      ['p/3', failure('NOT_FOUND', 404)],
    ],
  );
  const { restored, failures } = await restoreDeleted(store.api, { prefix: 'p/' }, '10');
  expect(restored).toBe(1);
  expect(failures).toEqual([
    { key: 'p/2', reason: 'somebody created it again meanwhile' },
    { key: 'p/3', reason: 'its lease has ended, and without it the key would become permanent' },
  ]);
});
