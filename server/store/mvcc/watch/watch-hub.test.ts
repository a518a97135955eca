import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Revision } from '../../../../lib/base/brand.ts';
import { type ByteString, toByteString } from '../../../../lib/base/bytes.ts';
import type { TxnRequest } from '../../../../lib/base/etcdpb/kv.ts';
import { type Event, EventType } from '../../../../lib/base/etcdpb/mvcc.ts';
import { checkDuplicateKeys } from '../duplicate-keys.ts';
import { KvStore, type LeaseBindings } from '../kv-store.ts';
import { MemoryRevisionStore } from '../revision-store.ts';
import { command, key, op, rangeEnd, single } from '../testing/arbitraries.ts';
import { OracleStore } from '../testing/oracle.ts';
import { executeTxn } from '../txn.ts';
import type { WatchBatch, WatchHandle, WatchSink, WatchSpec } from '../types.ts';
import { WatchHub } from './watch-hub.ts';

const NO_LEASES: LeaseBindings = { has: () => false, attach: () => {}, detach: () => {} };

/** A store whose commits are announced to a hub, and the oracle beside it. */
class World {
  readonly kv = new KvStore(new MemoryRevisionStore());
  readonly hub = new WatchHub(this.kv);
  readonly oracle = new OracleStore();

  write(request: TxnRequest): void {
    const batch = this.kv.begin(NO_LEASES);
    executeTxn({ kv: this.kv, leases: NO_LEASES }, batch, request);
    const revision = batch.commit();
    this.oracle.txn(request);
    this.hub.notify(revision, batch.changes);
  }

  compact(at: number): void {
    if (at <= this.kv.compactRevision() || at > this.kv.revision()) return;
    this.kv.compact(at);
    this.oracle.compact(at);
    this.hub.compacted();
    while (this.kv.scrub(at, 5));
  }

  watch(spec: Partial<WatchSpec>, capacity = Number.POSITIVE_INFINITY): Client {
    const { revision } = this.oracle;
    const full = { ...ALL, ...spec };
    const client = new Client(this, full, full.startRevision === 0 ? revision + 1 : full.startRevision, capacity);
    client.handle = this.hub.watch(full, client);
    return client;
  }

  put(name: string, value = ''): void {
    const [keyBytes, valueBytes] = [name, value].map((text) => new TextEncoder().encode(text)) as [
      Uint8Array,
      Uint8Array,
    ];
    const requestPut = {
      key: keyBytes,
      value: valueBytes,
      lease: 0n,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    };
    this.write(single({ requestPut }));
  }
}

const ALL: WatchSpec = {
  key: '\0' as ByteString,
  rangeEnd: '\0' as ByteString,
  startRevision: 0,
  prevKv: false,
  noPut: false,
  noDelete: false,
};

/** A sink that takes `capacity` batches between two drains and checks every promise a batch makes. */
class Client implements WatchSink {
  handle: WatchHandle | undefined;
  readonly world: World;
  readonly spec: WatchSpec;
  readonly start: number;
  readonly capacity: number;
  readonly seen: Event[] = [];
  readonly batches: WatchBatch[] = [];
  room: number;
  through = 0;
  compactedAt: Revision | undefined;

  constructor(world: World, spec: WatchSpec, start: number, capacity: number) {
    this.world = world;
    this.spec = spec;
    this.start = start;
    this.capacity = capacity;
    this.room = capacity;
  }

  deliver(batch: WatchBatch): boolean {
    expect(this.compactedAt).toBeUndefined();
    if (this.room === 0) return false;
    this.room--;
    expect(batch.events.length).toBeGreaterThan(0);
    for (const { kv } of batch.events) {
      expect(kv?.modRevision).toBeGreaterThan(this.through);
      expect(kv?.modRevision).toBeLessThanOrEqual(batch.revision);
    }
    this.through = batch.revision;
    this.batches.push(batch);
    this.seen.push(...batch.events);
    const promised = this.expected().filter(({ main }) => main <= batch.revision);
    expect(this.seen.length).toBe(promised.length);
    this.checkLast(batch.events, promised.slice(-batch.events.length));
    return true;
  }

