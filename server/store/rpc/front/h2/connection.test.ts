/** The state machine frame by frame: what RFC 9113 calls an error of the stream, and what ends the connection. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bytes, message } from '../../../../../lib/base/protobuf/schema.ts';
import { HEADER_LIST_BYTES_MAX, STREAM_WINDOW_BYTES } from '../../limits.ts';
import { GrpcClient } from '../../test-support/grpc-client.ts';
import { grpcMessage, literalBlock, RawPeer, requestFields } from '../../test-support/raw-peer.ts';
import { createFront } from '../front.ts';
import { bidi, unary } from '../method.ts';
import type { Address, Front, ServerStream } from '../types.ts';
import { frame, goawayFrame, resetFrame, settingsFrame, windowUpdateFrame } from './control-frames.ts';
import { ErrorCode, Flag, FrameType, PREFACE, Setting, WINDOW_BYTES_DEFAULT, WINDOW_BYTES_MAX } from './protocol.ts';

const Blob = message('test.Blob', { bytes: bytes(1) });
const codec = { request: Blob, response: Blob };
const ECHO = '/test.Blob/Echo';
const NEVER = '/test.Blob/Never';
const ECHO_BODY = grpcMessage(Blob.encode({ bytes: Uint8Array.of(7) }));
const CONNECTION_BYTES_MAX = 4 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

let front: Front;
let address: Address;
let peer: RawPeer;
let opened: ServerStream<{ readonly bytes: Uint8Array }>[];
let received: number;
let defects: unknown[];

beforeEach(async () => {
  [opened, received, defects] = [[], 0, []];
  front = createFront({
    receiveBytesMax: 1024 * 1024,
    resetBurstMax: 50,
    connectionBytesMax: CONNECTION_BYTES_MAX,
    onDefect: (error) => defects.push(error),
    http: (_request, response) => response.end('ok'),
    methods: [
      unary(ECHO, codec, (request) => request),
      unary(NEVER, codec, () => new Promise(() => undefined)),
      bidi('/test.Blob/Stay', codec, (stream) => {
        opened.push(stream);
        return {
          onMessage: (request) => {
            received += request.bytes.length;
          },
          onEnd: () => stream.end(),
          onDrain: () => undefined,
          onClose: () => undefined,
        };
      }),
    ],
  });
  address = await front.listen({ host: '127.0.0.1', port: 0 });
  peer = await RawPeer.connect(address.port);
});

afterEach(async () => {
  // Whatever was done to one connection, the next one is served, nothing is left open and nothing was a defect.
  const client = new GrpcClient(`127.0.0.1:${address.port}`);
  expect(await client.call(ECHO, codec, { bytes: Uint8Array.of(1) })).toMatchObject({ ok: true });
  client.close();
  peer.destroy();
  await expect.poll(() => front.stats().openStreams).toBe(0);
  await front.close();
  expect(defects).toEqual([]);
});

test.each(['http://127.0.0.1:2379', 'a b', '', 'user@host', 'unix:///run/x.sock', '[::1'])(
  'the authority "%s" is nobody’s business',
  async (authority) => {
    peer.request(1, requestFields(ECHO, { ':authority': authority })).data(1, ECHO_BODY);
    expect(await peer.fields(1)).toMatchObject({ ':status': '200', 'grpc-status': '0' });
    expect(peer.body(1)).toEqual(ECHO_BODY);
  },
);

test('padding, priority, CONTINUATION and unknown frames are read as what they are', async () => {
  const block = literalBlock(requestFields(ECHO));
  const padded = Buffer.concat([Buffer.of(3), ECHO_BODY, Buffer.alloc(3)]);
  const opening = Buffer.concat([Buffer.of(2, 0x80, 0, 0, 0, 16), block.subarray(0, 10), Buffer.alloc(2)]);
  peer.send(
    frame(0xbb, 0xff, 1, Buffer.from('grease')),
    frame(FrameType.PRIORITY, 0, 9, Buffer.alloc(5)),
    frame(FrameType.HEADERS, Flag.PADDED | Flag.PRIORITY, 1, opening),
    frame(FrameType.CONTINUATION, 0, 1, block.subarray(10, 11)),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, block.subarray(11)),
    frame(FrameType.DATA, Flag.PADDED, 1, padded),
    frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, literalBlock({ 'a-trailer': 'x' })),
  );
  expect(await peer.fields(1)).toMatchObject({ 'grpc-status': '0' });
  expect(peer.body(1)).toEqual(ECHO_BODY);
});

test('frames cut at every byte mean the same', async () => {
  const socketless = await RawPeer.connect(address.port, EMPTY);
  const all = Buffer.concat([
    PREFACE,
    settingsFrame([]),
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, literalBlock(requestFields(ECHO))),
    frame(FrameType.DATA, Flag.END_STREAM, 1, ECHO_BODY),
  ]);
  for (const byte of all) {
    socketless.send(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await socketless.fields(1)).toMatchObject({ 'grpc-status': '0' });
  socketless.destroy();
});

test('PING is answered with its own bytes, SETTINGS with ACK', async () => {
  peer.send(frame(FrameType.PING, 0, 0, Buffer.from('12345678')));
  const pong = await peer.until(() => peer.of(0, FrameType.PING)[0]);
  expect([pong.flags, String(pong.payload)]).toEqual([Flag.ACK, '12345678']);
  await peer.until(() => peer.of(0, FrameType.SETTINGS)[1]?.flags === Flag.ACK);
});

test('a peer that shrinks its header table is told that we use none', async () => {
  peer.send(settingsFrame([[Setting.HEADER_TABLE_SIZE, 0]]));
  for (const id of [1, 3]) {
    peer.request(id, requestFields(ECHO)).data(id, ECHO_BODY);
    await peer.fields(id);
  }
  expect(peer.of(1, FrameType.HEADERS)[0]?.payload[0]).toBe(0x20);
  expect(peer.of(3, FrameType.HEADERS)[0]?.payload[0]).toBe(0x88);
});

const beyondHead = Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 0]);
const headers = (flags: number, id: number, block = literalBlock(requestFields(NEVER))) =>
  frame(FrameType.HEADERS, flags, id, block);

describe('a connection error', () => {
  test.each<[string, number, readonly Buffer[]]>([
    ['DATA on stream 0', ErrorCode.PROTOCOL_ERROR, [frame(0, 0, 0, ECHO_BODY)]],
    ['DATA on an idle stream', ErrorCode.PROTOCOL_ERROR, [frame(0, 0, 5, ECHO_BODY)]],
    ['HEADERS on stream 0', ErrorCode.PROTOCOL_ERROR, [headers(4, 0)]],
    ['HEADERS on an even stream', ErrorCode.PROTOCOL_ERROR, [headers(4, 2)]],
    ['RST_STREAM on an idle stream', ErrorCode.PROTOCOL_ERROR, [resetFrame(7, 8)]],
    ['RST_STREAM on stream 0', ErrorCode.PROTOCOL_ERROR, [resetFrame(0, 8)]],
    ['RST_STREAM of 3 bytes', ErrorCode.FRAME_SIZE_ERROR, [headers(4, 1), frame(3, 0, 1, Buffer.alloc(3))]],
    ['WINDOW_UPDATE on an idle stream', ErrorCode.PROTOCOL_ERROR, [windowUpdateFrame(9, 1)]],
    ['WINDOW_UPDATE by 0', ErrorCode.PROTOCOL_ERROR, [windowUpdateFrame(0, 0)]],
    ['WINDOW_UPDATE of 5 bytes', ErrorCode.FRAME_SIZE_ERROR, [frame(8, 0, 0, Buffer.alloc(5))]],
    ['a window beyond 2^31-1', ErrorCode.FLOW_CONTROL_ERROR, [windowUpdateFrame(0, WINDOW_BYTES_MAX)]],
    ['PRIORITY on stream 0', ErrorCode.PROTOCOL_ERROR, [frame(2, 0, 0, Buffer.alloc(5))]],
    ['PRIORITY of 4 bytes', ErrorCode.FRAME_SIZE_ERROR, [frame(2, 0, 1, Buffer.alloc(4))]],
    ['SETTINGS on a stream', ErrorCode.PROTOCOL_ERROR, [frame(4, 0, 1, EMPTY)]],
    ['SETTINGS of 5 bytes', ErrorCode.FRAME_SIZE_ERROR, [frame(4, 0, 0, Buffer.alloc(5))]],
    ['an ACK with content', ErrorCode.FRAME_SIZE_ERROR, [frame(4, 1, 0, Buffer.alloc(6))]],
    ['ENABLE_PUSH 2', ErrorCode.PROTOCOL_ERROR, [settingsFrame([[Setting.ENABLE_PUSH, 2]])]],
    ['MAX_FRAME_SIZE 1', ErrorCode.PROTOCOL_ERROR, [settingsFrame([[Setting.MAX_FRAME_SIZE, 1]])]],
    [
      'INITIAL_WINDOW_SIZE 2^31',
      ErrorCode.FLOW_CONTROL_ERROR,
      [settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 2 ** 31]])],
    ],
    [
      'an initial window that carries a stream beyond 2^31-1',
      ErrorCode.FLOW_CONTROL_ERROR,
      [headers(4, 1), windowUpdateFrame(1, 2 ** 30), settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 2 ** 30 + 1]])],
    ],
    ['PING on a stream', ErrorCode.PROTOCOL_ERROR, [frame(6, 0, 1, Buffer.alloc(8))]],
    ['PING of 7 bytes', ErrorCode.FRAME_SIZE_ERROR, [frame(6, 0, 0, Buffer.alloc(7))]],
    ['GOAWAY on a stream', ErrorCode.PROTOCOL_ERROR, [frame(7, 0, 1, Buffer.alloc(8))]],
    ['PUSH_PROMISE', ErrorCode.PROTOCOL_ERROR, [frame(5, 4, 1, Buffer.alloc(8))]],
    ['CONTINUATION alone', ErrorCode.PROTOCOL_ERROR, [frame(9, 4, 1, EMPTY)]],
    ['a frame within a header block', ErrorCode.PROTOCOL_ERROR, [headers(0, 1), frame(6, 0, 0, Buffer.alloc(8))]],
    ['CONTINUATION of another stream', ErrorCode.PROTOCOL_ERROR, [headers(0, 1), frame(9, 4, 3, EMPTY)]],
    ['padding beyond its frame', ErrorCode.PROTOCOL_ERROR, [headers(4, 1), frame(0, 8, 1, Buffer.of(9, 1, 1))]],
    ['a frame of 16385 bytes', ErrorCode.FRAME_SIZE_ERROR, [beyondHead]],
    ['a broken header block', ErrorCode.COMPRESSION_ERROR, [headers(4, 1, Buffer.of(0x80))]],
    ['HEADERS on a stream the peer reset', ErrorCode.STREAM_CLOSED, [headers(4, 1), resetFrame(1, 8), headers(5, 1)]],
    ['a stream number gone back', ErrorCode.STREAM_CLOSED, [headers(4, 5), headers(4, 3)]],
    [
      'CONTINUATION without end',
      ErrorCode.ENHANCE_YOUR_CALM,
      [headers(0, 1), ...Array(40).fill(frame(9, 0, 1, EMPTY))],
    ],
    ['a flood of SETTINGS', ErrorCode.ENHANCE_YOUR_CALM, Array(12_000).fill(settingsFrame([]))],
    ['a flood of PING', ErrorCode.ENHANCE_YOUR_CALM, Array(12_000).fill(frame(6, 0, 0, Buffer.alloc(8)))],
    [
      'a flood of empty DATA',
      ErrorCode.ENHANCE_YOUR_CALM,
      [headers(4, 1), ...Array(12_000).fill(frame(0, 0, 1, EMPTY))],
    ],
    [
      'errors that make us reset',
      ErrorCode.ENHANCE_YOUR_CALM,
      Array.from({ length: 200 }, (_, i) => headers(4, 2 * i + 1, literalBlock({ a: 'b' }))),
    ],
  ])('%s ends it', async (_, code, frames) => {
    peer.send(...frames);
    expect(await peer.goaway()).toBe(code);
    expect(peer.of(0, FrameType.SETTINGS)).not.toHaveLength(0);
  });

  test('anything before SETTINGS ends it', async () => {
    const hasty = await RawPeer.connect(address.port, Buffer.concat([PREFACE, frame(6, 0, 0, Buffer.alloc(8))]));
    expect(await hasty.goaway()).toBe(ErrorCode.PROTOCOL_ERROR);
  });

  test('answers that nobody takes are kept up to a bound only: first new streams are refused', async () => {
    peer.send(settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 0]]));
    const body = grpcMessage(Blob.encode({ bytes: new Uint8Array(16_000) }));
    const fits = Math.ceil(CONNECTION_BYTES_MAX / body.length);
    for (let i = 0; i <= fits; i++) peer.request(2 * i + 1, requestFields(ECHO)).data(2 * i + 1, body);
    expect(await peer.reset(2 * fits + 1)).toBe(ErrorCode.REFUSED_STREAM);
    expect(peer.isClosed).toBe(false);
    peer.send(resetFrame(1, 8)).request(20_001, requestFields(ECHO)).data(20_001, body);
    await peer.until(() => peer.of(20_001, FrameType.HEADERS)[0]);
  });

  test('answers to streams opened before the bound end the connection at twice the bound', async () => {
    peer.send(settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 0]]));
    const count = 600;
    for (let i = 0; i < count; i++) peer.request(2 * i + 1, requestFields('/test.Blob/Stay'));
    await expect.poll(() => opened.length).toBe(count);
    for (const stream of opened) stream.send({ bytes: new Uint8Array(16_000) });
    expect(await peer.goaway()).toBe(ErrorCode.ENHANCE_YOUR_CALM);
  });

  test('unfinished requests are kept up to a bound only', async () => {
    const part = Buffer.concat([Buffer.from([0, 0, 0x0f, 0xff, 0xff]), Buffer.alloc(16_000)]);
    for (let i = 0; i <= CONNECTION_BYTES_MAX / part.length; i++)
      peer.request(2 * i + 1, requestFields(NEVER)).data(2 * i + 1, part, 0);
    expect(await peer.goaway()).toBe(ErrorCode.ENHANCE_YOUR_CALM);
  });
});

describe('a stream error', () => {
  const malformed = (fields: Readonly<Record<string, string>>) => headers(Flag.END_HEADERS, 1, literalBlock(fields));
  const good = requestFields(NEVER);
  test.each<[string, number, readonly Buffer[]]>([
    ['no :path', ErrorCode.PROTOCOL_ERROR, [malformed({ ':method': 'POST', ':scheme': 'http' })]],
    ['an empty :path', ErrorCode.PROTOCOL_ERROR, [malformed({ ...good, ':path': '' })]],
    ['an unknown pseudo field', ErrorCode.PROTOCOL_ERROR, [malformed({ ':status': '200', ...good })]],
    ['a pseudo field behind others', ErrorCode.PROTOCOL_ERROR, [malformed({ a: 'b', ...good })]],
    ['an upper case name', ErrorCode.PROTOCOL_ERROR, [malformed({ ...good, Upper: 'x' })]],
    ['a line break in a value', ErrorCode.PROTOCOL_ERROR, [malformed({ ...good, a: 'x\ny' })]],
    ['connection', ErrorCode.PROTOCOL_ERROR, [malformed({ ...good, connection: 'close' })]],
    ['te: gzip', ErrorCode.PROTOCOL_ERROR, [malformed({ ...good, te: 'gzip' })]],
    [
      'a list too long',
      ErrorCode.ENHANCE_YOUR_CALM,
      [
        headers(0, 1, literalBlock(good)),
        frame(9, 0, 1, literalBlock({ a: 'x'.repeat(HEADER_LIST_BYTES_MAX / 2) })),
        frame(9, 4, 1, literalBlock({ b: 'x'.repeat(HEADER_LIST_BYTES_MAX / 2) })),
      ],
    ],
    ['trailers that end nothing', ErrorCode.PROTOCOL_ERROR, [headers(4, 1), headers(4, 1, literalBlock({ a: 'b' }))]],
    ['DATA behind the end', ErrorCode.STREAM_CLOSED, [headers(5, 1), frame(0, 0, 1, ECHO_BODY)]],
    ['HEADERS behind the end', ErrorCode.STREAM_CLOSED, [headers(4, 1), frame(0, 1, 1, ECHO_BODY), headers(5, 1)]],
    ['WINDOW_UPDATE by 0', ErrorCode.PROTOCOL_ERROR, [headers(4, 1), windowUpdateFrame(1, 0)]],
    ['a window beyond 2^31-1', ErrorCode.FLOW_CONTROL_ERROR, [headers(4, 1), windowUpdateFrame(1, WINDOW_BYTES_MAX)]],
    [
      'less than content-length',
      ErrorCode.PROTOCOL_ERROR,
      [malformed({ ...good, 'content-length': '99' }), frame(0, 1, 1, ECHO_BODY)],
    ],
    [
      'more than content-length',
      ErrorCode.PROTOCOL_ERROR,
      [malformed({ ...good, 'content-length': '1' }), frame(0, 0, 1, ECHO_BODY)],
    ],
  ])('%s resets it, and the next stream of the connection is served', async (_, code, frames) => {
    peer.send(...frames);
    if (code === ErrorCode.STREAM_CLOSED && frames.length === 2) await peer.until(() => peer.of(1, 3)[0]);
    else expect(await peer.reset(1)).toBe(code);
    // What crossed our reset is no error either.
    peer.send(frame(0, 0, 1, ECHO_BODY), resetFrame(1, 8), windowUpdateFrame(1, 5));
    peer.request(3, requestFields(ECHO)).data(3, ECHO_BODY);
    expect(await peer.fields(3)).toMatchObject({ 'grpc-status': '0' });
  });
});

describe('flow control', () => {
  test('an answer is cut to the windows, and goes on as they open, over both levels', async () => {
    const payload = new Uint8Array(100_000).map((_, i) => i * 7);
    const whole = grpcMessage(Blob.encode({ bytes: payload }));
    peer.send(settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 10]]));
    peer.request(1, requestFields(ECHO));
    for (let at = 0; at < whole.length; at += 16_000)
      peer.data(1, whole.subarray(at, at + 16_000), at + 16_000 >= whole.length ? Flag.END_STREAM : 0);
    await peer.until(() => peer.body(1).length === 10);
    // A smaller initial window makes this stream's negative: 5 more bytes only pay the debt.
    peer.send(settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 0]]), windowUpdateFrame(1, 10));
    peer.send(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    await peer.until(() => peer.of(0, FrameType.PING)[0]);
    expect(peer.body(1)).toHaveLength(10);
    peer.send(settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 50_000]]));
    await peer.until(() => peer.body(1).length === 50_010);
    peer.send(windowUpdateFrame(1, 1_000_000));
    await peer.until(() => peer.body(1).length === WINDOW_BYTES_DEFAULT);
    expect(peer.of(1, FrameType.HEADERS)).toHaveLength(1);
    peer.send(windowUpdateFrame(0, 1_000_000));
    expect(await peer.fields(1)).toMatchObject({ 'grpc-status': '0' });
    expect(peer.body(1)).toEqual(whole);
    expect(Math.max(...peer.of(1, FrameType.DATA).map((seen) => seen.payload.length))).toBeLessThanOrEqual(16_384);
  });

  test('a connection without a window still answers what needs none', async () => {
    peer.send(settingsFrame([[Setting.INITIAL_WINDOW_SIZE, 0]]));
    peer.request(1, requestFields(ECHO)).data(1, ECHO_BODY);
    peer.request(3, requestFields('/test.Blob/Nope')).data(3, ECHO_BODY);
    expect(await peer.fields(3)).toMatchObject({ 'grpc-status': '12' });
    expect(peer.body(1)).toHaveLength(0);
    peer.send(windowUpdateFrame(1, 1000));
    await peer.fields(1);
  });

  test('a paused reader is owed no more than its window, and takes it all when it goes on', async () => {
    peer.request(1, requestFields('/test.Blob/Stay'));
    await expect.poll(() => opened.length).toBe(1);
    opened[0]?.pauseReading();
    const body = grpcMessage(Blob.encode({ bytes: new Uint8Array(16_000) }));
    const fits = Math.floor(STREAM_WINDOW_BYTES / body.length);
    for (let i = 0; i < fits; i++) peer.data(1, body, 0);
    peer.request(3, requestFields(ECHO)).data(3, ECHO_BODY);
    await peer.fields(3);
    expect(received).toBe(0);
    expect(peer.of(1, FrameType.WINDOW_UPDATE)).toHaveLength(0);
    opened[0]?.resumeReading();
    expect(received).toBe(fits * 16_000);
    await peer.until(() => peer.of(1, FrameType.WINDOW_UPDATE)[0]);
    opened[0]?.pauseReading();
    for (let i = 0; i < 2 * fits; i++) peer.data(1, body, 0);
    expect(await peer.reset(1)).toBe(ErrorCode.FLOW_CONTROL_ERROR);
  });

  test('a peer that takes its answers late loses none', async () => {
    peer.pause();
    const flood = Array.from({ length: 5000 }, () => frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    peer.send(...flood);
    peer.request(1, requestFields(ECHO)).data(1, ECHO_BODY);
    peer.resume();
    expect(await peer.fields(1)).toMatchObject({ 'grpc-status': '0' });
    expect(peer.of(0, FrameType.PING)).toHaveLength(5000);
  });
});

test('a status behind a client that is still sending is followed by NO_ERROR', async () => {
  peer.request(1, requestFields('/test.Blob/Nope'));
  expect(await peer.fields(1)).toMatchObject({ 'grpc-status': '12' });
  expect(await peer.reset(1)).toBe(ErrorCode.NO_ERROR);
});

test('close says GOAWAY, refuses what comes after, and lets a running call finish', async () => {
  peer.request(1, requestFields(ECHO));
  await expect.poll(() => front.stats().openStreams).toBe(1);
  const closing = front.close();
  await peer.until(() => peer.of(0, FrameType.GOAWAY)[0]);
  peer.request(3, requestFields(ECHO)).data(1, ECHO_BODY);
  expect(await peer.reset(3)).toBe(ErrorCode.REFUSED_STREAM);
  expect(await peer.fields(1)).toMatchObject({ 'grpc-status': '0' });
  await closing;
  expect(await peer.goaway()).toBe(ErrorCode.NO_ERROR);
  front = createFront({
    receiveBytesMax: 4096,
    onDefect: () => undefined,
    http: (_request, response) => response.end(),
    methods: [unary(ECHO, codec, (request) => request)],
  });
  address = await front.listen({ host: '127.0.0.1', port: 0 });
});

test('a peer’s own GOAWAY changes nothing for its open streams', async () => {
  peer
    .request(1, requestFields(ECHO))
    .send(goawayFrame(0, 0, 'bye'))
    .data(1, ECHO_BODY);
  expect(await peer.fields(1)).toMatchObject({ 'grpc-status': '0' });
});

test('a peer that says nothing for the interval is pinged, and cut off when it stays silent', async () => {
  const keepAlive = { clientPingMinMs: 0, intervalMs: 20, timeoutMs: 20 };
  const probing = createFront({
    receiveBytesMax: 1024,
    onDefect: (error) => defects.push(error),
    http: () => undefined,
    methods: [],
    keepAlive,
  });
  const { port } = await probing.listen({ host: '127.0.0.1', port: 0 });
  const silent = await RawPeer.connect(port);
  await expect.poll(() => silent.of(0, FrameType.PING).length).toBe(1);
  await expect.poll(() => probing.stats().connections).toBe(0);
  silent.destroy();
  await probing.close();
});

test('a peer that pings more often than the operator allows is sent away as etcd does it', async () => {
  const keepAlive = { clientPingMinMs: 60_000, intervalMs: 0, timeoutMs: 0 };
  const strict = createFront({
    receiveBytesMax: 1024,
    onDefect: (error) => defects.push(error),
    http: () => undefined,
    methods: [],
    keepAlive,
  });
  const { port } = await strict.listen({ host: '127.0.0.1', port: 0 });
  const eager = await RawPeer.connect(port);
  for (let i = 0; i < 4; i++) eager.send(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
  expect(await eager.goaway()).toBe(ErrorCode.ENHANCE_YOUR_CALM);
  eager.destroy();
  await strict.close();
});
