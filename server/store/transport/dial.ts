/** One outgoing peer connection up to its handshake: dial, in TLS where the URL says so, say hello, hear the verdict. */
import net from 'node:net';
import tls from 'node:tls';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { encodeHello, type Hello, VERDICT_REASONS, Verdict } from './handshake.ts';

const DIAL_TIMEOUT_MS = 5000;

export interface Dial {
  /** The address being tried. */
  readonly url: string;
  destroy(): void;
}

interface DialOptions {
  readonly url: string;
  readonly hello: Omit<Hello, 'version'>;
  /** For https:// URLs; undefined: with Node's own authorities and no certificate of ours. */
  readonly tls: TlsEndpoint | undefined;
  /** The peer accepted: frames may be written. `rest` are bytes that came after the verdict. */
  readonly onOpen: (socket: net.Socket, rest: Uint8Array) => void;
  /** Called once, at any time before or after onOpen. `reason` is for the log, `refusal` the verdict if there was one. */
  readonly onClose: (reason: string, refusal: number | undefined) => void;
}

export function dial(options: DialOptions): Dial {
  const { url, hello } = options;
  const socket = connect(url, options.tls);
  let reason = 'connection closed';
  let refusal: number | undefined;
  socket.setTimeout(DIAL_TIMEOUT_MS, () => {
    reason = 'no answer to the handshake';
    socket.destroy();
  });
  socket.once('error', (error) => {
    reason = error.message;
  });
  socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => socket.write(encodeHello(hello)));
  socket.once('data', (chunk) => {
    if (chunk[0] !== Verdict.ACCEPTED) {
      refusal = chunk[0];
      reason = `the peer refused this member: ${VERDICT_REASONS[chunk[0] ?? -1] ?? 'it does not speak this protocol'}`;
      socket.destroy();
      return;
    }
    socket.setTimeout(0);
    options.onOpen(socket, chunk.subarray(1));
  });
  socket.once('close', () => options.onClose(reason, refusal));
  return { url, destroy: () => socket.destroy() };
}

function connect(url: string, endpoint: TlsEndpoint | undefined): net.Socket {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  // URL drops the port that is the scheme's own.
  if (protocol === 'http:') return net.connect({ host, port: Number(port || 80), noDelay: true });
  const name = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = tls.connect({ host, port: Number(port || 443), ...name, ...endpoint?.dialOptions() });
  return socket.setNoDelay(true);
}
