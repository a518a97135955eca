/** A state machine's content through etcd's file format and back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedFileError } from '../../../lib/base/bbolt/page.ts';
import { BoltReader } from '../../../lib/base/bbolt/reader.ts';
import { memberId } from '../../../lib/base/brand.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import { Prng } from '../../../lib/base/prng.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import { applyItem, b, CLUSTER, fingerprint, type LogItem, logItem, type Request } from '../apply/test-support.ts';
import type { StateMachine } from '../apply/types.ts';
import type { DiskFile } from '../ports/disk.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { BoltWriter } from '../snapshot-file/bbolt/writer.ts';
import { openSnapshotFile, SnapshotRefusedError } from '../snapshot-file/content.ts';
import { appendTrailer } from '../snapshot-file/trailer.ts';
import { DatabaseWriter } from '../snapshot-file/write-database.ts';
import { identifyCluster } from './bootstrap.ts';
import { DatabaseExport } from './snapshot-export.ts';
import { restoreContent } from './snapshot-restore.ts';

const OTHER = identifyCluster([{ name: 'm1', peerUrls: ['http://h:1'] }], 'other');
const MEMBERSHIP = {
  members: [],
  removed: [],
  confState: { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
  clusterVersion: '',
} as const;

const freshMachine = (cluster = CLUSTER): StateMachine =>
  openStateMachine({ disk: new MemoryDisk(), dir: '/state', clusterId: cluster });

const request = (value: Request): LogItem => ({ kind: 'request', request: value });
const put = (key: string, value = '', lease = 0n): LogItem => request({ put: { key: b(key), value: b(value), lease } });
const remove = (key: string): LogItem => request({ deleteRange: { key: b(key) } });

function machineWith(items: readonly LogItem[]): StateMachine {
  const machine = freshMachine();
  for (const item of items) applyItem(machine, item);
  return machine;
}

function exported(machine: StateMachine): DiskFile {
  const file = new MemoryDisk().open('/snapshot.db', { create: true });
  const image = machine.openSnapshot();
  const database = new DatabaseExport(image, file);
  while (database.step());
  image.close();
  appendTrailer(file);
  return file;
}

function imported(file: DiskFile): StateMachine {
  const machine = freshMachine(OTHER.clusterId);
  restoreContent({ content: openSnapshotFile(file), machine, cluster: OTHER });
  return machine;
}

/** Everything that a snapshot carries: what belongs to the log and to the old cluster stays behind. Leases by id. */
function carried(machine: StateMachine): unknown {
  const all = fingerprint(machine) as { readonly leases: readonly { readonly id: bigint }[] };
  const leases = [...all.leases].sort((x, y) => (x.id < y.id ? -1 : 1));
  return { ...all, leases, index: 0, members: [], confState: MEMBERSHIP.confState };
}

test('whatever a state machine holds comes back, with every hash', () => {
  fc.assert(
    fc.property(fc.array(logItem, { maxLength: 80 }), fc.nat(20), (items, slices) => {
      const machine = machineWith(items);
      // Compaction is anywhere on its way through the index.
      for (let i = 0; i < slices; i++) machine.work();
      const back = imported(exported(machine));
      expect(carried(back)).toEqual(carried(machine));
      expect(back.appliedIndex()).toBe(1);
      expect(back.members()).toMatchObject([{ name: 'm1', peerUrls: ['http://h:1'] }]);
      expect(back.confState().voters).toEqual([OTHER.members[0]?.id]);
    }),
    { numRuns: 80 },
  );
});

test('a restored state goes on at the next revision and keeps its leases to their keys', () => {
  const back = imported(
    exported(
      machineWith([request({ leaseGrant: { id: 7n, ttl: 60 } }), put('a', '1', 7n), put('b'), put('a', '2', 7n)]),
    ),
  );
  applyItem(back, put('c'));
  expect(back.kv.revision()).toBe(5);
  applyItem(back, request({ leaseRevoke: { id: 7n } }));
  expect(back.kv.range(everything(0)).kvs.map(({ key }) => String.fromCharCode(...key))).toEqual(['b', 'c']);
});

test('a deletion that compaction took with it still counts as the revision', () => {
  const machine = machineWith([put('a'), remove('a'), request({ compaction: { revision: 3 } })]);
  expect(openSnapshotFile(exported(machine)).summary).toMatchObject({ revision: 3, compactRevision: 3 });
  expect(imported(exported(machine)).kv.revision()).toBe(3);
  expect(imported(exported(freshMachine())).kv.revision()).toBe(1);
});

