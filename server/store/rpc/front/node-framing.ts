/** Framing by node:http2: the fallback, and the oracle our own framing is compared with. */
import { constants, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import {
  CONNECTION_WINDOW_BYTES,
  HEADER_LIST_BYTES_MAX,
  HEADER_PAIRS_MAX,
  RESETS_PER_SECOND_MAX,
  STREAM_WINDOW_BYTES,
} from '../limits.ts';
import type { Framing, FramingHost } from './exchange.ts';
import { refuse, startCall } from './node-stream.ts';

export function createNodeFraming(host: FramingHost): Framing {
  const sessions = new Set<ServerHttp2Session>();
  const server = createNodeServer(host);
  let isDraining = false;
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.on('close', () => sessions.delete(session));
    if (isDraining) session.close();
  });
  // A peer that breaks the protocol loses its connection; that is no event of ours.
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    const verdict = host.judge(headers[':path'] ?? '', headers['content-type']);
    if (verdict.kind === 'call') startCall(stream, headers, verdict.method, host);
    else if (verdict.kind === 'refused') refuse(stream, verdict.error);
    else stream.respond({ ':status': constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE }, { endStream: true });
  });
  return {
    accept: (socket: Socket) => {
      server.emit('connection', socket);
    },
    drain: () => {
      isDraining = true;
      for (const session of sessions) session.close();
    },
  };
}

function createNodeServer(host: FramingHost): Http2Server {
  return createServer({
    settings: {
      maxConcurrentStreams: host.streamsMax,
      maxHeaderListSize: HEADER_LIST_BYTES_MAX,
      initialWindowSize: STREAM_WINDOW_BYTES,
      enablePush: false,
    },
    maxSessionMemory: Math.ceil(host.connectionBytesMax / 1024 ** 2),
    maxHeaderListPairs: HEADER_PAIRS_MAX,
    streamResetBurst: host.resetBurstMax,
    streamResetRate: RESETS_PER_SECOND_MAX,
  });
}
