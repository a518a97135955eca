/** `quorate-member` alone, as units, scripts and test frameworks that expect etcd start it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { TestAuthority } from '../../server/store/tls/test-support/authority.ts';
import { getSecurely } from '../conformance/harness/store.ts';
import { spawnMember } from '../fixtures/member.ts';
import { freePorts } from '../fixtures/ports.ts';
import { startProduct } from '../fixtures/product.ts';
import type { Running } from '../fixtures/running.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5000;
const READY = /ready to serve client requests/;

const authority = new TestAuthority();
const { cert, key } = authority.issue('member');
afterAll(() => authority.remove());

/** Runs to its end: the exit code and what it said, line by line. */
async function outcome(args: readonly string[], settings?: Readonly<Record<string, string>>) {
  const running = spawnMember(args, settings);
  const { code } = await running.exited;
  return { code, lines: running.output.trim().split('\n') };
}

interface Started {
  readonly running: Running;
  readonly port: number;
}

/** One member on free ports, with data of its own, ready. */
async function started(
  clientUrls: (port: number) => string,
  flags: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const [client = 0, peer = 0] = await freePorts(2);
  const folder = temporaryFolder('member');
  const running = spawnMember(
    [
      ...['--name', 'solo', '--data-dir', folder.path],
      ...['--listen-client-urls', clientUrls(client), '--advertise-client-urls', clientUrls(client)],
      ...[
        '--listen-peer-urls',
        `http://127.0.0.1:${peer}`,
        '--initial-advertise-peer-urls',
        `http://127.0.0.1:${peer}`,
      ],
      ...['--initial-cluster', `solo=http://127.0.0.1:${peer}`],
      ...flags,
    ],
    settings,
  );
  onTestFinished(async () => {
    await running.stop(STOP_GRACE_MS);
    folder.remove();
  });
  await running.waitFor(READY, READY_TIMEOUT_MS);
  return { running, port: client };
}

describe('bad TLS settings are one line and exit code 2', () => {
  const https = ['--listen-client-urls', 'https://127.0.0.1:1', '--data-dir'];
  test.each([
    ['no certificate', [], /^quorate-member: --listen-client-urls: .* needs a certificate: give --cert-file/],
    [
      'a missing file',
      ['--cert-file', 'none.pem', '--key-file', key],
      /--cert-file .*none.pem cannot be read \(ENOENT\)/,
    ],
    ['a key for a certificate', ['--cert-file', key, '--key-file', key], /--cert-file .* does not hold a certificate/],
    ['the key of another', ['--cert-file', authority.caFile, '--key-file', key], /is not the key of --cert-file/],
  ])('%s', async (_, flags, line) => {
    const folder = temporaryFolder('member');
    onTestFinished(folder.remove);
    expect(await outcome([...https, folder.path, ...flags])).toEqual({ code: 2, lines: [expect.stringMatching(line)] });
  });
});

test('http and https are served on one port', async () => {
  const both = (port: number) => `http://127.0.0.1:${port},https://127.0.0.1:${port}`;
  const { port } = await started(both, ['--cert-file', cert, '--key-file', key]);
  const plain = await (await fetch(`http://127.0.0.1:${port}/version`)).text();
  expect(plain).toContain('etcdserver');
  expect(await getSecurely(`https://127.0.0.1:${port}/version`, { ca: authority.caFile })).toBe(plain);
});

test('the console works on a member that asks for certificates', async () => {
  const https = (port: number) => `https://127.0.0.1:${port}`;
  const { port } = await started(https, [
    ...['--cert-file', cert, '--key-file', key, '--trusted-ca-file', authority.caFile, '--client-cert-auth'],
  ]);
  const own = authority.issue('console');
  const product = await startProduct({ endpoints: [https(port)], tls: { ca: authority.caFile, ...own } });
  onTestFinished(async () => {
    await product.stop();
  });
  const health = await fetch(`${product.url}/api/health`);
  expect([health.status, await health.json()]).toMatchObject([200, { status: 'ok' }]);
});

describe('a configuration file', () => {
  test('replaces flags and environment', async () => {
    const [client = 0, peer = 0] = await freePorts(2);
    const folder = temporaryFolder('member');
    const file = path.join(folder.path, 'member.yml');
    writeFileSync(
      file,
      `name: filed\ndata-dir: ${folder.path}/data\nlisten-client-urls: https://127.0.0.1:${client}\n` +
        `advertise-client-urls: https://127.0.0.1:${client}\nlisten-peer-urls: http://127.0.0.1:${peer}\n` +
        `initial-advertise-peer-urls: http://127.0.0.1:${peer}\ninitial-cluster: filed=http://127.0.0.1:${peer}\n` +
        `client-transport-security:\n  cert-file: ${cert}\n  key-file: ${key}\n`,
    );
    const running = spawnMember(['--config-file', file, '--name', 'ignored'], { ETCD_SNAPSHOT_COUNT: 'ignored' });
    onTestFinished(async () => {
      await running.stop(STOP_GRACE_MS);
      folder.remove();
    });
    await running.waitFor(READY, READY_TIMEOUT_MS);
    const list = await getSecurely(`https://127.0.0.1:${client}/metrics`, { ca: authority.caFile });
    expect(list).toMatch(/^etcd_disk_wal_fsync_duration_seconds_count [1-9]/m);
    expect(list).toMatch(/^etcd_server_proposals_pending 0$/m);
    expect(running.output).toContain('filed');
  });

  test('that cannot be read is one line and exit code 2', async () => {
    expect(await outcome(['--config-file', 'none.yml'])).toEqual({
      code: 2,
      lines: [expect.stringMatching(/^quorate-member: --config-file none.yml cannot be read \(ENOENT\)/)],
    });
  });
});

test('every flag is a setting of the environment too', async () => {
  const { code, lines } = await outcome([], { ETCD_CERT_FILE: cert });
  expect([code, lines]).toEqual([
    2,
    ['quorate-member: --cert-file and --key-file belong together: give both or neither'],
  ]);
});

test('systemd is told when the member is ready', async () => {
  const folder = temporaryFolder('systemd');
  const [tool, told] = [path.join(folder.path, 'systemd-notify'), path.join(folder.path, 'told')];
  writeFileSync(tool, `#!/bin/sh\necho "$@ $NOTIFY_SOCKET" > ${told}.part && mv ${told}.part ${told}\n`);
  chmodSync(tool, 0o755);
  onTestFinished(folder.remove);
  const environment = { PATH: `${folder.path}:${process.env.PATH}`, NOTIFY_SOCKET: '@socket' };
  const { running } = await started((port) => `http://127.0.0.1:${port}`, [], environment);
  await expect
    .poll(() => readFileSync(told, 'utf8'), { timeout: 10_000 })
    .toBe(`--ready --pid=${running.pid} @socket\n`);
});

test('old revisions are compacted away on schedule', async () => {
  const { port } = await started((at) => `http://127.0.0.1:${at}`, ['--auto-compaction-retention', '1s']);
  const url = `http://127.0.0.1:${port}`;
  const put = (value: string) =>
    fetch(`${url}/v3/kv/put`, { method: 'POST', body: JSON.stringify({ key: btoa('k'), value: btoa(value) }) });
  for (const value of ['1', '2', '3']) expect((await put(value)).status).toBe(200);
  const compacted = async () =>
    Number(/^etcd_debugging_mvcc_compact_revision (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);
  await expect.poll(compacted, { timeout: 10_000 }).toBe(4);
});
