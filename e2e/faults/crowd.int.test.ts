/**
 * Many who want little, and one who wants nothing any more: ten thousand watchers on one key, ten thousand idle leases, and a watcher
 * that stops reading. What each costs the member is measured and printed; the bounds are far above it.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from '../../lib/base/etcdpb/kv.ts';
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
} from '../../lib/base/etcdpb/lease.ts';
import { WatchRequest, WatchResponse } from '../../lib/base/etcdpb/watch.ts';
import { GrpcClient } from '../../server/store/rpc/test-support/grpc-client.ts';
import { grpcMessage, literalBlock, requestFields } from '../../server/store/rpc/test-support/raw-peer.ts';
import { spawnMember } from '../fixtures/member.ts';
import { freePorts } from '../fixtures/ports.ts';
import type { Running } from '../fixtures/running.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';

const CROWD = 10_000;
const STREAMS = 10;
const MIB = 1024 * 1024;
const GROWTH_BYTES_MAX = 96 * MIB;
const LARGE_VALUE = Buffer.alloc(256 * 1024, 'v');
/** 60 MiB: many times what a stream may hold of unread output. */
const LARGE_PUTS = 240;
const WORK_FACTOR_MAX = 1.6;
const EVENT_TIMEOUT_MS = 30_000;
const TEST_TIMEOUT_MS = 180_000;

const key = Buffer.from('crowd');
const put = { path: '/etcdserverpb.KV/Put', codec: { request: PutRequest, response: PutResponse } };
const range = { path: '/etcdserverpb.KV/Range', codec: { request: RangeRequest, response: RangeResponse } };
const grant = {
  path: '/etcdserverpb.Lease/LeaseGrant',
  codec: { request: LeaseGrantRequest, response: LeaseGrantResponse },
};
const leases = {
  path: '/etcdserverpb.Lease/LeaseLeases',
  codec: { request: LeaseLeasesRequest, response: LeaseLeasesResponse },
};
const watchCodec = { request: WatchRequest, response: WatchResponse };

let folder: TemporaryFolder;
let running: Running;
let client: GrpcClient;
let clientPort = 0;

