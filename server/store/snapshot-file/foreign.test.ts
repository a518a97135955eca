/**
 * Our snapshot files against a real etcd, both ways. Skipped by name where its server and etcdctl are not installed. Everything
 * is read over etcd's JSON gateway and etcdctl, as an operator would.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../e2e/fixtures/ports.ts';
import { leaseId } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { crc32c } from '../../../lib/base/crc32c.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import type { StateMachine } from '../apply/types.ts';
import { identifyCluster } from '../member/bootstrap.ts';
import { DatabaseExport } from '../member/snapshot-export.ts';
import { restoreContent } from '../member/snapshot-restore.ts';
import { decodeRevision } from '../mvcc/revision-codec.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { NodeDisk } from '../ports/node-disk.ts';
import { openSnapshotFile, type SnapshotContent } from './content.ts';
import { appendTrailer, TRAILER_BYTES } from './trailer.ts';

const ETCD = '/usr/bin/etcd';
const ETCDCTL = '/usr/bin/etcdctl';
const isMissing = !(existsSync(ETCD) && existsSync(ETCDCTL));

interface Answer {
  readonly header?: { readonly revision: string };
  readonly kvs?: readonly unknown[];
  readonly ID?: string;
  readonly leases?: readonly unknown[];
  readonly grantedTTL?: string;
  readonly TTL?: string;
  readonly keys?: readonly string[];
}

interface RealEtcd {
  call(method: string, body: object): Promise<Answer>;
  ctl(...args: string[]): string;
}

const etcdctl = (...args: string[]): string =>
  execFileSync(ETCDCTL, args, {
    env: { ...process.env, ETCDCTL_API: '3' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();

async function stop(etcd: ChildProcess): Promise<void> {
  if (etcd.exitCode !== null || etcd.signalCode !== null) return;
  const exited = new Promise((resolve) => etcd.once('exit', resolve));
  etcd.kill('SIGKILL');
  await exited;
}

/** A running etcd; `snapshot`: restored from it by etcd's own tool first. Stopped when the test is over. */
async function startEtcd(dir: string, snapshot?: string): Promise<RealEtcd> {
  const [client = '', peer = ''] = (await freePorts(2)).map((port) => `http://127.0.0.1:${port}`);
  const identity = [
    '--name',
    'real',
    '--data-dir',
    dir,
    '--initial-cluster',
    `real=${peer}`,
    '--initial-advertise-peer-urls',
    peer,
  ];
  if (snapshot !== undefined) etcdctl('snapshot', 'restore', snapshot, ...identity);
  const listen = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer];
  const etcd = spawn(ETCD, [...identity, ...listen], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => stop(etcd));
  await new Promise<void>((resolve, reject) => {
    etcd.stderr.on('data', (chunk) => String(chunk).includes('ready to serve client requests') && resolve());
    etcd.once('exit', (code) => reject(new Error(`etcd stopped with code ${code}`)));
  });
  return {
    call: async (method, body) => {
      const answer = await fetch(`${client}/v3/${method}`, { method: 'POST', body: JSON.stringify(body) });
      const parsed: Answer & { readonly error?: string } = JSON.parse(await answer.text());
      if (answer.status !== 200) throw new Error(parsed.error);
      return parsed;
    },
    ctl: (...args) => etcdctl('--endpoints', client, ...args),
  };
}

/** Users with and without a password, a role on a range, and authentication on. */
async function addUsers({ call }: RealEtcd): Promise<void> {
  await call('auth/user/add', { name: 'root', password: 'r' });
  await call('auth/user/grant', { user: 'root', role: 'root' });
  await call('auth/user/add', { name: 'alice', password: 'a' });
  await call('auth/user/add', { name: 'cert', options: { no_password: true } });
  await call('auth/role/add', { name: 'dev' });
  const perm = { permType: 'READWRITE', key: b64('k'), range_end: b64('l') };
  await call('auth/role/grant', { name: 'dev', perm });
  await call('auth/user/grant', { user: 'alice', role: 'dev' });
  await call('auth/enable', {});
}

const LEASE = '3735928559';
const b64 = (text: string): string => Buffer.from(text).toString('base64');

