import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bytes, message } from '../../../../lib/base/protobuf/schema.ts';
import { HEADER_LIST_BYTES_MAX } from '../limits.ts';
import { GrpcClient } from '../test-support/grpc-client.ts';
import { grpcMessage, RawPeer, requestFields } from '../test-support/raw-peer.ts';
import { createFront } from './front.ts';
import { resetFrame } from './h2/control-frames.ts';
import { ErrorCode } from './h2/protocol.ts';
import { bidi, unary } from './method.ts';
import type { Address, FramingName, Front } from './types.ts';

const Blob = message('test.Blob', { bytes: bytes(1) });
const codec = { request: Blob, response: Blob };
const STREAMS_MAX = 20;
const LARGE_BYTES = 50 * 1024 * 1024;
const HEADERS = { ':method': 'POST', ':path': '/test.Blob/Never', 'content-type': 'application/grpc', te: 'trailers' };

let front: Front;
let address: Address;
let defects: unknown[];
let closedStreams: number;
const sessions: ClientHttp2Session[] = [];

describe.each<FramingName>(['own', 'node'])('framing by %s', (framing) => {
  beforeEach(async () => {
    defects = [];
    closedStreams = 0;
    front = createFront({
      framing,
      receiveBytesMax: 4096,
      resetBurstMax: 100,
      streamsMax: STREAMS_MAX,
      onDefect: (error) => defects.push(error),
      http: (_request, response) => response.end('ok'),
      methods: [
        unary('/test.Blob/Large', codec, () => ({ bytes: new Uint8Array(LARGE_BYTES) })),
        unary('/test.Blob/Echo', codec, (request) => request),
        unary('/test.Blob/Never', codec, () => new Promise(() => undefined)),
        bidi('/test.Blob/Stay', codec, () => ({
          onMessage: () => undefined,
          onEnd: () => undefined,
          onDrain: () => undefined,
          onClose: () => {
            closedStreams++;
          },
        })),
      ],
    });
    address = await front.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(async () => {
    for (const session of sessions.splice(0)) session.destroy();
    await front.close();
    expect(defects).toEqual([]);
  });

  const session = (): ClientHttp2Session => {
    const made = connectHttp2(`http://127.0.0.1:${address.port}`);
    made.on('error', () => undefined);
    sessions.push(made);
    return made;
  };

  async function stillServes(): Promise<void> {
    const client = new GrpcClient(`127.0.0.1:${address.port}`);
    expect(await client.call('/test.Blob/Echo', codec, { bytes: Uint8Array.of(1) })).toMatchObject({ ok: true });
    client.close();
  }

  async function sendRaw(payload: Buffer): Promise<void> {
    const socket = connect(address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.end(payload);
    socket.resume();
    await once(socket, 'close');
  }

  test('garbage after the preface, a TLS hello, half a preface and silence cost only their own connection', async () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await sendRaw(Buffer.concat([preface, Buffer.alloc(500, 0xfe)]));
    await sendRaw(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
    await sendRaw(Buffer.from('PR'));
    await sendRaw(Buffer.from('PRI * HTTP/1.1\r\n\r\n'));
    await sendRaw(Buffer.alloc(0));
    await stillServes();
  });

  test('a connection that breaks closes the handlers of its streams', async () => {
    const broken = session();
    const stream = broken.request({ ...HEADERS, ':path': '/test.Blob/Stay' });
    stream.on('error', () => undefined);
    await expect.poll(() => front.stats().openStreams).toBe(1);
    broken.destroy();
    await expect.poll(() => closedStreams).toBe(1);
    expect(front.stats().openStreams).toBe(0);
  });

  test('headers beyond the bound are refused', async () => {
    const client = session();
    await once(client, 'remoteSettings');
    const stream = client.request({ ...HEADERS, filler: 'x'.repeat(HEADER_LIST_BYTES_MAX) });
    stream.end();
    const [error] = await once(stream, 'error');
    expect(String(error)).toContain('ENHANCE_YOUR_CALM');
    await stillServes();
  });

  test('a flood of resets ends the connection that makes it, and no other', async () => {
    const flood = session();
    const gone = new Promise((resolve) => flood.once('close', resolve));
    await once(flood, 'remoteSettings');
    // More than the burst and all that is refilled meanwhile; the reset waits a turn, else neither frame leaves.
    for (let i = 0; i < 100_000 && !flood.destroyed; i++) {
      const stream = flood.request(HEADERS);
      stream.on('error', () => undefined);
      setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
      if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
    await stillServes();
  });

  test('streams beyond the operator’s bound are refused, and there is room again when one ends', async () => {
    const peer = await RawPeer.connect(address.port);
    const never = requestFields('/test.Blob/Never');
    for (let id = 1; id <= 2 * STREAMS_MAX + 1; id += 2) peer.request(id, never);
    expect(await peer.reset(2 * STREAMS_MAX + 1)).toBe(ErrorCode.REFUSED_STREAM);
    peer.send(resetFrame(1, ErrorCode.CANCEL));
    const echo = requestFields('/test.Blob/Echo');
    peer
      .request(2 * STREAMS_MAX + 3, echo)
      .data(2 * STREAMS_MAX + 3, grpcMessage(Blob.encode({ bytes: Uint8Array.of(1) })));
    expect(await peer.fields(2 * STREAMS_MAX + 3)).toMatchObject({ ':status': '200' });
    peer.destroy();
  });

  test('an answer of 50 MiB arrives whole', async () => {
    const client = new GrpcClient(`127.0.0.1:${address.port}`);
    const answer = await client.must('/test.Blob/Large', codec, {});
    expect(answer.bytes).toHaveLength(LARGE_BYTES);
    client.close();
  });
});
