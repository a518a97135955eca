/**
 * TLS of one side, client or peer: takes over accepted sockets, and says how to dial.
 *
 * Certificate, key and revocation list are looked at for every connection, so that renewals need no restart. Sessions are not
 * resumed: a resumed one would bypass the checks of a certificate that was revoked since.
 */
import { constants, type X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { errorText } from '../../../lib/base/error-text.ts';
import type { Log } from '../ports/log.ts';
import { whyNotFromItsHost } from './certificate-origin.ts';
import type { TlsSettings } from './settings.ts';
import { type KeyPair, readAuthorities, watchKeyPair, watchRevocations } from './tls-files.ts';
import type { WatchedFiles } from './watched-files.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Handshakes that fail are worth a line, thousands of them are not. */
const REFUSALS_LOGGED_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Takes over a paused socket from its first byte. */
export type TlsAcceptor = (socket: Socket) => void;

export class TlsEndpoint {
  readonly #settings: TlsSettings;
  readonly #log: Log;
  readonly #server: WatchedFiles<KeyPair>;
  readonly #client: WatchedFiles<KeyPair>;
  readonly #revoked: WatchedFiles<ReadonlySet<string>> | undefined;
  readonly #authorities: Buffer | undefined;
  #logged = { since: 0, count: 0 };

  /** @throws TlsFileError */
  constructor(settings: TlsSettings, log: Log) {
    const { prefix, certFile, keyFile, clientCertFile, clientKeyFile, trustedCaFile, crlFile } = settings;
    const named = (flag: string, path: string) => ({ flag: `${prefix}${flag}`, path });
    this.#settings = settings;
    this.#log = log;
    this.#server = watchKeyPair({ cert: named('cert-file', certFile), key: named('key-file', keyFile) }, log);
    this.#client =
      clientCertFile === undefined || clientKeyFile === undefined
        ? this.#server
        : watchKeyPair(
            { cert: named('client-cert-file', clientCertFile), key: named('client-key-file', clientKeyFile) },
            log,
          );
    this.#authorities =
      trustedCaFile === undefined ? undefined : readAuthorities(named('trusted-ca-file', trustedCaFile));
    const crlFlag = prefix === '' ? 'client-crl-file' : 'peer-crl-file';
    this.#revoked = crlFile === undefined ? undefined : watchRevocations({ flag: crlFlag, path: crlFile }, log);
  }

  /** @param onSecure gets each connection whose handshake succeeded and whose certificate is allowed. */
  acceptor(protocols: readonly string[], onSecure: (socket: TLSSocket) => void): TlsAcceptor {
    let { version } = this.#server;
    const server: Server = createServer({
      ...this.#context(this.#server.value()),
      ALPNProtocols: [...protocols],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: this.#settings.requiresClientCert,
      rejectUnauthorized: this.#settings.requiresClientCert,
    });
    server.on('tlsClientError', (error, socket) => {
      // OpenSSL's own words are in `reason`, without the line of its source.
      const { reason = error.message } = error as Error & { readonly reason?: string };
      this.#refused(socket, socket.authorizationError ?? reason);
      socket.destroy();
    });
    server.on('secureConnection', (socket) => this.#admit(socket, onSecure));
    return (socket) => {
      const pair = this.#server.value();
      if (this.#server.version !== version) {
        version = this.#server.version;
        server.setSecureContext(this.#context(pair));
      }
      // A handshake that breaks is told as tlsClientError.
      socket.on('error', () => undefined);
      server.emit('connection', socket);
    };
  }

  /** For tls.connect(), besides host and port. */
  dialOptions(): ConnectionOptions {
    return { ...this.#context(this.#client.value()), rejectUnauthorized: this.#settings.selfSigned === undefined };
  }

  #context({ cert, key }: KeyPair): SecureContextOptions {
    const { minVersion, maxVersion, cipherSuites } = this.#settings;
    return {
      ...{ cert, key, minVersion },
      secureOptions: constants.SSL_OP_NO_TICKET,
      ...(this.#authorities === undefined ? {} : { ca: this.#authorities }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ...(cipherSuites.length === 0 ? {} : { ciphers: cipherSuites.join(':') }),
    };
  }

  #admit(socket: TLSSocket, onSecure: (socket: TLSSocket) => void): void {
    let reason: string | undefined;
    try {
      reason = this.#whyNotAllowed(socket);
    } catch (error) {
      // A certificate that Node cannot take apart is the stranger's fault, not ours.
      reason = `its certificate cannot be read: ${error instanceof Error ? error.message : error}`;
    }
    if (reason !== undefined) {
      this.#refuse(socket, reason);
      return;
    }
    const certificate = socket.getPeerX509Certificate();
    if (!this.#settings.checksOrigin || certificate === undefined) {
      onSecure(socket);
      return;
    }
    const drop = (): void => {
      socket.destroy();
    };
    socket.on('error', drop);
    whyNotFromItsHost(certificate, socket.remoteAddress ?? '').then(
      (why) => {
        socket.off('error', drop);
        if (socket.destroyed) return;
        if (why === undefined) onSecure(socket);
        else this.#refuse(socket, why);
      },
      (error: unknown) => this.#refuse(socket, String(error)),
    );
  }

  #whyNotAllowed(socket: TLSSocket): string | undefined {
    const { allowedCommonNames, allowedHostnames } = this.#settings;
    const certificate = socket.getPeerX509Certificate();
    const revoked = this.#revoked?.value();
    for (let one = certificate; one !== undefined && revoked !== undefined; one = one.issuerCertificate)
      if (revoked.has(one.serialNumber)) return `the certificate with serial number ${one.serialNumber} is revoked`;
    const name = certificate === undefined ? undefined : commonNameOf(certificate);
    if (allowedCommonNames.length > 0 && (name === undefined || !allowedCommonNames.includes(name)))
      return `the common name "${name ?? ''}" is not allowed`;
    const isValidFor = (host: string): boolean =>
      (isIP(host) === 0 ? certificate?.checkHost(host, { subject: 'never' }) : certificate?.checkIP(host)) !==
      undefined;
    if (allowedHostnames.length > 0 && !allowedHostnames.some(isValidFor))
      return `the certificate is not valid for ${allowedHostnames.join(' or ')}`;
    return undefined;
  }

  #refuse(socket: TLSSocket, reason: string): void {
    this.#refused(socket, reason);
    socket.on('error', () => undefined);
    socket.destroy();
  }

  #refused(socket: TLSSocket, reason: unknown): void {
    const now = performance.now();
    if (now - this.#logged.since > MINUTE_MS) this.#logged = { since: now, count: 0 };
    if (++this.#logged.count > REFUSALS_LOGGED_PER_MINUTE) return;
    this.#log('warn', 'refused a TLS connection', {
      side: this.#settings.prefix === '' ? 'client' : 'peer',
      remote: socket.remoteAddress,
      reason: errorText(reason),
    });
  }
}

/** The subject's common name, the last where there are several, as Go reads it. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const { CN } = certificate.toLegacyObject().subject as { readonly CN?: string | readonly string[] };
  return typeof CN === 'string' || CN === undefined ? CN : CN.at(-1);
}
