/** Our reader against a log that a real etcd wrote. Skipped by name where the etcd server is not installed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PutRequest } from '../../../lib/base/etcdpb/kv.ts';
import { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import { NodeDisk } from '../ports/node-disk.ts';
import { Wal } from './wal.ts';

const ETCD = '/usr/bin/etcd';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

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

test.skipIf(!existsSync(ETCD))('a log written by a real etcd is read whole, with its puts in order', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'quorate-foreign-wal-'));
  const [client, peer] = [await freePort(), await freePort()];
  const etcd = spawn(
    ETCD,
    [
      ...['--name', 'real', '--data-dir', dir, '--initial-cluster', `real=http://127.0.0.1:${peer}`],
      ...[
        '--listen-client-urls',
        `http://127.0.0.1:${client}`,
        '--advertise-client-urls',
        `http://127.0.0.1:${client}`,
      ],
      ...[
        '--listen-peer-urls',
        `http://127.0.0.1:${peer}`,
        '--initial-advertise-peer-urls',
        `http://127.0.0.1:${peer}`,
      ],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise((resolve) => etcd.once('exit', resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      etcd.stderr.on('data', (chunk) => String(chunk).includes('ready to serve client requests') && resolve());
      etcd.once('exit', (code) => reject(new Error(`etcd stopped with code ${code}`)));
    });
    for (let i = 0; i < 50; i++) await put(client, `key-${i}`, `value-${i}`.repeat(i));
  } finally {
    etcd.kill('SIGKILL');
    await exited;
  }
  const { contents, wal } = Wal.open({ disk: new NodeDisk(), dir: path.join(dir, 'member/wal') });
  wal.close();
  rmSync(dir, { recursive: true });
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
