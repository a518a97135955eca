import { expect, test } from 'vitest';
import { memberId } from '../../../lib/base/brand.ts';
import { toByteString } from '../../../lib/base/bytes.ts';
import { crc32c } from '../../../lib/base/crc32c.ts';
import { AlarmAction, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import { DamagedSegmentError } from '../mvcc/segments/damage.ts';
import type { Frame } from '../mvcc/segments/frame.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { cutFrames, SNAPSHOT_CHUNK_BYTES_MAX, SnapshotError } from './snapshot.ts';
import { openStateMachine, type StateMachineOptions } from './state-machine.ts';
import { applyItem, b, CLUSTER, fingerprint, type Request } from './test-support.ts';
import type { Applied, SnapshotSource, StateMachine } from './types.ts';

const DIR = '/member/state';

function open(disk: MemoryDisk, options: Partial<StateMachineOptions> = {}): StateMachine {
  return openStateMachine({ disk, dir: DIR, clusterId: CLUSTER, ...options });
}

const apply = (machine: StateMachine, request: Request): Applied => applyItem(machine, { kind: 'request', request });
const put = (machine: StateMachine, key: string, value = ''): Applied =>
  apply(machine, { put: { key: b(key), value: b(value) } });
const remove = (machine: StateMachine, key: string): Applied => apply(machine, { deleteRange: { key: b(key) } });

function errorOf(applied: Applied): string | undefined {
  return applied.outcome.ok ? undefined : applied.outcome.error.message;
}

function revisionOf(applied: Applied): number {
  return applied.outcome.ok ? applied.outcome.value.revision : -1;
}

function keys(machine: StateMachine): string[] {
  const { kvs } = machine.kv.range(RangeRequest.create({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) }));
  return kvs.map(({ key }) => toByteString(key));
}

function settle(machine: StateMachine, disk: MemoryDisk): void {
  machine.flush((error) => expect(error).toBeUndefined());
  for (let idle = 0; idle < 2; ) {
    const isBusy = machine.work();
    idle = disk.completeFlush() || isBusy ? 0 : idle + 1;
  }
}

test('an empty entry counts as applied and changes nothing', () => {
  const machine = open(new MemoryDisk());
  expect(applyItem(machine, { kind: 'request', request: undefined })).toMatchObject({
    requestId: 0n,
    outcome: { ok: true, value: { kind: 'none', revision: 1 } },
  });
  expect(machine.appliedIndex()).toBe(1);
});

test('an entry is refused out of turn', () => {
  const machine = open(new MemoryDisk());
  put(machine, 'a');
  const entry = { term: 1, index: 1, type: 0, data: new Uint8Array(0) } as Parameters<StateMachine['apply']>[0];
  expect(() => machine.apply(entry)).toThrow('entry 1 is applied after entry 1');
});

test('a request is found again by the id of its header', () => {
  const machine = open(new MemoryDisk());
  const request = { header: { id: 0xfedc_ba98_7654_3210n }, put: { key: b('a') } };
  expect(apply(machine, request).requestId).toBe(0xfedc_ba98_7654_3210n);
});

test('all keys of a revoked lease die in one revision, and a lease without keys takes none', () => {
  const machine = open(new MemoryDisk());
  apply(machine, { leaseGrant: { id: 5n, ttl: 10 } });
  apply(machine, { leaseGrant: { id: 6n, ttl: 10 } });
  for (const key of ['b', 'a', 'c']) apply(machine, { put: { key: b(key), lease: 5n } });
  const events: string[] = [];
  machine.watch(
    {
      key: toByteString(b('a')),
      rangeEnd: toByteString(b('z')),
      startRevision: 0,
      prevKv: false,
      noPut: false,
      noDelete: false,
    },
    {
      deliver: (batch) => {
        events.push(...batch.events.map(({ kv }) => `${toByteString(kv?.key ?? b('?'))}@${batch.revision}`));
        return true;
      },
      compacted: () => {},
    },
  );
  expect(revisionOf(apply(machine, { leaseRevoke: { id: 6n } }))).toBe(4);
  expect(revisionOf(apply(machine, { leaseRevoke: { id: 5n } }))).toBe(5);
  expect(events).toEqual(['a@5', 'b@5', 'c@5']);
  expect(errorOf(apply(machine, { leaseRevoke: { id: 5n } }))).toBe('etcdserver: requested lease not found');
});

