/** Decides how an accepted socket speaks: plainly, in TLS, or whichever its first byte says. */
import type { Socket } from 'node:net';
import type { TlsAcceptor } from './tls-endpoint.ts';

/** What is spoken on an address: http:// URLs, https:// URLs, or both on one port. */
export type Scheme = 'http' | 'https' | 'both';

const FIRST_BYTE_TIMEOUT_MS = 60_000;
/** The content type of a TLS handshake record. No HTTP request and no hello of ours begins with it. */
const TLS_HANDSHAKE = 0x16;

export interface Admission {
  readonly plain: (socket: Socket) => void;
  /** Undefined where no https:// URL can be listened on. */
  readonly tls: TlsAcceptor | undefined;
}

/** Sockets are handed on paused, every byte put back. */
export function admit(socket: Socket, scheme: Scheme, { plain, tls }: Admission): void {
  if (scheme === 'http' || tls === undefined) plain(socket);
  else if (scheme === 'https') tls(socket);
  else peek(socket, (first) => (first === TLS_HANDSHAKE ? tls : plain)(socket));
}

function peek(socket: Socket, onByte: (first: number | undefined) => void): void {
  const drop = (): void => {
    socket.destroy();
  };
  socket.setTimeout(FIRST_BYTE_TIMEOUT_MS);
  socket.on('error', drop).on('timeout', drop).on('end', drop);
  socket.once('data', (chunk: Buffer) => {
    socket.off('error', drop).off('timeout', drop).off('end', drop);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(chunk);
    onByte(chunk[0]);
  });
}
