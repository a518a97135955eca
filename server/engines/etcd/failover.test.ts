/** Failures of real servers: killed, frozen, restarted members; users and tokens. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import type { Engine, WatchHandler } from '../engine.ts';
import { openEtcdEngine } from './engine.ts';
import {
  BUNDLED_MEMBER,
  hasRealEtcd,
  type RealEtcd,
  type RealMember,
  startRealEtcd,
} from './test-support/real-etcd.ts';
import { enableUsers } from './test-support/users.ts';

const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };
const NO_END = new Uint8Array(0);

let etcd: RealEtcd | undefined;
const engines: Engine[] = [];

function open(auth: { user: string; password: string } | null = null): Engine {
  const engine = openEtcdEngine({ endpoints: etcd?.endpoints ?? [], tls: null, auth });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) engine.close();
  await etcd?.stop();
  etcd = undefined;
});

const put = (engine: Engine, key: string, value = '') =>
  engine.kv.write({
    guards: [],
    ops: [{ type: 'put', key: utf8Encode(key), value: utf8Encode(value), lease: 0n }],
    otherwiseRead: [],
  });

/** Writes until one succeeds: the cluster is electing. Only outcomes known to be 'none' are tried again. */
async function putWhenElected(engine: Engine, key: string): Promise<void> {
  for (;;) {
    try {
      await put(engine, key);
      return;
    } catch (error) {
      const isPassing = error instanceof Error && 'code' in error && (error.code === 14 || error.code === 4);
      if (!isPassing) throw error;
    }
  }
}

async function leaderOf(engine: Engine): Promise<RealMember> {
  const members = (await engine.cluster?.members()) ?? [];
  const status = await engine.cluster?.status(etcd?.endpoints[0] ?? '', 1_000);
  const name = members.find((m) => m.id === status?.leader)?.name;
  const found = etcd?.members.find((member) => member.name === name);
  if (found === undefined) throw new Error('no leader');
  return found;
}

/** The member that the engine's watch hangs on, and everything it saw. */
function follow(engine: Engine) {
  const keys: string[] = [];
  const endpoints: string[] = [];
  let poke = (): void => undefined;
  const handler: WatchHandler = {
    onEvents: (events) => {
      keys.push(...events.map((event) => utf8Decode(event.kv.key) ?? '?'));
      poke();
    },
    onAlive: () => poke(),
    onConnection: ({ connected, endpoint }) => {
      if (connected) endpoints.push(endpoint);
      poke();
    },
    onCompacted: () => undefined,
    onFailed: () => undefined,
  };
  const watcher = engine.watch({ ranges: [ALL], startRevision: 1 }, handler);
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        poke = resolve;
      });
    }
  };
  return { keys, endpoints, watcher, until };
}

const STORES = [
  { name: 'real etcd', program: undefined },
  { name: 'bundled store', program: BUNDLED_MEMBER },
].filter(({ program }) => program !== undefined || hasRealEtcd());

describe.each(STORES)('history of $name with users', ({ program }) => {
  test('is read with a fresh token when the server has forgotten the one in use', async () => {
    etcd = await startRealEtcd(1, [], program);
    await enableUsers(etcd.endpoints, []);
    const engine = open({ user: 'root', password: 'root' });
    const { revision } = await put(engine, '/x');
    await put(engine, '/x', 'two');
    const wanted = {
      key: utf8Encode('/x'),
      end: NO_END,
      fromRevision: revision,
      toRevision: revision + 1,
      eventsMax: 10,
    };
    expect((await engine.history?.changes(wanted))?.events).toHaveLength(2);
    // Tokens live in the server's memory only.
    const [member] = etcd.members;
    member?.signal('SIGKILL');
    await member?.exited();
    member?.restart();
    await vi.waitFor(() => engine.cluster?.status(member?.endpoint ?? '', 500), { timeout: 20_000 });
    const answers = await Promise.all([engine.history?.changes(wanted), engine.history?.changes(wanted)]);
    expect(answers.map((answer) => answer?.events.length)).toEqual([2, 2]);
  });

  test('is read from another member when one is frozen or killed', async () => {
    etcd = await startRealEtcd(3, [], program);
    const engine = open();
    const { revision } = await put(engine, '/x');
    const wanted = { key: utf8Encode('/x'), end: NO_END, fromRevision: revision, toRevision: revision, eventsMax: 10 };
    const [first] = etcd.members;
    first?.signal('SIGSTOP');
    expect((await engine.history?.changes(wanted))?.events).toHaveLength(1);
    first?.signal('SIGKILL');
    expect((await engine.history?.changes(wanted))?.events).toHaveLength(1);
  });
});

