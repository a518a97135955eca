import type { ClusterPlan } from '../../lib/api/cluster-types.ts';
import type { ClusterView, StoreSummary } from '../../lib/api/types.ts';
import { connect } from '../../lib/client/index.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { ClusterPage } from '../pages/cluster.ts';
import { Shell } from '../pages/shell.ts';

test('compaction is planned, meant and done in one dialog; the page then says when, and whether it happens by itself', async ({
  page,
  store,
  startOwn,
}) => {
  test.slow();
  const product = await startOwn();
  const client = connect({ endpoints: product.endpoints });
  for (let i = 0; i < 20; i++) await client.put('/compacted', `${i}`);
  const { revision } = await client.put('/compacted', 'last');
  client.close();
  const cluster = new ClusterPage(page);
  await new Shell(page).open(`${product.url}/cluster`);
  await expect(cluster.history).toContainText('Every revision since the beginning can be read');
  await expect(cluster.history).toContainText(
    store === 'bundled'
      ? 'Compaction by schedule is off: history grows until somebody compacts it.'
      : 'cannot be asked of these members',
    { timeout: 20_000 },
  );

  await cluster.planCompaction(revision - 5);
  const title = /^Compact history below revision/;
  await expect(cluster.dialog.getByRole('listitem').first(), 'what goes is told first').toBeVisible();
  await expect(cluster.act(title), 'nobody has meant it yet').toBeDisabled();
  await expectAccessible(page, 'a compaction that is planned');
  await cluster.typed.fill(String(revision - 4));
  await expect(cluster.act(title), 'another number is not this one').toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(cluster.history, 'leaving it does nothing').toContainText('Every revision since the beginning');

  await cluster.planCompaction(revision - 5);
  await cluster.typed.fill(String(revision - 5));
  await cluster.act(title).click();
  await expect(cluster.done(`History below revision ${revision - 5} is gone`)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(cluster.history).toContainText(`Revisions ${revision - 5} to`);
  await expect(cluster.history, 'as members tell it, within two readings').toContainText(
    new RegExp(`Compacted last to revision ${revision - 5}, (at|between) \\d\\d:\\d\\d:\\d\\d`),
    { timeout: 20_000 },
  );

  await cluster.planCompaction(revision - 10);
  await expect(cluster.dialog.getByRole('alert'), 'what is gone cannot go again').toContainText('Refused');
  await expect(cluster.act(title)).toHaveCount(0);
});

test('a plan that the cluster has outrun does nothing, and the dialog shows the one that holds now', async ({
  page,
  store,
  product,
  guard,
}) => {
  test.skip(store === 'etcd', 'a single member has nobody to lead in its place');
  guard.allow(/status of 409/);
  const shell = new Shell(page);
  const cluster = new ClusterPage(page);
  await shell.open('/cluster');
  await expect(shell.sentence, 'all is well at first').toContainText('3 of 3 members', { timeout: 30_000 });
  const [summary]: StoreSummary[] = await (await page.request.get(`${product.url}/api/v1/stores`)).json();
  const at = `${product.url}/api/v1/stores/${summary?.id}/cluster`;
  const view: ClusterView = await (await page.request.get(at)).json();
  const [chosen, other] = view.members.filter(({ isLeader }) => !isLeader);
  if (chosen === undefined || other === undefined) throw new Error('three members are needed');

  await cluster.choose(chosen.name, 'Make it the leader…');
  const title = `Make ${chosen.name} the leader`;
  await cluster.typed.fill(chosen.name);
  await expect(cluster.act(title)).toBeEnabled();
  // Somebody else makes the other one lead meanwhile.
  const action = { type: 'moveLeader', member: other.id };
  const planned: ClusterPlan = await (await page.request.post(`${at}/plan`, { data: { action } })).json();
  const moved = await page.request.post(`${at}/actions`, {
    data: { action, state: planned.state, idempotencyKey: 'maintenance-other' },
  });
  expect(moved.status(), await moved.text()).toBe(200);
  await expect(shell.sentence).toContainText(`${other.name} leads`, { timeout: 10_000 });
  await cluster.act(title).click();
  await expect(cluster.dialog.getByRole('alert')).toContainText('the cluster changed since it was shown');
  await expect(cluster.typed, 'it must be meant anew').toHaveValue('');
  await expect(cluster.dialog.getByRole('listitem').first()).toContainText(`${other.name} waits until ${chosen.name}`);
  await expect(shell.sentence, 'nothing happened').toContainText(`${other.name} leads`);

  await cluster.typed.fill(chosen.name);
  await cluster.act(title).click();
  await expect(cluster.done(`${chosen.name} leads`)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(shell.sentence).toContainText(`${chosen.name} leads`, { timeout: 10_000 });
});

test('the only voter is never removed: the dialog says why, and has no button for it', async ({ page, store }) => {
  test.skip(store === 'bundled', 'three members survive the loss of one');
  const cluster = new ClusterPage(page);
  const shell = new Shell(page);
  await shell.open('/cluster');
  await expect(shell.sentence).toContainText('1 of 1 member', { timeout: 30_000 });
  const name = await cluster.nameOf(cluster.member('leader'));
  await cluster.choose(name, 'Remove from the cluster…');
  await expect(cluster.dialog.getByRole('alert')).toContainText('it is the only voter: the store would be gone');
  await expect(cluster.act(`Remove ${name}`)).toHaveCount(0);
  await expect(cluster.typed).toHaveCount(0);
});
