/** The client port in TLS, with both framings: the same calls, the same gateway, and who is calling. */
import { readFileSync } from 'node:fs';
import { request as requestHttps } from 'node:https';
import { credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bytes, message, string } from '../../../../lib/base/protobuf/schema.ts';
import { silentLog } from '../../ports/log.ts';
import { TestAuthority } from '../../tls/test-support/authority.ts';
import { TlsEndpoint } from '../../tls/tls-endpoint.ts';
import { GrpcClient } from '../test-support/grpc-client.ts';
import { createFront } from './front.ts';
import { bidi, unary } from './method.ts';
import type { Address, FramingName, Front } from './types.ts';

const Ask = message('test.Ask', { text: string(1), bytes: bytes(2) });
const Answer = message('test.Answer', { text: string(1), bytes: bytes(2) });
const codec = { request: Ask, response: Answer };
const authority = new TestAuthority();
const served = authority.issue('server');
const alice = authority.issue('alice');
afterAll(() => authority.remove());

const ca = readFileSync(authority.caFile);
const own = { cert: readFileSync(alice.cert), key: readFileSync(alice.key) };

let front: Front;
let address: Address;
let client: GrpcClient;

describe.each<FramingName>(['own', 'node'])('framing by %s', (framing) => {
  beforeEach(async () => {
    const tls = new TlsEndpoint(
      {
        prefix: '',
        ...{ certFile: served.cert, keyFile: served.key, clientCertFile: undefined, clientKeyFile: undefined },
        ...{ trustedCaFile: authority.caFile, requiresClientCert: true, crlFile: undefined },
        ...{ allowedCommonNames: [], allowedHostnames: [], checksOrigin: false, selfSigned: undefined },
        ...{ minVersion: 'TLSv1.2', maxVersion: undefined, cipherSuites: [] },
      },
      silentLog,
    );
    front = createFront({
      ...{ framing, tls, receiveBytesMax: 8 * 1024 * 1024 },
      onDefect: (error) => {
        throw error;
      },
      http: (request, response) => response.end(`plain http for ${request.url}`),
      methods: [
        unary('/test.Echo/Who', codec, (_request, call) => ({ text: call.peerCommonName ?? 'nobody' })),
        bidi('/test.Echo/Chat', codec, (stream) => ({
          onMessage: (request) => stream.send({ text: request.text, bytes: request.bytes }),
          onEnd: () => stream.end(),
          onDrain: () => undefined,
          onClose: () => undefined,
        })),
      ],
    });
    address = await front.listen({ host: '127.0.0.1', port: 0, scheme: 'both' });
    client = new GrpcClient(`127.0.0.1:${address.port}`, credentials.createSsl(ca, own.key, own.cert));
  });
  afterEach(async () => {
    client.close();
    await front.close();
  });

  test('a call knows who makes it, and a plain one on the same port knows nobody', async () => {
    expect(await client.must('/test.Echo/Who', codec, {})).toMatchObject({ text: 'alice' });
    const plain = new GrpcClient(`127.0.0.1:${address.port}`);
    expect(await plain.must('/test.Echo/Who', codec, {})).toMatchObject({ text: 'nobody' });
    plain.close();
  });

  test('a message larger than any buffer goes there and back', async () => {
    const stream = client.stream('/test.Echo/Chat', codec);
    const large = new Uint8Array(5 * 1024 * 1024).map((_, i) => i % 251);
    stream.send({ text: 'large', bytes: large });
    const answer = await stream.message();
    expect(Buffer.from(answer.bytes).equals(Buffer.from(large))).toBe(true);
    stream.end();
    expect(await stream.status()).toMatchObject({ code: 0 });
  });

  test('HTTP/1.1 is served beside it, and not without a certificate', async () => {
    const get = (options: object): Promise<string> =>
      new Promise((resolve, reject) => {
        const request = requestHttps({ host: '127.0.0.1', port: address.port, path: '/health', ca, ...options });
        request.on('response', (response) => {
          response.setEncoding('utf8').on('data', resolve);
        });
        request.on('error', reject).end();
      });
    expect(await get(own)).toBe('plain http for /health');
    await expect(get({})).rejects.toThrow();
  });
});