  compacted(compactRevision: Revision): void {
    expect(compactRevision).toBe(this.world.kv.compactRevision());
    expect(this.expected().filter(({ main }) => main < compactRevision).length).toBeGreaterThanOrEqual(
      this.seen.length,
    );
    this.compactedAt = compactRevision;
  }

  drain(): void {
    this.room = this.capacity;
    this.handle?.resume();
  }

  expected() {
    const { key: from, rangeEnd: to, noPut, noDelete } = this.spec;
    const bytes = (text: ByteString) => Uint8Array.from(text, (char) => char.charCodeAt(0));
    const events = this.world.oracle.events({ key: bytes(from), rangeEnd: bytes(to) }, this.start);
    return events.filter(({ isDelete }) => !(isDelete ? noDelete : noPut));
  }

  checkLast(events: readonly Event[], expected: ReturnType<Client['expected']>): void {
    events.forEach((event, at) => {
      const wanted = expected[at];
      const readable = wanted !== undefined && wanted.main - 1 >= this.world.kv.compactRevision();
      expect(event).toEqual({
        type: wanted?.isDelete ? EventType.DELETE : EventType.PUT,
        kv: wanted?.kv,
        prevKv: this.spec.prevKv && readable ? wanted.prevKv : undefined,
      });
    });
  }
}

type Step =
  | { readonly kind: 'write'; readonly request: TxnRequest }
  | { readonly kind: 'compact'; readonly at: number }
  | { readonly kind: 'watch'; readonly spec: WatchSpec; readonly capacity: number }
  | { readonly kind: 'pump' }
  | { readonly kind: 'drain' | 'cancel'; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: command.map((next): Step => {
      if (next.kind === 'txn') return { kind: 'write', request: withoutLeases(next.request) };
      return next.kind === 'compact' ? { kind: 'compact', at: next.revision } : { kind: 'pump' };
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        key: key.map(toByteString),
        rangeEnd: rangeEnd.map(toByteString),
        startRevision: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
        prevKv: fc.boolean(),
        noPut: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
        noDelete: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      })
      .chain((spec) => fc.constantFrom(1, 2, 1000).map((capacity): Step => ({ kind: 'watch', spec, capacity }))),
  },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'pump' }) },
  { weight: 4, arbitrary: fc.nat(20).map((which): Step => ({ kind: 'drain', which })) },
  { weight: 1, arbitrary: fc.nat(20).map((which): Step => ({ kind: 'cancel', which })) },
);

/** The world of these tests knows no leases. */
function withoutLeases(request: TxnRequest): TxnRequest {
  const strip = (ops: TxnRequest['success']): TxnRequest['success'] =>
    ops.map((one) => {
      if (one.requestTxn !== undefined) return op({ requestTxn: withoutLeases(one.requestTxn) });
      if (one.requestPut === undefined) return one.requestRange === undefined ? one : op({});
      return op({ requestPut: { ...one.requestPut, lease: 0n, ignoreValue: false, ignoreLease: false } });
    });
  const keep = (ops: TxnRequest['success']) => strip(ops).filter((one) => Object.values(one).some(Boolean));
  return { compare: request.compare, success: keep(request.success), failure: keep(request.failure) };
}

function isAllowed(request: TxnRequest): boolean {
  try {
    checkDuplicateKeys(request);
    return true;
  } catch {
    return false;
  }
}

test('every watcher sees exactly the events of its range once and in order, or learns that compaction took them', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }), (steps) => {
      const world = new World();
      const clients: Client[] = [];
      const cancelled = new Set<Client>();
      for (const next of steps) {
        if (next.kind === 'write') {
          if (isAllowed(next.request)) world.write(next.request);
        } else if (next.kind === 'compact') world.compact(next.at);
        else if (next.kind === 'watch') clients.push(world.watch(next.spec, next.capacity));
        else if (next.kind === 'pump') world.hub.pump();
        else {
          const client = clients[next.which % Math.max(1, clients.length)];
          if (next.kind === 'drain') client?.drain();
          else if (client !== undefined) {
            client.handle?.cancel();
            cancelled.add(client);
          }
        }
      }
      for (let round = 0; round < 200; round++) {
        for (const client of clients) client.drain();
        while (world.hub.pump());
      }
      const alive = clients.filter((client) => !cancelled.has(client) && client.compactedAt === undefined);
      expect(world.hub.watcherCount()).toBe(alive.length);
      for (const client of alive) {
        expect(client.handle?.isSynced()).toBe(client.start <= world.kv.revision() + 1);
        expect(client.seen.length).toBe(client.expected().length);
      }
    }),
    { numRuns: 150 },
  );
});

