import { readFileSync } from 'node:fs';
import type { AuditEntry } from '../../lib/api/audit.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { enableUsers } from '../fixtures/users.ts';
import { Access } from '../pages/access.ts';
import { Shell } from '../pages/shell.ts';

test('a change made here stands in the trail a moment later, with its guard and the way to the key', async ({
  page,
  client,
  prefix,
  baseURL,
}) => {
  const key = `${prefix}audited`;
  const stores: { id: string }[] = await (await page.request.get(`${baseURL}/api/v1/stores`)).json();
  const change = (idempotencyKey: string) =>
    page.request.put(`${baseURL}/api/v1/stores/${stores[0]?.id}/key`, {
      data: { key, value: 'v', expectModRevision: '0', lease: { mode: 'keep' }, idempotencyKey },
    });
  await new Shell(page).open('/audit');
  expect((await change(`${prefix}first`)).status()).toBe(200);
  const row = page.getByRole('row').filter({ hasText: key });
  await expect(row, 'without a reload').toHaveCount(1);
  await expect(row).toContainText('create key');
  await expect(row).toContainText('done');
  expect((await change(`${prefix}second`)).status(), 'the key exists by now').toBe(409);
  await expect(row, 'what was refused is kept too').toHaveCount(2);
  await row.first().click();
  const entry = page.getByRole('region', { name: 'Entry' });
  await expect(entry).toContainText('refused');
  await expect(entry).toContainText('the key does not exist');
  await entry.getByRole('button', { name: 'History of the key' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Keys');
  expect((await client.get({ key })).kvs, 'one of the two happened').toHaveLength(1);
});

test('the trail of one user leaves as a file, whole, with what is not loaded', async ({ page, startOwn, guard }) => {
  test.slow();
  guard.allow(/status of 40[13]/);
  const product = await startOwn({ settings: { QUORATE_USER: 'root', QUORATE_PASSWORD: 'root' } });
  await enableUsers(product.endpoints[0] ?? '', [{ name: 'ada', password: 'lovelace', prefixes: ['/app/'] }]);
  const access = new Access(page);
  await page.goto(`${product.url}/keys`);
  await access.signIn('root', 'root');
  await new Shell(page).revisionBar.getByText('live', { exact: true }).waitFor();
  const [{ id }]: [{ id: string }] = await (await page.request.get(`${product.url}/api/v1/stores`)).json();
  for (let i = 0; i < 120; i++) {
    const data = { key: `/app/${i}`, value: 'v', expectModRevision: '0', lease: { mode: 'keep' } };
    const put = await page.request.put(`${product.url}/api/v1/stores/${id}/key`, {
      data: { ...data, idempotencyKey: `audit-export-${i}` },
    });
    expect(put.status(), await put.text()).toBe(200);
  }
  await page.goto(`${product.url}/audit`);
  const who = page.getByRole('combobox', { name: 'User' });
  await who.fill('ada');
  await expect(page.getByText(/None of the \d+ entries fits\./)).toBeVisible();
  await who.fill('root');
  await expect(page.getByText(/^100 entries of/), 'a page of them is loaded').toBeVisible();
  await expect(page).toHaveURL(/user=root/);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export' }).click();
  const lines = readFileSync(await (await downloading).path(), 'utf8')
    .trim()
    .split('\n');
  const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
  expect(
    entries.flatMap(({ target }) => (typeof target === 'string' && target.startsWith('/app/') ? [target] : [])),
  ).toEqual(Array.from({ length: 120 }, (_, i) => `/app/${i}`));
  expect(new Set(entries.map(({ user }) => user))).toEqual(new Set(['root']));
  await expectAccessible(page, 'the audit trail of one user');
});
