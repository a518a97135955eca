/** Both stores in TLS, members among themselves too: the same commands, the same answers, the same refusals. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAuthority } from '../../server/store/tls/test-support/authority.ts';
import { withEtcd } from './harness/differential.ts';
import { Etcdctl, normalise, type Step } from './harness/etcdctl.ts';
import { type Pair, startPair } from './harness/pair.ts';
import { getSecurely, type SecureAccess, type Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;

const authority = new TestAuthority();
const member = authority.issue('member');
const client = authority.issue('client');
const revoked = authority.issue('revoked');
const stranger = new TestAuthority('somebody else');
const crl = inBinary(authority.revoke([revoked]));
const access: SecureAccess = { ca: authority.caFile, cert: client.cert, key: client.key };
afterAll(() => {
  authority.remove();
  stranger.remove();
});

const withCertificate = (one: Partial<SecureAccess>): string[] => [
  ...(one.ca === undefined ? [] : ['--cacert', one.ca]),
  ...(one.cert === undefined ? [] : ['--cert', one.cert]),
  ...(one.key === undefined ? [] : ['--key', one.key]),
];
const step = (text: string, one: Partial<SecureAccess> = access): Step => ({
  args: [...withCertificate(one), ...text.split(' ')],
});
/** Etcd reads a revocation list in both forms up to 3.5, and in this one alone since. */
function inBinary(file: string): string {
  const text = readFileSync(file, 'utf8').replaceAll(/-----.*-----|\s/g, '');
  writeFileSync(`${file}.der`, Buffer.from(text, 'base64'));
  return `${file}.der`;
}
/** Whom the certificate names that a member shows. */
async function servedName(port: number): Promise<string | undefined> {
  const own = { ca: readFileSync(access.ca), cert: readFileSync(access.cert), key: readFileSync(access.key) };
  const socket = connect({ host: '127.0.0.1', port, ...own });
  await once(socket, 'secureConnect');
  const name = socket.getPeerX509Certificate()?.subject;
  socket.destroy();
  return name;
}
const secured = (store: Store): Store => ({ ...store, endpoints: store.endpoints.map((one) => `https://${one}`) });

withEtcd('mutual TLS', (binaries) => {
  const etcdctl = new Etcdctl(binaries);
  let pair: Pair;
  beforeAll(async () => {
    const flags = [
      ...['--cert-file', member.cert, '--key-file', member.key, '--trusted-ca-file', authority.caFile],
      ...['--client-cert-auth', '--client-crl-file', crl],
      ...['--peer-cert-file', member.cert, '--peer-key-file', member.key, '--peer-trusted-ca-file', authority.caFile],
      '--peer-client-cert-auth',
    ];
    const started = await startPair(binaries, { memberCount: 3, flags, secure: access });
    pair = { ...started, ours: secured(started.ours), etcd: secured(started.etcd) };
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  const both = <T>(act: (store: Store) => Promise<T>): Promise<[T, T]> => Promise.all([act(pair.ours), act(pair.etcd)]);

  test.each([
    'put k v',
    'get k -w json',
    'endpoint health',
    'member list',
    'lease grant 100',
    'endpoint hashkv',
    'alarm list',
  ])('%s', async (text) => {
    const outputs = await both((store) => etcdctl.run(store, step(text)));
    const [ours, etcd] = await both(async (store) => {
      const output = normalise(store, outputs[store === pair.ours ? 0 : 1]);
      return { code: output.code, lines: output.stdout.split('\n').sort(), errors: output.stderr.split('\n').sort() };
    });
    expect(ours.code).toBe(0);
    expect(ours).toEqual(etcd);
  });

  test('watch', async () => {
    const [ours, etcd] = await both(async (store) => {
      await etcdctl.run(store, step('put watched v'));
      return normalise(store, await etcdctl.runUntil(store, step('watch watched --rev 1'), 3));
    });
    expect(ours.stdout).toContain('watched');
    expect(ours).toEqual(etcd);
  });

  test.each<[string, Partial<SecureAccess>]>([
    ['without a certificate', { ca: authority.caFile }],
    ['with a revoked one', { ...access, cert: revoked.cert, key: revoked.key }],
    ['with one of another authority', { ...access, ...stranger.issue('client') }],
    ['without trust in the members', { cert: client.cert, key: client.key }],
  ])('a command %s is refused', async (_, one) => {
    const [ours, etcd] = await both(async (store) => {
      const { code, stdout } = await etcdctl.run(store, step('get k --command-timeout 2s', one));
      return { code, stdout };
    });
    expect(ours).toEqual({ code: 1, stdout: '' });
    expect(ours).toEqual(etcd);
  });

  test('the HTTP side asks for the certificate too', async () => {
    const version = (store: Store, one: Partial<SecureAccess>) => getSecurely(`${store.endpoints[0]}/version`, one);
    const [ours, etcd] = await both((store) => version(store, access));
    expect(Object.keys(JSON.parse(ours ?? ''))).toEqual(expect.arrayContaining(Object.keys(JSON.parse(etcd ?? ''))));
    expect(await both((store) => version(store, { ca: authority.caFile }))).toEqual([undefined, undefined]);
  });

  test('a renewed certificate is served without a restart', async () => {
    authority.issue('member', { commonName: 'renewed' });
    const names = await both((store) => servedName(store.members[0]?.client ?? 0));
    expect(names).toEqual(['CN=renewed', 'CN=renewed']);
    expect((await etcdctl.run(pair.ours, step('endpoint health'))).code).toBe(0);
  });
});

withEtcd('certificates of their own making', (binaries) => {
  const etcdctl = new Etcdctl(binaries);
  let pair: Pair;
  beforeAll(async () => {
    const started = await startPair(binaries, {
      ...{ memberCount: 1, flags: ['--auto-tls', '--peer-auto-tls'], secure: {} },
    });
    pair = { ...started, ours: secured(started.ours), etcd: secured(started.etcd) };
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  test('serve whoever does not insist on verifying them', async () => {
    const trusting = (text: string) => step(`--insecure-transport=false --insecure-skip-tls-verify ${text}`, {});
    await etcdctl.expectSame(pair, [trusting('put k v'), trusting('get k')]);
    expect(await etcdctl.run(pair.ours, trusting('get k'))).toMatchObject({ code: 0, stdout: 'k\nv\n' });
  });
});
