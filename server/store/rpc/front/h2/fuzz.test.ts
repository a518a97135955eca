/** Our framing and node:http2 side by side under the same clients, and ours alone under bytes that are no protocol. */
import { once } from 'node:events';
import { connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EtcdError } from '../../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../../lib/base/grpc-status.ts';
import { Prng } from '../../../../../lib/base/prng.ts';
import { bytes, message } from '../../../../../lib/base/protobuf/schema.ts';
import { GrpcClient } from '../../test-support/grpc-client.ts';
import { grpcMessage, literalBlock, requestFields } from '../../test-support/raw-peer.ts';
import { createFront } from '../front.ts';
import { bidi, unary } from '../method.ts';
import type { Address, FramingName, Front } from '../types.ts';
import { frame, resetFrame, settingsFrame, windowUpdateFrame } from './control-frames.ts';
import { Flag, FrameType, PREFACE, Setting } from './protocol.ts';

const Blob = message('test.Blob', { bytes: bytes(1) });
const codec = { request: Blob, response: Blob };
const LARGE_BYTES = 50 * 1024 * 1024;
const MUTATIONS = 200;
const FRAMINGS: readonly FramingName[] = ['own', 'node'];

const fronts: Front[] = [];
const addresses: Address[] = [];
const defects: unknown[] = [];

beforeAll(async () => {
  for (const framing of FRAMINGS) {
    const front = createFront({
      framing,
      receiveBytesMax: LARGE_BYTES + 100,
      onDefect: (error) => defects.push(error),
      http: (_request, response) => response.end('ok'),
      methods: [
        unary('/test.Blob/Echo', codec, (request) => request),
        unary('/test.Blob/Refuse', codec, (request) => {
          throw new EtcdError(GrpcCode.NOT_FOUND, `no ${Buffer.from(request.bytes).toString('latin1')}`);
        }),
        bidi('/test.Blob/Chat', codec, (stream) => ({
          onMessage: (request) => stream.send(request),
          onEnd: () => stream.end(),
          onDrain: () => undefined,
          onClose: () => undefined,
        })),
      ],
    });
    fronts.push(front);
    addresses.push(await front.listen({ host: '127.0.0.1', port: 0 }));
  }
});
afterAll(async () => {
  await Promise.all(fronts.map((front) => front.close()));
  expect(defects).toEqual([]);
});

interface Sent {
  readonly path: string;
  readonly extra: Readonly<Record<string, string>>;
  readonly messages: readonly Uint8Array[];
  readonly zip: boolean;
  readonly chunkBytes: number;
}

const value = fc.string({
  unit: fc.constantFrom(...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))),
  maxLength: 40,
});
const sent: fc.Arbitrary<Sent> = fc.record({
  path: fc.constantFrom('/test.Blob/Echo', '/test.Blob/Refuse', '/test.Blob/Chat', '/test.Blob/Nope', '/nope'),
  extra: fc.dictionary(fc.stringMatching(/^x-[a-z0-9-]{1,10}$/), value, { maxKeys: 5 }),
  messages: fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 4 }),
  zip: fc.boolean(),
  chunkBytes: fc.integer({ min: 1, max: 3000 }),
});

function bodyOf(one: Sent): Buffer {
  return Buffer.concat(
    one.messages.map((each) => {
      const plain = Blob.encode({ bytes: each });
      const framed = grpcMessage(one.zip ? gzipSync(plain) : plain);
      if (one.zip) framed[0] = 1;
      return framed;
    }),
  );
}

