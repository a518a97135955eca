import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { bytes, message, ordinal, string } from '../../../../lib/base/protobuf/schema.ts';
import { GrpcClient } from '../test-support/grpc-client.ts';
import { createFront } from './front.ts';
import { bidi, unary } from './method.ts';
import type { Address, FramingName, Front, ServerStream } from './types.ts';

const Ask = message('test.Ask', { text: string(1), bytes: bytes(2), count: ordinal(3) });
const Answer = message('test.Answer', { text: string(1), bytes: bytes(2) });
const codec = { request: Ask, response: Answer };
const RECEIVE_BYTES_MAX = 4096;

type AnswerStream = ServerStream<{ readonly text: string; readonly bytes: Uint8Array }>;

let front: Front;
let address: Address;
let client: GrpcClient;
let defects: unknown[];
let opened: AnswerStream[];
let closedStreams: number;
let drained: number;

describe.each<FramingName>(['own', 'node'])('framing by %s', (framing) => {
  beforeEach(async () => {
    defects = [];
    opened = [];
    closedStreams = 0;
    drained = 0;
    front = createFront({
      framing,
      receiveBytesMax: RECEIVE_BYTES_MAX,
      onDefect: (error) => defects.push(error),
      http: (_request, response) => response.end('plain http'),
      methods: [
        unary('/test.Echo/Echo', codec, (request) => ({ text: request.text, bytes: request.bytes })),
        unary('/test.Echo/Later', codec, async (request) => ({ text: request.text })),
        unary('/test.Echo/Never', codec, () => new Promise(() => undefined)),
        unary('/test.Echo/Refuse', codec, () => {
          throw new EtcdError(GrpcCode.OUT_OF_RANGE, 'too far: 100% «ja»\n');
        }),
        unary('/test.Echo/Broken', codec, () => {
          throw new TypeError('a secret of ours');
        }),
        bidi('/test.Echo/Chat', codec, (stream) => {
          opened.push(stream);
          return {
            onMessage: (request) => {
              if (request.text === 'fail') stream.fail(new EtcdError(GrpcCode.ABORTED, 'as you wish'));
              else stream.send({ text: request.text });
            },
            onEnd: () => stream.end(),
            onDrain: () => {
              drained++;
            },
            onClose: () => {
              closedStreams++;
            },
          };
        }),
      ],
    });
    address = await front.listen({ host: '127.0.0.1', port: 0 });
    client = new GrpcClient(`127.0.0.1:${address.port}`);
  });

  afterEach(async () => {
    client.close();
    await front.close();
  });

  test('a unary call is answered at once or later', async () => {
    expect(await client.call('/test.Echo/Echo', codec, { text: 'one' })).toMatchObject({
      ok: true,
      value: { text: 'one' },
    });
    expect(await client.call('/test.Echo/Later', codec, { text: 'two' })).toMatchObject({
      ok: true,
      value: { text: 'two' },
    });
  });

  test('a refusal arrives with its code and its exact text, non-ASCII included', async () => {
    const outcome = await client.call('/test.Echo/Refuse', codec, {});
    expect(outcome).toEqual({ ok: false, code: GrpcCode.OUT_OF_RANGE, message: 'too far: 100% «ja»\n' });
  });

  test('a defect is reported to us and hidden from the client', async () => {
    const outcome = await client.call('/test.Echo/Broken', codec, {});
    expect(outcome).toMatchObject({ ok: false, code: GrpcCode.INTERNAL });
    expect(JSON.stringify(outcome)).not.toContain('secret');
    expect(defects).toHaveLength(1);
  });

  test.each([
    ['/test.Echo/Nope', 'unknown method Nope for service test.Echo'],
    ['/test.Nope/Echo', 'unknown service test.Nope'],
    ['/nope', 'malformed method name: "/nope"'],
  ])('%s is unimplemented with grpc-go’s words', async (path, text) => {
    expect(await client.call(path, codec, {})).toEqual({ ok: false, code: GrpcCode.UNIMPLEMENTED, message: text });
  });

  test('a message one byte over the limit is refused by its length, one at the limit is read', async () => {
    const fits = new Uint8Array(RECEIVE_BYTES_MAX - 3);
    expect(await client.call('/test.Echo/Echo', codec, { bytes: fits })).toMatchObject({ ok: true });
    const outcome = await client.call('/test.Echo/Echo', codec, { bytes: new Uint8Array(RECEIVE_BYTES_MAX - 2) });
    expect(outcome).toEqual({
      ok: false,
      code: GrpcCode.RESOURCE_EXHAUSTED,
      message: `grpc: received message larger than max (${RECEIVE_BYTES_MAX + 1} vs. ${RECEIVE_BYTES_MAX})`,
    });
  });

  test('a deadline ends a call that has no answer', async () => {
    const outcome = await client.call('/test.Echo/Never', codec, {}, { deadlineMs: 50 });
    expect(outcome).toMatchObject({ ok: false, code: GrpcCode.DEADLINE_EXCEEDED });
  });

  test('HTTP/1.1 and gRPC share the port', async () => {
    const response = await fetch(`http://127.0.0.1:${address.port}/health`);
    expect(await response.text()).toBe('plain http');
    expect(await client.call('/test.Echo/Echo', codec, { text: 'still' })).toMatchObject({ ok: true });
  });

  test('an HTTP/1.1 request whose first bytes come one by one still reaches HTTP', async () => {
    const socket = connect(address.port, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    for (const char of 'PUT / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n') {
      await new Promise<void>((resolve) => socket.write(char, () => resolve()));
    }
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toContain('plain http');
  });

  test('a stream answers each message and ends well on half-close', async () => {
    const chat = client.stream('/test.Echo/Chat', codec);
    chat.send({ text: 'a' });
    chat.send({ text: 'b' });
    expect((await chat.message()).text).toBe('a');
    expect((await chat.message()).text).toBe('b');
    chat.end();
    expect(await chat.status()).toEqual({ code: GrpcCode.OK, message: '' });
  });

  test('a stream can fail after answers', async () => {
    const chat = client.stream('/test.Echo/Chat', codec);
    chat.send({ text: 'a' });
    chat.send({ text: 'fail' });
    expect((await chat.message()).text).toBe('a');
    expect(await chat.status()).toEqual({ code: GrpcCode.ABORTED, message: 'as you wish' });
  });

  test('a cancelled stream closes its handler exactly once', async () => {
    const chat = client.stream('/test.Echo/Chat', codec);
    chat.send({ text: 'a' });
    await chat.message();
    chat.cancel();
    await expect.poll(() => closedStreams).toBe(1);
    expect(opened[0]?.cancelled).toBe(true);
    expect(opened[0]?.send({ text: 'too late' })).toBe(true);
  });

  test('a slow reader fills the stream to its bound, and onDrain tells when there is room', async () => {
    const chat = client.stream('/test.Echo/Chat', codec);
    chat.send({ text: 'a' });
    await chat.message();
    chat.pause();
    const stream = opened[0];
    const block = new Uint8Array(256 * 1024);
    let sent = 0;
    while (stream?.send({ bytes: block }) === true && sent < 100) sent++;
    expect(sent).toBeLessThan(10);
    expect(stream?.full).toBe(true);
    expect(drained).toBe(0);
    chat.resume();
    await expect.poll(() => drained).toBe(1);
    for (let i = 0; i <= sent; i++) expect((await chat.message()).bytes).toHaveLength(block.length);
  });

  test('a request that ends before its message is complete is refused', async () => {
    const session = connectHttp2(`http://127.0.0.1:${address.port}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/test.Echo/Echo',
      'content-type': 'application/grpc',
    });
    stream.end(Buffer.from([0, 0, 0, 0, 9, 1]));
    const [headers] = await once(stream, 'response');
    expect(headers['grpc-status']).toBe(String(GrpcCode.INTERNAL));
    session.destroy();
  });

  test('a gzip message is read, and an unknown compression is refused by name', async () => {
    const session = connectHttp2(`http://127.0.0.1:${address.port}`);
    const send = async (encoding: string, payload: Buffer) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/test.Echo/Echo',
        'content-type': 'application/grpc',
        'grpc-encoding': encoding,
      });
      const head = Buffer.from([1, 0, 0, 0, payload.length]);
      stream.end(Buffer.concat([head, payload]));
      const [headers] = await once(stream, 'response');
      const body: Buffer[] = [];
      for await (const chunk of stream) body.push(chunk as Buffer);
      return { headers, body: Buffer.concat(body) };
    };
    const zipped = await send('gzip', gzipSync(Ask.encode({ text: 'squeezed' })));
    expect(Answer.decode(new Uint8Array(zipped.body.subarray(5))).text).toBe('squeezed');
    const bomb = await send('gzip', gzipSync(Buffer.alloc(RECEIVE_BYTES_MAX * 2)));
    expect(bomb.headers['grpc-status']).toBe(String(GrpcCode.RESOURCE_EXHAUSTED));
    const unknown = await send('lzma', Buffer.from([1]));
    expect(unknown.headers['grpc-message']).toBe('grpc: Decompressor is not installed for grpc-encoding "lzma"');
    session.destroy();
  });

  test('a request that is not gRPC is answered 415', async () => {
    const session = connectHttp2(`http://127.0.0.1:${address.port}`);
    const stream = session.request({ ':method': 'POST', ':path': '/test.Echo/Echo', 'content-type': 'text/plain' });
    stream.end();
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(415);
    session.destroy();
  });

  test('close ends open streams with "server stopped" and leaves within a second', async () => {
    const chat = client.stream('/test.Echo/Chat', codec);
    chat.send({ text: 'a' });
    await chat.message();
    const hanging = client.call('/test.Echo/Never', codec, {});
    const idle = connect(address.port, '127.0.0.1');
    await once(idle, 'connect');
    const from = performance.now();
    await front.close();
    expect(performance.now() - from).toBeLessThan(1000);
    expect(await chat.status()).toEqual({ code: GrpcCode.UNAVAILABLE, message: 'etcdserver: server stopped' });
    expect(await hanging).toMatchObject({ ok: false, code: GrpcCode.UNAVAILABLE });
    idle.destroy();
  });
});
