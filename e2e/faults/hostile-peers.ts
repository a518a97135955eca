/** Peers that break the rules, each in one way, drawn from a seed: bytes for a member's ports and nothing that belongs to it. */
import { connect, type Socket } from 'node:net';
import { PutRequest, RangeRequest } from '../../lib/base/etcdpb/kv.ts';
import { WatchRequest } from '../../lib/base/etcdpb/watch.ts';
import type { Prng } from '../../lib/base/prng.ts';
import { grpcMessage, literalBlock, requestFields } from '../../server/store/rpc/test-support/raw-peer.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const Frame = { DATA: 0, HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, CONTINUATION: 9 } as const;
const [END_STREAM, END_HEADERS] = [0x1, 0x4];
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a peer waits for the member to end what it began. */
const PATIENCE_MS = 300;

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}
const settings = frame(Frame.SETTINGS, 0, 0, Buffer.alloc(0));
/** What every HTTP/2 client says first. */
export const opening = Buffer.concat([PREFACE, settings]);
const headers = (path: string, streamId: number, flags = END_HEADERS): Buffer =>
  frame(Frame.HEADERS, flags, streamId, literalBlock(requestFields(path)));
const call = (path: string, streamId: number, message: Uint8Array): Buffer =>
  Buffer.concat([headers(path, streamId), frame(Frame.DATA, END_STREAM, streamId, grpcMessage(message))]);

const [PUT, RANGE, WATCH] = ['/etcdserverpb.KV/Put', '/etcdserverpb.KV/Range', '/etcdserverpb.Watch/Watch'];
const key = Buffer.from('hostile');
const watchMessage = WatchRequest.encode({ createRequest: { key } });
/** A whole conversation up to a watch on `name`, on the first stream. */
export const watchOf = (name: Uint8Array): Buffer =>
  Buffer.concat([
    opening,
    headers(WATCH, 1),
    frame(Frame.DATA, 0, 1, grpcMessage(WatchRequest.encode({ createRequest: { key: name } }))),
  ]);

/** A conversation that is right in every byte. */
const valid = Buffer.concat([
  opening,
  call(PUT, 1, PutRequest.encode({ key, value: Buffer.alloc(200, 'v') })),
  call(RANGE, 3, RangeRequest.encode({ key })),
  call(WATCH, 5, watchMessage),
]);

const randomBytes = (prng: Prng, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => prng.uint32() & 0xff));
const below = (prng: Prng, bound: number): number => Math.floor(prng.float() * bound);

function mutated(prng: Prng): Buffer {
  const bytes = Buffer.from(valid);
  for (let changes = 1 + below(prng, 4); changes > 0; changes--)
    bytes[PREFACE.length + below(prng, bytes.length - PREFACE.length)] = prng.uint32() & 0xff;
  return prng.float() < 0.3 ? bytes.subarray(0, below(prng, bytes.length)) : bytes;
}

function truncatedProtobuf(prng: Prng): Buffer {
  const message = PutRequest.encode({ key, value: Buffer.alloc(50) });
  return Buffer.concat([opening, call(PUT, 1, message.subarray(0, below(prng, message.length)))]);
}

function absurdLength(prng: Prng): Buffer {
  const message = Buffer.from([0, 0xff, 0xff, 0xff, below(prng, 256), 1, 2, 3]);
  const grpc = Buffer.concat([opening, headers(PUT, 1), frame(Frame.DATA, 0, 1, message)]);
  const http2 = Buffer.concat([opening, Buffer.of(0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1)]);
  const http1 = Buffer.from('POST /v3/kv/put HTTP/1.1\r\nHost: m\r\nContent-Length: 99999999999\r\n\r\n{"key":"');
  const nested = Buffer.concat([opening, call(PUT, 1, Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f))]);
  return [grpc, http2, http1, nested][below(prng, 4)] ?? grpc;
}

function headerFlood(prng: Prng): Buffer {
  if (prng.float() < 0.3)
    return Buffer.from(`GET / HTTP/1.1\r\nHost: m\r\n${'X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}`);
  const block = literalBlock({ 'x-flood': 'a'.repeat(4000) });
  const more = Array.from({ length: 100 }, () => frame(Frame.CONTINUATION, 0, 1, block));
  return Buffer.concat([opening, headers(PUT, 1, 0), ...more]);
}

function rapidReset(prng: Prng): Buffer {
  const cancel = Buffer.of(0, 0, 0, 8);
  const pairs = Array.from({ length: 500 + below(prng, 1500) }, (_, i) =>
    Buffer.concat([headers(WATCH, 2 * i + 1), frame(Frame.RST_STREAM, 0, 2 * i + 1, cancel)]),
  );
  return Buffer.concat([opening, ...pairs]);
}

/** Watchers and large answers that nobody ever takes. */
function slowReader(prng: Prng): Buffer {
  const calls = Array.from({ length: 1 + below(prng, 50) }, (_, i) =>
    i % 2 === 0
      ? Buffer.concat([headers(WATCH, 2 * i + 1), frame(Frame.DATA, 0, 2 * i + 1, grpcMessage(watchMessage))])
      : call(RANGE, 2 * i + 1, RangeRequest.encode({ key: Buffer.of(0), rangeEnd: Buffer.of(0) })),
  );
  return Buffer.concat([opening, ...calls]);
}

/** Begins and falls silent. */
const halfOpen = (prng: Prng): Buffer => valid.subarray(0, below(prng, valid.length));

const noise = (prng: Prng): Buffer => {
  const bytes = randomBytes(prng, 1 + below(prng, 2000));
  return prng.float() < 0.5 ? bytes : Buffer.concat([opening, bytes]);
};

/** What a peer sends, and whether it reads what comes back. */
export const HOSTILITIES: Readonly<
  Record<string, { readonly bytes: (prng: Prng) => Buffer; readonly reads: boolean }>
> = {
  noise: { bytes: noise, reads: true },
  'mutated frames': { bytes: mutated, reads: true },
  'truncated protobuf': { bytes: truncatedProtobuf, reads: true },
  'absurd lengths': { bytes: absurdLength, reads: true },
  'header floods': { bytes: headerFlood, reads: true },
  'rapid resets': { bytes: rapidReset, reads: true },
  'half-open peers': { bytes: halfOpen, reads: true },
  'slow readers': { bytes: slowReader, reads: false },
};

/** Connects, sends, and stays for a while or until it is thrown out. Resolves with the socket, open or not. */
export async function attack(port: number, bytes: Buffer, reads: boolean): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  if (reads) socket.resume();
  else socket.pause();
  const closed = happened(socket, 'close');
  await Promise.race([happened(socket, 'connect'), closed, pause(CONNECT_TIMEOUT_MS)]);
  socket.write(bytes);
  await Promise.race([closed, pause(PATIENCE_MS)]);
  return socket;
}

/** Unlike once(): a reset is no failure here. */
const happened = (socket: Socket, event: 'connect' | 'close'): Promise<void> =>
  new Promise((resolve) => {
    socket.once(event, () => resolve());
  });
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