test('a lease TTL below the minimum is raised, one beyond the maximum refused', () => {
  const machine = open(new MemoryDisk());
  expect(apply(machine, { leaseGrant: { id: 1n, ttl: -5 } }).outcome).toMatchObject({
    value: { response: { ttl: 2 } },
  });
  expect(errorOf(apply(machine, { leaseGrant: { id: 2n, ttl: 9_000_000_001 } }))).toBe(
    'etcdserver: too large lease TTL',
  );
  expect(errorOf(apply(machine, { leaseGrant: { id: 1n, ttl: 5 } }))).toBe('etcdserver: lease already exists');
});

test('NOSPACE refuses whatever adds data and nothing else', () => {
  const machine = open(new MemoryDisk());
  put(machine, 'a');
  apply(machine, { leaseGrant: { id: 1n, ttl: 10 } });
  const alarm = { memberId: 9n, alarm: AlarmType.NOSPACE };
  apply(machine, { alarm: { action: AlarmAction.ACTIVATE, ...alarm } });
  const noSpace = 'etcdserver: mvcc: database space exceeded';
  const nestedPut = { requestTxn: { failure: [{ requestPut: { key: b('b') } }] } };
  expect(errorOf(put(machine, 'b'))).toBe(noSpace);
  expect(errorOf(apply(machine, { txn: { failure: [{ requestPut: { key: b('b') } }] } }))).toBe(noSpace);
  expect(errorOf(apply(machine, { txn: { success: [nestedPut] } }))).toBe(noSpace);
  expect(errorOf(apply(machine, { leaseGrant: { id: 2n, ttl: 10 } }))).toBe(noSpace);
  expect(errorOf(apply(machine, { txn: { success: [{ requestDeleteRange: { key: b('a') } }] } }))).toBeUndefined();
  expect(errorOf(apply(machine, { compaction: { revision: 3 } }))).toBeUndefined();
  expect(errorOf(apply(machine, { leaseRevoke: { id: 1n } }))).toBeUndefined();
  expect(apply(machine, { alarm: { action: AlarmAction.DEACTIVATE, ...alarm } }).outcome).toMatchObject({
    value: { response: { alarms: [alarm] } },
  });
  expect(errorOf(put(machine, 'b'))).toBeUndefined();
});

test('CORRUPT refuses every request to keys and leases, and can be disarmed', () => {
  const machine = open(new MemoryDisk());
  const alarm = { memberId: 9n, alarm: AlarmType.CORRUPT };
  apply(machine, { alarm: { action: AlarmAction.ACTIVATE, ...alarm } });
  for (const request of [
    { put: { key: b('a') } },
    { deleteRange: { key: b('a') } },
    { txn: {} },
    { compaction: { revision: 1 } },
    { leaseGrant: { id: 1n, ttl: 5 } },
    { leaseRevoke: { id: 1n } },
  ]) {
    expect(errorOf(apply(machine, request))).toBe('etcdserver: corrupt cluster');
  }
  apply(machine, { alarm: { action: AlarmAction.DEACTIVATE, ...alarm } });
  expect(errorOf(put(machine, 'a'))).toBeUndefined();
});

test('a transaction that would change a key twice is refused although it was committed', () => {
  const machine = open(new MemoryDisk());
  const twice = [{ requestPut: { key: b('a') } }, { requestPut: { key: b('a') } }];
  expect(errorOf(apply(machine, { txn: { success: twice } }))).toBe('etcdserver: duplicate key given in txn request');
  expect(machine.kv.revision()).toBe(1);
});

test('a removed member never comes back, and a racing second add changes nothing', () => {
  const machine = open(new MemoryDisk());
  const id = memberId(0xfedc_ba98_7654_3210n);
  expect(errorOf(applyItem(machine, { kind: 'addMember', id }))).toBeUndefined();
  expect(errorOf(applyItem(machine, { kind: 'addMember', id }))).toBe('etcdserver: member ID already exist');
  expect(machine.members()).toMatchObject([{ id, peerUrls: [`http://${id}`] }]);
});

