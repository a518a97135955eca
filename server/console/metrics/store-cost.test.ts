import { expect, test } from 'vitest';
import type { EngineCost } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { StoreCost } from './store-cost.ts';

const engine = (cost: EngineCost) =>
  ({ ...new FakeEngine(), cost: () => cost, close: () => undefined }) as unknown as FakeEngine;

test('what a closed engine cost stays counted, its watches do not', () => {
  const cost = new StoreCost();
  const spent = { rpcs: 3, bytesSent: 10, bytesReceived: 100, watches: 2 };
  const [first] = [cost.track(engine(spent)), cost.track(engine(spent))];
  expect(cost.total()).toEqual({ rpcs: 6, bytesSent: 20, bytesReceived: 200, watches: 4 });
  first.close();
  first.close();
  expect(cost.total()).toEqual({ rpcs: 6, bytesSent: 20, bytesReceived: 200, watches: 2 });
});
