/** A learner that runs: what it serves, what it refuses, how it becomes a voter (§5, §11). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../fixtures/ports.ts';
import { withEtcd } from './harness/differential.ts';
import { isSince } from './harness/etcd-version.ts';
import { type Pair, startPair } from './harness/pair.ts';
import { comparable, Probe, utf8 } from './harness/probe.ts';
import type { Store } from './harness/store.ts';
import { until } from './harness/until.ts';

const START_TIMEOUT_MS = 60_000;
const key = utf8('learned');

interface Pupil {
  readonly voter: Probe;
  readonly learner: Probe;
  readonly id: bigint;
}

async function enrol(store: Store): Promise<Pupil> {
  const [client = 0, peer = 0] = await freePorts(2);
  const voter = new Probe(store.endpoints[0] ?? '');
  await voter.put('learned', 'v');
  const added = await voter.must('memberAdd', { peerUrls: [`http://127.0.0.1:${peer}`], isLearner: true });
  await store.join({ name: 'learner', client, peer });
  const learner = new Probe(`127.0.0.1:${client}`);
  // It serves what it has: wait until that is everything.
  await until('it has the key', async () => (await learner.must('range', { key, serializable: true })).count === 1);
  return { voter, learner, id: added.member?.id ?? 0n };
}

withEtcd('a learner beside the real etcd', (binaries) => {
  let pair: Pair;
  let pupils: readonly Pupil[] = [];
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 1 });
    pupils = await Promise.all([enrol(pair.ours), enrol(pair.etcd)]);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    for (const { voter, learner } of pupils) {
      voter.close();
      learner.close();
    }
    await pair?.stop();
  });

  /** Up to 3.5 a learner's refusal had the code Unavailable, which clients retry. */
  const refusal = isSince(binaries.version, ['3.6.0']) ? 9 : 14;
  const both = (run: (pupil: Pupil) => Promise<unknown>) =>
    Promise.all(pupils.map(async (pupil) => comparable(await run(pupil), 2)));

  test('it answers its status and reads that need no quorum', async () => {
    const [ours, etcd] = await both(async ({ learner }) => {
      const status = await learner.must('status', {});
      return {
        isLearner: status.isLearner,
        hasLeader: status.leader !== 0n,
        range: await learner.call('range', { key, serializable: true }),
      };
    });
    expect(ours).toEqual(etcd);
  });

  test('everything else it refuses, each with the same words', async () => {
    const refusals = await both(async ({ learner }) => {
      const watch = learner.watch();
      watch.send({ createRequest: { key } });
      const outcomes = [
        await learner.call('range', { key }),
        await learner.call('put', { key }),
        await learner.call('deleteRange', { key }),
        await learner.call('txn', { success: [{ requestRange: { key, serializable: true } }] }),
        await learner.call('leaseGrant', { id: 61n, ttl: 60 }),
        await learner.call('leases', {}),
        await learner.call('memberList', {}),
        await learner.call('hashKv', {}),
        await learner.call('alarm', {}),
        await learner.call('roleList', {}),
        await learner.call('moveLeader', { targetId: 1n }),
      ];
      return [
        ...outcomes.map((outcome) => (outcome.ok ? 'ok' : `${outcome.code} ${outcome.message}`)),
        await watch.status(),
      ];
    });
    const [ours, etcd] = refusals.map((answers) =>
      JSON.stringify(answers).replaceAll(`"${refusal} `, '"<code> ').replaceAll(`"code":${refusal}`, '"code":"<code>"'),
    );
    const mine = ours?.replaceAll('"9 ', '"<code> ').replaceAll('"code":9', '"code":"<code>"');
    expect(mine).toBe(etcd);
    expect(mine).toContain('rpc not supported for learner');
  });

  test('it cannot be given the leadership, and is promoted once it is in sync', async () => {
    const [ours, etcd] = await both(async ({ voter, learner, id }) => {
      const moved = await voter.call('moveLeader', { targetId: id });
      let promoted = await voter.call('memberPromote', { id });
      const refusals = new Set<string>();
      for (let tries = 0; !promoted.ok && tries < 200; tries++) {
        refusals.add(`${promoted.code} ${promoted.message}`);
        promoted = await voter.call('memberPromote', { id });
      }
      await expect.poll(async () => (await learner.must('status', {})).isLearner, { timeout: 10_000 }).toBe(false);
      const again = await voter.call('memberPromote', { id });
      const written = await learner.call('put', { key, value: utf8('w') });
      return {
        moved,
        learners: promoted.ok ? promoted.value.members.map(({ isLearner }) => isLearner) : promoted,
        again,
        written,
      };
    });
    expect(ours).toEqual(etcd);
  });
});