test('a deleted key stays dead when its tombstone outlives nothing but an older file', () => {
  const disk = new MemoryDisk();
  const machine = open(disk, { segmentBytes: 3000 });
  put(machine, 'a', 'old');
  put(machine, 'large', 'x'.repeat(5000));
  settle(machine, disk);
  remove(machine, 'a');
  put(machine, 'churn', 'y'.repeat(5000));
  settle(machine, disk);
  put(machine, 'churn', 'z'.repeat(5000));
  settle(machine, disk);
  put(machine, 'last');
  apply(machine, { compaction: { revision: machine.kv.revision() } });
  settle(machine, disk);
  expect(disk.list(DIR)).toContain('00000001-00000002-00000002-00000001.seg');
  const before = fingerprint(machine);
  expect(fingerprint(open(disk, { segmentBytes: 3000 }))).toEqual(before);
  expect(keys(machine)).toEqual(['churn', 'large', 'last']);
});

test('compaction gives space back to the disk', () => {
  const disk = new MemoryDisk();
  const machine = open(disk, { segmentBytes: 20_000 });
  for (let round = 0; round < 40; round++) {
    for (const key of ['a', 'b', 'c']) put(machine, key, 'v'.repeat(1000));
    settle(machine, disk);
  }
  const before = machine.kv.size();
  expect(before.total).toBeGreaterThan(100_000);
  apply(machine, { compaction: { revision: machine.kv.revision() } });
  settle(machine, disk);
  expect(machine.kv.size().total).toBeLessThan(30_000);
  expect(disk.list(DIR).length).toBeLessThan(5);
});

test('a damaged record that had been flushed refuses to open and names file, offset and remedy', () => {
  const disk = new MemoryDisk();
  const machine = open(disk);
  put(machine, 'a', 'first');
  settle(machine, disk);
  put(machine, 'b', 'second');
  settle(machine, disk);
  const path = `${DIR}/00000001-00000001-00000001-00000000.seg`;
  disk.flipByte(path, 40, 0x10);
  expect(() => open(disk)).toThrow(DamagedSegmentError);
  expect(() => open(disk)).toThrow(/00000000\.seg is damaged at offset \d+: .*durable.*remove this member/);
});

test('a value that rots after opening is noticed when it is read', () => {
  const disk = new MemoryDisk();
  const machine = open(disk);
  put(machine, 'a', 'precious');
  settle(machine, disk);
  const path = `${DIR}/00000001-00000001-00000001-00000000.seg`;
  const content = toByteString(disk.open(path, { create: false }).read(0, 1000));
  disk.flipByte(path, content.indexOf('precious'), 1);
  expect(() => keys(machine)).toThrow(/fails its checksum/);
});

test('a data directory of another cluster is refused', () => {
  const disk = new MemoryDisk();
  const machine = open(disk);
  put(machine, 'a');
  settle(machine, disk);
  expect(() => open(disk, { clusterId: 77n as typeof CLUSTER })).toThrow(/belongs to cluster c105, this member to 4d/);
});

const LARGE = { hashesAll: false };

function filled(): StateMachine {
  const machine = open(new MemoryDisk());
  for (let i = 0; i < 50; i++) put(machine, `k${i}`, 'v'.repeat(i === 7 ? 2_500_000 : 40_000));
  apply(machine, { leaseGrant: { id: 3n, ttl: 10 } });
  apply(machine, { put: { key: b('leased'), lease: 3n } });
  return machine;
}

function chunksOf(
  machine: StateMachine,
  between: () => void = () => {},
): { metadata: SnapshotSource['metadata']; chunks: Uint8Array[] } {
  const reader = machine.openSnapshot();
  const chunks: Uint8Array[] = [];
  for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next()) {
    chunks.push(chunk);
    between();
  }
  reader.close();
  return { metadata: reader.metadata, chunks };
}

const sourceOf = ({ metadata, chunks }: ReturnType<typeof chunksOf>): SnapshotSource => {
  const rest = [...chunks];
  return { metadata, nextFrames: cutFrames(() => rest.shift()) };
};

