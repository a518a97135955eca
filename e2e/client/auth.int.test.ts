/** Users of a store with authentication: the client and the console's engine sign in, and again when their token ended. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { methods } from '../../lib/base/etcdpb/methods.ts';
import type { Init } from '../../lib/base/protobuf/schema.ts';
import { type Client, connect } from '../../lib/client/index.ts';
import { GrpcClient } from '../../server/store/rpc/test-support/grpc-client.ts';
import { STORES } from '../fixtures/stores.ts';

describe.each(STORES)('$name', ({ skip, start }) => {
  let endpoints: readonly string[];
  let stop: () => Promise<void>;
  let admin: GrpcClient;
  let root = '';
  let client: Client;

  const ask = async <Q extends object, A extends object>(
    method: Parameters<typeof admin.must<Q, A>>[1] & { readonly path: string },
    request: Init<Q>,
  ): Promise<A> => admin.must(method.path, method, request, { metadata: root === '' ? {} : { token: root } });

  /** Every token of this user ends; his password stays what it was. */
  const endTokens = (name: string, password: string) => ask(methods.userChangePassword, { name, password });

  beforeAll(async () => {
    if (skip) return;
    const store = await start();
    ({ endpoints, stop } = store);
    admin = new GrpcClient(endpoints[0]?.replace(/^https?:\/\//, '') ?? '');
    await ask(methods.userAdd, { name: 'root', password: 'r' });
    await ask(methods.userGrantRole, { user: 'root', role: 'root' });
    await ask(methods.userAdd, { name: 'app', password: 'a' });
    await ask(methods.roleAdd, { name: 'app' });
    const text = new TextEncoder();
    const perm = { permType: 2, key: text.encode('app/'), rangeEnd: text.encode('app0') };
    await ask(methods.roleGrantPermission, { name: 'app', perm });
    await ask(methods.userGrantRole, { user: 'app', role: 'app' });
    await ask(methods.authEnable, {});
    root = (await ask(methods.authenticate, { name: 'root', password: 'r' })).token;
    client = connect({ endpoints, credentials: { user: 'app', password: 'a' } });
  });
  afterAll(async () => {
    client?.close();
    admin?.close();
    await stop?.();
  });

  const it = test.skipIf(skip);

  it('does what its user may do, and is told what he may not', async () => {
    await client.put('app/k', 'v');
    expect((await client.get({ prefix: 'app/' })).count).toBe(1);
    await expect(client.put('other', 'v')).rejects.toMatchObject({ code: 7, maybeApplied: false });
    await expect(client.get({ prefix: '' })).rejects.toMatchObject({ code: 7 });
    await expect(client.watch({ prefix: '' }).next()).rejects.toMatchObject({ code: 7 });
  });

  it('signs in again when its token ended, and a write is then made once', async () => {
    const { revision } = await client.put('app/once', '1');
    await endTokens('app', 'a');
    expect((await client.put('app/once', '2')).revision).toBe(revision + 1);
    await endTokens('app', 'a');
    expect((await client.get({ key: 'app/once' })).kvs[0]?.version).toBe(2);
  });

  it('keeps a watch and a session when the token ends', async () => {
    const startedAt = performance.now();
    const session = await client.session({ ttlSeconds: 3 });
    const stopped = new AbortController();
    const watch = client.watch({ key: 'app/watched' }, { signal: stopped.signal });
    await watch.next();
    await endTokens('app', 'a');
    await client.put('app/watched', 'after', { lease: session.lease });
    expect((await watch.next()).value?.events).toHaveLength(1);
    // Beyond its TTL the lease is still there, kept alive with a token that was not there when it was granted.
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(startedAt + 1000 * session.ttlSeconds), 10_000);
    expect(session.isAlive).toBe(true);
    expect((await client.get({ key: 'app/watched' })).count).toBe(1);
    stopped.abort();
    await session.close();
    expect((await client.get({ key: 'app/watched' })).count).toBe(0);
  });

  it('is told that the password is wrong, and that nobody is named', async () => {
    const stranger = connect({ endpoints, credentials: { user: 'app', password: 'wrong' } });
    await expect(stranger.get({ key: 'app/k' })).rejects.toThrow('invalid user ID or password');
    stranger.close();
    const nobody = connect({ endpoints });
    await expect(nobody.get({ key: 'app/k' })).rejects.toThrow('user name is empty');
    nobody.close();
  });

  it('goes on without a token when authentication is turned off, and signs in when it is on again', async () => {
    await ask(methods.authDisable, {});
    root = '';
    await client.put('anywhere', 'v');
    await ask(methods.authEnable, {});
    root = (await ask(methods.authenticate, { name: 'root', password: 'r' })).token;
    await client.put('app/k', 'again');
    await expect(client.put('anywhere', 'v')).rejects.toMatchObject({ code: 7 });
  });
});
