import { afterEach, expect, test } from 'vitest';
import type { ListRequest } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from './keys.ts';
import { ConfigState } from './state.ts';

const keys = new ConfigKeys(DEFAULT_CONFIG_PREFIX);
let state: ConfigState | undefined;
afterEach(() => state?.close());

/** Lists everything; the limits that were asked for, and how many keys each page held. */
async function listed(count: number, bytes: number): Promise<{ limits: number[]; seen: number }> {
  const engine = new FakeEngine();
  const text = JSON.stringify('x'.repeat(bytes));
  engine.commit(
    Array.from({ length: count }, (_, i) => ({ key: keys.key('schemas', String(i).padStart(5, '0')), value: text })),
  );
  const limits: number[] = [];
  const { list } = engine.kv;
  engine.kv.list = (request: ListRequest) => {
    limits.push(request.limit ?? 0);
    return list(request);
  };
  state = new ConfigState(engine, keys);
  const snapshot = await state.ready();
  return { limits, seen: snapshot.all('schemas').size };
}

test('small documents are listed in pages that grow to a thousand keys', async () => {
  expect(await listed(2_000, 10)).toEqual({ limits: [50, 200, 800, 1_000], seen: 2_000 });
});

test('large ones in pages of a few mebibytes, however many there are', async () => {
  const { limits, seen } = await listed(60, 512 * 1024);
  expect(seen).toBe(60);
  expect(limits[0]).toBe(50);
  expect(Math.max(...limits.slice(1))).toBeLessThanOrEqual(8);
});
