/** Answers that a server never finished, as HTTP/2 tells them: no fault of the request, and no failure of ours. */
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Credentials, type Engine, EngineError } from '../engine.ts';
import { openEtcdEngine } from './engine.ts';

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_CANCEL, NGHTTP2_PROTOCOL_ERROR } = http2.constants;
const KEY = utf8Encode('/x');
const ONE = { key: KEY, end: new Uint8Array(0) };

let server: http2.Http2Server;
let engine: Engine;

/** Every call is answered by what `end` does to its stream. */
async function serve(end: (stream: http2.ServerHttp2Stream, path: string) => void, auth: Credentials | null = null) {
  server = http2.createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    stream.on('data', () => undefined);
    end(stream, headers[':path'] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  engine = openEtcdEngine({
    endpoints: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
    tls: null,
    auth,
  });
}

afterEach(async () => {
  engine.close();
  await new Promise((resolve) => server.close(resolve));
});

const write = () =>
  engine.kv.write({ guards: [], ops: [{ type: 'put', key: KEY, value: KEY, lease: 0n }], otherwiseRead: [] });

describe.each([
  ['nothing said', NGHTTP2_NO_ERROR],
  ['an internal error', NGHTTP2_INTERNAL_ERROR],
  ['a cancellation', NGHTTP2_CANCEL],
  ['a protocol error', NGHTTP2_PROTOCOL_ERROR],
])('a stream that the server ends with %s', (_, code) => {
  test('is a store that does not answer; a write may have happened', async () => {
    await serve((stream) => stream.close(code));
    const said = {
      code: GrpcCode.UNAVAILABLE,
      message: expect.stringContaining('broke off'),
      endpoint: engine.endpoints[0],
    };
    await expect(engine.kv.list(ONE)).rejects.toMatchObject({ ...said, outcome: 'none' });
    await expect(write()).rejects.toMatchObject({ ...said, outcome: 'unknown' });
    const asked = engine.history?.changes({ ...ONE, fromRevision: 1, toRevision: 2, eventsMax: 1 });
    await expect(asked).rejects.toMatchObject(said);
  });
});

test('an engine that is closed answers with the reason it was closed for, and its watches end with it', async () => {
  await serve(() => undefined);
  const why = new EngineError(GrpcCode.UNAUTHENTICATED, 'ada is not signed in here any more: sign in again');
  engine.close(why);
  await expect(engine.kv.list(ONE)).rejects.toBe(why);
  await expect(write()).rejects.toBe(why);
  const failed = new Promise((resolve) => {
    const ignore = () => undefined;
    const handler = { onEvents: ignore, onAlive: ignore, onConnection: ignore, onCompacted: ignore, onFailed: resolve };
    engine.watch({ ranges: [ONE], startRevision: 1 }, handler);
  });
  expect(await failed).toBe(why);
});

describe('a user whose tokens the store does not take', () => {
  const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
  let signIns: number;

  /** A sign-in is answered with a token; any other call with this refusal, so many times. */
  async function refusing(message: string, times: number): Promise<void> {
    signIns = 0;
    let refused = 0;
    await serve(
      (stream, path) => {
        if (path !== methods.authenticate.path && refused++ < times) {
          stream.respond({ ...GRPC, 'grpc-status': '3', 'grpc-message': message }, { endStream: true });
          return;
        }
        const isSignIn = path === methods.authenticate.path;
        if (isSignIn) signIns++;
        const body = isSignIn ? methods.authenticate.response.encode({ token: `t${signIns}` }) : new Uint8Array();
        stream.respond(GRPC, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        const head = Buffer.alloc(5);
        head.writeUInt32BE(body.length, 1);
        stream.end(Buffer.concat([head, body]));
      },
      { user: 'ada', password: 'lovelace' },
    );
  }

  test.each([
    'etcdserver: revision of auth store is old',
    'auth: revision in header is old',
    'etcdserver: invalid auth token',
  ])('%s: it signs in again, as often as users are changed in a row', async (message) => {
    await refusing(message, 2);
    expect(await engine.kv.list(ONE)).toMatchObject({ count: 0 });
    expect(signIns).toBe(3);
  });

  test('who is never taken is told so, and a write did not happen', async () => {
    await refusing('etcdserver: revision of auth store is old', Number.POSITIVE_INFINITY);
    await expect(write()).rejects.toMatchObject({
      ...{ code: GrpcCode.UNAVAILABLE, outcome: 'none' },
      message: expect.stringContaining('users are being changed'),
    });
    expect(signIns).toBe(3);
  });

  test('a call without a user is a question of who asks', async () => {
    await refusing('etcdserver: user name is empty', Number.POSITIVE_INFINITY);
    const nobody = openEtcdEngine({ endpoints: engine.endpoints, tls: null, auth: null });
    await expect(nobody.kv.list(ONE)).rejects.toMatchObject({ code: GrpcCode.UNAUTHENTICATED });
    nobody.close();
  });
});
