/**
 * Endpoints given as URLs, as `--cluster` takes them from the member list too. grpc-go then sends the whole URL as
 * `:authority`; whether a store takes that decides over every script that writes "http://" before its endpoints.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { Etcdctl, normalise, type Output, type Step } from './harness/etcdctl.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;
const MEMBER_COUNT = 3;

withEtcd('etcdctl with URLs', (binaries) => {
  const etcdctl = new Etcdctl(binaries);
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: MEMBER_COUNT });
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  const withUrls = (store: Store): Store => ({ ...store, endpoints: store.endpoints.map((one) => `http://${one}`) });
  const runBoth = (step: Step): Promise<[Output, Output]> =>
    Promise.all([etcdctl.run(withUrls(pair.ours), step), etcdctl.run(withUrls(pair.etcd), step)]);
  const sorted = (store: Store, output: Output) => {
    const { code, stdout, stderr } = normalise(store, output);
    return { code, stdout: stdout.split('\n').sort(), stderr: stderr.split('\n').sort() };
  };

  test.each(['put k v', 'get k -w json', 'get k', 'endpoint health', 'endpoint health --cluster', 'member list'])(
    '%s',
    async (text) => {
      const [ours, etcd] = await runBoth({ args: text.split(' ') });
      expect(ours.code).toBe(0);
      expect(sorted(pair.ours, ours)).toEqual(sorted(pair.etcd, etcd));
    },
  );

  test.each(['endpoint status', 'endpoint status --cluster'])('%s names every member', async (text) => {
    const outputs = await runBoth({ args: [...text.split(' '), '-w', 'json'] });
    const [ours, etcd] = outputs.map(({ code, stdout }) => ({
      code,
      members: new Set(
        (JSON.parse(stdout) as { Status: { header: { member_id: number } } }[]).map(
          ({ Status }) => Status.header.member_id,
        ),
      ).size,
    }));
    expect(ours).toEqual({ code: 0, members: MEMBER_COUNT });
    expect(ours).toEqual(etcd);
  });

  test('watch through a URL', async () => {
    const step = { args: ['watch', 'k', '--rev', '2'] };
    const [ours, etcd] = await Promise.all(
      [pair.ours, pair.etcd].map(async (store) => normalise(store, await etcdctl.runUntil(withUrls(store), step, 3))),
    );
    expect(ours).toEqual(etcd);
  });
});