test('the file names members, removed ids and cluster version as etcd does', () => {
  const machine = machineWith([
    { kind: 'addMember', id: memberId(0xfedc_ba98_7654_3210n) },
    request({
      clusterMemberAttrSet: { memberId: 0xfedc_ba98_7654_3210n, attributes: { name: 'm1', clientUrls: ['http://c'] } },
    }),
    request({ clusterVersionSet: { version: '3.6.0' } }),
    request({ alarm: { action: 1, memberId: 5n, alarm: 1 } }),
  ]);
  const file = exported(machine);
  const bolt = new BoltReader(file, file.size() - 32);
  const text = (bucket: string) =>
    Object.fromEntries(
      Array.from(bolt.entries(bucket), ({ key, value }) => [
        Buffer.from(key).toString(),
        Buffer.from(value).toString(),
      ]),
    );
  expect([...bolt.bucketNames]).toEqual([
    'alarm',
    'auth',
    'authRoles',
    'authUsers',
    'cluster',
    'key',
    'lease',
    'members',
    'members_removed',
    'meta',
  ]);
  expect(text('members')).toEqual({
    fedcba9876543210:
      '{"id":18364758544493064720,"peerURLs":["http://18364758544493064720"],"name":"m1","clientURLs":["http://c"]}',
  });
  expect(text('cluster')).toEqual({ clusterVersion: '3.6.0' });
  expect(text('meta').confState).toBe('{"voters":[18364758544493064720],"auto_leave":false}');
  expect(text('meta').consistent_index).toBe('\0\0\0\0\0\0\0\x04');
  expect(imported(file).alarms()).toEqual([{ memberId: 5n, alarm: 1 }]);
});

test('an export is made in bounded steps while requests go on, and shows none of them', () => {
  const items = Array.from({ length: 300 }, (_, i) => put(`k${i % 50}`, 'v'.repeat(9000)));
  const machine = machineWith(items);
  const before = carried(machine);
  const file = new MemoryDisk().open('/snapshot.db', { create: true });
  const image = machine.openSnapshot();
  const database = new DatabaseExport(image, file);
  let steps = 0;
  let grown = file.size();
  while (database.step()) {
    steps++;
    expect(file.size() - grown).toBeLessThan(1024 * 1024);
    grown = file.size();
    applyItem(machine, put(`k${steps}`, 'later'));
    if (steps === 2) applyItem(machine, request({ compaction: { revision: 200 } }));
    machine.work();
  }
  image.close();
  appendTrailer(file);
  expect(steps).toBeGreaterThan(5);
  expect(carried(imported(file))).toEqual(before);
});

const NO_AUTH = { isEnabled: false, revision: 1, users: [], roles: [] };

/** A database as a real etcd may have left it. */
function databaseWith(write: (writer: DatabaseWriter) => void, leases: bigint[] = []): DiskFile {
  const file = new MemoryDisk().open('/foreign.db', { create: true });
  const writer = new DatabaseWriter(file);
  write(writer);
  const records = leases.map((id) => ({ id, grantedTtl: 60, remainingTtl: 0 }));
  writer.finish({
    ...MEMBERSHIP,
    appliedIndex: 9,
    appliedTerm: 2,
    compactRevision: 0,
    leases: records,
    alarms: [],
    auth: NO_AUTH,
  });
  appendTrailer(file);
  return file;
}

/** Stored revisions: those of a machine, whose leases are not told. */
const storedBy = (items: readonly LogItem[]): Uint8Array[] =>
  [...openSnapshotFile(exported(machineWith(items))).revisions()].flat();

test('a key whose lease is gone stays, without it; one that names a lost lease in its past is left as it is', () => {
  const lease = [3n, 4n].map((id) => request({ leaseGrant: { id, ttl: 60 } }));
  const stored = storedBy([
    ...lease,
    put('a', '', 3n),
    put('b', '', 3n),
    put('b', '', 4n),
    put('c', '', 3n),
    remove('c'),
  ]);
  const file = databaseWith(
    (writer) => {
      for (const payload of stored) writer.revision(payload);
    },
    [4n],
  );
  const content = openSnapshotFile(file);
  expect(content.summary).toMatchObject({ orphans: 1, revisions: 5 });
  const machine = imported(file);
  const pairs = machine.kv.range(everything(4)).kvs;
  expect(pairs.map(({ key, lease: id }) => [String.fromCharCode(...key), id])).toEqual([
    ['a', 0n],
    ['b', 4n],
  ]);
  applyItem(machine, put('a'));
  expect(machine.kv.revision()).toBe(7);
});

