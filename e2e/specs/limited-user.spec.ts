import { connect } from '../../lib/client/index.ts';
import { expect, test } from '../fixtures/test.ts';
import { enableUsers } from '../fixtures/users.ts';
import { Access } from '../pages/access.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';

const APP = { name: 'ada', password: 'lovelace', prefixes: ['/app/'] };
const FOREIGN = 'kestrel';
/** Each must show something of its own to a user of one prefix, and nothing of anybody else’s. */
const PAGES = ['/', '/keys', '/watch', '/compare?from=1', '/trash', '/elections', '/locks', '/primitives', '/services'];

test('a user of one prefix works with every page: own keys, locks and leases, and nothing of others', async ({
  page,
  guard,
  startOwn,
  playwright,
}) => {
  test.slow();
  const product = await startOwn();
  const client = connect({ endpoints: product.endpoints });
  for (const key of ['/app/port', `/secret/${FOREIGN}`]) await client.put(key, 'one');
  const [own, foreign] = [await client.grantLease(600), await client.grantLease(600)];
  await client.put(`/app/locks/l/${own.toString(16)}`, 'x', { lease: own });
  await client.put(`/secret/locks/${FOREIGN}/${foreign.toString(16)}`, 'x', { lease: foreign });
  await client.put('/app/port', 'two');
  client.close();
  await enableUsers(product.endpoints[0] ?? '', [APP]);
  guard.allow(/status of 40[13]/);
  await page.goto(`${product.url}/keys`);
  await new Access(page).signIn('ada', 'lovelace');
  const shell = new Shell(page);
  await shell.revisionBar.getByText('live', { exact: true }).waitFor();

  const sent = async (request: typeof page.request): Promise<string> =>
    (await request.get(`${product.url}/keys?d=none`)).text();
  await expect.poll(() => sent(page.request), 'the page comes with own keys').toContain('/app/port');
  expect(await sent(page.request), 'and no others').not.toContain(FOREIGN);
  const nobody = await playwright.request.newContext();
  expect(await sent(nobody), 'and with none to whom is nobody').not.toContain('/app/port');
  await nobody.dispose();

  const keys = new Keys(page);
  await page.goto(`${product.url}/keys?key=${encodeURIComponent('/app/port')}`);
  await expect(keys.value('/app/port')).toContainText('two');
  await expect(keys.panel('/app/port').getByText(/one/).first(), 'its history is there').toBeVisible();

  await page.goto(`${product.url}/leases`);
  await expect(page.getByRole('row').filter({ hasText: own.toString(16) })).toContainText('/app/locks/l/');
  await expect(page.getByText(/keys you may read/).first()).toBeVisible();

  for (const path of PAGES) {
    await page.goto(product.url + path);
    await shell.heading.waitFor();
    await shell.revisionBar.getByText(/^live$/).waitFor();
    await expect(page.getByRole('main').getByText(/could not be read|permission denied/i), path).toHaveCount(0);
    await expect(page.getByText(FOREIGN), path).toHaveCount(0);
  }
});