test('a snapshot is the state at its index although writes, deletes and compaction go on while it is read', () => {
  const machine = filled();
  const before = fingerprint(machine, LARGE);
  let round = 0;
  const image = chunksOf(machine, () => {
    put(machine, `k${round}`, 'changed');
    remove(machine, `k${round + 20}`);
    apply(machine, { compaction: { revision: machine.kv.revision() } });
    while (machine.work());
    round++;
  });
  expect(round).toBeGreaterThan(5);
  expect(Math.max(...image.chunks.map(({ length }) => length))).toBeLessThanOrEqual(SNAPSHOT_CHUNK_BYTES_MAX);
  const target = open(new MemoryDisk());
  put(target, 'gone');
  target.restoreSnapshot(sourceOf(image));
  expect(fingerprint(target, LARGE)).toEqual(before);
});

test('an image read in records is the image read in chunks, and stops with an error when its state is replaced', () => {
  const machine = filled();
  put(machine, 'k1', 'not flushed yet');
  const { metadata, chunks } = chunksOf(machine);
  const cut = cutFrames(() => chunks.shift());
  const print = ({ type, payload }: Frame): string => `${type} ${payload.length} ${crc32c(payload)}`;
  const inChunks: string[] = [];
  for (let frames = cut(); frames !== undefined; frames = cut()) inChunks.push(...frames.map(print));
  const reader = machine.openSnapshot();
  const inRecords: string[] = [];
  let pieces = 0;
  for (let frames = reader.nextFrames(); frames !== undefined; frames = reader.nextFrames()) {
    inRecords.push(...frames.map(print));
    pieces++;
    put(machine, 'k1', 'later');
  }
  reader.close();
  expect(reader.metadata).toEqual(metadata);
  expect(pieces).toBeGreaterThan(10);
  expect(inRecords).toEqual(inChunks);
  const late = machine.openSnapshot();
  late.nextFrames();
  machine.restoreSnapshot(sourceOf(chunksOf(filled())));
  expect(() => late.nextFrames()).toThrow(SnapshotError);
});

test('a restored state is durable at once and survives a restart', () => {
  const disk = new MemoryDisk();
  const target = open(disk, { segmentBytes: 100_000 });
  target.restoreSnapshot(sourceOf(chunksOf(filled())));
  const print = fingerprint(target, LARGE);
  disk.crash(() => false);
  expect(fingerprint(open(disk, { segmentBytes: 100_000 }), LARGE)).toEqual(print);
});

test('a broken snapshot leaves the old state in place and usable', () => {
  const image = chunksOf(filled());
  const damaged = image.chunks.map((chunk) => chunk.slice());
  (damaged[1] as Uint8Array)[1000] = 0xff;
  const broken = [
    { ...image, chunks: image.chunks.slice(0, -1) },
    { ...image, chunks: damaged },
    { ...image, metadata: { ...image.metadata, index: 1 as typeof image.metadata.index } },
    { ...image, chunks: [] },
  ];
  for (const attempt of broken) {
    const disk = new MemoryDisk();
    const target = open(disk);
    put(target, 'mine', 'kept');
    expect(() => target.restoreSnapshot(sourceOf(attempt))).toThrow(SnapshotError);
    put(target, 'more');
    expect(keys(target)).toEqual(['mine', 'more']);
    settle(target, disk);
    expect(keys(open(disk))).toEqual(['mine', 'more']);
  }
});

test('a failed flush is reported and does not move the durable index', () => {
  const disk = new MemoryDisk();
  const machine = open(disk);
  put(machine, 'a');
  disk.failFlushWith = 'EIO';
  let reported: string | undefined;
  machine.flush((error) => {
    reported = error?.code;
  });
  disk.completeFlush();
  expect(reported).toBe('EIO');
  expect(machine.durableIndex()).toBe(0);
});

test('a flush that failed in the background is told and never retried', () => {
  const disk = new MemoryDisk();
  const machine = open(disk);
  put(machine, 'a');
  put(machine, 'a');
  settle(machine, disk);
  apply(machine, { compaction: { revision: 2 } });
  disk.failFlushWith = 'EIO';
  while (machine.work());
  disk.completeFlush();
  expect(machine.failure()?.code).toBe('EIO');
  disk.failFlushWith = undefined;
  expect(() => machine.flush(() => undefined)).toThrow('EIO');
  expect(() => machine.work()).toThrow('EIO');
});
