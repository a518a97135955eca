import { expect, test } from 'vitest';
import { type ByteString, fromByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { ChangesRequest, StoredEvent } from '../../engines/engine.ts';
import { Timeline } from '../history/timeline.ts';
import { ValueCache } from '../history/value-cache.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import { KeyIndex } from '../hub/key-index.ts';
import type { StoreContext } from './context.ts';
import { CHANGES_REVISIONS_MAX, NARROW_REVISIONS_MAX, pastChanges } from './past-changes.ts';

const FIRST_SEEN = 1_001;
const NEWEST = 12_000;

const keyAt = (revision: number): ByteString => `/${revision % 2 === 0 ? 'even' : 'odd'}/${revision}` as ByteString;

/** One put in each revision up to NEWEST; the console has seen those from FIRST_SEEN on, but forgot the values of `forgotten`. */
function world({
  forgotten = [],
  compacted = 0,
  ahead = 0,
}: {
  readonly forgotten?: readonly number[];
  readonly compacted?: number;
  /** Revisions that the store has beyond what the console followed. */
  readonly ahead?: number;
}) {
  const timeline = new Timeline();
  const values = new ValueCache();
  const index = new KeyIndex();
  timeline.begin(FIRST_SEEN - 1, 1_000);
  for (let revision = FIRST_SEEN; revision <= NEWEST; revision++) {
    const key = keyAt(revision);
    const kv = { createRevision: revision, modRevision: revision, version: 1, lease: 0n };
    const after: KeyEntry = { key, ...kv, valueBytes: 1 };
    timeline.note({ revision, at: revision, key, before: null, after });
    if (!forgotten.includes(revision)) values.set(key, revision, utf8Encode('v'));
    index.set(after);
    timeline.settle(revision, index);
  }
  const asked: ChangesRequest[] = [];
  const changes = async (request: ChangesRequest) => {
    asked.push(request);
    const events: StoredEvent[] = [];
    for (let revision = request.fromRevision; revision <= request.toRevision; revision++) {
      const kv = { createRevision: revision, modRevision: revision, version: 1, lease: 0n };
      events.push({
        type: 'put',
        kv: { key: fromByteString(keyAt(revision)), value: utf8Encode('v'), ...kv },
        prev: null,
      });
    }
    return { events, dropped: false, complete: true };
  };
  const hub = {
    revision: NEWEST,
    storeRevision: NEWEST + ahead,
    ended: null,
    state: () => ({ phase: 'live', reason: null }),
    follows: async () => true,
    recent: null,
    timeline,
    values,
    timeOf: (revision: number) => timeline.timeOf(revision),
  };
  // Only what the operation touches of a context.
  const context = { engine: { history: { changes } }, hub, compacted: () => compacted } as unknown as StoreContext;
  return { context, asked };
}

test('what the console saw itself is answered from memory, as the watch told it', async () => {
  const { context, asked } = world({});
  const page = await pastChanges(context, { from: 5_000, to: 5_001 });
  expect(page).toEqual({
    from: '5000',
    to: '5001',
    source: 'memory',
    changes: [
      expect.objectContaining({ revision: '5000', key: '/even/5000', preview: 'v', at: 5_000, type: 'put' }),
      expect.objectContaining({ revision: '5001', key: '/odd/5001', version: '1', lease: null }),
    ],
  });
  expect(asked).toEqual([]);
});

test('what it did not see, or whose value it forgot, is read from the store', async () => {
  const { context } = world({ forgotten: [6_000] });
  const before = await pastChanges(context, { from: FIRST_SEEN - 1, to: FIRST_SEEN });
  expect([before.source, before.changes.map(({ at }) => at)]).toEqual(['store', [null, FIRST_SEEN]]);
  expect((await pastChanges(context, { from: 5_990, to: 6_010 })).source).toBe('store');
  expect((await pastChanges(context, { from: 6_001, to: 6_010 })).source).toBe('memory');
});

test('a prefix leaves out other keys and makes a page reach further, from either source', async () => {
  const { context, asked } = world({});
  for (const from of [1, 6_000]) {
    const page = await pastChanges(context, { from, to: NEWEST, prefix: '/even/' });
    expect(page.to).toBe(String(from + NARROW_REVISIONS_MAX - 1));
    expect(page.changes).toHaveLength(NARROW_REVISIONS_MAX / 2);
  }
  expect(asked, 'the store is asked for all keys, or an old one could not say that it is done').toMatchObject([
    { key: Uint8Array.of(0), end: Uint8Array.of(0) },
  ]);
  const whole = await pastChanges(context, { from: 6_000, to: NEWEST });
  expect(whole.changes).toHaveLength(CHANGES_REVISIONS_MAX);
});

test('a revision in the future or compacted is refused with what there is', async () => {
  const { context } = world({ compacted: 2_000 });
  await expect(pastChanges(context, { from: NEWEST + 1, to: NEWEST + 1 })).rejects.toMatchObject({
    code: GrpcCode.OUT_OF_RANGE,
    detail: { current: String(NEWEST) },
  });
  await expect(pastChanges(context, { from: 1_999, to: 3_000 })).rejects.toMatchObject({
    code: GrpcCode.OUT_OF_RANGE,
    detail: { compacted: '2000' },
  });
});

test('what the console has not followed is read from the store, up to what it has', async () => {
  const { context, asked } = world({ ahead: 10 });
  const page = await pastChanges(context, { from: NEWEST + 3, to: NEWEST + 50 });
  expect(page).toMatchObject({ from: String(NEWEST + 3), to: String(NEWEST + 10), source: 'store' });
  expect(page.changes).toHaveLength(8);
  expect(asked).toMatchObject([{ fromRevision: NEWEST + 3, toRevision: NEWEST + 10 }]);
});
