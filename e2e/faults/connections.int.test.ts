/**
 * Ten thousand connections to one member at once, held by another process: silent ones, such that only greet, and watchers. It serves,
 * tells every watcher, and has its memory back when they are gone. Where a process may have fewer files, there are as many as it may.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from '../../lib/base/etcdpb/kv.ts';
import { GrpcClient } from '../../server/store/rpc/test-support/grpc-client.ts';
import { spawnMember } from '../fixtures/member.ts';
import { freePorts } from '../fixtures/ports.ts';
import type { Running } from '../fixtures/running.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';

/** Files that a process needs besides its connections. */
const OTHER_FILES = 200;
/** Node raises its own limit to this one when it starts. */
const filesMax = Number(
  execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim().replace('unlimited', '1000000'),
);
const CONNECTIONS = Math.min(10_000, filesMax - OTHER_FILES);
const WATCHERS = Math.floor(CONNECTIONS / 3);
const MIB = 1024 * 1024;
const BYTES_EACH_MAX = 24 * 1024;
const LEFT_BEHIND_BYTES_MAX = 32 * MIB;
const PUTS = 20;
const SETTLE_MS = 30_000;
const TEST_TIMEOUT_MS = 180_000;
const CROWD_SCRIPT = path.join(import.meta.dirname, 'connection-crowd.ts');

const key = Buffer.from('crowd');
const PUT = { request: PutRequest, response: PutResponse };
const RANGE = { request: RangeRequest, response: RangeResponse };

let folder: TemporaryFolder;
let running: Running;
let client: GrpcClient;
let port = 0;

beforeAll(async () => {
  const [clientPort = 0, peer = 0] = await freePorts(2);
  port = clientPort;
  folder = temporaryFolder('connections');
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
  running = spawnMember([
    ...['--name', 'm', '--data-dir', folder.path, '--listen-client-urls', clientUrl],
    ...['--advertise-client-urls', clientUrl, '--listen-peer-urls', peerUrl],
    ...['--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `m=${peerUrl}`],
  ]);
  await running.waitFor(/ready to serve client requests/, 30_000);
  client = new GrpcClient(`127.0.0.1:${port}`);
});
afterAll(async () => {
  client?.close();
  await running?.stop(5000);
  folder?.remove();
});

class Crowd {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(count: number) {
    this.#child = spawn(process.execPath, [CROWD_SCRIPT, String(port), String(count)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('no output');
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /** The number in its next line. */
  async says(): Promise<number> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    return Number(line.split(' ')[1]);
  }

  ask(word: 'told' | 'alive' | 'forget'): Promise<number> {
    const answer = this.says();
    this.#child.stdin?.write(`${word}\n`);
    return answer;
  }

  async leave(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Requests make garbage, and garbage makes the collector run. */
async function memory(): Promise<number> {
  for (let i = 0; i < 8; i++) await client.must('/etcdserverpb.KV/Range', RANGE, { key: Buffer.from('garbage') });
  return (await metric('nodejs_heap_size_used_bytes')) + (await metric('nodejs_external_memory_bytes'));
}

/** The median of some puts, each read back. */
async function putMs(): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < PUTS; i++) {
    const since = performance.now();
    const value = Buffer.from(String(i));
    await client.must('/etcdserverpb.KV/Put', PUT, { key: Buffer.from('other'), value });
    const { kvs } = await client.must('/etcdserverpb.KV/Range', RANGE, { key: Buffer.from('other') });
    expect(Buffer.from(kvs[0]?.value ?? [])).toEqual(value);
    samples.push(performance.now() - since);
  }
  return samples.sort((a, b) => a - b)[PUTS / 2] ?? Number.NaN;
}

test(`${CONNECTIONS} connections at once are served, and leave nothing behind`, {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  await client.must('/etcdserverpb.KV/Put', PUT, { key: Buffer.from('garbage'), value: Buffer.alloc(MIB) });
  // A small crowd first: what is compiled and kept for the first of them is not what the many cost.
  const few = new Crowd(300);
  expect(await few.says()).toBe(300);
  await few.leave();
  await expect.poll(() => metric('quorate_client_connections'), { timeout: SETTLE_MS }).toBeLessThan(20);
  for (let i = 0; i < 20; i++) await memory();
  const [before, aloneMs] = [await memory(), await putMs()];

  const since = performance.now();
  const crowd = new Crowd(CONNECTIONS);
  onTestFinished(() => crowd.leave());
  expect(await crowd.says()).toBe(CONNECTIONS);
  const openedMs = performance.now() - since;
  await expect.poll(() => metric('etcd_debugging_mvcc_watcher_total'), { timeout: SETTLE_MS }).toBe(WATCHERS);
  expect(await metric('quorate_client_connections')).toBeGreaterThanOrEqual(CONNECTIONS);
  const each = ((await memory()) - before) / CONNECTIONS;
  expect(each).toBeLessThan(BYTES_EACH_MAX);

  const amongManyMs = await putMs();
  await crowd.ask('forget');
  await client.must('/etcdserverpb.KV/Put', PUT, { key, value: Buffer.from('for all') });
  await expect.poll(() => crowd.ask('told'), { timeout: SETTLE_MS }).toBe(WATCHERS);
  expect(await crowd.ask('alive')).toBe(CONNECTIONS);

  await crowd.leave();
  await expect.poll(() => metric('quorate_client_connections'), { timeout: SETTLE_MS }).toBeLessThan(20);
  expect(await metric('etcd_debugging_mvcc_watcher_total')).toBe(0);
  await expect
    .poll(async () => (await memory()) - before, { timeout: SETTLE_MS, interval: 200 })
    .toBeLessThan(LEFT_BEHIND_BYTES_MAX);
  expect(running.output).not.toMatch(/defect|invariant/);
  console.log(
    `${CONNECTIONS} connections (a process may have ${filesMax} files) opened in ${openedMs.toFixed(0)} ms, ${each.toFixed(0)} bytes each; ` +
      `put and get: ${aloneMs.toFixed(1)} ms alone, ${amongManyMs.toFixed(1)} ms among them`,
  );
});
