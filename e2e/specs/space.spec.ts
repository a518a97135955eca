import { expect, test } from '../fixtures/test.ts';
import { Shell } from '../pages/shell.ts';
import { Space } from '../pages/space.ts';

test('the treemap says what takes the room, in folders one can go into, now and in the past', async ({
  page,
  client,
  prefix,
}) => {
  const space = new Space(page);
  const { revision: first } = await client.put(`${prefix}big/one`, 'x'.repeat(3_000));
  await client.put(`${prefix}big/two`, 'x'.repeat(1_000));
  await client.put(`${prefix}small`, 'x'.repeat(1_000));
  await new Shell(page).open(`/space?prefix=${encodeURIComponent(prefix)}`);
  await expect(page.getByText('3 keys with 4.9 KiB of values in 2 entries')).toBeVisible();
  await expect(space.tile(/^big\/, folder, 3.9 KiB, 80 %/)).toBeVisible();
  await expect(space.table.getByRole('row').filter({ hasText: 'small' })).toContainText('20 %');

  await page.keyboard.press('m');
  await expect(space.tile(/^big\/, folder, 2 keys, 67 %/), 'by keys').toBeVisible();
  await space.tile(/^big\/, folder/).focus();
  await page.keyboard.press('ArrowRight');
  await expect(space.tile(/^small, /), 'by keyboard from tile to tile').toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 keys with 3.9 KiB of values')).toBeVisible();
  await page.keyboard.press('u');
  await expect(page.getByText('3 keys with')).toBeVisible();
  await space.tile(/^small, /).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Keys' })).toBeVisible();

  await new Shell(page).open(`/space?prefix=${encodeURIComponent(prefix)}&rev=${first}`);
  await expect(page.getByText('1 key with 2.9 KiB of values'), 'as it was').toBeVisible();
});

test('the heatmap says where was written and when, and leads to the entry as it was then', async ({
  page,
  client,
  prefix,
}) => {
  const space = new Space(page);
  await new Shell(page).open(`/space?show=heatmap&span=5m&prefix=${encodeURIComponent(prefix)}`);
  await expect(page.getByText('Nothing below this prefix was written')).toBeVisible();
  for (let i = 0; i < 5; i++) await client.put(`${prefix}busy/key`, String(i));
  await client.put(`${prefix}quiet`, '');
  await client.delete({ key: `${prefix}quiet` });
  await expect(page.getByText('7 changes'), 'it follows the store').toBeVisible();
  await expect(page.getByRole('button', { name: 'busy/' })).toBeVisible();
  await space.cells.focus();
  await page.keyboard.press('ArrowLeft');
  const status = page.getByRole('tabpanel').getByRole('status');
  await expect(status).toContainText('busy/');
  while (((await status.textContent()) ?? '').includes('· 0 changes')) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Keys' })).toBeVisible();
  await expect(page).toHaveURL(/rev=\d+/);
});
