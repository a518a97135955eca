/** Configuration over the HTTP API, against a real etcd server: releases, rollouts with a fleet that reports, refusals. */
import { expect, test } from 'vitest';
import type { CheckAnswer, ConfigOverview, EffectiveConfig } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError } from '../../lib/api/types.ts';
import {
  act,
  detail,
  fleet,
  HttpInstance,
  id,
  live,
  newTarget,
  next,
  planOf,
  point,
  publish,
  roll,
  rolledBack,
  rollout,
  STORE,
  send,
  until,
} from './test-support/config-client.ts';
import { describeOnRealConsole } from './test-support/on-real-console.ts';

describeOnRealConsole('configuration', (direct) => {
  test('a document becomes a release, and the release is served to everybody at once', async () => {
    const target = await newTarget();
    const first = await live(target, { port: 80, db: { host: 'a' } });
    expect(first).toMatchObject({ semver: '1.0.0', parent: null, author: 'ada' });
    const second = await live(target, { port: 81, db: { host: 'a' } });
    expect(second).toMatchObject({ semver: '1.0.1', parent: first.releaseId });
    const served = await new HttpInstance(target, 'i').get();
    expect(served.body).toMatchObject({
      values: { port: 81 },
      releaseId: second.releaseId,
      semver: '1.0.1',
      cohort: 'stable',
    });
    expect((await point(target, first.releaseId)).status, 'back in one step').toBe(200);
    expect((await detail(target)).assignment).toMatchObject({ stable: first.releaseId, previous: second.releaseId });
    const overview = await send<ConfigOverview>('GET', routes.config(STORE));
    expect(overview.body.targets.find((one) => one.target === target)).toMatchObject({
      live: { semver: '1.0.0' },
      canary: null,
    });
  });

  test('layers merge, each leaf says where it comes from, and a locked path is refused below', async () => {
    const bundle = `layers-${next()}`;
    await newTarget({ target: bundle, locked: ['/tls/min'] });
    const target = await newTarget({ target: `${bundle}/shop/prod/web` });
    await live(bundle, { tls: { min: '1.2' }, log: 'info', retries: 3 });
    await live(target, { log: 'debug', retries: null });
    const { body } = await new HttpInstance(target, 'i').get();
    expect(body.values).toEqual({ tls: { min: '1.2' }, log: 'debug' });
    expect(body.provenance).toMatchObject({ '/log': { target }, '/tls/min': { target: bundle } });
    const refused = await publish(target, { tls: { min: '1.0' } });
    expect(refused).toMatchObject({
      status: 400,
      body: { detail: { path: '/tls/min' }, message: expect.stringContaining('locked') },
    });
  });

  test('what does not meet the schema is refused with its place, and nothing changes', async () => {
    const schema = {
      type: 'object',
      properties: { port: { type: 'integer', maximum: 65535 } },
      required: ['port'],
      unevaluatedProperties: false,
    };
    const target = await newTarget({ schema });
    const before = await detail(target);
    expect(await publish(target, { port: 70_000 })).toMatchObject({ status: 400, body: { detail: { path: '/port' } } });
    expect(await publish(target, { prot: 1 })).toMatchObject({ status: 400, body: { detail: { path: '/prot' } } });
    expect(await publish(target, {}), 'the merged document lacks it').toMatchObject({
      status: 400,
      body: { detail: { path: '/port' } },
    });
    expect(
      await send('POST', routes.configPublish(STORE), {
        body: { ...id(), target, text: '{', expectGeneration: 0, semver: null, note: '', requires: {} },
      }),
    ).toMatchObject({ status: 400 });
    expect((await detail(target)).releases).toEqual(before.releases);
    await live(target, { port: 80 });
    const failing = {
      ...id(),
      target,
      kind: 'config',
      description: '',
      schema: { ...schema, properties: { port: { type: 'string' } } },
      locked: [],
      approvals: 0,
      expectModRevision: before.documentRevision,
      evenIfFailing: false,
    };
    expect(await send('PUT', routes.configTarget(STORE), { body: failing })).toMatchObject({
      status: 409,
      body: { detail: { path: '/port' } },
    });
    const wrong = { ...failing, ...id(), schema: { propertees: {} } };
    expect(await send('PUT', routes.configTarget(STORE), { body: wrong })).toMatchObject({
      status: 400,
      body: { detail: { field: 'schema' } },
    });
    const { body } = await send<CheckAnswer>('POST', routes.configCheck(STORE), {
      body: { target, text: '{"port":"x"}' },
    });
    expect(body).toMatchObject({
      issues: [{ path: '/port', message: 'must be integer' }],
      changes: [{ path: '/port', kind: 'retyped' }],
      suggested: '2.0.0',
    });
  });

  test('a stale base, an oversized document and a known release are refused with their status', async () => {
    const target = await newTarget();
    const release = await live(target, { a: 1 });
    expect(await publish(target, { a: 2 }, { expectGeneration: 0 })).toMatchObject({
      status: 409,
      body: { detail: { current: { generation: 1 } } },
    });
    expect(await publish(target, { a: 1 })).toMatchObject({
      status: 409,
      body: { detail: { releaseId: release.releaseId } },
    });
    expect(await publish(target, { a: 'x'.repeat(1024 * 1024) })).toMatchObject({
      status: 413,
      body: { detail: { field: 'content' } },
    });
    expect(await publish(target, JSON.parse('{"a":{"__proto__":1}}'))).toMatchObject({
      status: 400,
      body: { detail: { path: '/a/__proto__' } },
    });
    expect(await publish(target, { a: 3 }, { semver: '0.9.0' })).toMatchObject({
      status: 400,
      body: { detail: { field: 'semver' } },
    });
    const guarded = { ...id(), target, releaseId: release.releaseId, expectGeneration: 1 };
    expect(await send('POST', routes.configPoint('guarded'), { body: guarded })).toMatchObject({ status: 403 });
    expect((await detail(target)).assignment).toMatchObject({ generation: 1, stable: release.releaseId });
  });

  test('drafts are kept as typed, guarded against each other, and gone once published', async () => {
    const target = await newTarget();
    const draft = (text: string | null, expectModRevision: number) =>
      send<ApiError>('PUT', routes.configDraft(STORE), { body: { ...id(), target, text, expectModRevision } });
    expect((await draft('{ "half', 0)).status).toBe(200);
    expect((await draft('other', 0)).status).toBe(409);
    const { draftRevision } = await detail(target);
    expect((await draft('{"a":1}', draftRevision)).status).toBe(200);
    await publish(target, { a: 1 });
    expect((await detail(target)).draft).toBe(null);
  });

  test('ten instances follow a rollout phase by phase to completion', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const instances = await fleet(target, 10);
    const { body: release } = await publish(target, { a: 2 });
    const { body: created, status } = await roll(target, release.releaseId, planOf([10, 20, 40, 80, 100]));
    expect(status, JSON.stringify(created)).toBe(200);
    const done = await until(
      created.rolloutId,
      (one) => one.rollout.state === 'COMPLETED',
      async () => {
        for (const instance of instances) await instance.sync();
      },
    );
    expect(done.assignment).toMatchObject({ stable: release.releaseId, candidate: null, thresholdBp: 0 });
    const passed = done.log.flatMap(({ what }) =>
      what.startsWith('gate passed') ? [what.slice('gate passed: '.length)] : [],
    );
    expect(passed).toEqual([
      'phase 2 of 5, 20 %',
      'phase 3 of 5, 40 %',
      'phase 4 of 5, 80 %',
      'phase 5 of 5, 100 %',
      'baking',
    ]);
    expect((await act(created.rolloutId, 'revert')).body.state).toBe('REVERTED');
    expect((await instances[0]?.get())?.body.values).toEqual({ a: 1 });
  }, 60_000);

  test('one rejection turns it back at once, with the place, and every live instance confirms', async () => {
    const target = await newTarget();
    const stable = await live(target, { a: 1 });
    const instances = await fleet(target, 10);
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    const canary = instances[4];
    const { body } = (await canary?.get()) ?? { body: undefined };
    expect(body?.cohort).toBe('candidate');
    if (canary !== undefined)
      Object.assign(canary, { state: 'REJECTED', error: { code: 'apply', path: '/a', message: 'must be odd' } });
    await canary?.report(body?.layers ?? []);
    const turned = await until(created.rolloutId, (one) => one.rollout.state === 'ROLLING_BACK');
    expect(turned.instances.map(({ why }) => why)).toContain('has not confirmed the way back yet');
    for (const one of instances.slice(1)) if (one !== canary) await one.sync();
    if (canary !== undefined) Object.assign(canary, { state: 'APPLIED', error: null });
    await canary?.sync();
    expect((await rollout(created.rolloutId)).rollout.state, 'one has not said so yet').toBe('ROLLING_BACK');
    const back = await rolledBack(created.rolloutId, instances.slice(0, 1));
    expect(back.rollout).toMatchObject({ unconfirmed: [], reason: expect.stringContaining('1 of 2 rejected') });
    expect(JSON.stringify(back.log), 'the log keeps why').toContain('/a: must be odd');
    expect(back.assignment).toMatchObject({ stable: stable.releaseId, candidate: null });
  }, 30_000);

  test('unhealthy after applying, and an instance that leaves in good order', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const instances = await fleet(target, 10);
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(
      target,
      release.releaseId,
      planOf([20, 100], { warmupSeconds: 0, minSample: 2 }),
    );
    const canaries = instances.filter(({ instanceId }) =>
      ['instance-2', 'instance-4', 'instance-5', 'instance-9'].includes(instanceId),
    );
    // Nobody can miss who was never seen.
    await until(created.rolloutId, (one) => one.instances.filter((each) => each.class !== null).length === 4);
    expect((await canaries[0]?.leave())?.status).toBe(204);
    if (canaries[1] !== undefined) canaries[1].health = 'DOWN';
    for (const one of canaries.slice(1)) await one.sync();
    const back = await until(created.rolloutId, (one) => ['ROLLING_BACK', 'ROLLED_BACK'].includes(one.rollout.state));
    expect(back.rollout.verdict?.kind).toBe('FAIL_TICK');
    expect(back.gone.map((one) => one.class)).toEqual(['excluded']);
    await rolledBack(
      created.rolloutId,
      instances.filter((one) => one !== canaries[0]),
    );
  }, 30_000);

  test('one that stays silent, alone, turns it back', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const instances = await fleet(target, 10);
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(
      target,
      release.releaseId,
      planOf([10, 100], { ackTimeoutSeconds: 1, minAckRatio: 1, minSample: 2 }),
    );
    await instances[4]?.sync();
    const turned = await until(
      created.rolloutId,
      (one) => one.rollout.state === 'ROLLING_BACK' || one.rollout.state === 'ROLLED_BACK',
    );
    expect(turned.rollout.reason).toContain('1 of 2 failed');
    expect(JSON.stringify(turned.log.at(-1)?.evidence), 'the log keeps who it was').toMatch(
      /instance-5","is":"silent"/,
    );
    expect((await rolledBack(created.rolloutId, instances)).rollout.unconfirmed).toEqual([]);
  }, 30_000);

  test('one that vanishes soon after applying, alone, turns it back', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const instances = await fleet(target, 10);
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(
      target,
      release.releaseId,
      planOf([10, 100], { minAckRatio: 1, minSample: 2 }),
    );
    await instances[4]?.sync();
    await until(created.rolloutId, (one) => one.instances.some((each) => each.class === 'healthy'));
    const { kvs } = await direct().get({ key: `/quorate/config/instances/${target}/instance-4` });
    await direct().revokeLease(kvs[0]?.lease ?? 0n);
    const back = await rolledBack(
      created.rolloutId,
      instances.filter((one) => one !== instances[4]),
    );
    expect(back.gone).toMatchObject([
      { class: 'lost', why: expect.stringMatching(/^vanished \d+ s after it applied$/) },
    ]);
  }, 30_000);

  test('pause, resume, advance and abort; stale generations and overlapping rollouts are refused', async () => {
    const bundle = `acts-${next()}`;
    const target = await newTarget({ target: `${bundle}/shop/prod/web` });
    const wider = await newTarget({ target: `${bundle}/shop` });
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    const overlapping = await publish(wider, { a: 3 });
    expect(await roll(wider, overlapping.body.releaseId, planOf([100]))).toMatchObject({
      status: 409,
      body: { detail: { error: 'OVERLAP', rolloutId: created.rolloutId, path: '/a' } },
    });
    expect(await roll(target, release.releaseId, planOf([100]))).toMatchObject({
      status: 409,
      body: { detail: { error: 'OVERLAP' } },
    });
    expect(await act(created.rolloutId, 'pause', { expectGeneration: 1 })).toMatchObject({ status: 409 });
    expect((await act(created.rolloutId, 'pause')).body).toMatchObject({ state: 'PAUSED', pauseReason: 'MANUAL' });
    expect(await act(created.rolloutId, 'advance')).toMatchObject({
      status: 409,
      body: { detail: { state: 'PAUSED' } },
    });
    expect((await act(created.rolloutId, 'resume')).body.state).toBe('PROGRESSING');
    expect(await act(created.rolloutId, 'force')).toMatchObject({ status: 409 });
    expect((await act(created.rolloutId, 'force', { reason: 'nobody is there to ask' })).body.phaseIndex).toBe(1);
    expect((await act(created.rolloutId, 'abort', { expectGeneration: 0 })).body.state, 'an abort always wins').toMatch(
      /ROLL/,
    );
    await until(created.rolloutId, (one) => one.rollout.state === 'ROLLED_BACK');
    expect((await roll(wider, overlapping.body.releaseId, planOf([100]))).status, 'the way is free').toBe(200);
  }, 30_000);

  test('a plan that makes no sense is refused with the place', async () => {
    const target = await newTarget();
    const { body: release } = await publish(target, { a: 1 });
    expect(await roll(target, release.releaseId, planOf([20, 10, 100]))).toMatchObject({
      status: 400,
      body: { detail: { path: '/phases/1/percent' } },
    });
    expect(await roll(target, release.releaseId, planOf([100], { evalIntervalSeconds: 1 }))).toMatchObject({
      status: 400,
      body: { detail: { field: 'plan.gate.evalIntervalSeconds' } },
    });
    expect(await roll(target, 'r_none', planOf([100]))).toMatchObject({ status: 404 });
  });

  test('a second person must approve where the target demands it', async () => {
    const target = await newTarget({ approvals: 1 });
    const { body: release } = await publish(target, { a: 1 });
    const { body: created } = await roll(target, release.releaseId, planOf([100]));
    expect(created.state).toBe('AWAITING_APPROVAL');
    expect((await act(created.rolloutId, 'start')).status).toBe(409);
    expect((await act(created.rolloutId, 'approve')).status, 'not by who made it').toBe(409);
    expect((await act(created.rolloutId, 'approve', { by: 'bob' })).body.state).toBe('DRAFT');
    expect((await act(created.rolloutId, 'start')).body.state).toMatch(/PROGRESSING|BAKING|PAUSED/);
  });

  test('a layer that changes under a rollout pauses it, and a rebase starts anew on it', async () => {
    const bundle = `base-${next()}`;
    await newTarget({ target: bundle });
    const target = await newTarget({ target: `${bundle}/shop/prod/web` });
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    await live(bundle, { b: 1 });
    const paused = await until(created.rolloutId, (one) => one.rollout.state === 'PAUSED');
    expect(paused.rollout).toMatchObject({ pauseReason: 'BASE_CHANGED', reason: expect.stringContaining(bundle) });
    expect((await act(created.rolloutId, 'resume')).status).toBe(409);
    const { body: renewed } = await act(created.rolloutId, 'rebase');
    expect(renewed).toMatchObject({ parent: created.rolloutId, state: 'PROGRESSING', phaseIndex: 0 });
    expect((await rollout(created.rolloutId)).rollout.state).toBe('SUPERSEDED');
    await act(renewed.rolloutId, 'abort');
  }, 30_000);

  test('a pointer written by hand pauses the rollout; an abort still brings everybody back', async () => {
    const target = await newTarget();
    const stable = await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    const { assignment } = await detail(target);
    await direct().put(
      `/quorate/config/assign/${target}`,
      JSON.stringify({ ...assignment, thresholdBp: 9_000, generation: 40 }),
    );
    const paused = await until(created.rolloutId, (one) => one.rollout.state === 'PAUSED');
    expect(paused.rollout).toMatchObject({ pauseReason: 'BASE_CHANGED', reason: expect.stringContaining('by hand') });
    expect((await act(created.rolloutId, 'promote')).status).toBe(409);
    await act(created.rolloutId, 'abort');
    const back = await until(created.rolloutId, (one) => one.rollout.state === 'ROLLED_BACK');
    expect(back.assignment).toMatchObject({
      stable: stable.releaseId,
      candidate: null,
      thresholdBp: 0,
      generation: 41,
    });
    await direct().put(`/quorate/config/assign/${target}`, 'no JSON');
    const { body } = await send<ConfigOverview>('GET', routes.config(STORE));
    expect(body.broken, 'what cannot be read is named').toContainEqual({
      key: `/quorate/config/assign/${target}`,
      problem: 'is not JSON',
    });
  }, 30_000);

  test('a report that is older, or claims what was never assigned, is refused and ignored', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const instance = new HttpInstance(target, 'one');
    await instance.sync();
    const { body } = await instance.get();
    instance.seq = 0;
    expect((await instance.report(body.layers)).status, 'older').toBe(409);
    instance.seq = 5;
    const forged = body.layers.map((layer) => ({ ...layer, generation: 99 }));
    expect(await instance.report(forged)).toMatchObject({
      status: 409,
      body: { detail: { layer: { generation: 99 } } },
    });
    expect(
      (await instance.report([{ target: 'other', releaseId: 'r_x', generation: 1, cohort: 'stable' }])).status,
    ).toBe(409);
    expect((await detail(target)).instances.map(({ report }) => report.seq)).toEqual([1]);
  });

  test('live instances are asked about a release: each says what it thinks of it, and nobody applies it', async () => {
    const target = await newTarget();
    const stable = await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 }, { requires: { app: '>=1.0.0' } });
    const instances = await fleet(target, 4);
    const ask = (releaseId: string | null, more: Record<string, unknown> = {}) =>
      detail(target).then(({ assignment }) =>
        send<ApiError>('POST', routes.configProbe(STORE), {
          body: { ...id(), target, releaseId, seconds: 60, expectGeneration: assignment.generation, ...more },
        }),
      );
    expect((await ask(release.releaseId, { expectGeneration: 0 })).status).toBe(409);
    expect((await ask('r_none')).status).toBe(404);
    expect((await ask(release.releaseId)).status).toBe(200);
    const { body } = await new HttpInstance(target, 'instance-0').get();
    expect(body).toMatchObject({ values: { a: 1 }, releaseId: stable.releaseId, probe: { values: { a: 2 } } });
    const trial = (body.probe?.layers ?? []).map((layer) => ({ ...layer, cohort: 'stable' as const }));
    const answers = [
      { state: 'WOULD_ACCEPT', error: null },
      { state: 'WOULD_REJECT', error: { code: 'validate', path: '/a', message: 'must be odd' } },
    ];
    for (const [i, answer] of answers.entries()) expect((await instances[i]?.report(trial, answer))?.status).toBe(204);
    await instances[2]?.report(body.layers, { appVersion: '0.9.0' });
    const { probe, instances: rows, assignment } = await detail(target);
    expect(probe).toMatchObject({ counts: { accepts: 1, rejects: 1, 'held back': 1, waiting: 1 }, semver: '1.0.1' });
    expect(probe?.instances[1]).toMatchObject({ is: 'rejects', path: '/a', why: 'must be odd' });
    expect(rows.map(({ runs }) => runs)).toEqual(Array(4).fill(stable.releaseId));
    expect(assignment).toMatchObject({ stable: stable.releaseId, candidate: null });
    const forged = trial.map((layer) => ({ ...layer, generation: 99 }));
    expect((await instances[3]?.report(forged, { state: 'WOULD_ACCEPT' }))?.status).toBe(409);
    const { body: created } = await roll(target, release.releaseId, planOf([10, 100]));
    expect((await detail(target)).probe, 'a rollout ends the question').toBe(null);
    expect((await ask(release.releaseId)).status, 'and forbids another one').toBe(409);
    await act(created.rolloutId, 'abort');
  });

  test('a long poll answers when something changes, and 304 when nothing does', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 });
    const path = `${routes.clientConfig(STORE, target)}?instance=i`;
    const first = await send<EffectiveConfig>('GET', path);
    const etag = first.headers.get('etag') ?? '';
    expect((await send('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const waiting = send<EffectiveConfig>('GET', path, { headers: { 'if-none-match': etag, prefer: 'wait=60' } });
    await point(target, release.releaseId);
    expect((await waiting).body.values).toEqual({ a: 2 });
    expect((await send('GET', routes.clientConfig(STORE, 'nothing/x/y/z'))).status).toBe(404);
    expect((await send('GET', routes.clientConfig(STORE, 'Bad/x/y/z'))).status).toBe(400);
  });

  test('who does not meet the requirements stays on stable', async () => {
    const target = await newTarget();
    await live(target, { a: 1 });
    const { body: release } = await publish(target, { a: 2 }, { requires: { app: '>=2.0.0' } });
    await roll(target, release.releaseId, planOf([100]));
    const values = async (version: string) =>
      (await send<EffectiveConfig>('GET', `${routes.clientConfig(STORE, target)}?instance=i&app=${version}`)).body
        .values;
    expect(await values('1.9.0')).toEqual({ a: 1 });
    expect(await values('2.0.0-rc.1'), 'a release candidate is below 2.0.0').toEqual({ a: 1 });
    expect(await values('2.1.0')).toEqual({ a: 2 });
  });
});