beforeAll(async () => {
  const [client0 = 0, peer = 0] = await freePorts(2);
  clientPort = client0;
  folder = temporaryFolder('crowd');
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peer}`];
  running = spawnMember([
    ...['--name', 'm', '--data-dir', folder.path, '--listen-client-urls', clientUrl],
    ...['--advertise-client-urls', clientUrl, '--listen-peer-urls', peerUrl],
    ...['--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `m=${peerUrl}`],
  ]);
  await running.waitFor(/ready to serve client requests/, 30_000);
  client = new GrpcClient(`127.0.0.1:${clientPort}`);
  await client.must(put.path, put.codec, { key: Buffer.from('garbage'), value: Buffer.alloc(MIB) });
});
afterAll(async () => {
  client?.close();
  await running?.stop(5000);
  folder?.remove();
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${clientPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** The least of some looks, with garbage made between them so that the collector runs. */
async function memory(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 20; look++) {
    for (let i = 0; i < 8; i++) await client.must(range.path, range.codec, { key: Buffer.from('garbage') });
    const used = (await metric('nodejs_heap_size_used_bytes')) + (await metric('nodejs_external_memory_bytes'));
    least = Math.min(least, used);
  }
  return least;
}

function report(what: string, bytes: number, count: number): void {
  console.log(`${what}: ${(bytes / MIB).toFixed(1)} MiB, ${Math.round(bytes / count)} bytes each`);
}

test(`${CROWD} watchers on one key are told of every change`, { timeout: TEST_TIMEOUT_MS }, async () => {
  const before = await memory();
  const streams = Array.from({ length: STREAMS }, () => client.stream('/etcdserverpb.Watch/Watch', watchCodec));
  for (const stream of streams) for (let i = 0; i < CROWD / STREAMS; i++) stream.send({ createRequest: { key } });
  const takeFromAll = async (isWanted: (answer: WatchResponse) => boolean): Promise<void> => {
    for (const stream of streams)
      for (let i = 0; i < CROWD / STREAMS; i++) expect(isWanted(await stream.message(EVENT_TIMEOUT_MS))).toBe(true);
  };
  await takeFromAll((answer) => answer.created);
  expect(await metric('etcd_debugging_mvcc_watcher_total')).toBe(CROWD);
  const grown = (await memory()) - before;
  report(`${CROWD} watchers`, grown, CROWD);
  expect(grown).toBeLessThan(GROWTH_BYTES_MAX);
  for (let round = 0; round < 3; round++) {
    const since = performance.now();
    await client.must(put.path, put.codec, { key, value: Buffer.from(`round ${round}`) });
    const answeredMs = performance.now() - since;
    await takeFromAll(({ events }) => Buffer.from(events[0]?.kv?.value ?? []).toString() === `round ${round}`);
    console.log(
      `a put answered after ${answeredMs.toFixed(0)} ms, ${CROWD} events taken after ${(performance.now() - since).toFixed(0)} ms`,
    );
  }
  for (const stream of streams) stream.cancel();
  await expect.poll(() => metric('etcd_debugging_mvcc_watcher_total')).toBe(0);
});

test(`${CROWD} idle leases are held`, { timeout: TEST_TIMEOUT_MS }, async () => {
  const before = await memory();
  for (let granted = 0; granted < CROWD; granted += 500)
    await Promise.all(Array.from({ length: 500 }, () => client.must(grant.path, grant.codec, { ttl: 3600 })));
  expect((await client.must(leases.path, leases.codec, {})).leases).toHaveLength(CROWD);
  const grown = (await memory()) - before;
  report(`${CROWD} leases`, grown, CROWD);
  expect(grown).toBeLessThan(GROWTH_BYTES_MAX);
});

/** Asks for a watch, opens its windows wide, and never reads. */
async function deafWatcher(): Promise<Socket> {
  const frame = (type: number, flags: number, streamId: number, payload: Uint8Array): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(streamId, 5);
    return Buffer.concat([head, payload]);
  };
  const window = Buffer.from([0x3f, 0xff, 0, 0]);
  const wide = frame(4, 0, 0, Buffer.concat([Buffer.of(0, 4), window]));
  const socket = connect(clientPort, '127.0.0.1');
  socket.on('error', () => undefined).pause();
  await once(socket, 'connect');
  socket.write(
    Buffer.concat([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      wide,
      frame(8, 0, 0, window),
      frame(1, 4, 1, literalBlock(requestFields('/etcdserverpb.Watch/Watch'))),
      frame(0, 0, 1, grpcMessage(WatchRequest.encode({ createRequest: { key } }))),
    ]),
  );
  return socket;
}

interface Told {
  /** From the put to the attentive watcher, in the middle of them. */
  readonly medianMs: number;
  /** What the member worked for all of them. */
  readonly cpuSeconds: number;
}

/** Large changes one after the other, each told to an attentive watcher before the next. */
async function tellAll(): Promise<Told> {
  const attentive = client.stream('/etcdserverpb.Watch/Watch', watchCodec);
  attentive.send({ createRequest: { key } });
  await attentive.message(EVENT_TIMEOUT_MS);
  const samples: number[] = [];
  const workedBefore = await metric('process_cpu_seconds_total');
  for (let i = 0; i < LARGE_PUTS; i++) {
    const since = performance.now();
    await client.must(put.path, put.codec, { key, value: LARGE_VALUE });
    expect((await attentive.message(EVENT_TIMEOUT_MS)).events).toHaveLength(1);
    samples.push(performance.now() - since);
  }
  const cpuSeconds = (await metric('process_cpu_seconds_total')) - workedBefore;
  attentive.cancel();
  return { medianMs: samples.sort((a, b) => a - b)[LARGE_PUTS / 2] ?? Number.NaN, cpuSeconds };
}

test('a watcher that stops reading costs a bound and delays nobody', { timeout: TEST_TIMEOUT_MS }, async () => {
  // The control, once before and once after; and it fills half of what the log holds in memory of what was written last, whoever watches.
  const alone = [await tellAll()];
  const deaf = await deafWatcher();
  await expect.poll(() => metric('etcd_debugging_mvcc_watcher_total')).toBe(1);
  const before = await memory();
  const beside = await tellAll();
  expect(await metric('etcd_debugging_mvcc_slow_watcher_total')).toBe(1);
  const grown = (await memory()) - before;
  deaf.destroy();
  await expect.poll(() => metric('etcd_debugging_mvcc_watcher_total')).toBe(0);
  alone.push(await tellAll());
  const written = LARGE_PUTS * LARGE_VALUE.length;
  const words = ({ medianMs, cpuSeconds }: Told) =>
    `${medianMs.toFixed(1)} ms (${cpuSeconds.toFixed(2)} s of work for all)`;
  console.log(
    `${(written / MIB).toFixed(0)} MiB written past a watcher that does not read: memory grew by ${(grown / MIB).toFixed(1)} MiB; ` +
      `the other is told within ${words(beside)}, without the deaf one ${alone.map(words).join(' before and ')} after`,
  );
  // The other half of the log, and not the same again in events that nobody takes.
  expect(grown).toBeLessThan(GROWTH_BYTES_MAX);
  // Time is what else the machine does; work is not. A member that tried the deaf one again and again would work for it.
  expect(beside.cpuSeconds).toBeLessThan(WORK_FACTOR_MAX * Math.max(...alone.map(({ cpuSeconds }) => cpuSeconds)));
});
