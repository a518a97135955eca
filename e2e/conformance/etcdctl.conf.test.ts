/** The same etcdctl commands against our three members and three of the real etcd: same output, same exit codes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { Etcdctl, normalise, type Step } from './harness/etcdctl.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;

const step = (text: string, input?: string): Step => ({
  args: text.split(' ').map((word) => (word === "''" ? '' : word)),
  endpoints: 'first',
  ...(input === undefined ? {} : { input }),
});
const steps = (...texts: readonly string[]): readonly Step[] => texts.map((text) => step(text));

const unordered = (...texts: readonly string[]): readonly Step[] =>
  steps(...texts).map((one) => ({ ...one, isUnordered: true }));

/** Each is one comparison; the revisions of both stores move alike because both get the same commands. */
const SEQUENCES: Readonly<Record<string, readonly Step[]>> = {
  'put and get': steps(
    'put k1 v1',
    'get k1',
    'get k1 -w json',
    'get k1 -w fields',
    'get missing',
    'put k1 v2 --prev-kv',
  ),
  'put with options': [
    ...steps('put k2 v1', 'put k2 --ignore-value', 'put k2 v2 --ignore-lease', 'put k2 v3 -w json', 'get k2 -w json'),
    step('put k2/stdin', 'from stdin'),
    step('get k2/stdin'),
  ],
  'get by prefix, range, limit and order': steps(
    'put p/a 3',
    'put p/c 1',
    'put p/b 2',
    'get p/ --prefix',
    'get p/ --prefix -w json',
    'get p/ --prefix -w fields',
    'get p/ --prefix --limit 2 -w json',
    'get p/ --prefix --keys-only',
    'get p/ --prefix --print-value-only',
    'get p/ --prefix --sort-by VALUE',
    'get p/ --prefix --sort-by VALUE --order DESCEND',
    'get p/ --prefix --sort-by CREATE',
    'get p/ --prefix --sort-by MODIFY --order DESCEND',
    'get p/ --prefix --order DESCEND --limit 1',
    'get p/a p/c',
    'get p/b --from-key --limit 1',
    "get '' --from-key --limit 1",
    "get '' --prefix --keys-only --limit 3",
    'get p/a --consistency s',
    'get p/ --prefix -w table',
    'get p/ --prefix --hex',
  ),
  'history by revision': steps(
    'put h v1',
    'put h v2',
    'del h',
    'put h v3',
    'get h -w json',
    'get h --rev 2',
    'get h --rev 1000000',
  ),
  delete: steps(
    'put d/a 1',
    'put d/b 2',
    'put d/c 3',
    'del d/a',
    'del d/a',
    'del d/ --prefix --prev-kv',
    'del d/b d/c',
    'put e/a 1',
    'del e/ --prefix -w json',
    'put ~z 1',
    'del ~ --from-key',
  ),
  transactions: [
    ...steps('put t/a 1'),
    step('txn', 'value("t/a") = "1"\n\nput t/b yes\nget t/a\n\nput t/b no\n\n'),
    step('txn', 'value("t/a") = "2"\n\nput t/c yes\n\nput t/c no\nget t/c\n\n'),
    step('txn', 'version("t/a") = "1"\n\nget t/a\n\n\n'),
    step('txn', 'create("t/none") = "0"\n\nput t/none made\n\n\n'),
    step('txn', 'mod("t/a") > "0"\n\ndel t/a\n\n\n'),
    step('txn -w json', 'version("t/none") > "0"\n\nput t/d 1\nget t/ --prefix\n\n\n'),
    step('txn', '\nput t/same 1\nput t/same 2\n\n\n'),
    step('get t/ --prefix'),
  ],
  leases: steps(
    'lease grant 600 -w json',
    'lease timetolive 1234567890abcdef',
    'lease timetolive 1234567890abcdef --keys -w json',
    'lease keep-alive 1234567890abcdef --once',
    'lease revoke 1234567890abcdef',
    'put leased v --lease 1234567890abcdef',
    'put leased v --lease nothex',
    'lease grant',
    'lease grant ten',
    'lease grant 99999999999',
  ),
  'bad input': steps(
    'put',
    "put '' v",
    "get ''",
    'get a b c',
    'get a --order UP',
    'get a --sort-by NOTHING',
    'get a --prefix --from-key',
    "del ''",
    'compaction',
    'compaction abc',
    'compaction 999999999',
    'watch',
    'nosuchcommand',
    'get a -w nosuchformat',
    'move-leader',
    'move-leader xyz',
    'lock',
    'elect',
    'member remove zz',
  ),
  'health, alarms and members': unordered(
    'endpoint health',
    'alarm list',
    'alarm disarm',
    'defrag',
    'endpoint hashkv',
    'endpoint hashkv --rev 999999',
    'member list',
    'member list -w table',
  ),
  'compaction and reads below it': steps(
    'put c v1',
    'put c v2',
    'compaction 30',
    'get c --rev 29',
    'get c --rev 30',
    'compaction 30',
    'compaction 29',
    'compaction 40 --physical',
    'get c',
  ),
};

