/** Signing in against a store whose answers the test decides. The promises over the wire: e2e/client/auth.int.test.ts. */
import { afterEach, expect, test } from 'vitest';
import { methods } from '../base/etcdpb/methods.ts';
import { GrpcCode } from '../base/grpc-status.ts';
import { connect } from './client.ts';
import { FakeStore } from './test-support/fake-store.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const refusal = (code: number, text: string) => Object.assign(new Error(text), { code, details: text });
const BAD_TOKEN = refusal(GrpcCode.UNAUTHENTICATED, 'etcdserver: invalid auth token');

async function clientOf(store: FakeStore, credentials?: { user: string; password: string }) {
  await store.start();
  const client = connect({ endpoints: [store.endpoint], ...(credentials === undefined ? {} : { credentials }) });
  open.push(client, { close: () => store.crash() });
  return client;
}

test('a call refused for its token is sent again after signing in, a bounded number of times', async () => {
  let signIns = 0;
  let puts = 0;
  const store = new FakeStore()
    .unary(methods.authenticate, () => ({ token: `t${++signIns}` }))
    .unary(methods.put, () => {
      puts++;
      throw BAD_TOKEN;
    });
  const client = await clientOf(store, { user: 'u', password: 'p' });
  await expect(client.put('k', 'v')).rejects.toMatchObject({ code: GrpcCode.UNAUTHENTICATED, maybeApplied: false });
  expect([signIns, puts]).toEqual([4, 4]);
});

test('calls at the same time share one sign-in', async () => {
  let signIns = 0;
  const store = new FakeStore()
    .unary(methods.authenticate, () => ({ token: `t${++signIns}` }))
    .unary(methods.put, () => ({}));
  const client = await clientOf(store, { user: 'u', password: 'p' });
  await Promise.all([client.put('a', ''), client.put('b', ''), client.put('c', '')]);
  expect(signIns).toBe(1);
});

test('a wrong password is told, and tried again only by the next call', async () => {
  let signIns = 0;
  const store = new FakeStore().unary(methods.authenticate, () => {
    signIns++;
    throw refusal(GrpcCode.INVALID_ARGUMENT, 'etcdserver: authentication failed, invalid user ID or password');
  });
  const client = await clientOf(store, { user: 'u', password: 'p' });
  await expect(client.put('k', 'v')).rejects.toMatchObject({ code: GrpcCode.INVALID_ARGUMENT });
  await expect(client.put('k', 'v')).rejects.toMatchObject({ code: GrpcCode.INVALID_ARGUMENT });
  expect(signIns).toBe(2);
});

test('where authentication is off the credentials are not used', async () => {
  let signIns = 0;
  const store = new FakeStore()
    .unary(methods.authenticate, () => {
      signIns++;
      throw refusal(GrpcCode.FAILED_PRECONDITION, 'etcdserver: authentication is not enabled');
    })
    .unary(methods.put, () => ({}));
  const client = await clientOf(store, { user: 'u', password: 'p' });
  await client.put('k', 'v');
  await client.put('k', 'v');
  expect(signIns).toBe(1);
});

test('without credentials a refusal for the token is the answer', async () => {
  let puts = 0;
  const store = new FakeStore().unary(methods.put, () => {
    puts++;
    throw BAD_TOKEN;
  });
  await expect((await clientOf(store)).put('k', 'v')).rejects.toMatchObject({ code: GrpcCode.UNAUTHENTICATED });
  expect(puts).toBe(1);
});
