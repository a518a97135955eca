/** Configuration over time, over the HTTP API and a real etcd server: what a draft rests on, and when things moved. */
import { expect, test } from 'vitest';
import type { ConfigMarks } from '../../lib/api/config-marks.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError } from '../../lib/api/types.ts';
import {
  act,
  detail,
  live,
  newTarget,
  next,
  planOf,
  publish,
  roll,
  STORE,
  send,
  until,
} from './test-support/config-client.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

describeOnRealConsole('configuration over time', (direct) => {
  test('a draft keeps the release it was begun from until it is rebased, and rests on none that is not there', async () => {
    const target = await newTarget();
    const first = await live(target, { a: 1 });
    const draft = (text: string, base: string | undefined, expectModRevision: number) =>
      send<{ revision: string } & ApiError>('PUT', routes.configDraft(STORE), {
        body: {
          target,
          text,
          expectModRevision,
          idempotencyKey: `draft-key-${next()}`,
          ...(base === undefined ? {} : { base }),
        },
      });
    const saved = await draft('{"a":2}', undefined, 0);
    const second = await live(target, { a: 1, b: 1 });
    expect((await detail(target)).draft).toMatchObject({ base: first.releaseId });
    const again = await draft('{"a":3}', undefined, Number(saved.body.revision));
    expect((await detail(target)).draft, 'writing it does not move it').toMatchObject({ base: first.releaseId });
    expect((await draft('{"a":3}', 'r_nowhere', Number(again.body.revision))).body.message).toContain('r_nowhere');
    await draft('{"a":3,"b":1}', second.releaseId, Number(again.body.revision));
    expect((await detail(target)).draft).toMatchObject({ base: second.releaseId, text: '{"a":3,"b":1}' });
  });

  test('releases and rollouts stand on the line of revisions, at the revision of their key', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    await act(created.rolloutId, 'abort');
    await until(created.rolloutId, (one) => one.rollout.state === 'ROLLED_BACK');
    const marksOf = async () => (await send<ConfigMarks>('GET', routes.configMarks(STORE))).body;
    const { marks, total } = await marksOf();
    expect(marks.length).toBe(total);
    const own = marks.filter((mark) => mark.target === target);
    expect(own.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'published null',
      'published null',
      'began DRAFT',
      'ended ROLLED_BACK',
    ]);
    const { kvs } = await direct().get({ key: `/quorate/config/rollouts/${created.rolloutId}` });
    expect(own.slice(2).map(({ revision }) => Number(revision))).toEqual([
      Number(kvs[0]?.createRevision),
      Number(kvs[0]?.modRevision),
    ]);
  }, 30_000);
});
