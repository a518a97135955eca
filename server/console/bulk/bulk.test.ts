import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BulkRequest, JobView } from '../../../lib/api/bulk-types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type StoredKey } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import type { Hub } from '../hub/hub.ts';
import type { StoreContext } from '../operations/context.ts';
import { prefixDiff } from '../operations/prefix-diff.ts';
import { trash } from '../operations/trash.ts';
import { fakeContext } from '../test-support/fake-context.ts';
import { BulkChanges } from './bulk-changes.ts';
import { exportKeys } from './export.ts';
import { TXN_OPS_MAX } from './runner.ts';

let engine: FakeEngine;
let hub: Hub;
let context: StoreContext;
let bulk: BulkChanges;

const NONE = { mode: 'none' } as const;
const settle = () => vi.advanceTimersByTimeAsync(0);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

async function start(): Promise<void> {
  context = fakeContext(engine);
  hub = context.hub;
  bulk = new BulkChanges(context, (_plan, change) => change(), {
    scope: async () => [],
    refusals: async () => [],
  });
  hub.start();
  await settle();
}

async function all(prefix = ''): Promise<Record<string, string>> {
  const { kvs } = await engine.kv.list({ key: Uint8Array.of(0), end: Uint8Array.of(0) });
  const wanted = kvs.filter((kv: StoredKey) => text(kv.key).startsWith(prefix));
  return Object.fromEntries(wanted.map((kv) => [text(kv.key), text(kv.value)]));
}

async function run(request: BulkRequest): Promise<JobView> {
  const { asOf } = await bulk.preview(request);
  const { id } = await bulk.start({ request, asOf, idempotencyKey: 'test-key' });
  await vi.advanceTimersByTimeAsync(60_000);
  return bulk.read(id, 0);
}

const unavailable = (outcome: 'none' | 'unknown') =>
  new EngineError(GrpcCode.UNAVAILABLE, 'connection lost', { outcome });

