/** --client-cert-auth: the common name of the caller's certificate is his user name, unless a token says otherwise. */
import { readFileSync } from 'node:fs';
import { request as requestHttps } from 'node:https';
import { credentials } from '@grpc/grpc-js';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { type Method, methods } from '../../../../lib/base/etcdpb/methods.ts';
import type { Init } from '../../../../lib/base/protobuf/schema.ts';
import { silentLog } from '../../ports/log.ts';
import { TestAuthority } from '../../tls/test-support/authority.ts';
import { TlsEndpoint } from '../../tls/tls-endpoint.ts';
import { GrpcClient } from '../test-support/grpc-client.ts';
import { serveFakeMember } from '../test-support/served-member.ts';

const authority = new TestAuthority();
afterAll(() => authority.remove());

const server = authority.issue('server');
const ca = readFileSync(authority.caFile);
const certificateOf = (name: string) => {
  const { cert, key } = authority.issue(name);
  return { cert: readFileSync(cert), key: readFileSync(key) };
};

/** A member that asks for certificates, with users root and alice, who may write "a"; authentication is on. */
async function serve(clientCertAuth: boolean) {
  const tls = new TlsEndpoint(
    {
      prefix: '',
      ...{ certFile: server.cert, keyFile: server.key, clientCertFile: undefined, clientKeyFile: undefined },
      ...{ trustedCaFile: authority.caFile, requiresClientCert: true, crlFile: undefined },
      ...{ allowedCommonNames: [], allowedHostnames: [], checksOrigin: false, selfSigned: undefined },
      ...{ minVersion: 'TLSv1.2', maxVersion: undefined, cipherSuites: [] },
    },
    silentLog,
  );
  const listen = [{ host: '127.0.0.1', port: 0, scheme: 'https' as const }];
  const served = await serveFakeMember({ tls, listen, clientCertAuth, bcryptCost: 4 });
  onTestFinished(() => served.close());
  const clientOf = (name: string) => {
    const { cert, key } = certificateOf(name);
    const client = new GrpcClient(served.url.replace('http://', ''), credentials.createSsl(ca, key, cert));
    onTestFinished(() => client.close());
    return async <Q extends object, A extends object>(
      method: Method<Q, A>,
      request: Init<Q>,
      metadata: Readonly<Record<string, string>> = {},
    ) => {
      const outcome = await client.call(method.path, method, request, { metadata });
      return outcome.ok ? outcome.value : `${outcome.code} ${outcome.message}`;
    };
  };
  const root = clientOf('root');
  await root(methods.userAdd, { name: 'root', password: 'r' });
  await root(methods.userGrantRole, { user: 'root', role: 'root' });
  await root(methods.userAdd, { name: 'alice', options: { noPassword: true } });
  await root(methods.roleAdd, { name: 'dev' });
  await root(methods.roleGrantPermission, { name: 'dev', perm: { permType: 2, key: utf8Encode('a') } });
  await root(methods.userGrantRole, { user: 'alice', role: 'dev' });
  expect(await root(methods.authEnable, {})).toBeTypeOf('object');
  return { served, root, clientOf };
}

const put = (key: string) => ({ key: utf8Encode(key) });

test('a certificate names its user, a user it does not know is denied, and a token wins over it', async () => {
  const { root, clientOf } = await serve(true);
  const alice = clientOf('alice');
  expect(await alice(methods.put, put('a'))).toBeTypeOf('object');
  expect(await alice(methods.put, put('b'))).toBe('7 etcdserver: permission denied');
  expect(await clientOf('mallory')(methods.put, put('a'))).toBe('7 etcdserver: permission denied');
  expect(await root(methods.userList, {})).toMatchObject({ users: ['alice', 'root'] });
  const signedIn = await root(methods.authenticate, { name: 'root', password: 'r' });
  const token = typeof signedIn === 'string' ? '' : signedIn.token;
  expect(await alice(methods.put, put('b'), { token })).toBeTypeOf('object');
  expect(await alice(methods.put, put('a'), { token: 'nonsense' })).toBe('16 etcdserver: invalid auth token');
});

test('a gateway lends its certificate to nobody, neither ours nor one in between', async () => {
  const { served, clientOf } = await serve(true);
  const behindGateway = { 'grpcgateway-accept': 'application/json' };
  expect(await clientOf('alice')(methods.put, put('a'), behindGateway)).toBe('3 etcdserver: user name is empty');
  const body = await new Promise<string>((resolve, reject) => {
    const url = `${served.url.replace('http:', 'https:')}/v3/kv/put`;
    const request = requestHttps(url, { method: 'POST', ca, ...certificateOf('alice') }, (answer) => {
      answer.setEncoding('utf8').on('data', resolve);
    });
    request.on('error', reject).end(JSON.stringify({ key: btoa('a') }));
  });
  expect(JSON.parse(body)).toEqual({ code: 3, message: 'etcdserver: user name is empty' });
});

test('without --client-cert-auth a certificate names nobody', async () => {
  const { clientOf } = await serve(false);
  expect(await clientOf('alice')(methods.put, put('a'))).toBe('3 etcdserver: user name is empty');
});
