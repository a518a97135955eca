import { expect, test } from '../fixtures/test.ts';
import { Shell } from '../pages/shell.ts';

test('every page is reached by keyboard and by the rail, with one heading', async ({ page }) => {
  const shell = new Shell(page);
  await shell.open('/');
  await expect(shell.heading, 'one heading says where one is').toHaveText('Overview');
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await expect(shell.heading, 'g k goes to Keys').toHaveText('Keys');
  await shell.go('Watch');
  await expect(page, 'the page has its address').toHaveURL(/\/watch/);
  await page.goBack();
  await expect(shell.heading, 'Back returns').toHaveText('Keys');
});

test('the palette finds a page, an action and a key', async ({ page, client, prefix }) => {
  await client.put(`${prefix}found-by-palette`, 'x');
  const shell = new Shell(page);
  await shell.open('/');
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('leases');
  await page.keyboard.press('Enter');
  await expect(shell.heading, 'the palette goes to the page').toHaveText('Leases');
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('found-by-palette');
  await shell.palette.getByRole('option', { name: /found-by-palette/ }).click();
  await expect(shell.heading).toHaveText('Keys');
  await expect(page, 'the key is in the address').toHaveURL(/found-by-palette/);
});

test('the sheet lists what works here and closes with Escape', async ({ page }) => {
  const shell = new Shell(page);
  await shell.open('/');
  await page.keyboard.press('?');
  await expect(shell.sheet, '? opens the sheet').toBeVisible();
  await expect(shell.sheet.getByText('Find key, page, action')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(shell.sheet).toBeHidden();
});

test('the revision bar counts along with writes of others', async ({ page, client, prefix }) => {
  const shell = new Shell(page);
  await shell.open('/');
  const { revision } = await client.put(`${prefix}a`, '1');
  await expect
    .poll(
      async () => Number((await shell.revisionNow.textContent())?.replaceAll(/\D/g, '')),
      'the bar shows the newest revision',
    )
    .toBeGreaterThanOrEqual(revision);
});

test('a pinned revision is in the address, survives a reload and ends with Escape', async ({
  page,
  client,
  prefix,
}) => {
  await client.put(`${prefix}a`, '1');
  const { revision } = await client.put(`${prefix}a`, '2');
  const shell = new Shell(page);
  await shell.open('/keys');
  await shell.pin(revision - 1);
  await expect(page).toHaveURL(new RegExp(`rev=${revision - 1}\\b`));
  await expect(shell.revisionBar, 'the bar says that this is the past').toContainText('read-only');
  await page.reload();
  await expect(shell.revisionBar, 'a reload shows the same past').toContainText('read-only');
  await page.keyboard.press('Escape');
  await expect(page, 'Escape returns to live').not.toHaveURL(/rev=/);
});
