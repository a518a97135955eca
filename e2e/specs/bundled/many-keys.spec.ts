import { connect, putOp } from '../../../lib/client/index.ts';
import { expect, test } from '../../fixtures/test.ts';
import { Keys } from '../../pages/keys.ts';
import { Shell } from '../../pages/shell.ts';

const KEYS = 100_000;
/** etcd's bound for one transaction is 128 operations. */
const KEYS_PER_TXN = 125;
const WRITERS = 8;

test('a hundred thousand keys open and scroll without all being loaded', async ({ page, startOwn }) => {
  test.setTimeout(600_000);
  const product = await startOwn();
  await load(product.endpoints);
  const childrenRead: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/children')) childrenRead.push(response.url());
  });
  const keys = new Keys(page);
  await new Shell(page).open(`${product.url}/keys?prefix=many%2F`);
  await expect(page.getByText(/^100,000 keys/).first(), 'the console knows all of them').toBeVisible({
    timeout: 120_000,
  });
  await expect(keys.row('key-000000'), 'the first is there').toBeVisible();
  expect(await keys.tree.getByRole('treeitem').count(), 'only what is seen is in the page').toBeLessThan(200);
  await keys.tree.focus();
  await page.keyboard.press('End');
  await expect(keys.row('key-099999'), 'the last is one key press away').toBeVisible();
  expect(childrenRead.length, 'two ends of the list are a few pages of it').toBeLessThan(30);
});

async function load(endpoints: readonly string[]): Promise<void> {
  const client = connect({ endpoints });
  let next = 0;
  const write = async () => {
    while (next < KEYS) {
      const first = next;
      next += KEYS_PER_TXN;
      const names = Array.from({ length: KEYS_PER_TXN }, (_, i) => `many/key-${String(first + i).padStart(6, '0')}`);
      await client.txn({ success: names.map((name) => putOp(name, 'value')) }, { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  client.close();
}