beforeEach(() => {
  vi.useFakeTimers();
  engine = new FakeEngine();
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

test('a deleted prefix is in the trash and comes back byte for byte, in transactions of bounded size', async () => {
  await start();
  const names = Array.from({ length: 300 }, (_, i) => `a/${String(i).padStart(3, '0')}`);
  engine.commit(names.map((key, i) => ({ key, value: `value ${i} é\r\n` })));
  engine.put('b', 'untouched');
  const before = await all('a/');
  const deleted = engine.commit(names.map((key) => ({ key, value: null })));
  const page = await trash(context, { prefix: 'a/', before: undefined, limit: 10 });
  expect(page).toMatchObject({ groups: [{ revision: String(deleted), keys: 300, deleted: 300, by: null }] });
  expect(page.groups[0]?.sample[0]).toMatchObject({ key: 'a/000', valueBytes: 12 });
  const sizes: number[] = [];
  engine.onWrite = (_n, { ops }) => {
    sizes.push(ops.length);
    return undefined;
  };
  const job = await run({ kind: 'undelete', revision: String(deleted), prefix: 'a/', lease: NONE });
  expect(job).toMatchObject({ state: 'done', total: 300, done: 300, refused: 0, already: 0 });
  expect(await all('a/')).toEqual(before);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(TXN_OPS_MAX);
  expect((await trash(context, { prefix: '', before: undefined, limit: 10 })).groups).toEqual([]);
});

test('H15: an undo of a bulk change covers every key and all of every value, and refuses what was written since', async () => {
  await start();
  const long = 'x'.repeat(9_000);
  const names = Array.from({ length: 200 }, (_, i) => `k${String(i).padStart(3, '0')}`);
  engine.commit(names.map((key) => ({ key, value: `${long}${key}` })));
  const deleted = engine.commit(names.map((key) => ({ key, value: null })));
  engine.put('k007', 'somebody else');
  const job = await run({ kind: 'undo', revisions: [String(deleted)], lease: NONE });
  expect(job).toMatchObject({ state: 'done', total: 200, done: 199, refused: 1 });
  expect(job.problems).toEqual([{ key: 'k007', reason: expect.stringMatching(/exists by now/) }]);
  const now = await all();
  expect(now.k007).toBe('somebody else');
  expect(Object.entries(now).filter(([key, value]) => key !== 'k007' && value === `${long}${key}`)).toHaveLength(199);
  // And the undo can be undone.
  expect(await run({ kind: 'undo', revisions: job.revisions, lease: NONE })).toMatchObject({ done: 199 });
  expect(await all()).toEqual({ k007: 'somebody else' });
});

test('a prefix becomes as it was at a revision: created, changed back and deleted, and nothing else', async () => {
  engine.put('other', 'x');
  engine.put('p/gone', '1');
  engine.put('p/changed', 'before');
  const then = engine.put('p/same', 's');
  engine.remove('p/gone');
  engine.put('p/changed', 'after');
  engine.put('p/new', 'n');
  engine.put('other', 'y');
  await start();
  const request = { kind: 'restore', revision: String(then), prefix: 'p/', lease: NONE } as const;
  const preview = await bulk.preview(request);
  expect(preview).toMatchObject({ creates: 1, updates: 1, deletes: 1, unchanged: 1, skippedTotal: 0 });
  expect(preview.rows.map((row) => [row.change, row.key])).toEqual([
    ['update', 'p/changed'],
    ['create', 'p/gone'],
    ['delete', 'p/new'],
  ]);
  expect(await all('p/'), 'a preview writes nothing').toHaveProperty('p/new');
  await run(request);
  expect(await all()).toEqual({ other: 'y', 'p/changed': 'before', 'p/gone': '1', 'p/same': 's' });
});

test('bringing every key back leaves the records of the console itself alone', async () => {
  await start();
  const then = engine.put('a', '1');
  engine.put('a', '2');
  engine.put('/quorate/audit/1', 'who did what');
  await run({ kind: 'restore', revision: String(then), prefix: '', lease: NONE });
  expect(await all()).toEqual({ a: '1', '/quorate/audit/1': 'who did what' });
});

test('what is written between preview and start is left alone and named', async () => {
  await start();
  const then = engine.put('p/a', '1');
  engine.put('p/a', '2');
  engine.put('p/b', '2');
  const request = { kind: 'restore', revision: String(then), prefix: 'p/', lease: NONE } as const;
  const { asOf } = await bulk.preview(request);
  engine.put('p/a', 'somebody');
  const { id } = await bulk.start({ request, asOf, idempotencyKey: 'test-key' });
  await vi.advanceTimersByTimeAsync(60_000);
  const job = await bulk.read(id, 0);
  expect(job).toMatchObject({
    done: 1,
    refused: 1,
    problems: [{ key: 'p/a', reason: expect.stringMatching(/wrote it/) }],
  });
  expect(await all()).toEqual({ 'p/a': 'somebody' });
});

test('a lost answer is looked up: nothing is written twice, and what happened is counted as done', async () => {
  await start();
  const created = engine.commit([
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ]);
  engine.onWrite = (n) => (n === 1 ? { when: 'after', error: unavailable('unknown') } : undefined);
  const job = await run({ kind: 'undo', revisions: [String(created)], lease: NONE });
  const deleted = engine.revision;
  expect(job).toMatchObject({ state: 'done', already: 0, done: 2, refused: 0, revisions: [String(deleted)] });
  engine.onWrite = (n) => (n === 2 ? { when: 'after', error: unavailable('unknown') } : undefined);
  const back = await run({ kind: 'undelete', revision: String(deleted), prefix: '', lease: NONE });
  expect(back).toMatchObject({ state: 'done', done: 2, already: 0, revisions: [String(deleted + 1)] });
  expect([await all(), engine.writes]).toEqual([{ a: '1', b: '2' }, 2]);
});

test('a failure half-way stops between two transactions, and resuming does the rest exactly once', async () => {
  await start();
  const names = Array.from({ length: 400 }, (_, i) => `k${String(i).padStart(3, '0')}`);
  const created = engine.commit(names.map((key) => ({ key, value: key })));
  engine.onWrite = (n) => (n > 2 ? { when: 'before', error: unavailable('none') } : undefined);
  const job = await run({ kind: 'undo', revisions: [String(created)], lease: NONE });
  expect(job).toMatchObject({ state: 'stopped', error: 'connection lost', done: 2 * TXN_OPS_MAX, refused: 0 });
  expect(Object.keys(await all())).toHaveLength(400 - 2 * TXN_OPS_MAX);
  engine.onWrite = () => undefined;
  bulk.act(job.id, 'resume');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await bulk.read(job.id, 0)).toMatchObject({ state: 'done', done: 400, refused: 0, already: 0 });
  expect(await all()).toEqual({});
});

test('what was refused before a failure is counted once, however often the rest is resumed', async () => {
  await start();
  const created = engine.commit(['a', 'b', 'c'].map((key) => ({ key, value: key })));
  engine.onWrite = (n) => {
    if (n === 1) engine.put('b', 'somebody else');
    return n === 1 ? undefined : { when: 'before', error: unavailable('none') };
  };
  const job = await run({ kind: 'undo', revisions: [String(created)], lease: NONE });
  expect(job).toMatchObject({ state: 'stopped', done: 0, refused: 1 });
  engine.onWrite = () => undefined;
  bulk.act(job.id, 'resume');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await bulk.read(job.id, 0)).toMatchObject({ state: 'done', total: 3, done: 2, refused: 1 });
  expect(await all()).toEqual({ b: 'somebody else' });
});

