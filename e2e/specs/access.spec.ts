import { connect } from '../../lib/client/index.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { enableUsers } from '../fixtures/users.ts';
import { Access } from '../pages/access.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';

const APP = { name: 'ada', password: 'lovelace', prefixes: ['/app/'] };

test('a user of one prefix signs in, works there, is told the rest by the store, and leaves no trace behind', async ({
  page,
  guard,
  startOwn,
}) => {
  const product = await startOwn();
  const client = connect({ endpoints: product.endpoints });
  for (const key of ['/app/port', '/secret/token']) await client.put(key, 'x');
  client.close();
  await enableUsers(product.endpoints[0] ?? '', [APP]);
  // The browser itself notes every 401 and 403 that this test is about.
  guard.allow(/status of 40[13]/);

  const access = new Access(page);
  await page.goto(`${product.url}/keys`);
  await access.user.waitFor();
  await expectAccessible(page, 'sign-in');
  await access.signIn('ada', 'wrong');
  await expect(page.getByText('The store does not accept this user and password.')).toBeVisible();
  await access.signIn('ada', 'lovelace');
  await new Shell(page).revisionBar.getByText('live', { exact: true }).waitFor();

  const tree = page.getByRole('tree');
  await expect(tree.getByRole('treeitem', { name: /app/ }), 'what ada may read is there').toBeVisible();
  await expect(tree.getByText('secret'), 'and nothing else').toHaveCount(0);
  await expect(page.getByText(/Complete for what you may read/)).toBeVisible();
  await expect(access.menu).toHaveAccessibleName('Signed in as ada, reads /app/…');

  await page.goto(`${product.url}/keys?key=${encodeURIComponent('/secret/token')}`);
  await expect(page.getByText(/permission denied/), 'the store refuses what ada may not read').toBeVisible();

  await access.signOut();
  await page.goto(`${product.url}/watch`);
  await expect(access.user, 'every page asks again').toBeVisible();

  // The page that was sent to one user is not what the next one in the same tab may read.
  await page.goto(`${product.url}/keys`);
  await access.signIn('root', 'root');
  await expect(tree.getByText('secret')).toBeVisible();
  await page.reload();
  await expect(tree.getByText('secret'), 'it comes with the page').toBeVisible();
  await access.signOut();
  await access.signIn('ada', 'lovelace');
  await expect(tree.getByRole('treeitem', { name: /app/ })).toBeVisible();
  await expect(tree.getByText('secret'), 'not of the one before').toHaveCount(0);
});

test('users turned on by another program: whatever was open goes, and whoever signs in then is shown nothing of it', async ({
  page,
  guard,
  startOwn,
}) => {
  test.slow();
  guard.allow(/status of 40[13]/);
  const product = await startOwn();
  const client = connect({ endpoints: product.endpoints });
  for (const key of ['/app/port', '/secret/token', '/secret/kestrel']) await client.put(key, 'osprey');
  client.close();
  const keys = new Keys(page);
  await page.goto(`${product.url}/keys?key=${encodeURIComponent('/secret/token')}`);
  await expect(keys.value('/secret/token')).toContainText('osprey');
  await expect(keys.row('kestrel')).toBeVisible();
  await keys.write('/secret/token', 'heron');
  const deleting = await page.context().newPage();
  await deleting.goto(`${product.url}/keys?key=${encodeURIComponent('/secret/kestrel')}`);
  await new Keys(deleting).panel('/secret/kestrel').getByRole('button', { name: 'Delete…' }).click();
  await expect(new Keys(deleting).deleteDialog).toBeVisible();

  await enableUsers(product.endpoints[0] ?? '', [APP]);
  const access = new Access(page);
  for (const one of [page, deleting]) {
    await new Access(one).user.waitFor();
    await expect(one.getByRole('dialog')).toHaveCount(0);
    await expect(one.locator('body')).not.toContainText(/osprey|kestrel|heron/);
  }

  // Signed in elsewhere in this browser: this page finds out by itself.
  const other = await page.context().newPage();
  await other.goto(`${product.url}/watch`);
  await new Access(other).signIn('ada', 'lovelace');
  await new Shell(other).revisionBar.getByText('live', { exact: true }).waitFor();
  await expect(access.menu).toHaveAccessibleName('Signed in as ada, reads /app/…');
  await expect(page.getByText(/permission denied/)).toBeVisible();
  await expect(page.locator('body')).not.toContainText(/osprey|kestrel|heron/);
});
