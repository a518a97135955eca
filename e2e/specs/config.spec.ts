import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { Shell } from '../pages/shell.ts';

/** Bundles are names of their own kind: no slashes. */
const bundleOf = (prefix: string): string => `b${prefix.replaceAll('/', '').toLowerCase()}`;

test('a target is created, edited, published, served and gone back from', async ({ page, prefix }) => {
  const bundle = bundleOf(prefix);
  await new Shell(page).open('/config');
  await page.keyboard.press('n');
  const create = page.getByRole('dialog', { name: 'New target' });
  await create.getByRole('textbox', { name: /^Path/ }).fill(`${bundle}/shop`);
  await create
    .getByRole('textbox', { name: /^JSON Schema/ })
    .fill('{"properties":{"port":{"type":"integer","maximum":65535}}}');
  await expectAccessible(page, 'the dialog for a new target');
  await create.getByRole('button', { name: 'Create' }).click();
  const detail = page.getByRole('region', { name: `Target ${bundle}/shop` });
  const editor = detail.getByRole('textbox', { name: `Document of ${bundle}/shop` });
  const write = async (text: string): Promise<void> => {
    await editor.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(text);
  };
  await write('{"port":70000}');
  await expect(detail.getByText('must be <= 65535'), 'faults are told while typing').toBeVisible();
  await expect(detail.getByTitle('/port must be <= 65535').first(), 'and marked at their line').toBeVisible();
  await expect(detail.getByRole('button', { name: 'Publish…' })).toBeDisabled();
  await write('{\n  "port": 1,\n  oops\n}');
  await detail.getByRole('button', { name: 'line 3' }).click();
  await expect(editor, 'the line leads into the text').toBeFocused();
  await write('{"port":8080}');
  await detail.getByRole('button', { name: 'Publish…' }).click();
  const publish = page.getByRole('dialog', { name: /^Publish/ });
  await expect(publish.getByRole('list')).toContainText('/port');
  await publish.getByRole('textbox', { name: 'Why' }).fill('the first one');
  await expectAccessible(page, 'the dialog for publishing');
  await publish.getByRole('button', { name: 'Publish', exact: true }).click();
  const rollout = page.getByRole('dialog', { name: /^Roll out/ });
  await expect(rollout).toContainText('No live instance reads this target');
  await expectAccessible(page, 'the dialog for a rollout');
  await rollout.getByRole('button', { name: 'Serve to everybody now' }).click();
  await expect(detail).toContainText('1.0.0');
  await write('{"port":9090}');
  await detail.getByRole('button', { name: 'Publish…' }).click();
  await publish.getByRole('button', { name: 'Publish', exact: true }).click();
  await rollout.getByRole('button', { name: 'Serve to everybody now' }).click();
  await expect(detail).toContainText('1.0.1');
  await detail.getByRole('tab', { name: 'History' }).click();
  await detail.getByRole('grid', { name: 'Releases' }).getByRole('row').filter({ hasText: '1.0.0' }).click();
  await expect(detail.getByRole('list', { name: 'Changes to what is live' })).toContainText('8080');
  await expectAccessible(page, 'the history of a target');
  await detail.getByRole('button', { name: 'Serve to everybody now' }).click();
  await expect(detail.getByText('1.0.0 is live')).toBeVisible();
  await detail.getByRole('tab', { name: 'Effective value' }).click();
  await expect(detail.getByRole('table')).toContainText('8080');
  await expectAccessible(page, 'the effective value');
});