test('a server that allows fewer operations in a transaction gets fewer', async () => {
  await start();
  const names = Array.from({ length: 100 }, (_, i) => `k${i}`);
  const created = engine.commit(names.map((key) => ({ key, value: key })));
  const tooMany = new EngineError(GrpcCode.INVALID_ARGUMENT, 'etcdserver: too many operations in txn request');
  engine.onWrite = (_n, { ops }) => (ops.length > 10 ? { when: 'before', error: tooMany } : undefined);
  expect(await run({ kind: 'undo', revisions: [String(created)], lease: NONE })).toMatchObject({
    state: 'done',
    done: 100,
  });
  expect(await all()).toEqual({});
});

test('a move takes each key in one transaction; a taken name is left alone, and a prefix cannot go inside itself', async () => {
  await start();
  for (const key of ['old/a', 'old/b/c', 'new/a']) engine.put(key, `of ${key}`);
  const base = { prefix: 'old/', target: 'new/', overwrite: false, lease: NONE } as const;
  const job = await run({ kind: 'move', ...base });
  expect(job).toMatchObject({ state: 'done', done: 2, refused: 1 });
  expect(await all()).toEqual({ 'new/a': 'of new/a', 'new/b/c': 'of old/b/c', 'old/a': 'of old/a' });
  await run({ kind: 'copy', ...base, overwrite: true });
  expect(await all()).toEqual({ 'new/a': 'of old/a', 'new/b/c': 'of old/b/c', 'old/a': 'of old/a' });
  const inside = bulk.preview({ kind: 'copy', ...base, target: 'old/x/' });
  await expect(inside).rejects.toMatchObject({ code: GrpcCode.INVALID_ARGUMENT, detail: { field: 'target' } });
});

test('the trash of a time before the console watched is read from history, and says how far it searched', async () => {
  engine.put('a/1', 'one');
  engine.put('a/2', 'two');
  const deleted = engine.commit([
    { key: 'a/1', value: null },
    { key: 'a/2', value: null },
  ]);
  engine.put('a/2', 'again');
  await start();
  const page = await trash(context, { prefix: 'a/', before: undefined, limit: 10 });
  expect(page).toMatchObject({ searchedTo: String(engine.revision), reachesCompaction: true, nextBefore: null });
  expect(page.groups).toMatchObject([{ revision: String(deleted), keys: 1, deleted: 2, sample: [{ key: 'a/1' }] }]);
  const job = await run({ kind: 'undelete', revision: String(deleted), prefix: 'a/', lease: NONE });
  expect(job).toMatchObject({ state: 'done', done: 1 });
  expect(await all()).toEqual({ 'a/1': 'one', 'a/2': 'again' });
});

test('a store that does not confirm that it told everything is not called completely searched', async () => {
  engine.put('a', '1');
  engine.remove('a');
  await start();
  const { changes } = engine.history;
  vi.spyOn(engine.history, 'changes').mockImplementation(async (request) => ({
    ...(await changes(request)),
    complete: false,
  }));
  expect(await trash(context, { prefix: '', before: undefined, limit: 10 })).toMatchObject({ complete: false });
});

test('trash pages follow one another without losing or repeating a deletion', async () => {
  await start();
  for (let i = 0; i < 7; i++) {
    engine.put(`k${i}`, String(i));
    engine.remove(`k${i}`);
  }
  const found: string[] = [];
  let before: number | undefined;
  for (let pages = 0; pages < 10; pages++) {
    const page = await trash(context, { prefix: 'k', before, limit: 2 });
    for (const group of page.groups) found.push(...group.sample.map((one) => String(one.key)));
    if (page.nextBefore === null) break;
    before = Number(page.nextBefore);
  }
  expect(found).toEqual(['k6', 'k5', 'k4', 'k3', 'k2', 'k1', 'k0']);
});

