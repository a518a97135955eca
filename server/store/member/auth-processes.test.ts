/** Three members as processes with authentication on: tokens, permissions and users across a dead leader and a restart. */
import { afterEach, expect, test } from 'vitest';
import { type MemberProcess, ProcessCluster } from './test-support/member-processes.ts';

const TIMEOUT_MS = 120_000;

let cluster: ProcessCluster | undefined;
afterEach(async () => {
  await cluster?.destroy();
  cluster = undefined;
});

/** The text of the refusal, or "ok". A member that has no leader for the moment is asked again. */
async function ask(member: MemberProcess, route: string, body: object, token: string): Promise<string> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${member.clientPort}/v3/${route}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: token === '' ? {} : { authorization: token },
    });
    if (answer.status === 200) return 'ok';
    const { message } = (await answer.json()) as { readonly message: string };
    if (answer.status !== 503) return message;
  }
}

async function signIn(member: MemberProcess, name: string, password: string): Promise<string> {
  for (;;) {
    const answer = await member.call('/v3/auth/authenticate', { name, password });
    if (answer !== undefined) return String(answer.token);
  }
}

const DENIED = 'etcdserver: permission denied';
const KEY = { key: btoa('k') };

test(
  'tokens, permissions and users are right on every member, also when the leader dies and comes back',
  async () => {
    cluster = await ProcessCluster.create(3);
    await cluster.start('--bcrypt-cost=4');
    const { members } = cluster;
    const [first] = members as [MemberProcess, MemberProcess, MemberProcess];
    const setUp: [string, object][] = [
      ['auth/user/add', { name: 'root', password: 'r' }],
      ['auth/user/grant', { user: 'root', role: 'root' }],
      ['auth/user/add', { name: 'alice', password: 'a' }],
      ['auth/role/add', { name: 'dev' }],
      ['auth/role/grant', { name: 'dev', perm: { permType: 'READWRITE', ...KEY } }],
      ['auth/user/grant', { user: 'alice', role: 'dev' }],
      ['auth/enable', {}],
    ];
    for (const [route, body] of setUp) expect(await ask(first, route, body, ''), route).toBe('ok');

    const root = await signIn(first, 'root', 'r');
    const alice = await signIn(first, 'alice', 'a');
    for (const member of members) {
      member.token = root;
      expect(await ask(member, 'kv/put', { ...KEY, value: btoa('v') }, alice)).toBe('ok');
      expect(await ask(member, 'kv/put', { key: btoa('other') }, alice)).toBe(DENIED);
      expect(await ask(member, 'kv/range', { ...KEY, serializable: true }, '')).toBe('etcdserver: user name is empty');
    }

    // The store ends leases by itself, whoever their keys belong to.
    expect(await ask(first, 'lease/grant', { ID: '77', TTL: '2' }, root)).toBe('ok');
    expect(await ask(first, 'kv/put', { key: btoa('leased'), lease: '77' }, root)).toBe('ok');

    // A role taken away through one member is gone on all of them, for reads that ask no quorum, too.
    const reach = async (expected: string) => {
      for (const member of members) {
        expect(await ask(member, 'kv/range', KEY, alice)).toBe(expected);
        expect(await ask(member, 'kv/range', { ...KEY, serializable: true }, alice)).toBe(expected);
      }
    };
    expect(await ask(first, 'auth/user/revoke', { name: 'alice', role: 'dev' }, root)).toBe('ok');
    await reach(DENIED);
    expect(await ask(first, 'auth/user/grant', { user: 'alice', role: 'dev' }, root)).toBe('ok');
    await reach('ok');

    const leader = await cluster.leader();
    await leader.kill('SIGKILL');
    const survivors = members.filter((member) => member !== leader);
    for (const member of survivors) {
      expect(await ask(member, 'kv/put', { ...KEY, value: btoa('w') }, alice)).toBe('ok');
      expect(await ask(member, 'kv/put', { key: btoa('other') }, alice)).toBe(DENIED);
    }
    const [survivor] = survivors as [MemberProcess];
    expect(await ask(survivor, 'auth/user/changepw', { name: 'alice', password: 'b' }, root)).toBe('ok');
    expect(await ask(survivor, 'kv/range', KEY, alice)).toBe('etcdserver: invalid auth token');

    await leader.start('--bcrypt-cost=4');
    const fresh = await signIn(leader, 'root', 'r');
    for (const member of members) member.token = fresh;
    expect(await ask(leader, 'kv/put', { key: btoa('other') }, await signIn(leader, 'alice', 'b'))).toBe(DENIED);
    while ((await leader.list('leased'))?.size !== 0);
    const hashes = await Promise.all(
      members.map(async (member) => {
        await member.list('k');
        return (await member.call('/v3/maintenance/hashkv', { revision: '2' }))?.hash;
      }),
    );
    expect(hashes[0]).toBeDefined();
    expect(new Set(hashes).size).toBe(1);
  },
  TIMEOUT_MS,
);
