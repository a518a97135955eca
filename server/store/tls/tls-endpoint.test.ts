/** Handshakes over real loopback sockets: who is let in, and what is served after a renewal. */
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectPlain, createServer, type Server } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, expect, test } from 'vitest';
import { admit, type Scheme } from './admission.ts';
import { TlsFileError, type TlsSettings } from './settings.ts';
import { type CertificateFiles, TestAuthority } from './test-support/authority.ts';
import { TlsEndpoint } from './tls-endpoint.ts';

const authority = new TestAuthority();
const stranger = new TestAuthority('somebody else');
const served = authority.issue('server');
afterAll(() => {
  authority.remove();
  stranger.remove();
});

function settings(changes: Partial<TlsSettings> = {}): TlsSettings {
  return {
    prefix: '',
    ...{ certFile: served.cert, keyFile: served.key, clientCertFile: undefined, clientKeyFile: undefined },
    ...{ trustedCaFile: undefined, requiresClientCert: false, crlFile: undefined },
    ...{ allowedCommonNames: [], allowedHostnames: [], checksOrigin: false, selfSigned: undefined },
    ...{ minVersion: 'TLSv1.2', maxVersion: undefined, cipherSuites: [] },
    ...changes,
  };
}
const mutual = (changes: Partial<TlsSettings> = {}): TlsSettings =>
  settings({ trustedCaFile: authority.caFile, requiresClientCert: true, ...changes });

let server: Server | undefined;
let log: string[] = [];
let opened: (TLSSocket | undefined)[] = [];
afterEach(() => {
  server?.close();
  for (const socket of opened) socket?.destroy();
  opened = [];
});

/** Greets everybody it lets in, in TLS or plainly, and says the name in his certificate. */
async function serve(options: TlsSettings, scheme: Scheme = 'https'): Promise<number> {
  const lines: string[] = [];
  log = lines;
  const endpoint = new TlsEndpoint(options, (_level, message, fields) =>
    lines.push(`${message}: ${fields?.reason ?? ''}`),
  );
  const tls = endpoint.acceptor(['h2', 'http/1.1'], (socket) => {
    socket.end(`tls ${socket.alpnProtocol} ${socket.getPeerX509Certificate()?.subject ?? 'nobody'}`);
  });
  const listening = createServer((socket) => admit(socket, scheme, { tls, plain: (plain) => plain.end('plain') }));
  server = listening;
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return (listening.address() as AddressInfo).port;
}

