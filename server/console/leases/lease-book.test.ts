import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type LeaseCapability } from '../../engines/engine.ts';
import { CONCURRENT_READS, LeaseBook, READS_PER_SECOND } from './lease-book.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Leases of 60 s. */
class Store {
  ids: bigint[];
  reads = 0;
  readonly readsOf = new Map<bigint, number>();
  atOnce = 0;
  atOnceMax = 0;
  fail: EngineError | null = null;
  failList: EngineError | null = null;

  constructor(count: number) {
    this.ids = Array.from({ length: count }, (_, at) => BigInt(at + 1));
  }

  readonly leases = {
    list: async () => {
      if (this.failList !== null) throw this.failList;
      return { ids: [...this.ids], revision: 1 };
    },
    read: async (id: bigint) => {
      this.reads++;
      this.readsOf.set(id, (this.readsOf.get(id) ?? 0) + 1);
      this.atOnceMax = Math.max(this.atOnceMax, ++this.atOnce);
      await Promise.resolve();
      this.atOnce--;
      if (this.fail !== null) throw this.fail;
      const remainingTtlSeconds = this.ids.includes(id) ? 55 : -1;
      return { id, grantedTtlSeconds: 60, remainingTtlSeconds, keys: [], revision: 1 };
    },
  } as unknown as LeaseCapability;
}

const opened = (store: Store) => new LeaseBook({ leases: store.leases, now: () => Date.now() });

async function refreshed(book: LeaseBook): Promise<void> {
  const answer = book.refresh();
  await vi.advanceTimersByTimeAsync(0);
  await answer;
}

const unread = (book: LeaseBook): number => [...book.records()].filter(({ at }) => at === 0).length;

test('ten thousand leases are all read, never more than a few at once', async () => {
  const store = new Store(10_000);
  const book = opened(store);
  await refreshed(book);
  await vi.advanceTimersByTimeAsync(1_500);
  expect([unread(book), store.reads]).toEqual([0, 10_000]);
  expect(store.atOnceMax).toBe(CONCURRENT_READS);
});

test('once all are read the store is asked so often a second and no more', async () => {
  const store = new Store(10_000);
  const book = opened(store);
  for (let second = 0; second < 10; second++) {
    await refreshed(book);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const before = store.reads;
  for (let second = 0; second < 10; second++) {
    await refreshed(book);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const perSecond = (store.reads - before) / 10;
  expect(perSecond).toBeGreaterThan(READS_PER_SECOND / 2);
  expect(perSecond).toBeLessThanOrEqual(READS_PER_SECOND);
});

test('nobody looks: the store is left alone', async () => {
  const store = new Store(100);
  const book = opened(store);
  await refreshed(book);
  await vi.advanceTimersByTimeAsync(60_000);
  const before = store.reads;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(store.reads).toBe(before);
});

test('leases on a screen are read every two seconds, among ten thousand others', async () => {
  const store = new Store(10_000);
  const book = opened(store);
  await refreshed(book);
  await vi.advanceTimersByTimeAsync(2_000);
  const before = store.readsOf.get(9_999n) ?? 0;
  for (let second = 0; second < 10; second++) {
    await refreshed(book);
    book.want([9_999n]);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect((store.readsOf.get(9_999n) ?? 0) - before).toBeGreaterThanOrEqual(4);
});

test('a lease that is wanted alone costs no list and no other reads', async () => {
  const store = new Store(100);
  const book = opened(store);
  const known = book.known([5n], 300);
  await vi.advanceTimersByTimeAsync(10);
  await known;
  expect(book.record(5n)).toMatchObject({ remainingTtlSeconds: 55 });
  expect(store.reads).toBe(1);
});

test('a lease that ended leaves the book, whether the list or its own answer tells', async () => {
  const store = new Store(3);
  const book = opened(store);
  await refreshed(book);
  await vi.advanceTimersByTimeAsync(10);
  store.ids = [1n, 3n];
  await vi.advanceTimersByTimeAsync(3_000);
  await refreshed(book);
  expect([...book.records()].map(({ id }) => id)).toEqual([1n, 3n]);
  store.ids = [3n];
  book.want([1n]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(book.record(1n)).toBeUndefined();
});

test('a failing store is given a pause, old times stay with their age', async () => {
  const store = new Store(1);
  const book = opened(store);
  await refreshed(book);
  await vi.advanceTimersByTimeAsync(10);
  const readAt = book.record(1n)?.at;
  store.fail = new EngineError(GrpcCode.UNAVAILABLE, 'no leader');
  const before = store.reads;
  for (let second = 0; second < 6; second++) {
    book.want([1n]);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(book.record(1n)?.at).toBe(readAt);
  expect(store.reads - before).toBeLessThanOrEqual(6);
});

test('a store that does not say which leases there are is never told as one without leases', async () => {
  const store = new Store(1);
  store.failList = new EngineError(GrpcCode.UNAVAILABLE, 'no endpoint answered');
  const book = opened(store);
  await expect(book.refresh()).rejects.toBe(store.failList);
  await vi.advanceTimersByTimeAsync(10);
  await expect(book.refresh()).rejects.toBe(store.failList);
  store.failList = null;
  await refreshed(book);
  expect([...book.records()]).toHaveLength(1);
});

test('a lease the store refuses to tell of is not waited for, and not asked for again and again', async () => {
  const store = new Store(1);
  store.fail = new EngineError(GrpcCode.PERMISSION_DENIED, 'etcdserver: permission denied');
  const book = opened(store);
  const known = book.known([1n], 5_000);
  await vi.advanceTimersByTimeAsync(10);
  await known;
  for (let second = 0; second < 10; second++) {
    book.want([1n]);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(store.reads).toBe(1);
});
