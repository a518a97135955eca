import { expect, test } from 'vitest';
import type { ChangesPage, PastChange } from '../api/types.ts';
import { type PastRequest, readPast } from './past-reader.ts';

const change = (revision: number): PastChange => ({
  revision: String(revision),
  type: 'put',
  key: `k${revision}`,
  createRevision: '1',
  version: '1',
  lease: null,
  valueBytes: 1,
  preview: 'x',
  at: null,
});

/** A store with one change in each revision up to 100, read in pages of ten. */
function reading(request: Partial<PastRequest> & { readonly compactedInStore?: number }) {
  const { compactedInStore = 0, ...rest } = request;
  const controller = new AbortController();
  const read = async ({ from, to }: { readonly from: string; readonly to: string }): Promise<ChangesPage> => {
    const first = Number(from);
    if (first < compactedInStore) {
      throw Object.assign(new Error('compacted away'), { detail: { compacted: String(compactedInStore) } });
    }
    const last = Math.min(Number(to), first + 9);
    const changes = Array.from({ length: last - first + 1 }, (_, index) => change(first + index));
    return { from, to: String(last), source: first > 50 ? 'memory' : 'store', changes };
  };
  return readPast({ from: 1, to: 100, compacted: 0, read, signal: controller.signal, now: () => 7, ...rest });
}

const words = (read: Awaited<ReturnType<typeof readPast>>): string[] =>
  read.rows.map((row) => (row.kind === 'change' ? row.event.revision : `${row.from}-${row.to} ${row.reason}`));

test('every change between two revisions is read once, in order, and it is known where it came from', async () => {
  const read = await reading({ from: 31, to: 75 });
  expect(words(read)).toEqual(Array.from({ length: 45 }, (_, index) => String(31 + index)));
  expect(read).toMatchObject({ changes: 45, from: 31, fromMemory: 25 });
});

test('what is gone by compaction is said, and reading goes on behind it', async () => {
  const known = await reading({ from: 5, to: 23, compacted: 20 });
  expect(words(known)).toEqual(['4-20 gone from the store by compaction', '21', '22', '23']);
  expect(known.from).toBe(21);
  const learned = await reading({ from: 5, to: 23, compactedInStore: 20 });
  expect(words(learned)).toEqual(words(known));
  const all = await reading({ from: 5, to: 9, compacted: 20 });
  expect(words(all)).toEqual(['4-9 gone from the store by compaction']);
});

test('a list that is full says what it left out', async () => {
  const read = await reading({ changesMax: 20 });
  expect(words(read).slice(-2)).toEqual(['20', '20-100 not read: the list holds 20 changes of the past']);
});

test('a read that fails leaves a gap with its reason, and what was read before stays', async () => {
  let pages = 0;
  const read = await reading({
    read: async ({ from }) => {
      if (++pages > 1) throw new Error('the store does not answer');
      return { from, to: '3', source: 'store', changes: [change(1), change(2), change(3)] };
    },
  });
  expect(words(read)).toEqual(['1', '2', '3', '3-100 the store does not answer']);
});

test('a read that is called off rejects', async () => {
  const controller = new AbortController();
  controller.abort();
  const gone = reading({ signal: controller.signal, read: () => Promise.reject(new Error('aborted')) });
  await expect(gone).rejects.toThrow('aborted');
});
