/** The dead-man's switch of a rollout: an exposure that nobody renews ends by itself, where its plan says so; on a real etcd. */
import { expect, test } from 'vitest';
import type { EffectiveConfig, RolloutDetail } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { openConfig } from '../../lib/client/config/index.ts';
import type { Client } from '../../lib/client/index.ts';
import type { Assignment } from '../../lib/config/documents.ts';
import type { JsonObject } from '../../lib/config/json.ts';
import {
  act,
  detail,
  live,
  newTarget,
  planOf,
  publish,
  roll,
  STORE,
  send,
  until,
} from './test-support/config-client.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

const AHEAD_MS = 800;

/** Every instance runs the candidate, by hand: no controller renews what it did not begin. */
async function exposed(
  client: Client,
  expiresIn: number,
): Promise<{ readonly target: string; readonly assign: Assignment }> {
  const target = await newTarget();
  await live(target, { a: 1 });
  const { body: release } = await publish(target, { a: 2 });
  const { assignment } = await detail(target);
  const assign = { ...assignment, candidate: release.releaseId, rolloutId: 'ro_gone', thresholdBp: 10_000 };
  const held = { ...assign, generation: assignment.generation + 1, expiresAt: Date.now() + expiresIn };
  await client.put(`/quorate/config/assign/${target}`, JSON.stringify(held));
  return { target, assign: held };
}

describeOnRealConsole('the dead-man’s switch', (direct) => {
  /** Resolves with the documents applied once there are so many. */
  function follow(target: string, failSafe: 'stable' | 'hold') {
    const [bundle = '', app = '', env = '', service = ''] = target.split('/');
    const applied: JsonObject[] = [];
    let seen = (): void => undefined;
    const config = openConfig({
      ...{ from: direct(), bundle, app, env, service, instanceId: 'one', failSafe },
      apply: (values) => {
        applied.push(values);
        seen();
      },
    });
    const count = (wanted: number): Promise<JsonObject[]> =>
      new Promise((resolve) => {
        seen = () => applied.length >= wanted && resolve(applied);
        seen();
      });
    return { config, applied, count };
  }

  test('a client that fails safe leaves the candidate when its time is up, without a word from the store', async () => {
    const { target } = await exposed(direct(), AHEAD_MS);
    const safe = follow(target, 'stable');
    expect(await safe.count(2)).toEqual([{ a: 2 }, { a: 1 }]);
    const holding = follow(target, 'hold');
    expect(await holding.count(1), 'others hold what was assigned').toEqual([{ a: 2 }]);
    await safe.config.close();
    await holding.config.close();
  });

  test('the console serves stable over HTTP from then on', async () => {
    const { target } = await exposed(direct(), -1);
    const { body } = await send<EffectiveConfig>('GET', `${routes.clientConfig(STORE, target)}?instance=i`);
    expect(body).toMatchObject({ values: { a: 1 }, cohort: 'stable' });
  });

  test('who waits for a change over HTTP is told the moment it runs out', async () => {
    const { target } = await exposed(direct(), AHEAD_MS);
    const url = `${routes.clientConfig(STORE, target)}?instance=i`;
    const first = await send<EffectiveConfig>('GET', url);
    expect(first.body.cohort).toBe('candidate');
    const headers = { 'if-none-match': first.headers.get('etag') ?? '', prefer: 'wait=60' };
    const { body } = await send<EffectiveConfig>('GET', url, { headers });
    expect(body).toMatchObject({ values: { a: 1 }, cohort: 'stable' });
  });

  test('a controller that supervises renews it, and takes it away with the exposure', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { config } = follow(target, 'hold');
    await config.ready;
    const plan = planOf([10, 100], {}, { deadManSeconds: 30, exclude: ['one'] });
    const { body: created } = await roll(target, release.releaseId, plan);
    const first = (await detail(target)).assignment;
    expect(first.expiresAt ?? 0).toBeGreaterThan(Date.now());
    const seqOf = ({ instances }: RolloutDetail): number | undefined => instances[0]?.report.seq;
    const told = await until(created.rolloutId, ({ assignment, instances }) =>
      instances.some(({ report }) => report.layers[0]?.generation === assignment.generation),
    );
    // As it would stand if nobody had renewed it for a while.
    await direct().put(`/quorate/config/assign/${target}`, JSON.stringify({ ...first, expiresAt: Date.now() + 1_000 }));
    const renewed = await until(
      created.rolloutId,
      ({ assignment }) => (assignment.expiresAt ?? 0) > Date.now() + 20_000,
    );
    expect(renewed.assignment, 'clients need not apply anything').toMatchObject({ generation: first.generation });
    expect(renewed.rollout.state).toBe('PROGRESSING');
    await act(created.rolloutId, 'abort');
    const back = await until(created.rolloutId, ({ rollout }) => rollout.state === 'ROLLED_BACK');
    expect(seqOf(back), 'a renewal is nothing to report').toBe((seqOf(told) ?? 0) + 1);
    await config.close();
    expect((await detail(target)).assignment.expiresAt).toBe(null);
    expect(
      (await roll(target, release.releaseId, planOf([100], {}, { deadManSeconds: 1 }))).body,
      'a new leader needs time',
    ).toMatchObject({ detail: { field: 'plan.deadManSeconds' } });
  });
});
