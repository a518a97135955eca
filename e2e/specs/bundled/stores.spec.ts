import { connect } from '../../../lib/client/index.ts';
import { expectAccessible } from '../../fixtures/axe.ts';
import { hasEtcd, startEtcd } from '../../fixtures/etcd.ts';
import { startBundled } from '../../fixtures/stores.ts';
import { expect, test } from '../../fixtures/test.ts';
import { Keys } from '../../pages/keys.ts';
import { Shell } from '../../pages/shell.ts';

test('several stores in one console: all on one page, a dead one in nobody’s way, each with its own address, one of them read-only', async ({
  page,
  guard,
  startOwn,
}) => {
  test.slow();
  const other = hasEtcd() ? await startEtcd() : await startBundled();
  try {
    const product = await startOwn({
      stores: [
        { id: 'local', bundled: true, label: 'Laptop', colour: 'green' },
        { id: 'prod', label: 'Production', colour: 'red', endpoints: other.endpoints },
        { id: 'prod-view', label: 'Production to look at', endpoints: other.endpoints, readOnly: true },
        { id: 'gone', label: 'Gone', endpoints: ['127.0.0.1:1'] },
      ],
    });
    const client = connect({ endpoints: other.endpoints });
    await client.put('/only/in/production', 'x');
    client.close();
    // The store that is away is answered for with 503, and the browser notes that.
    guard.allow(/status of 503/);

    const shell = new Shell(page);
    const rows = page.getByRole('grid', { name: 'Stores' }).getByRole('row');
    const row = (label: string) => rows.filter({ has: page.getByRole('link', { name: label, exact: true }) });
    await page.goto(`${product.url}/stores`);
    await expect(row('Gone')).toContainText('does not answer');
    await expect(row('Laptop')).toContainText('3 of 3');
    await expect(row('Production')).toContainText('allowed');
    await expect(row('Production to look at')).toContainText('read-only');
    await expect(page.getByRole('main').getByRole('status').first()).toHaveText('Gone does not answer');
    await expectAccessible(page, 'stores');

    await row('Production').getByRole('link').click();
    await expect(page).toHaveURL(`${product.url}/?store=prod`);
    await expect(shell.sentence).toContainText('leads');
    await shell.go('Keys');
    await expect(page).toHaveURL(/[?&]store=prod\b/);
    const keys = new Keys(page);
    await expect(keys.row('only')).toBeVisible();

    await page.getByRole('button', { name: /^Store Production\./ }).click();
    await page.getByRole('menuitemradio', { name: /^Laptop/ }).click();
    await expect(page).toHaveURL(`${product.url}/keys?store=local`);
    await expect(keys.row('only'), 'a key of one store is not shown in another').toHaveCount(0);

    await page.goto(`${product.url}/keys?store=prod-view&key=${encodeURIComponent('/only/in/production')}`);
    await expect(keys.panel('/only/in/production').getByRole('button', { name: /^Edit/ })).toHaveCount(0);
    const put = (store: string) =>
      page.request.put(`${product.url}/api/v1/stores/${store}/key`, {
        data: {
          key: '/new',
          value: 'v',
          expectModRevision: '0',
          lease: { mode: 'keep' },
          idempotencyKey: `stores-${store}`,
        },
      });
    expect((await put('prod-view')).status()).toBe(403);
    expect((await put('prod')).status()).toBe(200);

    await page.goto(`${product.url}/?store=gone`);
    await expect(shell.sentence).toContainText('store unreachable');
    await page.goto(`${product.url}/?store=nowhere`);
    await expect(shell.heading).toHaveText('No such store');
  } finally {
    await other.stop();
  }
});
