import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FindLine } from '../../../lib/api/find-types.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import type { Hub } from '../hub/hub.ts';
import type { StoreContext } from '../operations/context.ts';
import { fakeContext } from '../test-support/fake-context.ts';
import { type FindOptions, find } from './find.ts';

let engine: FakeEngine;
let hub: Hub;
let context: StoreContext;

async function start(): Promise<void> {
  context = fakeContext(engine);
  hub = context.hub;
  hub.start();
  await hub.ready(5_000);
}

async function lines(options: Partial<FindOptions> & { readonly q: string }): Promise<FindLine[]> {
  const search = await find(context, {
    in: 'values',
    mode: 'text',
    prefix: '',
    revision: undefined,
    limit: 1_000,
    signal: new AbortController().signal,
    ...options,
  });
  const out: FindLine[] = [];
  for await (const line of search) out.push(line);
  return out;
}

const matched = (all: readonly FindLine[]) => all.flatMap((line) => (line.kind === 'match' ? [line.key.key] : []));
const end = (all: readonly FindLine[]) => all.find((line) => line.kind === 'end');

beforeEach(() => {
  engine = new FakeEngine();
});
afterEach(() => hub.close());

test('H8: a pattern is tried on every value of the key space, not on the first ten thousand', async () => {
  const keys = Array.from({ length: 12_000 }, (_, i) => `k${String(i).padStart(5, '0')}`);
  engine.commit(keys.map((key, i) => ({ key, value: i === 11_990 ? 'the needle-42 is here' : `value ${i}` })));
  await start();
  const all = await lines({ q: 'needle-\\d+', mode: 'regex' });
  expect(matched(all)).toEqual(['k11990']);
  expect(end(all)).toMatchObject({ searched: 12_000, keys: 12_000, complete: true, matches: 1, notSearched: [] });
  expect(all.filter((line) => line.kind === 'progress').length).toBeGreaterThan(1);
});

test('a match is shown in its line, whatever letters come before it', async () => {
  engine.put('a', 'first: ü\nsecond: ünï Needle tail\nthird');
  await start();
  for (const options of [{ q: 'needle' }, { q: 'N[e]+dle', mode: 'regex' as const }]) {
    const [match] = (await lines(options)).filter((line) => line.kind === 'match');
    expect(match).toMatchObject({ excerpt: { before: 'second: ünï ', match: 'Needle', after: ' tail' } });
  }
  expect(matched(await lines({ q: 'NEEDLE' })), 'capitals mean capitals').toEqual([]);
});

test('a pattern that would run for ever is given up in bounded time, and what was not searched is said', async () => {
  engine.put('bad', `${'a'.repeat(40)}!`);
  engine.put('good', 'aa');
  await start();
  const all = await lines({ q: '^(a+)+$', mode: 'regex' });
  expect(matched(all)).toEqual(['good']);
  expect(end(all)).toMatchObject({
    complete: false,
    searched: 2,
    notSearched: [{ keys: 1, reason: expect.stringMatching(/too long/) }],
  });
});

test('what is no regular expression is refused before anything is read', async () => {
  await start();
  const lists = engine.lists;
  await expect(lines({ q: '(', mode: 'regex' })).rejects.toMatchObject({ detail: { field: 'q' } });
  expect(engine.lists).toBe(lists);
});

test('the search is of one revision, past ones too, and only under the prefix', async () => {
  engine.put('p/a', 'needle');
  const then = engine.put('q/a', 'needle');
  engine.put('p/a', 'changed');
  engine.put('p/b', 'needle');
  await start();
  expect(matched(await lines({ q: 'needle', prefix: 'p/' }))).toEqual(['p/b']);
  const past = await lines({ q: 'needle', revision: then });
  expect(matched(past)).toEqual(['p/a', 'q/a']);
  expect(end(past)).toMatchObject({ revision: String(then), complete: true });
  expect(matched(await lines({ q: '^p/', in: 'keys', mode: 'regex', revision: then }))).toEqual(['p/a']);
});

test('it stops at enough matches and says how far it came', async () => {
  engine.commit(Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: 'x' })));
  await start();
  const all = await lines({ q: 'x', limit: 10 });
  expect(matched(all)).toHaveLength(10);
  expect(end(all)).toMatchObject({
    complete: false,
    searched: 10,
    keys: 50,
    reason: expect.stringMatching(/10 matches/),
  });
});

test('called off it reads no further page', async () => {
  engine.commit(Array.from({ length: 400 }, (_, i) => ({ key: `k${i}`, value: 'x' })));
  await start();
  const abort = new AbortController();
  const search = await find(context, {
    in: 'values',
    mode: 'text',
    q: 'y',
    prefix: '',
    revision: undefined,
    limit: 10,
    signal: abort.signal,
  });
  await search.next();
  const lists = engine.lists;
  abort.abort();
  for await (const _ of search);
  expect(engine.lists - lists).toBeLessThanOrEqual(1);
});
