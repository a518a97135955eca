import type { Page } from '@playwright/test';
import { BUDGETS_KB } from '../../../server/scripts/first-load-budgets.ts';
import { CountingProxy } from '../../fixtures/counting-proxy.ts';
import { requestTo } from '../../fixtures/guard.ts';
import { expect, test } from '../../fixtures/test.ts';
import { Keys } from '../../pages/keys.ts';
import { Shell } from '../../pages/shell.ts';

const KB = 1_024;

/** The page gets up and is never idle: what comes when it is idle does not come, and everything else does. */
const neverIdle = (): void => {
  window.requestIdleCallback = () => 0;
};

/** The promise is a tree that is used, not one that is seen. */
async function moveInTree(page: Page): Promise<void> {
  const { tree } = new Keys(page);
  await tree.getByRole('treeitem').first().waitFor();
  await tree.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await expect(tree).toHaveAttribute('aria-activedescendant', /-0$/);
}

for (const [path, budget] of Object.entries(BUDGETS_KB)) {
  test(`${path} loads at most ${budget} KB of JavaScript before it can be used`, async ({
    page,
    product,
    guard,
    client,
    prefix,
  }) => {
    await client.put(`${prefix}a`, '1');
    const proxy = await CountingProxy.start(product.url);
    try {
      guard.allow(requestTo(proxy.url));
      await page.addInitScript(neverIdle);
      await page.goto(proxy.url + path, { waitUntil: 'load' });
      const shell = new Shell(page);
      await shell.heading.waitFor();
      // Told by the stream, whose worker has its script by then.
      await expect(shell.sentence).toContainText('members');
      if (path === '/keys') await moveInTree(page);
      const worst = proxy.scripts.toSorted((a, b) => b.bytes - a.bytes).slice(0, 5);
      const told = `${(proxy.bytes / KB).toFixed(1)} KB of ${budget} KB in ${proxy.scripts.length} scripts`;
      test.info().annotations.push({ type: 'first load', description: `${path}: ${told}` });
      console.log(`first load of ${path}: ${told}`);
      expect(proxy.bytes / KB, `${told}; the largest: ${JSON.stringify(worst)}`).toBeLessThanOrEqual(budget);
    } finally {
      await page.close();
      await proxy.stop();
    }
  });
}
