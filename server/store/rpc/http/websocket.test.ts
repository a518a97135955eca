/** The frames of RFC 6455 on a real socket, and gateway streams over them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GATEWAY_BODY_BYTES_MAX } from '../limits.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';
import { acceptKey, ServerWebSocket } from './websocket.ts';

const TEXT = 0x81;
const [PING, PONG, CLOSE] = [0x89, 0x8a, 0x88];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A client's frame, masked. */
function frame(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  const mask = Buffer.of(1, 2, 3, 4);
  const masked = bytes.map((byte, i) => byte ^ (mask[i % 4] as number));
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(bytes.length));
  const length =
    bytes.length < 126
      ? Buffer.of(0x80 | bytes.length)
      : bytes.length < 65_536
        ? Buffer.of(0xfe, bytes.length >> 8, bytes.length & 0xff)
        : Buffer.concat([Buffer.of(0xff), long]);
  return Buffer.concat([Buffer.of(first), length, mask, masked]);
}

test('the accept key is the one of the RFC', () => {
  expect(acceptKey('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

test('messages arrive whole however frames and bytes are cut', () => {
  class FakeSocket {
    readonly #listeners = new Map<string, (chunk: Buffer) => void>();
    readonly writableLength = 0;
    on(name: string, listener: (chunk: Buffer) => void) {
      this.#listeners.set(name, listener);
      return this;
    }
    emit(chunk: Buffer) {
      this.#listeners.get('data')?.(chunk);
    }
    write() {}
    resume() {}
  }
  const cutAt = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
    const parts: Buffer[] = [];
    let at = 0;
    for (const size of sizes) {
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    return [...parts, bytes.subarray(at)];
  };
  const message = fc.record({ text: fc.uint8Array({ maxLength: 300 }), cuts: fc.array(fc.nat(200), { maxLength: 4 }) });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 4 }), fc.integer({ min: 1, max: 400 }), (messages, step) => {
      const frames = messages.flatMap(({ text, cuts }) => {
        const parts = cutAt(Buffer.from(text), cuts);
        return parts.flatMap((part, i) => [
          frame((i === 0 ? 1 : 0) | (i === parts.length - 1 ? 0x80 : 0), part),
          frame(PING, 'between the pieces'),
        ]);
      });
      const received: string[] = [];
      const socket = new FakeSocket();
      new ServerWebSocket(socket as unknown as Socket, {
        bytesMax: 1000,
        head: Buffer.alloc(0),
        events: {
          onMessage: (payload) => received.push(payload.toString('hex')),
          onDrain: () => undefined,
          onClose: () => undefined,
        },
      });
      const all = Buffer.concat(frames);
      for (let at = 0; at < all.length; at += step) socket.emit(all.subarray(at, at + step));
      expect(received).toEqual(messages.map(({ text }) => Buffer.from(text).toString('hex')));
    }),
  );
});

