import { expectAccessible } from '../fixtures/axe.ts';
import { test } from '../fixtures/test.ts';
import { Shell } from '../pages/shell.ts';

const PAGES = ['/', '/keys', '/watch', '/leases'];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const path of PAGES) {
      test(`axe finds nothing on ${path} in ${colorScheme}`, async ({ page, client, prefix }) => {
        await client.put(`${prefix}config/server.json`, '{"port":8080}');
        await new Shell(page).open(path);
        await expectAccessible(page, `${path} (${colorScheme})`);
      });
    }

    test(`axe finds nothing on the palette and the sheet in ${colorScheme}`, async ({ page }) => {
      const shell = new Shell(page);
      await shell.open('/');
      await page.keyboard.press('ControlOrMeta+k');
      await shell.palette.waitFor();
      await expectAccessible(page, `palette (${colorScheme})`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await shell.sheet.waitFor();
      await expectAccessible(page, `sheet (${colorScheme})`);
    });
  });
}