test('a rollout is watched on one screen and aborted', async ({ page, request, store, prefix }) => {
  const base = `/api/v1/stores/${store === 'bundled' ? 'local' : 'etcd'}`;
  const target = `${bundleOf(prefix)}/shop/prod/web`;
  let counter = 0;
  const send = async (method: 'PUT' | 'POST', path: string, data: object): Promise<Record<string, string>> => {
    const answer = await request.fetch(`${base}/config/${path}`, {
      method,
      data: { ...data, target, idempotencyKey: `${prefix}${counter++}`.padEnd(8, '-') },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  await send('PUT', 'target', {
    kind: 'config',
    description: '',
    schema: null,
    locked: [],
    approvals: 0,
    expectModRevision: 0,
    evenIfFailing: false,
  });
  const publish = (n: number, expectGeneration: number) =>
    send('POST', 'publish', { text: `{"n":${n}}`, expectGeneration, semver: null, note: '', requires: {} });
  const first = await publish(1, 0);
  await send('POST', 'point', { releaseId: first.releaseId, expectGeneration: 0 });
  const servedGeneration = async (): Promise<number> =>
    (await (await request.get(`${base}/client/${target}?instance=one`)).json()).generation;
  /** The one instance of the fleet says that it runs the first release, as of this generation. */
  const reportFirst = async (seq: number, generation: number): Promise<void> => {
    const layer = { target, releaseId: first.releaseId, generation };
    const report = await request.post(`${base}/client/${target}/instances/one`, {
      data: {
        ...{ bootId: 'b', seq, clientVersion: '', appVersion: '', tags: [], schemaVersions: [] },
        ...{ state: 'APPLIED', error: null, health: 'UP', layers: [layer], running: [layer] },
        ...{ appliedAt: 0, reportedAt: Date.now(), configSha256: '' },
      },
    });
    expect(report.status()).toBe(204);
  };
  const atFirst = await servedGeneration();
  await reportFirst(1, atFirst);
  await publish(2, 1);
  await new Shell(page).open(`/config?target=${encodeURIComponent(target)}&view=history`);
  const detail = page.getByRole('region', { name: `Target ${target}` });
  await detail.getByRole('grid', { name: 'Releases' }).getByRole('row').filter({ hasText: '1.0.1' }).click();
  await detail.getByRole('button', { name: 'Roll out…' }).click();
  await page
    .getByRole('dialog', { name: /^Roll out/ })
    .getByRole('button', { name: 'Start', exact: true })
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('1.0.1');
  await expect(page.getByRole('region', { name: 'Fleet' })).toContainText('one');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('Waiting');
  await expectAccessible(page, 'a rollout under way');
  const underWay = await servedGeneration();
  expect(underWay).toBeGreaterThan(atFirst);
  await page.getByRole('button', { name: 'Abort', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Abort now' }).click();
  // Its old report does not count: it must have heard of the way back.
  await expect.poll(servedGeneration).toBeGreaterThan(underWay);
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('Rolling back');
  await reportFirst(2, await servedGeneration());
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('every live instance confirmed');
  await expectAccessible(page, 'a rollout that was turned back');
  await page.getByRole('button', { name: 'All rollouts' }).click();
  await expect(page.getByRole('grid', { name: 'Rollouts' })).toContainText('rolled back');
});

test('a flag set says why each flag evaluates as it does', async ({ page, request, store, prefix }) => {
  const base = `/api/v1/stores/${store === 'bundled' ? 'local' : 'etcd'}/config`;
  const target = `${bundleOf(prefix)}/shop/prod/web`;
  const flags = {
    flags: {
      checkout: {
        state: 'ENABLED',
        variants: { on: true, off: false },
        defaultVariant: 'off',
        targeting: { if: [{ ends_with: [{ var: 'email' }, '@shop.example'] }, 'on', null] },
      },
    },
  };
  const id = (n: number) => ({ target, idempotencyKey: `${prefix}flags-${n}` });
  await request.put(`${base}/target`, {
    data: {
      ...id(1),
      kind: 'flags',
      description: '',
      schema: null,
      locked: [],
      approvals: 0,
      expectModRevision: 0,
      evenIfFailing: false,
    },
  });
  const release = await (
    await request.post(`${base}/publish`, {
      data: { ...id(2), text: JSON.stringify(flags), expectGeneration: 0, semver: null, note: '', requires: {} },
    })
  ).json();
  await request.post(`${base}/point`, { data: { ...id(3), releaseId: release.releaseId, expectGeneration: 0 } });
  await new Shell(page).open(`/flags?target=${encodeURIComponent(target)}`);
  const results = page.getByRole('list', { name: 'Evaluated flags' });
  await expect(results).toContainText('"ada@shop.example" ends with "@shop.example"');
  await expect(results).toContainText('TARGETING_MATCH');
  await page.getByRole('textbox', { name: 'Context' }).fill('{"email":"eve@elsewhere.example"}');
  await expect(results).toContainText('the rule chose nothing');
  await expectAccessible(page, 'the playground');
});

test('a draft that something else overtook is put on what is live, three ways side by side', async ({
  page,
  request,
  store,
  prefix,
}) => {
  const base = `/api/v1/stores/${store === 'bundled' ? 'local' : 'etcd'}/config`;
  const target = `${bundleOf(prefix)}/shop`;
  let counter = 0;
  const send = async (method: 'PUT' | 'POST', path: string, data: object): Promise<Record<string, string>> => {
    const answer = await request.fetch(`${base}/${path}`, {
      method,
      data: { ...data, target, idempotencyKey: `${prefix}rebase-${counter++}` },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  await send('PUT', 'target', {
    ...{ kind: 'config', description: '', schema: null, locked: [], approvals: 0 },
    ...{ expectModRevision: 0, evenIfFailing: false },
  });
  const serve = async (text: string, expectGeneration: number): Promise<void> => {
    const body = { text, expectGeneration, semver: null, note: '', requires: {} };
    const { releaseId } = await send('POST', 'publish', body);
    await send('POST', 'point', { releaseId, expectGeneration });
  };
  await serve('{"port":1,"host":"a"}', 0);
  await send('PUT', 'draft', { text: '{"port":2,"host":"a"}', expectModRevision: 0 });
  await serve('{"port":3,"host":"b"}', 1);
  await new Shell(page).open(`/config?target=${encodeURIComponent(target)}`);
  const detail = page.getByRole('region', { name: `Target ${target}` });
  const panel = detail.getByRole('region', { name: 'What changed underneath' });
  await expect(panel).toContainText('/host');
  await expect(detail.getByRole('button', { name: 'Publish…' }), 'it would take that back').toBeDisabled();
  await expectAccessible(page, 'a draft that was overtaken');
  await expect(panel.getByRole('button', { name: 'Choose in 1 place' })).toBeDisabled();
  await panel.getByRole('combobox', { name: 'Which value of /port' }).selectOption('take the draft’s');
  await panel.getByRole('button', { name: /^Rebase on/ }).click();
  await expect(panel).toBeHidden();
  await expect(detail.getByRole('list', { name: 'Changes to what is live' })).toContainText('/port');
  await expect(detail.getByRole('list', { name: 'Changes to what is live' })).not.toContainText('/host');
  await detail.getByRole('button', { name: 'Save draft' }).click();
  await expect(detail.getByRole('button', { name: 'Publish…' })).toBeEnabled();
});