describe('on the client port', () => {
  let served: ServedMember;
  beforeEach(async () => {
    served = await serveFakeMember();
  });
  afterEach(() => served.close());

  /** Upgraded on a raw socket. `rest` collects what comes after the answer's head. */
  async function upgraded(path: string, extra = '') {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    const state = { text: '', rest: Buffer.alloc(0) };
    let wake: () => void = () => undefined;
    socket.on('data', (chunk: Buffer) => {
      state.rest = Buffer.concat([state.rest, chunk]);
      wake();
    });
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition())
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          once(socket, 'close'),
        ]);
    };
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: m\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`,
    );
    await until(() => state.rest.includes('\r\n\r\n'));
    const end = state.rest.indexOf('\r\n\r\n') + 4;
    const head = state.rest.subarray(0, end).toString();
    state.rest = state.rest.subarray(end);
    return { socket, head, state, until };
  }

  test('a watch streams, is cancelled, and ends with its socket', async () => {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}/v3/watch`);
    const answers: unknown[] = [];
    let wake: () => void = () => undefined;
    socket.addEventListener('message', ({ data }) => {
      answers.push(JSON.parse(data));
      wake();
    });
    const answer = async () => {
      while (answers.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return answers.shift();
    };
    await once(socket, 'open');
    socket.send(JSON.stringify({ create_request: { key: base64('a') } }));
    expect(await answer()).toMatchObject({ result: { created: true } });
    await served.member.propose({ put: { key: Buffer.from('a'), value: Buffer.from('1') } });
    expect(await answer()).toMatchObject({ result: { events: [{ kv: { key: base64('a'), value: base64('1') } }] } });
    socket.send(JSON.stringify({ cancel_request: { watch_id: '0' } }));
    expect(await answer()).toMatchObject({ result: { canceled: true } });
    socket.send(JSON.stringify({ create_request: { key: base64('b') } }));
    await answer();
    expect(served.member.watches.watcherCount()).toBe(1);
    socket.close();
    await expect.poll(() => served.member.watches.watcherCount()).toBe(0);
  });

  test('the token comes as a protocol or in a cookie', async () => {
    const { socket, head } = await upgraded('/v3/watch', 'Sec-WebSocket-Protocol: Bearer, secret\r\n');
    expect(head).toContain('101 Switching Protocols');
    expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(head).toContain('Sec-WebSocket-Protocol: Bearer\r\n');
    socket.destroy();
  });

  test('pings are answered, and a close is returned', async () => {
    const { socket, state, until } = await upgraded('/v3/watch');
    socket.write(frame(PING, 'are you there'));
    await until(() => state.rest.length >= 15);
    expect(state.rest).toEqual(Buffer.concat([Buffer.of(PONG, 13), Buffer.from('are you there')]));
    state.rest = Buffer.alloc(0);
    socket.write(frame(CLOSE, Buffer.of(0x03, 0xe8)));
    await once(socket, 'close');
    expect(state.rest).toEqual(Buffer.of(CLOSE, 2, 0x03, 0xe8));
  });

  test.each([
    ['a frame without a mask', Buffer.of(TEXT, 2, 0x7b, 0x7d), 1002],
    ['an extension nobody agreed on', frame(0xc1, '{}'), 1002],
    ['a continuation of nothing', frame(0x80, '{}'), 1002],
    ['an unknown opcode', frame(0x83, '{}'), 1002],
    ['a long ping', frame(PING, Buffer.alloc(126)), 1002],
    ['an absurd length', Buffer.of(TEXT, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4), 1009],
    ['a message beyond the bound', frame(TEXT, Buffer.alloc(GATEWAY_BODY_BYTES_MAX + 1)), 1009],
  ])('%s ends the socket with a code, and the stream', async (_, bytes, code) => {
    const { socket, state } = await upgraded('/v3/watch');
    // A reset after the reason is as good an end.
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    expect([state.rest[0], state.rest.readUInt16BE(2)]).toEqual([CLOSE, code]);
    expect(served.front).toBeDefined();
  });

  test('what is no JSON is answered with an error, and the socket is closed', async () => {
    const { socket, state } = await upgraded('/v3/lease/keepalive');
    socket.write(frame(TEXT, '{"ID": nonsense}'));
    await once(socket, 'close');
    const { error } = JSON.parse(state.rest.subarray(2, 2 + (state.rest[1] as number)).toString());
    expect(error.code).toBe(3);
  });

  test('a stopping member says so to open sockets', async () => {
    const { socket, state } = await upgraded('/v3/watch');
    const closed = once(socket, 'close');
    await served.front.close();
    await closed;
    expect(state.rest.toString()).toContain('etcdserver: server stopped');
  });

  test('unary paths and unknown ones are refused, other upgrades are answered plainly', async () => {
    expect((await upgraded('/v3/kv/range')).head).toMatch(/^HTTP\/1.1 400 /);
    expect((await upgraded('/v3/nothing')).head).toMatch(/^HTTP\/1.1 404 /);
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.write('GET /version HTTP/1.1\r\nHost: m\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1.1 200 OK/);
    socket.destroy();
  });
});
