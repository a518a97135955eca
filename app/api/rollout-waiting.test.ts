/** Rollouts that wait for others or for their time, that are tried again, and how much of the past is kept; on a real etcd. */
import { expect, test } from 'vitest';
import {
  act,
  detail,
  HttpInstance,
  live,
  newTarget,
  next,
  planOf,
  point,
  publish,
  roll,
  rolledBack,
  rollout,
  until,
} from './test-support/config-client.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

describeOnRealConsole('rollouts that wait', () => {
  test('a rollout that another one is in the way of can wait for its end, in the order of their coming', async () => {
    const bundle = `queue-${next()}`;
    const target = await newTarget({ target: `${bundle}/shop/prod/web` });
    const wider = await newTarget({ target: `${bundle}/shop` });
    await live(target, { a: 1 });
    await live(wider, { b: 1 });
    const first = (await publish(target, { a: 2, b: 2 })).body;
    const second = (await publish(wider, { b: 3 })).body;
    const { body: running } = await roll(target, first.releaseId, planOf([10, 100]));
    expect((await roll(wider, second.releaseId, planOf([100]))).status, 'refused unless it may wait').toBe(409);
    const { body: queued, status } = await roll(wider, second.releaseId, planOf([100]), { queue: true });
    expect({ status, state: queued.state }).toEqual({ status: 200, state: 'SCHEDULED' });
    expect(queued.reason).toBe(`waits for the end of rollout ${running.rolloutId} of ${target}`);
    const { body: behind } = await roll(target, first.releaseId, planOf([10, 100]), { queue: true });
    expect(behind.state).toBe('SCHEDULED');
    await act(running.rolloutId, 'abort');
    const started = await until(queued.rolloutId, (one) => one.rollout.state !== 'SCHEDULED');
    expect(started.rollout.state, 'first come, first served').toMatch(/PROGRESSING|PAUSED/);
    expect((await rollout(behind.rolloutId)).rollout.state).toBe('SCHEDULED');
    await act(queued.rolloutId, 'abort');
    await until(behind.rolloutId, (one) => one.rollout.state === 'PROGRESSING');
    await act(behind.rolloutId, 'abort');
  }, 30_000);

  test('a rolled back rollout is tried again as a new one that says whose place it takes', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { body: first } = await roll(target, release.releaseId, planOf([10, 100]));
    const again = (parent: string) => roll(target, release.releaseId, planOf([10, 100]), { parent });
    expect(await again('ro_none')).toMatchObject({ status: 400, body: { detail: { field: 'parent' } } });
    await act(first.rolloutId, 'abort');
    await rolledBack(first.rolloutId, []);
    const { body: second } = await again(first.rolloutId);
    expect(second).toMatchObject({ parent: first.rolloutId, state: 'PROGRESSING', phaseIndex: 0 });
    await act(second.rolloutId, 'abort');
  }, 30_000);

  test('the newest hundred releases are kept, and what is live however old it is', async () => {
    const target = await newTarget();
    const first = await live(target, { a: 0 });
    for (let i = 1; i <= 103; i++) expect((await publish(target, { a: i })).status).toBe(200);
    const { releases } = await detail(target);
    expect(releases.length).toBe(101);
    expect(releases.at(-1)?.releaseId).toBe(first.releaseId);
    expect(releases[0]?.semver).toBe('1.0.103');
    expect((await new HttpInstance(target, 'i').get()).body.values).toEqual({ a: 0 });
  }, 60_000);

  test('one that waited does not start over a release that its author had not seen', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const first = (await publish(target, { a: 2 })).body;
    const second = (await publish(target, { a: 1, b: 1 })).body;
    const { body: waiting } = await roll(target, second.releaseId, planOf([100]), { startAt: Date.now() + 2_000 });
    expect(waiting.state).toBe('SCHEDULED');
    await point(target, first.releaseId);
    const over = await until(waiting.rolloutId, (one) => one.rollout.state !== 'SCHEDULED');
    expect(over.rollout).toMatchObject({ state: 'INVALID', reason: expect.stringContaining('another release') });
    expect(over.assignment).toMatchObject({ stable: first.releaseId, candidate: null });
    expect((await act(waiting.rolloutId, 'start')).status).toBe(409);
    expect((await act(waiting.rolloutId, 'cancel')).body.state).toBe('CANCELLED');
  }, 30_000);
});