test('history comes in slices of a thousand revisions, never inside watch()', () => {
  const world = new World();
  for (let i = 0; i < 2500; i++) world.put('k', `${i}`);
  const client = world.watch({ startRevision: 2 });
  expect(client.batches.length).toBe(0);
  expect(client.handle?.isSynced()).toBe(false);
  expect(world.hub.pump()).toBe(true);
  expect(client.batches.map(({ revision, events }) => [revision, events.length])).toEqual([[1001, 1000]]);
  while (world.hub.pump());
  expect(client.batches.map(({ events }) => events.length)).toEqual([1000, 1000, 500]);
  expect(client.handle?.isSynced()).toBe(true);
});

test('a full sink pauses its watcher, which goes on from history without loss', () => {
  const world = new World();
  const client = world.watch({}, 2);
  for (let i = 0; i < 10; i++) world.put('k', `${i}`);
  expect(client.seen.length).toBe(2);
  expect(client.handle?.isSynced()).toBe(false);
  expect(world.hub.pump()).toBe(false);
  client.drain();
  expect(world.hub.pump()).toBe(false);
  expect(client.seen.length).toBe(10);
  expect(client.handle?.isSynced()).toBe(true);
});

test('a watcher that starts in the future is silent until then', () => {
  const world = new World();
  const client = world.watch({ startRevision: 4 });
  world.put('a');
  expect(client.handle?.isSynced()).toBe(false);
  world.put('b');
  expect(client.handle?.isSynced()).toBe(true);
  expect(client.seen).toEqual([]);
  world.put('c');
  expect(client.seen.map(({ kv }) => kv?.modRevision)).toEqual([4]);
});

test('a start below the compact revision is cancelled, one at it works and still sees the delete made there', () => {
  const world = new World();
  world.put('a');
  world.write(single({ requestDeleteRange: { key: Uint8Array.of(97), rangeEnd: new Uint8Array(0), prevKv: false } }));
  world.compact(3);
  const [below, at] = [world.watch({ startRevision: 2 }), world.watch({ startRevision: 3, prevKv: true })];
  world.hub.pump();
  expect(below.compactedAt).toBe(3);
  expect(at.seen.map(({ type, prevKv }) => [type, prevKv])).toEqual([[EventType.DELETE, undefined]]);
});

test('ten thousand watchers of one key share one batch', () => {
  const world = new World();
  const delivered: WatchBatch[] = [];
  const sink: WatchSink = {
    deliver: (batch) => {
      delivered.push(batch);
      return true;
    },
    compacted: () => {},
  };
  const spec = { ...ALL, key: 'k' as ByteString, rangeEnd: '' as ByteString };
  const handles = Array.from({ length: 10_000 }, () => world.hub.watch(spec, sink));
  world.put('k');
  world.put('other');
  expect(delivered.length).toBe(10_000);
  expect(new Set(delivered).size).toBe(1);
  for (const handle of handles) handle.cancel();
  expect(world.hub.watcherCount()).toBe(0);
  world.put('k');
  expect(delivered.length).toBe(10_000);
});

test('a cancelled watcher hears nothing more, even of the batch that is being delivered', () => {
  const world = new World();
  const heard: string[] = [];
  const handles: WatchHandle[] = [];
  const sinkNamed = (name: string): WatchSink => ({
    deliver: () => {
      heard.push(name);
      for (const handle of handles) handle.cancel();
      return true;
    },
    compacted: () => {},
  });
  handles.push(world.hub.watch(ALL, sinkNamed('first')), world.hub.watch(ALL, sinkNamed('second')));
  world.put('k');
  expect(heard).toEqual(['first']);
});
