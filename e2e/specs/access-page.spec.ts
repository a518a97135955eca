import { connect } from '../../lib/client/index.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { guardPage, requestTo } from '../fixtures/guard.ts';
import { expect, test } from '../fixtures/test.ts';
import { Access } from '../pages/access.ts';
import { AccessPage } from '../pages/access-page.ts';
import { Shell } from '../pages/shell.ts';

const ROOT_PASSWORD = 'a password for root';
const ADA_PASSWORD = 'a password for ada';

test('a role, a prefix, a user: authentication is turned on without locking anybody out, and the user sees that prefix only', async ({
  page,
  browser,
  guard,
  startOwn,
}) => {
  test.slow();
  const product = await startOwn();
  const client = connect({ endpoints: product.endpoints });
  for (const key of ['/app/port', '/secret/token']) await client.put(key, 'x');
  client.close();
  // When authentication is turned on the open page is refused until it is signed in, and the browser notes that.
  guard.allow(/status of 401/);

  const access = new AccessPage(page);
  await new Shell(page).open(`${product.url}/access`);
  await expect(page.getByText('There are no users yet.')).toBeVisible();
  await access.addRole('app');
  await access.role('app').getByRole('button', { name: 'Add permission' }).click();
  await access.dialog.getByLabel('Prefix').fill('/app/');
  await access.plan();
  await expect(access.dialog.getByText('Nobody can read or write more or less than before.')).toBeVisible();
  await access.run('Let the role app read and write /app/…', 'app');
  await access.close();

  await page.getByRole('button', { name: 'Add user' }).click();
  await access.dialog.getByLabel('Password').fill('short');
  await expect(access.dialog.getByText('12 are the least')).toBeVisible();
  await page.keyboard.press('Escape');
  await access.addUser('ada', ADA_PASSWORD);

  await access.user('ada').getByRole('button', { name: 'What can be done to ada' }).click();
  await page.getByRole('menuitem', { name: 'Give a role…' }).click();
  await access.plan();
  await expect(access.dialog.getByText('ada can then read and write /app/… (through role app).')).toBeVisible();
  await expect(access.dialog.getByRole('row', { name: /ada nothing reads and writes \/app\/…/ })).toBeVisible();
  await expectAccessible(page, 'dry run of an access action');
  await access.run('Give ada the role app', 'ada');
  await access.close();

  await page.getByRole('textbox', { name: 'Key or prefix' }).fill('/app/port');
  const whoCan = page.getByRole('region', { name: 'Who can' });
  await expect(whoCan.getByRole('row', { name: /ada yes through app yes through app/ })).toBeVisible();
  await page.getByRole('textbox', { name: 'Key or prefix' }).fill('/secret/');
  await expect(whoCan.getByText('No user may read or write /secret/…')).toBeVisible();

  await page.getByRole('button', { name: 'Turn on…' }).click();
  await access.typePassword(ROOT_PASSWORD);
  await access.plan();
  await expect(access.dialog.getByText('this browser signs in as root')).toBeVisible();
  await access.run('Turn authentication on', 'root');
  await expect(new Access(page).menu, 'in the same step').toHaveAccessibleName('Signed in as root, reads every key');
  await expect(access.user('root')).toBeVisible();
  await expectAccessible(page, 'users and roles');

  const context = await browser.newContext();
  const other = await context.newPage();
  const otherGuard = guardPage(other, product.url);
  otherGuard.allow(requestTo(product.url));
  otherGuard.allow(/status of 40[13]/);
  const ada = new Access(other);
  await other.goto(`${product.url}/keys`);
  await ada.signIn('ada', ADA_PASSWORD);
  const tree = other.getByRole('tree');
  await expect(tree.getByRole('treeitem', { name: /app/ })).toBeVisible();
  await expect(tree.getByText('secret')).toHaveCount(0);
  await other.goto(`${product.url}/access`);
  await expect(new AccessPage(other).user('ada')).toBeVisible();
  await expect(new AccessPage(other).user('root'), 'others are for root to see').toHaveCount(0);
  await expect(other.getByRole('button', { name: 'Add user' })).toHaveCount(0);
  otherGuard.check();
  await context.close();

  await page.getByRole('button', { name: 'Turn off…' }).click();
  await access.run('Turn authentication off', 'off');
  await expect(
    page.getByText('Whoever reaches the store may read and write every key.', { exact: false }),
  ).toBeVisible();
});