withEtcd('etcdctl beside the real etcd', (binaries) => {
  const etcdctl = new Etcdctl(binaries);
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: MEMBER_COUNT });
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  const both = <T>(act: (store: Store) => Promise<T>): Promise<[T, T]> => Promise.all([act(pair.ours), act(pair.etcd)]);

  test.each(Object.entries(SEQUENCES))('%s', (_, sequence) => etcdctl.expectSame(pair, sequence));

  describe('watch', () => {
    const watch = async (store: Store, args: string, lines: number) =>
      normalise(store, await etcdctl.runUntil(store, step(args), lines));
    const revisionOf = async (store: Store): Promise<number> =>
      JSON.parse((await etcdctl.run(store, step('get x -w json'))).stdout).header.revision;

    test('history with previous pairs, from a revision', async () => {
      const [ours, etcd] = await both(async (store) => {
        const from = (await revisionOf(store)) + 1;
        for (const text of ['put w/a 1', 'put w/a 2', 'put w/b 1', 'del w/ --prefix'])
          await etcdctl.run(store, step(text));
        return [
          await watch(store, `watch w/ --prefix --prev-kv --rev ${from}`, 21),
          await watch(store, `watch w/ --prefix --rev ${from} -w json`, 1),
          await watch(store, `watch w/a --rev ${from} -w fields`, 25),
        ];
      });
      expect(ours).toEqual(etcd);
    });

    test('live, the next write', async () => {
      const [ours, etcd] = await both(async (store) => {
        const from = (await revisionOf(store)) + 1;
        const seen = watch(store, `watch live --rev ${from}`, 3);
        await etcdctl.run(store, step('put live 1'));
        return seen;
      });
      expect(ours).toEqual(etcd);
    });

    test('from a compacted revision', async () => {
      const [ours, etcd] = await both(async (store) =>
        normalise(store, await etcdctl.run(store, step('watch w/ --prefix --rev 1'))),
      );
      expect(ours).toEqual(etcd);
    });
  });

  describe('leases', () => {
    const leaseOf = async (store: Store, ttl: number): Promise<string> => {
      const { stdout } = await etcdctl.run(store, step(`lease grant ${ttl}`));
      return /lease (\S+) granted/.exec(stdout)?.[1] ?? '';
    };

    test('the life of a lease', async () => {
      const [ours, etcd] = await both(async (store) => {
        const id = await leaseOf(store, 500);
        const seen = [];
        for (const text of [
          `put l/a 1 --lease ${id}`,
          `put l/b 1 --lease ${id}`,
          `lease timetolive ${id}`,
          `lease timetolive ${id} --keys`,
          `lease keep-alive ${id} --once`,
          'lease list',
          'get l/ --prefix -w fields',
          `lease revoke ${id}`,
          'get l/ --prefix',
          `lease timetolive ${id}`,
          `lease revoke ${id}`,
          `lease keep-alive ${id} --once`,
          'lease list',
        ]) {
          seen.push(normalise(store, await etcdctl.run(store, step(text))));
        }
        return seen;
      });
      expect(ours).toEqual(etcd);
    });
  });

  describe('locks and elections', () => {
    test('lock runs a command and lets go', async () => {
      const [ours, etcd] = await both(async (store) => [
        normalise(store, await etcdctl.run(store, step('lock mutex echo held'))),
        normalise(store, await etcdctl.run(store, step('lock mutex echo again --ttl 10'))),
        normalise(store, await etcdctl.run(store, step('get mutex --prefix'))),
      ]);
      expect(ours).toEqual(etcd);
    });

    test('lock without a command prints its key and holds it until interrupted', async () => {
      const [ours, etcd] = await both(async (store) => [
        normalise(store, await etcdctl.runUntil(store, step('lock held'), 1)),
        normalise(store, await etcdctl.run(store, step('get held --prefix'))),
      ]);
      expect(ours).toEqual(etcd);
    });

    test('elect prints the leader key, a listener sees it', async () => {
      const [ours, etcd] = await both(async (store) => {
        const candidate = await etcdctl.start(store, step('elect race one'), 2);
        const listener = await etcdctl.runUntil(store, step('elect -l race'), 2);
        const elected = normalise(store, await candidate.stop());
        return [
          elected,
          normalise(store, listener),
          normalise(store, await etcdctl.run(store, step('get race --prefix'))),
        ];
      });
      expect(ours).toEqual(etcd);
    });
  });

  describe('the cluster', () => {
    test('every endpoint is healthy and has the same shape of status', async () => {
      const [ours, etcd] = await both(async (store) => {
        const health = await etcdctl.run(store, { args: ['endpoint', 'health'] });
        const status = await etcdctl.run(store, { args: ['endpoint', 'status', '-w', 'json'] });
        const rows = JSON.parse(status.stdout) as { Status: Record<string, unknown> }[];
        return {
          health: normalise(store, health).stderr.split('\n').sort(),
          keys: rows.map(({ Status }) =>
            Object.keys(Status)
              .filter((key) => COMMON_STATUS_KEYS.has(key))
              .sort(),
          ),
          leaders: new Set(rows.map(({ Status }) => String(Status.leader))).size,
        };
      });
      expect(ours).toEqual(etcd);
    });

    test('moving the leader: by itself, from a follower, and to a member that is none', async () => {
      const [ours, etcd] = await both(async (store) => {
        const before = await leadership(etcdctl, store);
        const leader = before.endpoints[before.leaderAt] ?? '';
        const target = before.ids[(before.leaderAt + 1) % before.ids.length] ?? '';
        const move = (endpoint: string, id: string) =>
          etcdctl.run({ ...store, endpoints: [endpoint] }, { args: ['move-leader', id] });
        const moved = await move(leader, target);
        const after = await leadership(etcdctl, store);
        const refused = await move(leader, target);
        const toNobody = await move(after.endpoints[after.leaderAt] ?? '', 'abcdef');
        return {
          moved: normalise(store, moved).stdout,
          isAtTarget: after.ids[after.leaderAt] === target,
          refused: refused.code,
          toNobody: { code: toNobody.code, stderr: toNobody.stderr.split('\n').at(-2) },
        };
      });
      expect(ours).toEqual(etcd);
    });
  });
});

const MEMBER_COUNT = 3;
const COMMON_STATUS_KEYS = new Set([
  'header',
  'version',
  'dbSize',
  'leader',
  'raftIndex',
  'raftTerm',
  'raftAppliedIndex',
]);

async function leadership(etcdctl: Etcdctl, store: Store) {
  const { stdout } = await etcdctl.run(store, { args: ['endpoint', 'status'] });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(', '));
  return {
    endpoints: rows.map((row) => row[0] ?? ''),
    ids: rows.map((row) => row[1] ?? ''),
    leaderAt: rows.findIndex((row) => row[4] === 'true'),
  };
}
