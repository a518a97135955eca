/** What a comparison of two revisions answers when the store, the watch or the session fails while it is made. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type ChangesRequest, EngineError } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { errorAnswer } from '../errors.ts';
import type { PastViews } from '../history/past-views.ts';
import type { Hub } from '../hub/hub.ts';
import { fakeContext } from '../test-support/fake-context.ts';
import type { StoreContext } from './context.ts';
import { prefixDiff } from './prefix-diff.ts';

const OLDEST = 4;

let engine: FakeEngine;
let hub: Hub;
let past: PastViews;
let context: StoreContext;

beforeEach(async () => {
  vi.useFakeTimers();
  engine = new FakeEngine();
  for (let i = 0; i < 300; i++) engine.put(`/app/${i % 150}`, `${i}`);
  context = { ...fakeContext(engine), compacted: () => 0 };
  ({ hub, past } = context);
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

/** Asked with the first listing done, unless told otherwise. */
async function diff({ from = 2, to }: { readonly from?: number; readonly to?: number } = {}) {
  const asked = prefixDiff(context, { prefix: '/app/', from, to, offset: 0, limit: 5 }).then(
    ({ added, changed }) => ({ status: 200, added, changed }),
    (error: unknown) => errorAnswer(error) ?? { status: 500, error },
  );
  await vi.advanceTimersByTimeAsync(10_000);
  return asked;
}

const start = async (): Promise<void> => {
  hub.start();
  await vi.advanceTimersByTimeAsync(0);
};

const FAILURES = [
  [GrpcCode.UNAVAILABLE, 503],
  [GrpcCode.DEADLINE_EXCEEDED, 504],
  [GrpcCode.UNAUTHENTICATED, 401],
  [GrpcCode.PERMISSION_DENIED, 403],
  [GrpcCode.INTERNAL, 502],
  [GrpcCode.UNKNOWN, 502],
  [GrpcCode.DATA_LOSS, 502],
] as const;

describe.each(FAILURES)('the store answers code %i', (code, status) => {
  const refuse = (): never => {
    throw new EngineError(code, 'in its own words', { endpoint: 'fake:1' });
  };

  test('while changes are read: that is told with its own status and words', async () => {
    await start();
    vi.spyOn(engine.history, 'changes').mockImplementation(async () => refuse());
    expect(await diff()).toMatchObject({
      status,
      body: { message: 'in its own words', detail: { endpoint: 'fake:1' } },
    });
    vi.restoreAllMocks();
    expect(await diff(), 'and nothing of it stays').toMatchObject({ status: 200 });
  });

  test('while keys are listed: at the first page and at a later one', async () => {
    await start();
    vi.spyOn(engine.history, 'changes').mockResolvedValue({ events: [], dropped: true, complete: false });
    for (const page of [1, 2]) {
      const first = engine.lists + page;
      engine.onList = (n) => (n === first ? refuse() : undefined);
      expect(await diff({ from: 200 })).toMatchObject({ status, body: { message: 'in its own words' } });
    }
    engine.onList = () => undefined;
    expect(await diff({ from: 200 })).toMatchObject({ status: 200 });
  });
});

test('history that is compacted while it is read is refused with the oldest revision that is left', async () => {
  await start();
  const { changes } = engine.history;
  vi.spyOn(engine.history, 'changes').mockImplementation(async (request: ChangesRequest) => {
    engine.compact(OLDEST);
    return changes(request);
  });
  expect(await diff()).toMatchObject({
    status: 400,
    body: { code: 'OUT_OF_RANGE', detail: { revision: '2', compacted: String(OLDEST) } },
  });
});

test('before the keys are listed it waits, and says how far that has come', async () => {
  engine.onList = () => {
    throw new EngineError(GrpcCode.UNAVAILABLE, 'fake:1 cannot be reached');
  };
  hub.start();
  expect(await diff()).toMatchObject({ status: 503, body: { message: 'fake:1 cannot be reached' } });
});

test('a revision that the store has, and the console has not followed, is read from the store', async () => {
  await start();
  // So it is for a user of one prefix while others write elsewhere, and for everybody while the watch lags.
  engine.silence();
  const ahead = engine.put('/app/new', 'v');
  hub.noteStoreRevision(ahead);
  expect(await diff({ from: 200, to: ahead })).toMatchObject({ status: 200, added: 1 });
  expect(await diff({ to: ahead + 100 })).toMatchObject({ status: 400, body: { detail: { current: String(ahead) } } });
});

test('a revision that nobody knows of is not called one that does not exist while the watch is broken', async () => {
  await start();
  engine.breakWatches();
  expect(await diff({ to: 1_000 })).toMatchObject({ status: 503, body: { message: /not known.*connection lost/ } });
  engine.resumeWatches();
  expect(await diff({ to: 1_000 })).toMatchObject({ status: 400, body: { code: 'OUT_OF_RANGE' } });
});

test('whoever is being answered when the session ends is told why', async () => {
  await start();
  const why = new EngineError(GrpcCode.UNAVAILABLE, 'what ada may do was changed while this was asked: ask again');
  const { changes } = engine.history;
  vi.spyOn(engine.history, 'changes').mockImplementation(async (request: ChangesRequest) => {
    const answer = await changes(request);
    hub.close(why);
    engine.close(why);
    return answer;
  });
  expect(await diff()).toMatchObject({ status: 503, body: { message: why.message } });
  expect(await diff({ from: 3, to: 500 })).toMatchObject({ status: 503, body: { message: why.message } });
});

test('another store behind the endpoints is never mixed with the one before', async () => {
  await start();
  expect(await diff({ from: 2, to: 3 })).toMatchObject({ status: 200, added: 1 });
  const { changes } = engine.history;
  vi.spyOn(engine.history, 'changes').mockImplementationOnce(async (request: ChangesRequest) => {
    const answer = await changes(request);
    past.reset();
    return answer;
  });
  expect(await diff({ from: 5, to: 6 })).toMatchObject({ status: 503, body: { message: /another store/ } });
  const asked = vi.spyOn(engine.history, 'changes');
  await diff({ from: 2, to: 3 });
  expect(asked, 'what was known of the one before is asked anew').toHaveBeenCalled();
});