describe.each(STORES)('calls to $name of three members', ({ program }) => {
  test('go to those that serve while others are known to hang, and are tried all the same when none is known good', async () => {
    etcd = await startRealEtcd(3, [], program);
    const engine = open();
    await put(engine, '/x');
    const [first, ...others] = etcd.members;
    first?.signal('SIGSTOP');
    engine.cluster?.setStanding(first?.endpoint ?? '', 'silent');
    // The first endpoint answered last, so it would be asked first; a leader may have to be found without it.
    await putWhenElected(engine, '/elected');
    for (let i = 0; i < 5; i++) expect((await put(engine, `/y${i}`)).succeeded).toBe(true);
    for (const { endpoint } of others) engine.cluster?.setStanding(endpoint, 'idle');
    expect((await put(engine, '/idle')).succeeded, 'idle ones before silent ones').toBe(true);
    for (const { endpoint } of others) engine.cluster?.setStanding(endpoint, 'silent');
    first?.signal('SIGCONT');
    expect((await put(engine, '/none')).succeeded).toBe(true);
  });
});

describe.skipIf(!hasRealEtcd())('etcd engine while servers fail', () => {
  test('reads, writes and the watch survive the death of the member they used', async () => {
    etcd = await startRealEtcd(3);
    const engine = open();
    const seen = follow(engine);
    await put(engine, '/before');
    await seen.until(() => seen.keys.includes('/before'));
    const used = etcd.members.find((member) => member.endpoint === seen.endpoints[0]);
    used?.signal('SIGKILL');
    expect((await engine.kv.list({ key: utf8Encode('/before'), end: NO_END })).count).toBe(1);
    await putWhenElected(engine, '/after');
    await seen.until(() => seen.keys.includes('/after'));
    expect(seen.endpoints.at(-1)).not.toBe(used?.endpoint);
    expect(seen.keys.filter((key) => key === '/before')).toHaveLength(1);
  });

  test('a frozen member delays a read, and never decides it', async () => {
    etcd = await startRealEtcd(3);
    const engine = open();
    await put(engine, '/x');
    const leader = await leaderOf(engine);
    leader.signal('SIGSTOP');
    try {
      expect((await engine.kv.list({ key: utf8Encode('/x'), end: NO_END })).count).toBe(1);
      await expect(engine.cluster?.status(leader.endpoint, 300)).rejects.toMatchObject({ code: 4 });
    } finally {
      leader.signal('SIGCONT');
    }
  });

  test('without a quorum a write says that it may have happened, and a status is still answered', async () => {
    etcd = await startRealEtcd(3);
    const engine = open();
    await put(engine, '/x');
    const [first, second, third] = etcd.members;
    second?.signal('SIGKILL');
    third?.signal('SIGKILL');
    engine.cluster?.setStanding(second?.endpoint ?? '', 'silent');
    engine.cluster?.setStanding(third?.endpoint ?? '', 'silent');
    await expect(put(engine, '/lost')).rejects.toMatchObject({ outcome: 'unknown' });
    expect((await engine.cluster?.status(first?.endpoint ?? '', 1_000))?.raftTerm).toBeGreaterThan(0);
  });

  test('a user logs in, and again when the server forgot the token', async () => {
    etcd = await startRealEtcd(1);
    await enableUsers(etcd.endpoints, []);
    const engine = open({ user: 'root', password: 'root' });
    const { revision } = await put(engine, '/with/token');
    const seen = follow(engine);
    await seen.until(() => seen.keys.includes('/with/token'));
    // Tokens live in the server's memory only.
    const [member] = etcd.members;
    member?.signal('SIGKILL');
    await member?.exited();
    member?.restart();
    await putWhenElected(engine, '/after/restart');
    await seen.until(() => seen.keys.includes('/after/restart'));
    expect((await engine.kv.list({ ...ALL, countOnly: true })).revision).toBeGreaterThan(revision);
    await expect(open().kv.list({ ...ALL, limit: 1 })).rejects.toMatchObject({
      code: 16,
      message: 'etcdserver: user name is empty',
    });
    await expect(open({ user: 'root', password: 'wrong' }).kv.list({ ...ALL, limit: 1 })).rejects.toMatchObject({
      message: 'etcdserver: authentication failed, invalid user ID or password',
    });
  });
});