test('revisions that cannot have been written by etcd are refused before anything is restored', () => {
  const [first, second] = storedBy([put('a'), put('a')]) as [Uint8Array, Uint8Array];
  const changed = (payload: Uint8Array, at: number, value: number): Uint8Array => {
    const out = payload.slice();
    out[at] = value;
    return out;
  };
  const cases: [string, Uint8Array[]][] = [
    ['revision 2 changes a key twice', [first, changed(first, 16, 1)]],
    ['are no revision', [changed(first, 7, 0)]],
    ['are no revision', [changed(first, 0, 0xff)]],
    ['revision 2.0 is not as etcd writes it', [changed(second, 7, 2)]],
    ['revision 2.0 cannot be read', [changed(first, 17, 0x77)]],
    ['revision 2.0 cannot be read', [first.subarray(0, first.length - 1)]],
  ];
  for (const [message, payloads] of cases) {
    const file = databaseWith((writer) => {
      for (const payload of payloads) writer.revision(payload);
    });
    expect(() => openSnapshotFile(file), message).toThrow(message);
  }
});

test('a revision without anything behind it is refused as damage', () => {
  const [first] = storedBy([put('a')]) as [Uint8Array];
  const file = new MemoryDisk().open('/foreign.db', { create: true });
  const bolt = new BoltWriter(file);
  bolt.bucket(b('key')).put(first.subarray(0, 17), new Uint8Array(0));
  bolt.bucket(b('meta'));
  bolt.finish();
  appendTrailer(file);
  expect(() => openSnapshotFile(file)).toThrow('the key bucket holds 17 bytes that are no revision');
});

test('a file without its checksum, or with a wrong one, is refused unless told otherwise', () => {
  const file = exported(machineWith([put('a')]));
  file.write(file.size() - 1, Uint8Array.of((file.read(file.size() - 1, 1)[0] ?? 0) ^ 1));
  expect(() => openSnapshotFile(file)).toThrow('does not match the checksum');
  file.truncate(file.size() - 32);
  expect(() => openSnapshotFile(file)).toThrow('has no checksum at its end');
  expect(openSnapshotFile(file, { skipHashCheck: true }).summary.revision).toBe(2);
  file.truncate(file.size() - 100);
  expect(() => openSnapshotFile(file, { skipHashCheck: true })).toThrow('fits neither form');
});

const WITH_USERS: readonly LogItem[] = [
  request({ authUserAdd: { name: 'root', hashedPassword: 'aGFzaA==' } }),
  request({ authUserAdd: { name: 'cert', options: { noPassword: true } } }),
  request({ authUserGrantRole: { user: 'root', role: 'root' } }),
  request({ authRoleAdd: { name: 'dev' } }),
  request({ authUserGrantRole: { user: 'cert', role: 'dev' } }),
  request({ authRoleGrantPermission: { name: 'dev', perm: { permType: 2, key: b('a'), rangeEnd: b('z') } } }),
  request({ authEnable: {} }),
];

test('users, roles, the auth revision and the switch go out and come back, or stay behind when the operator says so', () => {
  const machine = machineWith([put('a'), ...WITH_USERS]);
  const file = exported(machine);
  expect(openSnapshotFile(file).summary).toMatchObject({ users: 2, roles: 1, isAuthEnabled: true });
  const { auth } = imported(file);
  expect([auth.isEnabled, auth.revision]).toEqual([true, 7]);
  expect(auth.userNames().map((name) => auth.user(name))).toEqual(
    machine.auth.userNames().map((name) => machine.auth.user(name)),
  );
  expect(auth.permissionsOf('dev')).toEqual([{ permType: 2, key: b('a'), rangeEnd: b('z') }]);

  const open = freshMachine(OTHER.clusterId);
  restoreContent({ content: openSnapshotFile(file), machine: open, cluster: OTHER, dropAuth: true });
  expect([open.auth.isEnabled, open.auth.revision, open.auth.userNames()]).toEqual([false, 1, []]);
});

test('a damaged file is refused with the one error, or what it says is restored', () => {
  const whole = exported(
    machineWith([request({ leaseGrant: { id: 7n, ttl: 60 } }), put('a', 'x'.repeat(3000), 7n), put('b')]),
  );
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 8 }), (seed, flips) => {
      const prng = new Prng(seed);
      const bytes = whole.read(0, whole.size());
      for (let i = 0; i < flips; i++) bytes[Math.floor(prng.float() * bytes.length)] = Math.floor(prng.float() * 256);
      const file = {
        path: 'damaged.db',
        size: () => bytes.length,
        read: (at: number, n: number) => bytes.slice(at, at + n),
      };
      const machine = freshMachine(OTHER.clusterId);
      try {
        restoreContent({ content: openSnapshotFile(file, { skipHashCheck: true }), machine, cluster: OTHER });
      } catch (error) {
        if (!(error instanceof DamagedFileError || error instanceof SnapshotRefusedError)) throw error;
        expect(machine.kv.revision()).toBe(1);
      }
    }),
    { numRuns: 300 },
  );
});

function everything(revision = 0): RangeRequest {
  return RangeRequest.create({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0), revision });
}