/** What the client sees of one request: status, trailers, body, reset code. */
async function outcome(address: Address, script: readonly Sent[]): Promise<unknown[]> {
  const session = connectHttp2(`http://127.0.0.1:${address.port}`);
  const seen = script.map(async (one) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': one.path,
      'content-type': 'application/grpc',
      ...(one.zip ? { 'grpc-encoding': 'gzip' } : {}),
      ...one.extra,
    });
    const got: Record<string, unknown> = {};
    const keep = (headers: IncomingHttpHeaders): void => {
      for (const name of [':status', 'content-type', 'grpc-status', 'grpc-message'])
        if (headers[name] !== undefined) got[name] = String(headers[name]);
    };
    const parts: Buffer[] = [];
    stream
      .on('response', keep)
      .on('trailers', keep)
      .on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => parts.push(chunk));
    const body = bodyOf(one);
    for (let at = 0; at < body.length; at += one.chunkBytes) stream.write(body.subarray(at, at + one.chunkBytes));
    stream.end();
    await once(stream, 'close');
    return { ...got, body: Buffer.concat(parts).toString('hex') };
  });
  const all = await Promise.all(seen);
  session.destroy();
  return all;
}

test('a node:http2 client sees the same of both framings', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 6 }), async (script) => {
      const [own, node] = await Promise.all(addresses.map((address) => outcome(address, script)));
      expect(own).toEqual(node);
    }),
    { numRuns: 60, seed: 20_261_121 },
  );
});

test.each(FRAMINGS)('a grpc-js client sends 50 MiB to %s and gets them back', async (framing) => {
  const client = new GrpcClient(`127.0.0.1:${addresses[FRAMINGS.indexOf(framing)]?.port}`);
  const payload = Buffer.alloc(LARGE_BYTES, 'quorate');
  const answer = await client.must('/test.Blob/Echo', codec, { bytes: payload });
  expect(Buffer.from(answer.bytes).equals(payload)).toBe(true);
  client.close();
});

test('a client that cancels at any moment leaves nothing behind', async () => {
  const session = connectHttp2(`http://127.0.0.1:${addresses[0]?.port}`);
  const prng = new Prng(7);
  const closed = Array.from({ length: 300 }, async () => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/test.Blob/Chat',
      'content-type': 'application/grpc',
    });
    stream.on('error', () => undefined).resume();
    stream.write(grpcMessage(Blob.encode({ bytes: new Uint8Array(prng.int(0, 19_999)) })));
    for (let turns = prng.int(0, 5); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await once(stream, 'close');
  });
  await Promise.all(closed);
  await expect.poll(() => fronts[0]?.stats().openStreams).toBe(0);
  session.destroy();
});

/** A conversation that is right before it is damaged. */
function conversation(): Buffer {
  const body = grpcMessage(Blob.encode({ bytes: new Uint8Array(300) }));
  return Buffer.concat([
    PREFACE,
    settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 70_000]]),
    windowUpdateFrame(0, 100_000),
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, literalBlock(requestFields('/test.Blob/Chat'))),
    frame(FrameType.DATA, 0, 1, body),
    frame(FrameType.HEADERS, 0, 3, literalBlock(requestFields('/test.Blob/Echo'))),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 3, literalBlock({ 'x-more': 'yes' })),
    frame(FrameType.DATA, Flag.END_STREAM | Flag.PADDED, 3, Buffer.concat([Buffer.of(4), body, Buffer.alloc(4)])),
    frame(FrameType.PING, 0, 0, Buffer.alloc(8)),
    windowUpdateFrame(1, 5),
    resetFrame(1, 8),
    frame(FrameType.PRIORITY, 0, 5, Buffer.alloc(5)),
  ]);
}

test('damaged conversations cost their own connection at most', async () => {
  const prng = new Prng(42);
  for (let run = 0; run < MUTATIONS; run++) {
    const script = conversation();
    for (let hits = 1 + prng.int(0, 3); hits > 0; hits--)
      script[24 + prng.int(0, script.length - 24 - 1)] = prng.int(0, 255);
    const cut = prng.int(0, 3) === 0 ? script.subarray(0, prng.int(0, script.length - 1)) : script;
    const socket = connect(addresses[0]?.port ?? 0, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    socket.end(cut);
    await once(socket, 'close');
  }
  await expect.poll(() => fronts[0]?.stats().openStreams).toBe(0);
  const client = new GrpcClient(`127.0.0.1:${addresses[0]?.port}`);
  expect(await client.call('/test.Blob/Echo', codec, { bytes: Uint8Array.of(1) })).toMatchObject({ ok: true });
  client.close();
});
