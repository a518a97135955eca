import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { Timeline } from '../history/timeline.ts';
import { FolderPages } from '../hub/folder-pages.ts';
import { KeyIndex } from '../hub/key-index.ts';
import type { StoreContext } from './context.ts';
import { HEAT_ROWS_MAX, HEAT_STEPS, heat } from './heat.ts';
import { SPACE_NODES_MAX, SPACE_PARTS_MAX, space } from './space.ts';

const entry = (key: string, valueBytes: number, modRevision = 1) => ({
  key: key as ByteString,
  createRevision: modRevision,
  modRevision,
  version: 1,
  lease: 0n,
  valueBytes,
});

function spaceContext(keys: ReadonlyMap<string, number>): StoreContext {
  const index = new KeyIndex();
  for (const [key, bytes] of keys) index.set(entry(key, bytes));
  const view = { source: 'live', index, folders: new FolderPages(index), revision: 7 };
  // Only what the operation touches of a context.
  return { hub: { ready: async () => view, ended: null } } as unknown as StoreContext;
}

const query = { prefix: '', delimiter: '/', revision: undefined, signal: new AbortController().signal } as const;

test('sums of the children and of the rest are those of all keys, whatever the keys are', async () => {
  const segment = fc.constantFrom('a', 'b', '', 'c');
  const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, fc.nat(50)), fc.constantFrom('keys', 'bytes'), async (sizes, by) => {
      const view = await space(spaceContext(new Map(Object.entries(sizes))), { ...query, by });
      const bytes = Object.values(sizes).reduce((sum, one) => sum + one, 0);
      expect([view.keys, view.bytes]).toEqual([Object.keys(sizes).length, bytes]);
      for (const measure of ['keys', 'bytes'] as const) {
        const parts = view.nodes.reduce((sum, node) => sum + node[measure], view.rest[measure]);
        expect(parts).toBe(view[measure]);
      }
      expect(view.nodes.map((node) => node[by])).toEqual(view.nodes.map((node) => node[by]).toSorted((a, b) => b - a));
    }),
  );
});

test('of many children the largest are told apart and the others together', async () => {
  const keys = new Map<string, number>();
  for (let i = 0; i < 3_000; i++) keys.set(`k${i}`, i);
  for (let i = 0; i < 100; i++) keys.set(`big/${i}`, 1_000);
  const view = await space(spaceContext(keys), { ...query, by: 'bytes' });
  expect(view.nodes).toHaveLength(SPACE_NODES_MAX);
  expect(view.nodes[0]).toMatchObject({ path: 'big/', kind: 'folder', keys: 100, bytes: 100_000 });
  expect(view.nodes[0]?.parts).toHaveLength(SPACE_PARTS_MAX);
  expect(view.nodes[1]).toMatchObject({ path: 'k2999', kind: 'key', bytes: 2_999, parts: [] });
  expect(view.rest).toMatchObject({ children: 3_001 - SPACE_NODES_MAX, keys: 3_001 - SPACE_NODES_MAX });
});

test('a folder of a single folder is told as the innermost one, unless a key stands on the way', async () => {
  const keys = new Map([
    ['/app/prod/web/a', 3],
    ['/app/prod/web/b/c', 4],
    ['flat', 1],
    ['x/y/1', 2],
    ['x/y', 1],
  ]);
  const { nodes } = await space(spaceContext(keys), { ...query, by: 'bytes' });
  expect(nodes.map(({ path, name, keys }) => [path, name, keys])).toEqual([
    ['/app/prod/web/', '/app/prod/web', 2],
    ['x/', 'x', 2],
    ['flat', 'flat', 1],
  ]);
  expect(nodes[0]?.parts.map(({ path, name }) => [path, name])).toEqual([
    ['/app/prod/web/b/', 'b'],
    ['/app/prod/web/a', 'a'],
  ]);
});

/** Changes at the given moments; revision 101 is the first one seen. */
function heatContext(changes: readonly { readonly key: string; readonly at: number; readonly isDelete?: boolean }[]) {
  const timeline = new Timeline();
  timeline.begin(100, 1_000);
  for (const [i, { key, at, isDelete = false }] of changes.entries()) {
    const revision = 101 + i;
    const after = isDelete ? null : entry(key, 1, revision);
    timeline.note({ revision, at, key: key as ByteString, before: null, after });
    timeline.settle(revision, new KeyIndex());
  }
  const hub = { timeline, timeOf: (revision: number) => timeline.timeOf(revision) };
  // Only what the operation touches of a context.
  return { hub, now: () => 100_000, compacted: () => 0 } as unknown as StoreContext;
}

const everything = { prefix: '', delimiter: '/', span: 0, revision: undefined } as const;

test('each change is counted once, below its child and in its stretch of time', async () => {
  const context = heatContext([
    { key: 'a/1', at: 4_000 },
    { key: 'a/2', at: 52_000 },
    { key: 'a', at: 52_001 },
    { key: 'b', at: 99_999, isDelete: true },
  ]);
  const view = await heat(context, everything);
  expect(view.changes).toBe(4);
  expect(view.rows.map(({ path, kind, writes, deletes }) => [path, kind, writes, deletes])).toEqual([
    ['a/', 'folder', 3, 0],
    ['b', 'key', 1, 1],
  ]);
  const stepOf = (at: number) => Math.floor((at - view.from) / view.stepMs);
  expect(view.rows[0]?.counts[stepOf(4_000)]).toBe(1);
  expect(view.rows[0]?.counts[stepOf(52_000)]).toBe(2);
  expect(view.rows[1]?.counts.at(-1)).toBe(1);
  expect(view.rows.flatMap((row) => row.counts).reduce((sum, one) => sum + one, 0)).toBe(4);
  expect(view).toMatchObject({ revision: '104', since: { revision: '100', at: 1_000 }, steps: HEAT_STEPS });
});

test('a span, a prefix and a revision leave out what lies outside of them', async () => {
  const context = heatContext([
    { key: 'a/1', at: 1_000 },
    { key: 'a/2', at: 90_000 },
    { key: 'b/1', at: 95_000 },
  ]);
  const rows = async (change: Partial<Parameters<typeof heat>[1]>) =>
    (await heat(context, { ...everything, ...change })).rows.map(({ path }) => path);
  expect(await rows({ span: 30_000 })).toEqual(['a/', 'b/']);
  expect(await rows({ span: 30_000, prefix: 'a/' })).toEqual(['a/2']);
  expect(await rows({ revision: 102 })).toEqual(['a/']);
  expect(await rows({ revision: 50 }), 'before the console watched').toEqual([]);
});

test('the busiest children are rows, the others one sum', async () => {
  const changes = Array.from({ length: HEAT_ROWS_MAX + 10 }, (_, i) => ({ key: `k${i}`, at: 50_000 }));
  const view = await heat(heatContext([...changes, { key: 'k5', at: 50_001 }]), everything);
  expect(view.rows).toHaveLength(HEAT_ROWS_MAX);
  expect(view.rows.find(({ path }) => path === 'k5')?.writes).toBe(2);
  expect(view.rest).toMatchObject({ children: 10, writes: 10 });
  expect(view.rest.counts.reduce((sum, one) => sum + one, 0)).toBe(10);
});
