import { expect, test } from '../fixtures/test.ts';
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
