/** Every path of the JSON gateway once with an empty request, its aliases, and what is no path; beside the real etcd (§2, §12). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { isSince } from './harness/etcd-version.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;
const ANSWER_MS = 10_000;

/** Answered with one message or a refusal; in an order in which none changes what the next one meets. */
const UNARY = [
  ...['kv/range', 'kv/put', 'kv/deleterange', 'kv/txn'],
  ...['lease/revoke', 'kv/lease/revoke', 'lease/timetolive', 'kv/lease/timetolive', 'lease/leases', 'kv/lease/leases'],
  ...['cluster/member/remove', 'cluster/member/update', 'cluster/member/promote', 'cluster/member/list'],
  ...['maintenance/defragment', 'maintenance/hash', 'maintenance/transfer-leadership'],
  ...['auth/enable', 'auth/disable', 'auth/authenticate'],
  ...['user/add', 'user/get', 'user/list', 'user/delete', 'user/changepw', 'user/grant', 'user/revoke'].map(
    (one) => `auth/${one}`,
  ),
  ...['role/add', 'role/get', 'role/list', 'role/delete', 'role/revoke'].map((one) => `auth/${one}`),
  ...['lock/unlock', 'election/proclaim', 'election/leader', 'election/resign'],
];
/** They came later, or answer what they do now since later: compared from that release on. */
const LATER: Readonly<Record<string, string>> = {
  'auth/status': '3.5.0',
  'auth/role/grant': '3.5.0',
  'maintenance/alarm': '3.5.0',
  'maintenance/hashkv': '3.6.0',
  'maintenance/status': '3.6.0',
  'maintenance/downgrade': '3.5.0',
};
const NO_SUCH_PATH = { status: 404, body: { code: 5, message: 'Not Found' } };
const NO_PATHS = ['kv', 'kv/nothing', 'nothing', 'kv/range/more'];

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** gRPC's FailedPrecondition is 412 up to 3.5 and 400 since; an error has `error` beside `message` up to 3.5. */
function plain(status: number, text: string): Answer {
  if (status === 200) return { status, body: Object.keys((JSON.parse(text) as object) ?? {}).sort() };
  const { code, message } = JSON.parse(text) as { code: number; message: string };
  return { status: status === 412 ? 400 : status, body: { code, message } };
}

async function post(store: Store, path: string, body = '{}'): Promise<Answer> {
  const response = await fetch(`http://${store.endpoints[0]}${path}`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return plain(response.status, await response.text());
}

withEtcd('every path of the gateway beside the real etcd', (binaries) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 1 });
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  const isThere = (path: string) => !(path in LATER) || isSince(binaries.version, [LATER[path] ?? '']);

  test.each([...UNARY, ...Object.keys(LATER)])('%s of an empty request', async (path) => {
    const ours = await post(pair.ours, `/v3/${path}`);
    expect(ours).not.toEqual(NO_SUCH_PATH);
    if (isThere(path)) expect(ours).toEqual(await post(pair.etcd, `/v3/${path}`));
  });

  test.each(NO_PATHS)('%s is no path', async (path) => {
    const statuses = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => {
        const response = await fetch(`http://${store.endpoints[0]}/v3/${path}`, { method: 'POST', body: '{}' });
        await response.text();
        return response.status;
      }),
    );
    expect(statuses).toEqual([404, 404]);
  });

  test('another method than POST', async () => {
    const [ours, etcd] = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => {
        const response = await fetch(`http://${store.endpoints[0]}/v3/kv/range`);
        return { status: response.status, text: await response.text() };
      }),
    );
    expect(ours?.status).toBe(501);
    // 405 up to 3.5.
    if (isSince(binaries.version, ['3.6.0'])) expect(etcd?.status).toBe(501);
    else expect(etcd?.status).toBe(405);
  });

  test('a path of the interface before is answered alike', async () => {
    const statuses = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => {
        const response = await fetch(`http://${store.endpoints[0]}/v2/keys/a`);
        await response.text();
        return response.status;
      }),
    );
    expect(statuses).toEqual([404, 404]);
  });

  test('a snapshot comes as a stream of messages, the last of them its checksum', async () => {
    const [ours, etcd] = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => {
        const response = await fetch(`http://${store.endpoints[0]}/v3/maintenance/snapshot`, {
          method: 'POST',
          body: '{}',
        });
        const lines = (await response.text()).trim().split('\n');
        const last = JSON.parse(lines.at(-1) ?? '') as { result: { blob: string; remaining_bytes?: string } };
        return {
          status: response.status,
          isStream: lines.length > 1,
          checksum: Buffer.from(last.result.blob, 'base64').length,
          remaining: last.result.remaining_bytes,
        };
      }),
    );
    expect(ours).toEqual(etcd);
  });
});
