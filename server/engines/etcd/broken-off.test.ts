/** Answers that a server never finished, as HTTP/2 tells them: no fault of the request, and no failure of ours. */
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError } from '../engine.ts';
import { openEtcdEngine } from './engine.ts';

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_CANCEL, NGHTTP2_PROTOCOL_ERROR } = http2.constants;
const KEY = utf8Encode('/x');
const ONE = { key: KEY, end: new Uint8Array(0) };

let server: http2.Http2Server;
let engine: Engine;

/** Every call is answered by what `end` does to its stream. */
async function serve(end: (stream: http2.ServerHttp2Stream) => void): Promise<void> {
  server = http2.createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.on('data', () => undefined);
    end(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  engine = openEtcdEngine({
    endpoints: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
    tls: null,
    auth: null,
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
