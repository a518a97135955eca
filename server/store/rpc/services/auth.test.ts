/** The Auth service, and what authentication does to the others, on a member without a cluster. */
import { afterEach, expect, test } from 'vitest';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { SnapshotRequest, SnapshotResponse } from '../../../../lib/base/etcdpb/cluster.ts';
import { type Method, methods } from '../../../../lib/base/etcdpb/methods.ts';
import { WatchRequest, WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';
import type { Init } from '../../../../lib/base/protobuf/schema.ts';
import { JsonWebTokens } from '../auth/jwt.ts';
import { type Right, rightOf } from '../auth/method-rights.ts';
import type { ClientFrontOptions } from '../server.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

const COST_MIN = 4;
let served: ServedMember;

afterEach(() => served.close());

/** The answer, or "code text" of the refusal. */
async function call<Q extends object, A extends object>(
  method: Method<Q, A>,
  request: Init<Q>,
  token?: string,
): Promise<A | string> {
  const options = token === undefined ? {} : { metadata: { token } };
  const outcome = await served.client.call(method.path, method, request, options);
  return outcome.ok ? outcome.value : `${outcome.code} ${outcome.message}`;
}

/** Users root (password r) and alice (password a), who may read and write ["a", "c"); authentication is on. */
async function serveGuarded(options: Partial<ClientFrontOptions> = {}): Promise<void> {
  served = await serveFakeMember({ bcryptCost: COST_MIN, ...options });
  const perm = { permType: 2, key: utf8Encode('a'), rangeEnd: utf8Encode('c') };
  const answers = [
    await call(methods.userAdd, { name: 'root', password: 'r' }),
    await call(methods.userGrantRole, { user: 'root', role: 'root' }),
    await call(methods.userAdd, { name: 'alice', password: 'a' }),
    await call(methods.roleAdd, { name: 'dev' }),
    await call(methods.roleGrantPermission, { name: 'dev', perm }),
    await call(methods.userGrantRole, { user: 'alice', role: 'dev' }),
    await call(methods.authEnable, {}),
  ];
  for (const answer of answers) expect(answer).toBeTypeOf('object');
}

async function signIn(name: string, password: string): Promise<string> {
  const answer = await call(methods.authenticate, { name, password });
  if (typeof answer === 'string') throw new Error(answer);
  return answer.token;
}

const put = (key: string, token?: string) => call(methods.put, { key: utf8Encode(key) }, token);

test('a password gives a token, the token gives what its user may do', async () => {
  await serveGuarded();
  const token = await signIn('alice', 'a');
  expect(token).toMatch(/^[A-Za-z]{16}\.\d+$/);
  expect(await put('a', token)).toBeTypeOf('object');
  expect(await put('c', token)).toBe('7 etcdserver: permission denied');
  expect(await put('a')).toBe('3 etcdserver: user name is empty');
  expect(await put('a', 'never.1')).toBe('16 etcdserver: invalid auth token');
  expect(await put('a', 'no index')).toBe('16 etcdserver: invalid auth token');
  expect(await call(methods.authenticate, { name: 'alice', password: 'x' })).toBe(
    '3 etcdserver: authentication failed, invalid user ID or password',
  );
  expect(await call(methods.authenticate, { name: 'mallory', password: 'x' })).toBe(
    '3 etcdserver: authentication failed, invalid user ID or password',
  );
});

test('a token of a later log index is looked for again behind a read barrier, not forever', async () => {
  await serveGuarded();
  expect(await put('a', 'abcdefgh.999999999')).toBe('16 etcdserver: invalid auth token');
});

test('a changed password ends the tokens of that user alone', async () => {
  await serveGuarded();
  const [alice, root] = [await signIn('alice', 'a'), await signIn('root', 'r')];
  expect(await call(methods.userChangePassword, { name: 'alice', password: 'b' }, root)).toBeTypeOf('object');
  expect(await put('a', alice)).toBe('16 etcdserver: invalid auth token');
  expect(await put('a', root)).toBeTypeOf('object');
  expect(await put('a', await signIn('alice', 'b'))).toBeTypeOf('object');
});

test('users look at themselves and their roles; everything else about users is for root', async () => {
  await serveGuarded();
  const alice = await signIn('alice', 'a');
  expect(await call(methods.userGet, { name: 'alice' }, alice)).toMatchObject({ roles: ['dev'] });
  expect(await call(methods.roleGet, { role: 'dev' }, alice)).toMatchObject({ perm: [{ permType: 2 }] });
  expect(await call(methods.userGet, { name: 'root' }, alice)).toBe('7 etcdserver: permission denied');
  expect(await call(methods.roleGet, { role: 'root' }, alice)).toBe('7 etcdserver: permission denied');
  expect(await call(methods.authStatus, {}, alice)).toBe('7 etcdserver: permission denied');
  expect(await call(methods.userList, {})).toBe('3 etcdserver: user name is empty');
  const root = await signIn('root', 'r');
  expect(await call(methods.authStatus, {}, root)).toMatchObject({ enabled: true, authRevision: 7 });
  expect(await call(methods.userList, {}, root)).toMatchObject({ users: ['alice', 'root'] });
});

test('what reads is checked like what writes', async () => {
  await serveGuarded();
  const alice = await signIn('alice', 'a');
  const range = (key: string, rangeEnd: string, serializable: boolean) =>
    call(methods.range, { key: utf8Encode(key), rangeEnd: utf8Encode(rangeEnd), serializable }, alice);
  for (const serializable of [false, true]) {
    expect(await range('a', 'c', serializable)).toBeTypeOf('object');
    expect(await range('a', 'd', serializable)).toBe('7 etcdserver: permission denied');
  }
  const requestRange = { key: utf8Encode('z') };
  expect(await call(methods.txn, { success: [{ requestRange }] }, alice)).toBe('7 etcdserver: permission denied');
  expect(await call(methods.compact, { revision: 1 }, alice)).toBe('7 etcdserver: permission denied');
  expect(await call(methods.status, {})).toBe('3 etcdserver: user name is empty');
  expect(await call(methods.status, {}, alice)).toBeTypeOf('object');
});

test('a watch is refused in the words of etcd, and messages behind it keep their order', async () => {
  await serveGuarded();
  const codec = { request: WatchRequest, response: WatchResponse };
  const watch = served.client.stream(methods.watch.path, codec, { token: await signIn('alice', 'a') });
  watch.send({ createRequest: { key: utf8Encode('a'), rangeEnd: utf8Encode('d') } });
  watch.send({ createRequest: { key: utf8Encode('a'), rangeEnd: utf8Encode('\0') } });
  watch.send({ createRequest: { key: utf8Encode('a'), watchId: 5n } });
  watch.send({ cancelRequest: { watchId: 5n } });
  const refused = {
    watchId: -1n,
    created: true,
    canceled: true,
    cancelReason: 'rpc error: code = PermissionDenied desc = etcdserver: permission denied',
  };
  expect(await watch.message()).toMatchObject(refused);
  expect(await watch.message()).toMatchObject(refused);
  expect(await watch.message()).toMatchObject({ watchId: 5n, created: true, canceled: false });
  expect(await watch.message()).toMatchObject({ watchId: 5n, canceled: true });
  watch.cancel();

  const nobody = served.client.stream(methods.watch.path, codec);
  nobody.send({ createRequest: { key: utf8Encode('a') } });
  const { cancelReason } = await nobody.message();
  expect(cancelReason).toBe('rpc error: code = InvalidArgument desc = etcdserver: user name is empty');
  nobody.cancel();
});

test('a snapshot is for root: the stream waits for the answer who calls', async () => {
  await serveGuarded();
  const path = '/etcdserverpb.Maintenance/Snapshot';
  const codec = { request: SnapshotRequest, response: SnapshotResponse };
  const refused = served.client.stream(path, codec, { token: await signIn('alice', 'a') });
  refused.send({});
  refused.end();
  expect(await refused.status()).toEqual({ code: 7, message: 'etcdserver: permission denied' });
  const granted = served.client.stream(path, codec, { token: await signIn('root', 'r') });
  granted.send({});
  granted.end();
  expect(await granted.status()).toMatchObject({ code: 0 });
});

test('users without a password cannot sign in, and a password bcrypt would cut is refused', async () => {
  await serveGuarded();
  const root = await signIn('root', 'r');
  const noPassword = { name: 'cert', options: { noPassword: true } };
  expect(await call(methods.userAdd, noPassword, root)).toBeTypeOf('object');
  expect(await call(methods.authenticate, { name: 'cert', password: '' })).toBe(
    '2 auth: authentication failed, password was given for no password user',
  );
  expect(await call(methods.userAdd, { name: 'long', password: 'x'.repeat(73) }, root)).toBe(
    '2 bcrypt: password length exceeds 72 bytes',
  );
});

test('turned off, everything is open again and tokens are not looked at', async () => {
  await serveGuarded();
  const root = await signIn('root', 'r');
  expect(await call(methods.authDisable, {}, root)).toBeTypeOf('object');
  expect(await put('z')).toBeTypeOf('object');
  expect(await put('z', 'nonsense')).toBeTypeOf('object');
  expect(await call(methods.authenticate, { name: 'root', password: 'r' })).toBe(
    '9 etcdserver: authentication is not enabled',
  );
});

test('a token in the header authorization counts, with and without Bearer, on the gateway too', async () => {
  await serveGuarded();
  const token = await signIn('alice', 'a');
  const gateway = (authorization?: string) =>
    fetch(`${served.url}/v3/kv/put`, {
      method: 'POST',
      body: JSON.stringify({ key: btoa('a') }),
      headers: authorization === undefined ? {} : { authorization },
    });
  expect((await gateway(token)).status).toBe(200);
  expect((await gateway(`Bearer ${token}`)).status).toBe(200);
  expect((await gateway('Bearer nonsense')).status).toBe(401);
  expect((await gateway()).status).toBe(400);
});

test('a JSON Web Token names its user until users change; then he signs in again', async () => {
  const key = { publicKey: undefined, privateKey: Buffer.from('a shared secret') };
  const jwt = new JsonWebTokens({ signMethod: 'HS256', ...key, ttlMs: 60_000, nowMs: () => 0 });
  await serveGuarded({ jwt });
  const [alice, root] = [await signIn('alice', 'a'), await signIn('root', 'r')];
  expect(alice.split('.')).toHaveLength(3);
  expect(await put('a', alice)).toBeTypeOf('object');
  expect(await put('c', alice)).toBe('7 etcdserver: permission denied');
  expect(await put('a', `${alice}x`)).toBe('16 etcdserver: invalid auth token');
  expect(await call(methods.roleAdd, { name: 'new' }, root)).toBeTypeOf('object');
  expect(await put('a', alice)).toBe('3 etcdserver: revision of auth store is old');
  // What asks for a role alone does not look at the revision.
  expect(await call(methods.userList, {}, root)).toBeTypeOf('object');
  expect(await put('a', await signIn('alice', 'a'))).toBeTypeOf('object');
});

test('users are made and shown through the gateway, in the names of etcd', async () => {
  await serveGuarded();
  const gateway = async (path: string, body: object, authorization: string) => {
    const options = { method: 'POST', body: JSON.stringify(body), headers: { authorization } };
    const answer = (await (await fetch(`${served.url}/v3/auth/${path}`, options)).json()) as Record<string, unknown>;
    return { ...answer, header: undefined };
  };
  const { token = '' } = (await gateway('authenticate', { name: 'root', password: 'r' }, '')) as { token?: string };
  expect(token).not.toBe('');
  expect(await gateway('status', {}, token)).toEqual({ enabled: true, authRevision: '7' });
  expect(await gateway('user/add', { name: 'cert', options: { no_password: true } }, token)).toEqual({});
  expect(await gateway('user/grant', { user: 'cert', role: 'dev' }, token)).toEqual({});
  expect(await gateway('user/get', { name: 'cert' }, token)).toEqual({ roles: ['dev'] });
  expect(await gateway('role/get', { role: 'dev' }, token)).toEqual({
    perm: [{ permType: 'READWRITE', key: btoa('a'), range_end: btoa('c') }],
  });
  expect(await gateway('user/changepw', { name: 'alice', password: 'b' }, token)).toEqual({});
  expect(await gateway('user/list', {}, 'nonsense')).toEqual({ code: 16, message: 'etcdserver: invalid auth token' });
});

test('methods are classified, and one that nobody classified is for root', () => {
  const rights: [string, object, Right][] = [
    ['/etcdserverpb.KV/Put', {}, 'own'],
    ['/etcdserverpb.Auth/UserAdd', {}, 'own'],
    ['/etcdserverpb.Maintenance/Alarm', { action: 0 }, 'user'],
    ['/etcdserverpb.Maintenance/Alarm', { action: 1 }, 'root'],
    ['/etcdserverpb.Cluster/MemberAdd', {}, 'root'],
    ['/grpc.health.v1.Health/Check', {}, 'open'],
    ['/quorate.Unheard/Of', {}, 'root'],
  ];
  for (const [path, request, right] of rights) expect(rightOf(path, request), path).toBe(right);
});