/** Puts, overwrites, deletes, a lease, a transaction, values of many pages, and a compaction. Ends at revision 317. */
async function fill({ call }: RealEtcd): Promise<void> {
  const put = (key: string, value: string, lease?: string) =>
    call('kv/put', { key: b64(key), value: b64(value), ...(lease === undefined ? {} : { lease }) });
  await call('lease/grant', { ID: LEASE, TTL: 3600 });
  await call('lease/grant', { ID: '-5', TTL: 7200 });
  for (let i = 0; i < 300; i++) await put(`k${i % 90}`, `value ${i} `.repeat(i % 40));
  for (let i = 0; i < 5; i++) await put(`big${i}`, 'x'.repeat(30_000 * i));
  for (let i = 0; i < 4; i++) await put(`leased${i}`, 'l', LEASE);
  for (let i = 10; i < 14; i++) await call('kv/deleterange', { key: b64(`k${i}`) });
  await call('kv/compaction', { revision: '250', physical: true });
  await call('kv/txn', {
    success: [
      { requestDeleteRange: { key: b64('k2'), range_end: b64('k3') } },
      { requestPut: { key: b64('a'), value: b64('1') } },
      { requestPut: { key: b64('b') } },
    ],
  });
  await put('k20', 'again');
  await put('leased0', 'detached');
}

const LAST = 317;
const COMPACTED = 250;

/** What the API says: keys at several revisions, leases, and a hash. */
async function told({ call, ctl }: RealEtcd, hashAt: readonly number[]): Promise<unknown> {
  const pairs = [];
  for (const revision of [COMPACTED, 280, 305, 314, LAST])
    pairs.push((await call('kv/range', { key: b64('\0'), range_end: b64('\0'), revision: `${revision}` })).kvs);
  const hashes = hashAt.map((revision) => {
    const [answer] = JSON.parse(ctl('endpoint', 'hashkv', '--rev', `${revision}`, '-w', 'json'));
    return answer.HashKV.hash;
  });
  const leases = [];
  for (const ID of [LEASE, '-5']) {
    const { grantedTTL, keys } = await call('lease/timetolive', { ID, keys: true });
    leases.push({ grantedTTL, keys: [...(keys ?? [])].sort() });
  }
  return { pairs, hashes, leases };
}

/** Same, of our state machine, in the words of the gateway. */
function held(machine: StateMachine, content: SnapshotContent, hashAt: readonly number[]): unknown {
  return {
    pairs: [COMPACTED, 280, 305, 314, LAST].map((revision) => pairsAt(machine, revision)),
    hashes: hashAt.map((revision) => etcdHash(content, revision)),
    leases: machine.leases.list().length === 2 ? [leaseOf(machine, 3735928559n), leaseOf(machine, -5n)] : [],
  };
}

function pairsAt(machine: StateMachine, revision: number): unknown[] {
  const zero = Uint8Array.of(0);
  return machine.kv.range(RangeRequest.create({ key: zero, rangeEnd: zero, revision })).kvs.map((pair) => ({
    key: Buffer.from(pair.key).toString('base64'),
    create_revision: `${pair.createRevision}`,
    mod_revision: `${pair.modRevision}`,
    version: `${pair.version}`,
    ...(pair.value.length === 0 ? {} : { value: Buffer.from(pair.value).toString('base64') }),
    ...(pair.lease === 0n ? {} : { lease: `${pair.lease}` }),
  }));
}

function leaseOf(machine: StateMachine, id: bigint): unknown {
  const lease = machine.leases.get(leaseId(id));
  const keys = lease?.keys.map((key) => Buffer.from(key).toString('base64')) ?? [];
  return { grantedTTL: `${lease?.grantedTtl}`, keys: keys.sort() };
}

/** HashKV by etcd's rule: of what lies below the compaction, only what a compaction at `revision` would keep. */
function etcdHash(content: SnapshotContent, revision: number): number {
  const { compactRevision } = content.summary;
  const payloads = [...content.revisions()].flat();
  const newest = new Map<string, number>();
  for (const payload of payloads) {
    const { key, main } = decodeRevision(payload);
    if (main <= revision) newest.set(key, main);
  }
  let hash = crc32c(utf8Encode('key'));
  for (const payload of payloads) {
    const { key, main, tombstone } = decodeRevision(payload);
    if (main > revision) continue;
    if (main <= compactRevision && (tombstone || newest.get(key) !== main)) continue;
    hash = crc32c(payload, hash);
  }
  return hash;
}

