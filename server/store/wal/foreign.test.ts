/** Our log and a real etcd's, each read by the other. Skipped by name where the etcd server is not installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { freePorts } from '../../../e2e/fixtures/ports.ts';
import { logIndex, memberId, term } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import type { PutRequest } from '../../../lib/base/etcdpb/kv.ts';
import { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import { bootstrapEntries, identifyCluster } from '../member/bootstrap.ts';
import { NodeDisk } from '../ports/node-disk.ts';
import type { Entry } from '../raft/types.ts';
import { Wal } from './wal.ts';

const ETCD = '/usr/bin/etcd';

async function put(port: number, key: string, value: string): Promise<void> {
  const body = JSON.stringify({ key: btoa(key), value: btoa(value) });
  const answer = await fetch(`http://127.0.0.1:${port}/v3/kv/put`, { method: 'POST', body });
  expect(answer.status).toBe(200);
}

/** etcd 3.4 also logs its own attributes as a request of the old v2 API, which is no InternalRaftRequest. */
function putOf(data: Uint8Array): PutRequest | undefined {
  try {
    return InternalRaftRequest.decode(data).put;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

interface RealEtcd {
  readonly dir: string;
  readonly clientPort: number;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** One etcd on free ports. Its peer URL is fixed before it starts, because its ids come from it. */
async function realEtcd(peerPort: number): Promise<RealEtcd> {
  const dir = mkdtempSync(path.join(tmpdir(), 'quorate-foreign-wal-'));
  const [clientPort = 0] = await freePorts(1);
  const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
  const args = ['--name', 'real', '--data-dir', dir, '--initial-cluster', `real=${peer}`];
  args.push('--listen-client-urls', client, '--advertise-client-urls', client);
  args.push('--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer);
  let etcd: ChildProcess | undefined;
  return {
    dir,
    clientPort,
    start: () =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(ETCD, args, { stdio: ['ignore', 'ignore', 'pipe'] });
        etcd = child;
        child.stderr.on('data', (chunk) => String(chunk).includes('ready to serve client requests') && resolve());
        child.once('exit', (code) => reject(new Error(`etcd stopped with code ${code}`)));
      }),
    kill: async () => {
      const gone = new Promise((resolve) => etcd?.once('exit', resolve));
      etcd?.kill('SIGKILL');
      await gone;
    },
  };
}

test.skipIf(!existsSync(ETCD))('a log written by a real etcd is read whole, with its puts in order', async () => {
  const [peerPort = 0] = await freePorts(1);
  const etcd = await realEtcd(peerPort);
  await etcd.start();
  for (let i = 0; i < 50; i++) await put(etcd.clientPort, `key-${i}`, `value-${i}`.repeat(i));
  await etcd.kill();
  const { contents, wal } = Wal.open({ disk: new NodeDisk(), dir: path.join(etcd.dir, 'member/wal') });
  wal.close();
  rmSync(etcd.dir, { recursive: true });
  const puts = contents.entries
    .filter((entry) => entry.type === 0 && entry.data.length > 0)
    .map((entry) => putOf(entry.data))
    .filter((one) => one !== undefined);
  expect(puts.map((one) => Buffer.from(one.key).toString())).toEqual(Array.from({ length: 50 }, (_, i) => `key-${i}`));
  expect(contents.entries.map((entry) => Number(entry.index))).toEqual(contents.entries.map((_, i) => i + 1));
  expect(contents.hardState.term).toBeGreaterThanOrEqual(2);
  expect(contents.identity.memberId).not.toBe(0n);
  expect(contents.cut).toBeUndefined();
});

test.skipIf(!existsSync(ETCD))('a real etcd starts from a log that we wrote and holds its puts', async () => {
  const [peerPort = 0] = await freePorts(1);
  const etcd = await realEtcd(peerPort);
  const cluster = identifyCluster([{ name: 'real', peerUrls: [`http://127.0.0.1:${peerPort}`] }], 'etcd-cluster');
  const [self] = cluster.members;
  const first = bootstrapEntries(cluster);
  const entryOf = (index: number): Entry => {
    const request = { header: { id: BigInt(index) }, put: { key: utf8Encode(`key-${index}`), value: utf8Encode('v') } };
    return { term: term(1), index: logIndex(index), type: 0, data: InternalRaftRequest.encode(request) };
  };
  const wal = Wal.create({
    disk: new NodeDisk(),
    dir: path.join(etcd.dir, 'member/wal'),
    identity: { memberId: self?.id ?? memberId(0n), clusterId: cluster.clusterId },
    first: { entries: first, hardState: stateAt(1), snapshot: undefined },
  });
  for (let index = 2; index <= 40; index++) {
    wal.append({ entries: [entryOf(index)], hardState: stateAt(index), snapshot: undefined });
    await new Promise<void>((resolve, reject) => wal.flush((error) => (error ? reject(error) : resolve())));
  }
  wal.close();
  await etcd.start();
  const body = JSON.stringify({ key: btoa('key-'), range_end: btoa('key.'), count_only: true });
  const answer = await fetch(`http://127.0.0.1:${etcd.clientPort}/v3/kv/range`, { method: 'POST', body });
  expect(await answer.json()).toMatchObject({ count: '39', header: { revision: '40' } });
  await etcd.kill();
  rmSync(etcd.dir, { recursive: true });
});

const stateAt = (commit: number) => ({ term: term(1), vote: memberId(0n), commitIndex: logIndex(commit) });
