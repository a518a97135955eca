/** Tells HTTP/2 from HTTP/1.1 by a connection's first bytes: only the HTTP/2 preface begins with "PRI". */
import type { Socket } from 'node:net';
import { FIRST_BYTE_TIMEOUT_MS } from '../limits.ts';

const PREFACE = Buffer.from('PRI');

/** Calls `route` once with the protocol, every byte put back. Connections that fail or stay silent are destroyed. */
export function sniffProtocol(socket: Socket, route: (protocol: 'http1' | 'http2') => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const drop = (): void => {
    socket.destroy();
  };
  const onData = (chunk: Buffer): void => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, PREFACE.length);
    const isPreface = seen.compare(PREFACE, 0, length, 0, length) === 0;
    if (isPreface && length < PREFACE.length) return;
    socket.off('data', onData).off('error', drop).off('timeout', drop).off('end', drop);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(seen);
    route(isPreface ? 'http2' : 'http1');
  };
  socket.setTimeout(FIRST_BYTE_TIMEOUT_MS);
  socket.on('data', onData).on('error', drop).on('timeout', drop).on('end', drop);
  // Where the first byte was looked at already (http and https on one port), the socket comes paused.
  socket.resume();
}
