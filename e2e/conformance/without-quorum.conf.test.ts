/** One member of three, after the others died: what it still answers, what it refuses and with which words (§1, §4, §7, §12). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { isSince } from './harness/etcd-version.ts';
import { type Pair, startPair } from './harness/pair.ts';
import { comparable, Probe, utf8 } from './harness/probe.ts';
import type { Store } from './harness/store.ts';
import { until } from './harness/until.ts';

const START_TIMEOUT_MS = 60_000;
/** A request that waits in vain is answered after 5 s and two election timeouts. */
const GIVEN_UP_AFTER_MS = 7_000;
const TEST_TIMEOUT_MS = 60_000;
const DEADLINE_MS = 20_000;
const REQUIRE_LEADER = { hasleader: 'true' };
const key = utf8('quorum');

interface Survivor {
  readonly store: Store;
  readonly probe: Probe;
  /** Opened while there was a leader. */
  readonly watches: {
    readonly plain: ReturnType<Probe['watch']>;
    readonly requiring: ReturnType<Probe['watch']>;
  };
}

/** The first member, a lease and two watches; then the two others are killed. */
async function bereave(store: Store): Promise<Survivor> {
  const probe = new Probe(store.endpoints[0] ?? '');
  await probe.must('leaseGrant', { id: 51n, ttl: 600 });
  await probe.put('quorum', 'v', 51n);
  const watches = { plain: probe.watch(), requiring: probe.watch(REQUIRE_LEADER) };
  for (const watch of Object.values(watches)) {
    watch.send({ createRequest: { key } });
    await watch.message();
  }
  await Promise.all(['m2', 'm3'].map((name) => store.kill(name)));
  // A killed leader is missed after the election timeout, a leader that is alone steps down after another.
  await until('it knows that there is no leader', async () => (await probe.must('status', {})).leader === 0n);
  return { store, probe, watches };
}

withEtcd('a member that lost its quorum, beside the real etcd', (binaries) => {
  let pair: Pair;
  let survivors: readonly Survivor[] = [];
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 3 });
    survivors = await Promise.all([bereave(pair.ours), bereave(pair.etcd)]);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    for (const { probe } of survivors) probe.close();
    await pair?.stop();
  });

  const both = async (run: (survivor: Survivor) => Promise<unknown>): Promise<unknown[]> =>
    Promise.all(survivors.map(async (survivor) => comparable(await run(survivor), 2)));
  const same = async (run: (survivor: Survivor) => Promise<unknown>): Promise<unknown> => {
    const [ours, etcd] = await both(run);
    expect(ours).toEqual(etcd);
    return ours;
  };
  const long = { deadlineMs: DEADLINE_MS };

  test('a write is given up after seven seconds, and was proposed to nobody', {
    timeout: TEST_TIMEOUT_MS,
  }, async () => {
    const [ours, etcd] = await both(async ({ probe }) => {
      const since = performance.now();
      const outcomes = await Promise.all([
        probe.call('put', { key, value: utf8('w') }, long),
        probe.call('deleteRange', { key }, long),
        probe.call('txn', { success: [{ requestPut: { key } }] }, long),
        probe.call('leaseGrant', { id: 52n, ttl: 60 }, long),
        probe.call('leaseRevoke', { id: 51n }, long),
        probe.call('compact', { revision: 2 }, long),
        probe.call('roleAdd', { name: 'lonely' }, long),
      ]);
      return { outcomes, hasWaited: performance.now() - since > GIVEN_UP_AFTER_MS - 500 };
    });
    const all = <T>(outcome: T) => ({ outcomes: Array(7).fill(outcome), hasWaited: true });
    expect(ours).toEqual(all({ ok: false, code: 14, message: 'etcdserver: no leader' }));
    const code = isSince(binaries.version, ['3.6.0']) ? 4 : 2;
    expect(etcd).toEqual(all({ ok: false, code, message: 'context deadline exceeded' }));
  });

  test('a linearizable read is given up as "request timed out"', { timeout: TEST_TIMEOUT_MS }, () =>
    same(({ probe }) =>
      Promise.all([
        probe.call('range', { key }, long),
        probe.call('txn', { success: [{ requestRange: { key } }] }, long),
      ]),
    ),
  );

  test('what one member knows by itself is answered', () =>
    same(async ({ probe }) => {
      const status = await probe.must('status', {});
      const { members } = await probe.must('memberList', {});
      return {
        range: await probe.call('range', { key, serializable: true }),
        txn: await probe.call('txn', { success: [{ requestRange: { key, serializable: true } }] }),
        errors: status.errors,
        leader: status.leader,
        members: members.length,
        health: await probe.health(''),
        hashed: (await probe.call('hashKv', {})).ok,
      };
    }));

  test('who requires a leader is told at once that there is none', () =>
    same(async ({ probe }) => {
      const options = { metadata: REQUIRE_LEADER };
      const watch = probe.watch(REQUIRE_LEADER);
      watch.send({ createRequest: { key } });
      const keepAlive = probe.keepAlive(REQUIRE_LEADER);
      keepAlive.send({ id: 51n });
      return [
        await probe.call('put', { key }, options),
        await probe.call('range', { key, serializable: true }, options),
        await probe.call('memberList', {}, options),
        await watch.status(),
        await keepAlive.status(),
      ];
    }));

  test('an open watch that requires a leader is ended, one that does not stays', { timeout: TEST_TIMEOUT_MS }, () =>
    same(async ({ watches }) => {
      const ended = await watches.requiring.status(DEADLINE_MS);
      watches.plain.send({ createRequest: { key, startRevision: 2 } });
      const created = await watches.plain.message();
      const replayed = await watches.plain.message();
      return { ended, created: created.created, events: replayed.events };
    }),
  );

  test('health over HTTP is bad, and says why', async () => {
    const [ours, etcd] = await both(async ({ store }) => {
      const response = await fetch(`http://${store.endpoints[0]}/health`);
      return { status: response.status, ...((await response.json()) as { health: string; reason?: string }) };
    });
    expect(ours).toMatchObject({ status: 503, health: 'false' });
    expect(etcd).toMatchObject({ status: 503, health: 'false' });
    if (isSince(binaries.version, ['3.5.0'])) expect(ours).toEqual(etcd);
  });

  test('a linearizable list of the members needs the others too', { timeout: TEST_TIMEOUT_MS }, async () => {
    const [ours, etcd] = await both(({ probe }) => probe.call('memberList', { linearizable: true }, long));
    expect(ours).toMatchObject({ ok: false, code: 14 });
    // 3.4 does not know the flag.
    if (isSince(binaries.version, ['3.5.0'])) expect(ours).toEqual(etcd);
    else expect(etcd).toMatchObject({ ok: true });
  });

  test('a lease is not kept alive by a member alone', { timeout: TEST_TIMEOUT_MS }, () =>
    same(async ({ probe }) => {
      const stream = probe.keepAlive();
      stream.send({ id: 51n });
      return stream.next(DEADLINE_MS);
    }),
  );
});
