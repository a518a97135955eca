import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Event } from '../../../../lib/base/etcdpb/mvcc.ts';
import { WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';
import { WatchWire, watchIdField } from './watch-wire.ts';

const kv = fc.record({
  key: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  value: fc.uint8Array({ maxLength: 200 }),
  modRevision: fc.nat(),
  lease: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
});
const event = fc
  .record({ type: fc.constantFrom(0, 1), kv, prevKv: fc.option(kv, { nil: undefined }) })
  .map((init) => Event.decode(Event.encode(init)));
const header = fc.record({
  clusterId: fc.constant(7n),
  memberId: fc.constant(2n ** 64n - 1n),
  revision: fc.integer({ min: 0, max: 3 }),
  raftTerm: fc.integer({ min: 1, max: 2 }),
});
const id = fc.bigInt({ min: -1n, max: 2n ** 63n - 1n });

test('the parts of an answer are the answer, whoever got its events before', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 5 }),
      fc.array(fc.tuple(header, id), { maxLength: 6 }),
      (events, turns) => {
        const wire = new WatchWire();
        for (const [at, watchId] of turns)
          expect(Buffer.concat(wire.partsOf(at, watchIdField(watchId), events))).toEqual(
            Buffer.from(WatchResponse.encode({ header: at, watchId, events })),
          );
      },
    ),
  );
});

test('the bytes of an event are made once', () => {
  const one = Event.decode(Event.encode({ kv: { key: Uint8Array.of(1) } }));
  const at = { clusterId: 1n, memberId: 1n, revision: 1, raftTerm: 1 };
  const wire = new WatchWire();
  const [first, second] = [1n, 2n].map((watchId) => wire.partsOf(at, watchIdField(watchId), [one]));
  expect(first?.[2]).toBe(second?.[2]);
  expect(first?.[0]).toBe(second?.[0]);
});
