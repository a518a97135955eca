import { expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type ExtrasCapability, type KvCapability, type WatcherQuestion } from '../../engines/engine.ts';
import { watchersOf } from './watchers.ts';

const kv = { list: async () => ({ revision: 1, kvs: [], more: false, count: 0 }) } as unknown as KvCapability;
const counts = (watchers: number, slow: number) => ({ watchers, slow, cancelled: 0, ranges: [], more: false });

test('the watchers of every member are added up, and a member that does not answer is told', async () => {
  const asked: WatcherQuestion[] = [];
  const extras: ExtrasCapability = {
    watchers: async (endpoint, question) => {
      asked.push(question);
      if (endpoint === 'm3') throw new EngineError(GrpcCode.UNAVAILABLE, 'it is down');
      return endpoint === 'm1' ? counts(3, 1) : counts(1, 0);
    },
  };
  expect(await watchersOf({ kv, extras }, ['m1', 'm2', 'm3'], { key: '/a' })).toEqual({
    ...{ watchers: 4, slow: 1 },
    ...{ members: 3, answered: 2 },
  });
  expect(asked[0]).toMatchObject({ key: utf8Encode('/a'), end: new Uint8Array() });
});

test('a store that cannot tell says so instead of none', async () => {
  const silent: ExtrasCapability = { watchers: async () => null };
  const nothing = { watchers: null, slow: null, members: 1, answered: 0 };
  expect(await watchersOf({ kv, extras: silent }, ['e'], { prefix: '' })).toEqual(nothing);
  expect(await watchersOf({ kv, extras: null }, ['e'], { prefix: '/a/' })).toEqual(nothing);
});

test('who may not read the keys is refused, whether the store could tell or not', async () => {
  const refused = new EngineError(GrpcCode.PERMISSION_DENIED, 'permission denied');
  const closed = { list: () => Promise.reject(refused) } as unknown as KvCapability;
  await expect(watchersOf({ kv: closed, extras: null }, ['e'], { key: '/a' })).rejects.toBe(refused);
});
