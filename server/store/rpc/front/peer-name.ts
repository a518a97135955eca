/**
 * Whom the client's certificate names. Only a certificate that the listener verified against its CA counts; the name is the
 * subject's common name, as etcd takes it for a user name under --client-cert-auth.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Parsing a certificate costs more than most calls, and it cannot change: once per connection. */
const known = new WeakMap<Socket, string | undefined>();

/** Undefined without TLS, without a certificate, with one that was not verified, and with one that names nobody. */
export function peerCommonName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!known.has(socket)) known.set(socket, socket.authorized ? commonNameOf(socket) : undefined);
  return known.get(socket);
}

function commonNameOf(socket: TLSSocket): string | undefined {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  // Several common names come as a list; Go's parser, and so etcd, keeps the last.
  const last: unknown = Array.isArray(name) ? name.at(-1) : name;
  return typeof last === 'string' && last !== '' ? last : undefined;
}
