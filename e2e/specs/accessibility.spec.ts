import { expectAccessible } from '../fixtures/axe.ts';
import { test } from '../fixtures/test.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';

const PAGES = [
  '/',
  '/keys',
  '/watch',
  '/space',
  '/space?show=heatmap',
  '/compare',
  '/trash',
  '/elections',
  '/locks',
  '/leases',
  '/config',
  '/rollouts',
  '/flags',
  '/audit',
  '/cluster',
  '/access',
];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const path of PAGES) {
      test(`axe finds nothing on ${path} in ${colorScheme}`, async ({ page, client, prefix }) => {
        await client.put(`${prefix}config/server.json`, '{"port":8080}', { lease: await client.grantLease(600) });
        await new Shell(page).open(path);
        await expectAccessible(page, `${path} (${colorScheme})`);
      });
    }

    test(`axe finds nothing on an open key, now and in the past, in ${colorScheme}`, async ({
      page,
      client,
      prefix,
    }) => {
      const keys = new Keys(page);
      const key = `${prefix}server.json`;
      const { revision } = await client.put(key, '{"port":8080}');
      await client.put(key, '{"port":9090}');
      await keys.openKey(key);
      await keys.value(key).waitFor();
      await expectAccessible(page, `open key (${colorScheme})`);
      await keys.openKey(key, revision);
      await keys.value(key).waitFor();
      await expectAccessible(page, `open key in the past (${colorScheme})`);
    });

    test(`axe finds nothing on the palette in ${colorScheme}`, async ({ page }) => {
      const shell = new Shell(page);
      await shell.open('/');
      await page.keyboard.press('ControlOrMeta+k');
      await shell.palette.waitFor();
      await expectAccessible(page, `palette (${colorScheme})`);
    });

    test(`axe finds nothing on the sheet in ${colorScheme}`, async ({ page }) => {
      const shell = new Shell(page);
      await shell.open('/');
      await page.keyboard.press('?');
      await shell.sheet.waitFor();
      await expectAccessible(page, `sheet (${colorScheme})`);
    });
  });
}
