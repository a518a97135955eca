import { expect, test } from 'vitest';
import type { ChangeEvent } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { KeyIndex } from '../hub/key-index.ts';
import { type PartKey, PartTracker } from './part-tracker.ts';
import { primitiveView, serviceView } from './primitive-views.ts';
import type { PartGroup } from './primitives.ts';

const NANOS = '1763721600123456789';
const LEASE = '2040a1fc3202c40c';
let revision = 10;

function put(key: string, value = '', more: Partial<ChangeEvent> = {}): ChangeEvent {
  revision++;
  return {
    revision: String(revision),
    type: 'put',
    key,
    createRevision: String(revision),
    version: '1',
    lease: null,
    valueBytes: value.length,
    preview: value,
    at: revision * 1_000,
    ...more,
  };
}
const del = (key: string): ChangeEvent => put(key, '', { type: 'delete', version: '0', preview: null });

function watching(...changes: readonly ChangeEvent[]): PartTracker {
  const tracker = new PartTracker();
  tracker.rebuild(new KeyIndex(), 0, () => null);
  tracker.apply(changes);
  return tracker;
}

function groupOf(tracker: PartTracker, kind: PartGroup['kind'], name: string): PartGroup {
  const keys = [...tracker.parts()].filter(({ place }) => place.part.kind === kind && place.name === name);
  return {
    kind,
    name: name as ByteString,
    keys: keys.sort((a: PartKey, b: PartKey) => a.createRevision - b.createRevision),
  };
}
const view = (tracker: PartTracker, kind: PartGroup['kind'], name: string) =>
  primitiveView(groupOf(tracker, kind, name), (of, called) => tracker.rates(of, called, revision * 1_000));

test('a semaphore tells who has a permit and who waits, by its number and by what they say', () => {
  const at = (n: number) => `limits/a/permits/176372160012345678${n}`;
  const tracker = watching(
    put('limits/a/permits', '2'),
    put(at(1), 'held', { lease: LEASE }),
    put(at(2), 'held', { lease: LEASE }),
    put(at(3), '', { lease: LEASE }),
  );
  expect(view(tracker, 'semaphore', 'limits/a')).toMatchObject({ permits: 2, holdingCount: 2, waitingCount: 1 });
  tracker.apply([del(at(1))]);
  expect(view(tracker, 'semaphore', 'limits/a')).toMatchObject({ holdingCount: 2, waitingCount: 0 });
});

test('a writer waits for the readers before it, and readers behind it wait for the writer', () => {
  const tracker = watching(
    put(`rw/read/${NANOS}`, '', { lease: LEASE }),
    put(`rw/write/${NANOS}`, '', { lease: LEASE }),
    put(`rw/read/1763721600123456790`, '', { lease: LEASE }),
  );
  const lock = view(tracker, 'rwLock', 'rw');
  expect(lock).toMatchObject({ mode: 'read', holdingCount: 1, waiting: [{ wants: 'write' }, { wants: 'read' }] });
});

test('a barrier is open when its ready is younger than everybody who is there', () => {
  const tracker = watching(put('b/ready'), put(`b/waiters/${NANOS}`, '', { lease: LEASE }));
  expect(view(tracker, 'barrier', 'b'), 'left over from the round before').toMatchObject({ openedAt: null });
  tracker.apply([put('b/ready')]);
  expect(view(tracker, 'barrier', 'b')).toMatchObject({ presentCount: 1, openedAt: String(revision) });
});

test('a queue tells depth, items in hand, orphans, idle consumers and rates', () => {
  const tracker = watching(
    put('q/1763721600123456781', 'a'),
    put('q/1763721600123456782', 'b'),
    put(`__q/taken/${NANOS}/1763721600123456780`, 'x'),
    put(`__q/taken/1763721600123456790/1763721600123456779`, 'y'),
    put(`__q/claims/${NANOS}/1763721600123456780`, LEASE, { lease: LEASE }),
    put(`__q/takers/${NANOS}`, '', { lease: LEASE }),
  );
  tracker.apply([del('q/1763721600123456781')]);
  expect(view(tracker, 'queue', 'q')).toMatchObject({
    order: 'fifo',
    depth: 1,
    inHand: 2,
    orphans: 1,
    idleConsumers: 1,
    confidence: 'certain',
    oldestAt: 1_763_721_600_123,
    rates: { in: 2, out: 1 },
  });
});

test('a plain number becomes a counter when it was seen changing, not before; exact beyond 2^53', () => {
  const number = (value: string, version: number) => put('counters/orders', value, { version: String(version) });
  const tracker = watching(number('9007199254740993', 1), number('9007199254740994', 2));
  expect(view(tracker, 'counter', 'counters/orders')).toBeNull();
  tracker.apply([number('9007199254740995', 3)]);
  expect(view(tracker, 'counter', 'counters/orders')).toMatchObject({
    value: '9007199254740995',
    confidence: 'possible',
  });
  tracker.apply([number('no number', 4)]);
  expect(view(tracker, 'counter', 'counters/orders')).toBeNull();
});

test('the shards of a counter are summed up', () => {
  const tracker = watching(put('c/shards/000', '40'), put('c/shards/001', '2'));
  expect(view(tracker, 'counter', 'c')).toMatchObject({ value: '42', shards: 2 });
});

test('a service tells who went lately and who keeps coming back', () => {
  const entry = (id: string) => put(`services/web/${id}`, `{"address":"${id}:80"}`, { lease: LEASE });
  const tracker = watching(
    entry('a'),
    entry('b'),
    del('services/web/a'),
    entry('a'),
    del('services/web/a'),
    entry('a'),
  );
  const history = () => ({
    gone: tracker.gone('services/web' as ByteString),
    returns: (key: ByteString) => tracker.returns(key),
  });
  const service = () => serviceView(groupOf(tracker, 'service', 'services/web'), history());
  expect(service()?.instances.map(({ address, flaps }) => [address, flaps])).toEqual([
    ['b:80', 0],
    ['a:80', 2],
  ]);
  tracker.apply([del('services/web/a'), del('services/web/b')]);
  expect(service(), 'a service everybody left is still told of').toMatchObject({
    instanceCount: 0,
    gone: { length: 2 },
  });
});

test('nothing is counted over a time in which changes were missed', () => {
  const tracker = watching(put('q/1763721600123456781', 'a'));
  tracker.lost();
  tracker.apply([put('q/1763721600123456782', 'b')]);
  expect(tracker.rates('queue', 'q' as ByteString, revision * 1_000)).toBeNull();
  expect(groupOf(tracker, 'queue', 'q').keys).toHaveLength(1);
});

test('what stood before the console watched is found, and leased values of other kinds are left alone', () => {
  const index = new KeyIndex();
  const entry = (key: string, lease: bigint, valueBytes: number) =>
    index.set({ key: key as ByteString, createRevision: 3, modRevision: 3, version: 1, lease, valueBytes });
  entry('g/members/a', 7n, 4);
  entry('plain/config', 0n, 4);
  const tracker = new PartTracker();
  tracker.rebuild(index, 0, () => null);
  expect([...tracker.parts()].map(({ key, value }) => [key, value])).toEqual([['g/members/a', null]]);
});
