import { expect, test } from 'vitest';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { EngineError } from '../engines/engine.ts';
import { ConsoleError, errorAnswer } from './errors.ts';
import { IdempotencyCache, REMEMBERED_MAX } from './idempotency.ts';

function counter(outcomes: readonly (number | Error)[]) {
  let calls = 0;
  const action = async (): Promise<number> => {
    const outcome = outcomes[Math.min(calls++, outcomes.length - 1)];
    if (outcome instanceof Error) throw outcome;
    return outcome ?? 0;
  };
  return { action, calls: () => calls };
}

const call = { key: 'k', request: 'put a' };

test('the same request under the same key happens once, also while the first is under way', async () => {
  const cache = new IdempotencyCache();
  const { action, calls } = counter([7, 8]);
  expect(await Promise.all([cache.run(call, action), cache.run(call, action)])).toEqual([7, 7]);
  expect(await cache.run(call, action)).toBe(7);
  expect(calls()).toBe(1);
});

test('another request under the same key is refused', async () => {
  const cache = new IdempotencyCache();
  await cache.run(call, counter([1]).action);
  await expect(cache.run({ ...call, request: 'put b' }, counter([1]).action)).rejects.toMatchObject({
    detail: { field: 'idempotencyKey' },
  });
});

test('a refusal is remembered; what certainly did not happen for a passing reason may be tried again', async () => {
  const refusal = new ConsoleError(GrpcCode.ABORTED, 'changed');
  const refused = counter([refusal, 1]);
  const cache = new IdempotencyCache();
  await expect(cache.run(call, refused.action)).rejects.toBe(refusal);
  await expect(cache.run(call, refused.action)).rejects.toBe(refusal);
  const passing = counter([new EngineError(GrpcCode.UNAVAILABLE, 'down', { outcome: 'none' }), 5]);
  await expect(cache.run({ ...call, key: 'p' }, passing.action)).rejects.toThrow('down');
  expect(await cache.run({ ...call, key: 'p' }, passing.action)).toBe(5);
});

test('a write that may have happened is never repeated', async () => {
  const lost = new EngineError(GrpcCode.UNAVAILABLE, 'connection dropped', { outcome: 'unknown', endpoint: 'a:1' });
  const { action, calls } = counter([lost, 5]);
  const cache = new IdempotencyCache();
  await expect(cache.run(call, action)).rejects.toBe(lost);
  await expect(cache.run(call, action)).rejects.toBe(lost);
  expect(calls()).toBe(1);
  expect(errorAnswer(lost)).toEqual({
    status: 503,
    body: {
      code: 'UNAVAILABLE',
      message: 'connection dropped. The write may or may not have happened: look at the key before you repeat it.',
      detail: { endpoint: 'a:1', outcome: 'unknown' },
    },
  });
});

test('a store that failed before it took the write is told as such: nothing happened', () => {
  const notSent = new EngineError(GrpcCode.UNAVAILABLE, 'no leader', { outcome: 'none', endpoint: 'a:1' });
  expect(errorAnswer(notSent)).toEqual({
    status: 503,
    body: { code: 'UNAVAILABLE', message: 'no leader', detail: { endpoint: 'a:1', outcome: 'none' } },
  });
});

test('memory is bounded in number and in time', async () => {
  let now = 0;
  const cache = new IdempotencyCache(() => now);
  const first = counter([1, 2]);
  await cache.run(call, first.action);
  for (let i = 0; i < REMEMBERED_MAX; i++) await cache.run({ key: `${i}`, request: '' }, async () => i);
  expect(await cache.run(call, first.action)).toBe(2);
  now += 3_600_000;
  const last = counter([3]);
  expect(await cache.run({ key: '5', request: 'other' }, last.action)).toBe(3);
});

test('errors of ours become answers by shape; anything else is a bug to be logged', () => {
  expect(errorAnswer(new ConsoleError(GrpcCode.NOT_FOUND, 'no', { store: 'x' }))).toEqual({
    status: 404,
    body: { code: 'NOT_FOUND', message: 'no', detail: { store: 'x' } },
  });
  const foreign = Object.assign(new Error('no'), { name: 'ConsoleError', code: GrpcCode.NOT_FOUND });
  expect(errorAnswer(foreign)?.status).toBe(404);
  expect(errorAnswer(new TypeError('x is undefined'))).toBeUndefined();
});
