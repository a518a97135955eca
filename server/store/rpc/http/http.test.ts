import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NO_MEMBER } from '../../../../lib/base/brand.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { FramingName } from '../front/types.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

let served: ServedMember;
let defects: unknown[];

describe.each<FramingName>(['own', 'node'])('framing by %s', (framing) => {
  beforeEach(async () => {
    defects = [];
    served = await serveFakeMember({ framing, onDefect: (error) => defects.push(error) });
  });
  afterEach(() => served.close());

  const get = async (path: string) => {
    const response = await fetch(served.url + path);
    return { status: response.status, text: await response.text() };
  };
  const post = async (path: string, body: unknown) => {
    const response = await fetch(served.url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as unknown };
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('a healthy member says so', async () => {
    expect(await get('/health')).toEqual({ status: 200, text: '{"health":"true","reason":""}' });
  });

  test('health names its reason, and can be asked to overlook it', async () => {
    await served.member.propose({ alarm: { action: 1, memberId: served.member.memberId, alarm: 1 } });
    expect(await get('/health')).toEqual({ status: 503, text: '{"health":"false","reason":"ALARM NOSPACE"}' });
    expect((await get('/health?exclude=NOSPACE')).status).toBe(200);
    served.member.setLeader(NO_MEMBER);
    expect((await get('/health?exclude=NOSPACE')).text).toBe('{"health":"false","reason":"RAFT NO LEADER"}');
    expect((await get('/health?exclude=NOSPACE&serializable=true')).status).toBe(200);
    served.member.setLeader(served.member.memberId);
    served.member.failure = etcdErrors.timeout();
    expect((await get('/health?exclude=NOSPACE')).text).toBe(
      '{"health":"false","reason":"RANGE ERROR:etcdserver: request timed out"}',
    );
  });

  test('probes answer ok, list their checks, and name the failed one', async () => {
    expect(await get('/livez')).toEqual({ status: 200, text: 'ok\n' });
    expect((await get('/readyz?verbose')).text).toContain('[+]linearizable_read ok\n');
    served.member.failure = etcdErrors.noLeader();
    expect((await get('/livez')).status).toBe(200);
    const readyz = await get('/readyz');
    expect(readyz.status).toBe(503);
    expect(readyz.text).toContain('[-]linearizable_read failed: etcdserver: no leader');
    expect((await get('/readyz?exclude=linearizable_read')).status).toBe(200);
    expect((await get('/readyz/serializable_read')).status).toBe(200);
    expect((await get('/readyz/nonsense')).status).toBe(404);
  });

  test('only GET reads the pages, and unknown paths are 404', async () => {
    const response = await fetch(`${served.url}/health`, { method: 'POST' });
    expect(response.status).toBe(405);
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/v2/keys/a')).status).toBe(404);
  });

  test('metrics are Prometheus text under etcd’s names', async () => {
    await post('/v3/kv/put', { key: base64('a'), value: base64('1') });
    await get('/health');
    const { text } = await get('/metrics');
    for (const line of [
      'etcd_server_has_leader 1',
      'etcd_server_is_leader 1',
      'etcd_server_health_success 1',
      'etcd_debugging_mvcc_current_revision 2',
      'grpc_server_handled_total{grpc_code="OK",grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? -?[\d.e+-]+)$/);
    }
  });

  test('the gateway puts and reads in proto3 JSON', async () => {
    const put = await post('/v3/kv/put', { key: base64('foo'), value: base64('bar') });
    expect(put).toMatchObject({ status: 200, json: { header: { revision: '2' } } });
    const range = await post('/v3beta/kv/range', { key: base64('foo'), rangeEnd: base64('fop'), limit: '10' });
    expect(range.json).toMatchObject({
      kvs: [{ key: base64('foo'), create_revision: '2', mod_revision: '2', version: '1', value: base64('bar') }],
      count: '1',
    });
  });

  test('the gateway runs transactions with enums by name', async () => {
    const txn = await post('/v3/kv/txn', {
      compare: [{ target: 'CREATE', key: base64('new'), createRevision: '0' }],
      success: [{ requestPut: { key: base64('new'), value: base64('v') } }],
    });
    expect(txn.json).toMatchObject({ succeeded: true, responses: [{ response_put: { header: { revision: '2' } } }] });
  });

  test.each([
    ['/v3/kv/put', {}, 400, { code: 3, message: 'etcdserver: key is not provided' }],
    ['/v3/kv/range', { key: base64('a'), revision: 99 }, 400, { code: 11 }],
    ['/v3/lease/revoke', { ID: 9 }, 404, { code: 5, message: 'etcdserver: requested lease not found' }],
    ['/v3/kv/put', '{"key":', 400, { code: 3 }],
    [
      '/v3/kv/put',
      { key: 'not base64!' },
      400,
      { code: 3, message: 'etcdserverpb.PutRequest.key is not valid base64' },
    ],
    ['/v3/no/such', {}, 404, { code: 5, message: 'Not Found' }],
  ])('POST %s with %j is refused with the status of its code', async (path, body, status, json) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject(json);
  });

  test('a client that leaves in the middle of its request is no defect', async () => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.write('POST /v3/kv/put HTTP/1.1\r\nHost: m\r\nContent-Length: 1000\r\n\r\n{"key":');
    const canceled = async () => {
      const metrics = await get('/metrics');
      return /grpc_server_handled_total\{grpc_code="Canceled",grpc_method="Put".*\} 1/.test(metrics.text);
    };
    await expect.poll(async () => (await get('/metrics')).text).toMatch(/started_total\{grpc_method="Put".* 1/);
    socket.destroy();
    await expect.poll(canceled).toBe(true);
    expect(defects).toEqual([]);
  });

  test('GET on a gateway path is 501, as etcd 3.6 answers', async () => {
    expect(await get('/v3/kv/range')).toEqual({ status: 501, text: '{"code":12,"message":"Method Not Allowed"}' });
  });

  test('a watch through the gateway streams results, one per line, until the client leaves', async () => {
    const abort = new AbortController();
    const response = await fetch(`${served.url}/v3/watch`, {
      method: 'POST',
      body: JSON.stringify({ create_request: { key: base64('a') } }),
      signal: abort.signal,
    });
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    const created = JSON.parse((await reader.read()).value ?? '');
    expect(created).toMatchObject({ result: { created: true, header: { revision: '1' } } });
    await served.member.propose({ put: { key: new TextEncoder().encode('a'), value: new TextEncoder().encode('1') } });
    const event = JSON.parse((await reader.read()).value ?? '');
    expect(event.result.events).toEqual([
      { kv: { key: base64('a'), create_revision: '2', mod_revision: '2', version: '1', value: base64('1') } },
    ]);
    abort.abort();
    await expect.poll(() => served.member.watches.watcherCount()).toBe(0);
  });

  test('a stream through the gateway is told that the member stops', async () => {
    const response = await fetch(`${served.url}/v3/watch`, {
      method: 'POST',
      body: JSON.stringify({ create_request: { key: base64('a') } }),
    });
    const text = response.text();
    await expect.poll(() => served.member.watches.watcherCount()).toBe(1);
    await served.front.close();
    expect((await text).trim().split('\n').at(-1)).toBe('{"error":{"code":14,"message":"etcdserver: server stopped"}}');
  });

  test('keep-alives through the gateway: many requests in one body, then the end', async () => {
    await served.member.propose({ leaseGrant: { id: 5n, ttl: 30 } });
    const response = await fetch(`${served.url}/v3/lease/keepalive`, {
      method: 'POST',
      body: '{"ID":"5"} {"ID":6}\n{"ID":"5"}',
    });
    const lines = (await response.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).result)).toMatchObject([
      { ID: '5', TTL: '30' },
      { ID: '6' },
      { TTL: '30' },
    ]);
  });

  test('a stream that is refused answers with its error and status', async () => {
    vi.spyOn(served.member, 'snapshot').mockRejectedValue(etcdErrors.tooManyRequests());
    const answer = await post('/v3/maintenance/snapshot', {});
    expect(answer).toMatchObject({ status: 429, json: { error: { code: 8 } } });
  });
});