/** What the server says, or why it says nothing. */
async function greet(port: number, client?: CertificateFiles, options: ConnectionOptions = {}): Promise<string> {
  const socket = connect({
    ...{ host: '127.0.0.1', port, ca: readFileSync(authority.caFile), ALPNProtocols: ['h2'] },
    ...(client === undefined ? {} : { cert: readFileSync(client.cert), key: readFileSync(client.key) }),
    ...options,
  });
  opened.push(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const failed = once(socket, 'error').then(([error]: Error[]) => `error ${error?.message}`);
  return Promise.race([once(socket, 'end').then(() => (text === '' ? 'cut' : text)), failed]);
}

test('a client that trusts the authority is served, in h2 or http/1.1 as it asks', async () => {
  const port = await serve(settings());
  expect(await greet(port)).toBe('tls h2 nobody');
  expect(await greet(port, undefined, { ALPNProtocols: ['http/1.1'] })).toBe('tls http/1.1 nobody');
  expect(await greet(port, undefined, { maxVersion: 'TLSv1.1' })).toMatch(/error/);
});

test('where client certificates are asked for, only those of the authority open the door', async () => {
  const port = await serve(mutual());
  expect(await greet(port, authority.issue('alice'))).toBe('tls h2 CN=alice');
  expect(await greet(port)).toMatch(/^(cut|error)/);
  expect(await greet(port, stranger.issue('alice'))).toMatch(/^(cut|error)/);
  expect(await greet(port, authority.issue('old', { isExpired: true }))).toMatch(/^(cut|error)/);
  expect(log.length).toBe(3);
  expect(log.join('\n')).toMatch(/did not return a certificate\n.*UNABLE_TO_.*\n.*CERT_HAS_EXPIRED/);
});

test('a revoked certificate is refused from the moment the list says so', async () => {
  const [good, bad] = [authority.issue('good'), authority.issue('bad')];
  const port = await serve(mutual({ crlFile: authority.revoke([]) }));
  expect(await greet(port, bad)).toContain('CN=bad');
  authority.revoke([bad]);
  expect(await greet(port, bad)).toBe('cut');
  expect(await greet(port, good)).toContain('CN=good');
  expect(log).toContainEqual(expect.stringContaining('is revoked'));
});

test('common names and host names can be demanded', async () => {
  const byName = await serve(mutual({ allowedCommonNames: ['peer'] }));
  expect(await greet(byName, authority.issue('peer'))).toContain('CN=peer');
  expect(await greet(byName, authority.issue('other'))).toBe('cut');
  server?.close();
  const byHost = await serve(mutual({ allowedHostnames: ['m1.example', '10.0.0.1'] }));
  expect(await greet(byHost, authority.issue('a', { hosts: ['m1.example'] }))).toContain('CN=a');
  expect(await greet(byHost, authority.issue('b', { hosts: ['10.0.0.1'] }))).toContain('CN=b');
  expect(await greet(byHost, authority.issue('m1.example', { hosts: [] }))).toBe('cut');
});

test('a peer must come from a host its certificate names, if it names any', async () => {
  const port = await serve(mutual({ prefix: 'peer-', checksOrigin: true }));
  expect(await greet(port, authority.issue('here', { hosts: ['10.1.1.1', '127.0.0.1'] }))).toContain('CN=here');
  expect(await greet(port, authority.issue('named', { hosts: ['localhost'] }))).toContain('CN=named');
  expect(await greet(port, authority.issue('anywhere', { hosts: [] }))).toContain('CN=anywhere');
  expect(await greet(port, authority.issue('elsewhere', { hosts: ['10.1.1.1'] }))).toBe('cut');
  expect(log).toContainEqual(expect.stringContaining('the connection comes from 127.0.0.1'));
});

test('a renewed certificate is served to the next connection, a half-written one never', async () => {
  const files = authority.issue('renewed', { commonName: 'first' });
  const port = await serve(settings({ certFile: files.cert, keyFile: files.key }));
  const nameServed = async (): Promise<string | undefined> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    opened.push(socket);
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.subject;
  };
  expect(await nameServed()).toBe('CN=first');
  authority.issue('renewed', { commonName: 'second' });
  expect(await nameServed()).toBe('CN=second');
  copyFileSync(served.cert, files.cert);
  expect(await nameServed()).toBe('CN=second');
  expect(log.at(-1)).toContain('is not the key of --cert-file');
  copyFileSync(served.key, files.key);
  expect(await nameServed()).toBe('CN=server');
});

test('one port serves both schemes, a port of one scheme refuses the other', async () => {
  const speakPlain = async (port: number): Promise<string> => {
    const socket = connectPlain(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write('hello, is anybody there?\n');
    await once(socket, 'close');
    return text;
  };
  const both = await serve(settings(), 'both');
  expect(await greet(both)).toBe('tls h2 nobody');
  expect(await speakPlain(both)).toBe('plain');
  server?.close();
  const secure = await serve(settings());
  expect(await speakPlain(secure)).not.toContain('plain');
});

test('files that cannot serve are named with their flag', () => {
  const refusal = (changes: Partial<TlsSettings>): string => {
    try {
      return String(new TlsEndpoint(settings(changes), () => undefined));
    } catch (error) {
      expect(error).toBeInstanceOf(TlsFileError);
      return error instanceof Error ? error.message : '';
    }
  };
  const other = authority.issue('other');
  const nonsense = `${authority.dir}/nonsense`;
  writeFileSync(nonsense, 'nonsense');
  expect(refusal({ certFile: `${nonsense}.none` })).toMatch(
    /^--cert-file .*nonsense.none cannot be read \(ENOENT\): give/,
  );
  expect(refusal({ certFile: nonsense })).toMatch(/^--cert-file .* does not hold a certificate in PEM form$/);
  expect(refusal({ keyFile: nonsense })).toMatch(/^--key-file .* does not hold a private key in PEM form/);
  expect(refusal({ keyFile: other.key, prefix: 'peer-' })).toMatch(
    /^--peer-key-file .* is not the key of --peer-cert-file/,
  );
  expect(refusal({ trustedCaFile: nonsense })).toMatch(/^--trusted-ca-file .* does not hold certificates/);
  expect(refusal({ crlFile: nonsense })).toMatch(/^--client-crl-file .* holds no certificate revocation list/);
});
