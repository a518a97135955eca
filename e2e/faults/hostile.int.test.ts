/**
 * A member under peers that break the rules, from one seed: it serves throughout, and afterwards its memory is what it was.
 * HOSTILE_SEED draws others; HOSTILE_PEERS (10000, say) sets their number for a longer run.
 */
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from '../../lib/base/etcdpb/kv.ts';
import { Prng } from '../../lib/base/prng.ts';
import { GrpcClient } from '../../server/store/rpc/test-support/grpc-client.ts';
import { spawnMember } from '../fixtures/member.ts';
import { freePorts } from '../fixtures/ports.ts';
import type { Running } from '../fixtures/running.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';
import { attack, HOSTILITIES } from './hostile-peers.ts';

const SEED = Number(process.env.HOSTILE_SEED ?? 1);
const PEERS = Number(process.env.HOSTILE_PEERS ?? 600);
const AT_ONCE = 100;
const TEST_TIMEOUT_MS = 60_000 + PEERS * 60;
const MIB = 1024 * 1024;
/** What a run may leave behind: caches, code compiled on the way, garbage not collected yet. */
const LEFT_BEHIND_BYTES_MAX = 48 * MIB;
const BLOB = Buffer.alloc(MIB, 'b');
const RANGE = { request: RangeRequest, response: RangeResponse };

let folder: TemporaryFolder;
let running: Running;
let client: GrpcClient;
let ports: { readonly client: number; readonly peer: number };

beforeAll(async () => {
  const [clientPort = 0, peer = 0] = await freePorts(2);
  ports = { client: clientPort, peer };
  folder = temporaryFolder('hostile');
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peer}`];
  running = spawnMember([
    ...['--name', 'm', '--data-dir', folder.path, '--listen-client-urls', clientUrl],
    ...['--advertise-client-urls', clientUrl, '--listen-peer-urls', peerUrl],
    ...['--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `m=${peerUrl}`],
  ]);
  await running.waitFor(/ready to serve client requests/, 30_000);
  client = new GrpcClient(`127.0.0.1:${clientPort}`);
});
afterAll(async () => {
  client?.close();
  await running?.stop(5000);
  folder?.remove();
});

async function put(name: string, value: Buffer): Promise<void> {
  const codec = { request: PutRequest, response: PutResponse };
  await client.must('/etcdserverpb.KV/Put', codec, { key: Buffer.from(name), value });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ports.client}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Requests make garbage, and garbage makes the collector run: without them an idle process keeps what nobody holds. */
async function memory(): Promise<number> {
  for (let i = 0; i < 8; i++) await client.must('/etcdserverpb.KV/Range', RANGE, { key: Buffer.from('garbage') });
  return (await metric('nodejs_heap_size_used_bytes')) + (await metric('nodejs_external_memory_bytes'));
}

test(
  `${PEERS} hostile peers of seed ${SEED} leave a member that serves, with the memory it had`,
  async () => {
    await put('garbage', BLOB);
    for (let i = 0; i < 20; i++) await memory();
    const before = await memory();
    const prng = new Prng(SEED);
    const kinds = Object.values(HOSTILITIES);
    let open: Socket[] = [];
    for (let done = 0; done < PEERS; done += AT_ONCE) {
      const attacks = Array.from({ length: Math.min(AT_ONCE, PEERS - done) }, (_, i) => {
        const kind = kinds[(done + i) % kinds.length] as (typeof kinds)[number];
        // Every tenth tries the port of the members.
        const port = i % 10 === 9 ? ports.peer : ports.client;
        return attack(port, kind.bytes(prng), kind.reads);
      });
      const [sockets] = await Promise.all([Promise.all(attacks), put('hostile', Buffer.from(`round ${done}`))]);
      open = [...open, ...sockets.filter((socket) => !socket.destroyed)];
    }
    for (const socket of open) socket.destroy();

    const { kvs } = await client.must('/etcdserverpb.KV/Range', RANGE, { key: Buffer.from('garbage') });
    expect(kvs[0]?.value.length).toBe(MIB);
    await expect.poll(() => metric('quorate_client_streams'), { timeout: 20_000 }).toBeLessThan(5);
    expect(await metric('etcd_debugging_mvcc_watcher_total')).toBe(0);
    await expect
      .poll(async () => (await memory()) - before, { timeout: 40_000, interval: 200 })
      .toBeLessThan(LEFT_BEHIND_BYTES_MAX);
    expect(running.output).not.toMatch(/defect|invariant/);
  },
  TEST_TIMEOUT_MS,
);
