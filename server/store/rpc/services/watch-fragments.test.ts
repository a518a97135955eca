import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Event, KeyValue } from '../../../../lib/base/etcdpb/mvcc.ts';
import { WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';
import { fragmentsOf } from './watch-fragments.ts';

const event = (keyBytes: number, valueBytes: number): Event =>
  Event.create({
    kv: KeyValue.create({
      key: new Uint8Array(keyBytes),
      value: new Uint8Array(valueBytes),
      createRevision: Number.MAX_SAFE_INTEGER,
      modRevision: Number.MAX_SAFE_INTEGER,
      version: Number.MAX_SAFE_INTEGER,
      lease: -1n,
    }),
  });

test('parts keep every event in order, and no part of several events exceeds the bound on the wire', () => {
  const bytesMax = 1000;
  const size = fc.integer({ min: 0, max: 600 });
  fc.assert(
    fc.property(fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 30 }), (sizes) => {
      const events = sizes.map(([key, value]) => event(key, value));
      const parts = fragmentsOf(events, bytesMax);
      expect(parts.flat()).toEqual(events);
      for (const part of parts) {
        const header = {
          clusterId: 2n ** 64n - 1n,
          memberId: 2n ** 64n - 1n,
          revision: 2 ** 53 - 1,
          raftTerm: 2 ** 53 - 1,
        };
        const encoded = WatchResponse.encode({ header, watchId: -1n, fragment: true, events: part });
        if (part.length > 1) expect(encoded.length).toBeLessThanOrEqual(bytesMax);
        expect(part.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('what fits stays whole', () => {
  const events = [event(10, 10), event(10, 10)];
  expect(fragmentsOf(events, 1000)).toEqual([events]);
});
