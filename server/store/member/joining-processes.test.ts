/** Members that join a running cluster, as processes whose peers speak TLS both ways. */
import { afterEach, expect, test } from 'vitest';
import { TestAuthority } from '../tls/test-support/authority.ts';
import { type MemberProcess, ProcessCluster } from './test-support/member-processes.ts';

const TIMEOUT_MS = 90_000;
let clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of clean.reverse()) await undo();
  clean = [];
});

function tlsFlags(authority: TestAuthority, name: string): string[] {
  const { cert, key } = authority.issue(name);
  return [
    ...['--peer-cert-file', cert, '--peer-key-file', key],
    ...['--peer-trusted-ca-file', authority.caFile, '--peer-client-cert-auth'],
  ];
}

function authorityOf(): TestAuthority {
  const authority = new TestAuthority();
  clean.push(() => authority.remove());
  return authority;
}

/** Status and message of the gateway. */
async function ask(member: MemberProcess, route: string, body: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${member.clientPort}${route}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const { message = '' } = (await response.json()) as { readonly message?: string };
  return `${response.status} ${message}`.trim();
}

test(
  'a learner joins over TLS, refuses what a learner refuses, is promoted and serves; a stranger of another authority does not get in',
  async () => {
    const authority = authorityOf();
    const cluster = await ProcessCluster.create(2, 'https');
    clean.push(() => cluster.destroy());
    const [first, joining] = cluster.members as [MemberProcess, MemberProcess];
    await first.start('--initial-cluster', `${first.name}=${first.peerUrl}`, ...tlsFlags(authority, 'first'));
    for (let i = 0; i < 20; i++) expect(await first.put(`k/${i}`, 'v')).toBe(true);
    const add = (url: string) => ask(first, '/v3/cluster/member/add', { peerURLs: [url], isLearner: true });
    expect(await add(joining.peerUrl)).toBe('200');
    expect(await add('https://127.0.0.1:1')).toBe('400 etcdserver: too many learner members in cluster');

    const joins = ['--initial-cluster-state', 'existing'];
    const stranger = await joining.run(...joins, ...tlsFlags(authorityOf(), 'stranger'));
    expect(stranger.code).toBe(1);
    expect(stranger.log).toMatch(/cannot fetch cluster info from peer urls: .*certificate signature failure/);

    await joining.start(...joins, ...tlsFlags(authority, 'joining'));
    const key = btoa('k/0');
    const refusal = '400 etcdserver: rpc not supported for learner';
    expect(await ask(joining, '/v3/kv/put', { key })).toBe(refusal);
    expect(await ask(joining, '/v3/kv/range', { key })).toBe(refusal);
    expect(await ask(joining, '/v3/lease/grant', { TTL: 60 })).toBe(refusal);
    expect(await ask(joining, '/v3/cluster/member/list', {})).toBe(refusal);
    expect(await ask(joining, '/v3/kv/range', { key, serializable: true })).toBe('200');
    expect(await ask(joining, '/v3/maintenance/status', {})).toBe('200');
    const { id } = (await joining.status()) ?? { id: '' };
    expect(await ask(first, '/v3/maintenance/transfer-leadership', { targetID: id })).toBe(
      '400 etcdserver: bad leader transferee',
    );
    while ((await ask(first, '/v3/cluster/member/promote', { ID: id })) !== '200');
    expect(await ask(first, '/v3/cluster/member/promote', { ID: id })).toBe(
      '400 etcdserver: can only promote a learner member',
    );
    while ((await joining.list('k/')) === undefined);
    expect((await joining.list('k/'))?.size).toBe(20);
    expect(await joining.put('k/20', 'v')).toBe(true);
    expect((await first.list('k/'))?.size).toBe(21);
  },
  TIMEOUT_MS,
);