test('what needs compacted history is refused with the boundary, and nothing is written', async () => {
  await start();
  engine.put('a', '1');
  const deleted = engine.remove('a');
  engine.compact(deleted);
  const refused = bulk.preview({ kind: 'undelete', revision: String(deleted), prefix: '', lease: NONE });
  await expect(refused).rejects.toMatchObject({ code: GrpcCode.OUT_OF_RANGE, detail: { compacted: String(deleted) } });
});

test('a diff counts every key under the prefix once and pages its rows', async () => {
  await start();
  const from = engine.commit(['p/a', 'p/b', 'p/c', 'q'].map((key) => ({ key, value: '1' })));
  engine.remove('p/a');
  engine.put('p/b', '2');
  engine.put('p/d', '1');
  engine.put('q', '2');
  const query = { prefix: 'p/', from, to: undefined, offset: 0, limit: 10 };
  const diff = await prefixDiff(context, query);
  expect(diff).toMatchObject({ added: 1, removed: 1, changed: 1, unchanged: 1, to: String(engine.revision) });
  expect(diff.rows.map((row) => [row.kind, row.before?.key ?? row.after?.key])).toEqual([
    ['removed', 'p/a'],
    ['changed', 'p/b'],
    ['added', 'p/d'],
  ]);
  expect((await prefixDiff(context, { ...query, offset: 1, limit: 1 })).rows).toEqual([diff.rows[1]]);
});

test('a file is written key by key under guards; what stands there already is not written again', async () => {
  await start();
  engine.put('p/same', 'x');
  engine.put('p/other', 'mine');
  const text = '{"key":"same","value":"x"}\n{"key":"other","value":"y"}\n{"key":"new","value":"z"}\n';
  const request = { kind: 'import', format: 'jsonl', text, prefix: 'p/', overwrite: false, lease: NONE } as const;
  expect(await bulk.preview(request)).toMatchObject({ creates: 1, updates: 0, unchanged: 1, skippedTotal: 1 });
  expect(await run(request)).toMatchObject({ state: 'done', done: 1, refused: 1 });
  expect(await all()).toEqual({ 'p/same': 'x', 'p/other': 'mine', 'p/new': 'z' });
  await run({ ...request, overwrite: true });
  expect(await all()).toEqual({ 'p/same': 'x', 'p/other': 'y', 'p/new': 'z' });
});

test('one broken line and nothing of a file is written; every fault has its line', async () => {
  await start();
  const text = 'A=1\nbroken\nB="open';
  const request = { kind: 'import', format: 'dotenv', text, prefix: '', overwrite: true, lease: NONE } as const;
  await expect(bulk.preview(request)).rejects.toMatchObject({
    code: GrpcCode.INVALID_ARGUMENT,
    message: expect.stringMatching(/line 2.*nothing of the file/),
    detail: { faults: [{ line: 2 }, { line: 3 }] },
  });
  expect([await all(), engine.writes]).toEqual([{}, 0]);
});

test('what is exported at a revision and imported again is the same to the byte', async () => {
  await start();
  engine.commit(Array.from({ length: 700 }, (_, i) => ({ key: `p/${i}`, value: `v${i}\n\u0001ü` })));
  const { revision } = engine;
  const before = await all('p/');
  engine.put('p/later', 'x');
  const query = { prefix: 'p/', format: 'jsonl', revision, signal: new AbortController().signal } as const;
  let text = '';
  for await (const part of (await exportKeys(context, query)).parts) text += part;
  await run({ kind: 'import', format: 'jsonl', text, prefix: 'copy/', overwrite: false, lease: NONE });
  const copied = Object.entries(await all('copy/')).map(([key, value]) => [key.replace('copy/', 'p/'), value]);
  expect(Object.fromEntries(copied)).toEqual(before);
  engine.put('p/both/a', 'x');
  engine.put('p/both', 'x');
  const yaml = exportKeys(context, { ...query, format: 'yaml', revision: engine.revision });
  await expect(yaml).rejects.toMatchObject({ message: expect.stringMatching(/both is a key and a folder at once/) });
});