function temporaryDirectory(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'quorate-snapshot-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** etcd 3.4 refuses a hash at exactly the compacted revision. */
const HASHES_AT = [COMPACTED + 1, 260, 300, 310, LAST];

test.skipIf(isMissing)(
  'a snapshot goes from a real etcd to us and on to a real etcd, and all three say the same',
  async () => {
    const dir = temporaryDirectory();
    const disk = new NodeDisk();
    const [saved, ours] = [path.join(dir, 'saved.db'), path.join(dir, 'ours.db')];
    const first = await startEtcd(path.join(dir, 'first'));
    await fill(first);
    const expected = await told(first, HASHES_AT);
    first.ctl('snapshot', 'save', saved);

    const content = openSnapshotFile(disk.open(saved, { create: false }));
    expect(content.summary).toMatchObject({ revision: LAST, compactRevision: COMPACTED, leases: 2, orphans: 0 });
    const cluster = identifyCluster([{ name: 'ours', peerUrls: ['http://127.0.0.1:1'] }], 'token');
    const machine = openStateMachine({ disk: new MemoryDisk(), dir: '/state', clusterId: cluster.clusterId });
    restoreContent({ content, machine, cluster });
    expect(held(machine, content, HASHES_AT)).toEqual(expected);
    expect(() => pairsAt(machine, COMPACTED - 1)).toThrow('required revision has been compacted');

    const file = disk.open(ours, { create: true });
    const image = machine.openSnapshot();
    const database = new DatabaseExport(image, file);
    while (database.step());
    image.close();
    appendTrailer(file);
    expect(JSON.parse(etcdctl('snapshot', 'status', ours, '-w', 'json'))).toMatchObject({
      revision: LAST,
      // Beside them two leases, four entries of meta, two of auth and a member.
      totalKey: content.summary.revisions + 2 + 4 + 2 + 1,
      totalSize: file.size() - TRAILER_BYTES,
    });

    const second = await startEtcd(path.join(dir, 'second'), ours);
    expect(await told(second, HASHES_AT)).toEqual(expected);
    await expect(second.call('kv/range', { key: b64('k1'), revision: `${COMPACTED - 1}` })).rejects.toThrow(
      'compacted',
    );
    const next = await second.call('kv/put', { key: b64('k1'), value: b64('on') });
    expect(next.header?.revision).toBe(`${LAST + 1}`);
    await second.call('kv/compaction', { revision: '300', physical: true });
    await second.call('lease/revoke', { ID: LEASE });
    expect((await second.call('kv/range', { key: b64('leased'), range_end: b64('leasee') })).kvs).toHaveLength(1);
  },
);

test.skipIf(isMissing)(
  'users, their passwords, roles and the switch go from a real etcd to us and on to a real etcd',
  async () => {
    const dir = temporaryDirectory();
    const disk = new NodeDisk();
    const [saved, ours] = [path.join(dir, 'saved.db'), path.join(dir, 'ours.db')];
    const first = await startEtcd(path.join(dir, 'first'));
    await first.call('kv/put', { key: b64('k1'), value: b64('v') });
    await addUsers(first);
    first.ctl('--user', 'root:r', 'snapshot', 'save', saved);

    const content = openSnapshotFile(disk.open(saved, { create: false }));
    expect(content.summary).toMatchObject({ users: 3, roles: 1, isAuthEnabled: true });
    const cluster = identifyCluster([{ name: 'ours', peerUrls: ['http://127.0.0.1:1'] }], 'token');
    const machine = openStateMachine({ disk: new MemoryDisk(), dir: '/state', clusterId: cluster.clusterId });
    restoreContent({ content, machine, cluster });
    expect(machine.auth.revision).toBe(content.auth.revision);
    const alice = { username: 'alice', revision: machine.auth.revision };
    machine.auth.checkWrite(alice, utf8Encode('k1'), utf8Encode('l'));
    expect(() => machine.auth.checkRead(alice, utf8Encode('m'), utf8Encode(''))).toThrow('permission denied');
    expect(String.fromCharCode(...(machine.auth.user('alice')?.password ?? []))).toMatch(/^\$2[aby]\$10\$/);

    const file = disk.open(ours, { create: true });
    const image = machine.openSnapshot();
    const database = new DatabaseExport(image, file);
    while (database.step());
    image.close();
    appendTrailer(file);
    // Byte for byte what etcd had: its own encoding of users and roles.
    const again = openSnapshotFile(file);
    expect(again.auth).toEqual(content.auth);

    const second = await startEtcd(path.join(dir, 'second'), ours);
    await expect(second.call('kv/range', { key: b64('k1') })).rejects.toThrow('user name is empty');
    expect(second.ctl('--user', 'alice:a', 'get', 'k1').trim()).toBe('k1\nv');
    expect(second.ctl('--user', 'alice:a', 'put', 'k2', 'w').trim()).toBe('OK');
    expect(() => second.ctl('--user', 'alice:a', 'put', 'm', 'w')).toThrow();
    expect(second.ctl('--user', 'root:r', 'user', 'list').trim().split('\n')).toEqual(['alice', 'cert', 'root']);
    expect(second.ctl('--user', 'root:r', 'role', 'get', 'dev')).toContain('[k, l)');
  },
  60_000,
);
