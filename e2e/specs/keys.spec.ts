import type { Client, Target } from '../../lib/client/index.ts';
import { expect, test } from '../fixtures/test.ts';
import { Keys } from '../pages/keys.ts';

/** What stands in the store now, as another program reads it. */
async function stored(client: Client, target: Target): Promise<Record<string, string>> {
  const { kvs } = await client.get(target);
  return Object.fromEntries(kvs.map((kv) => [Buffer.from(kv.key).toString(), Buffer.from(kv.value).toString()]));
}

test('a new key is created, shown and open', async ({ page, client, prefix }) => {
  const keys = new Keys(page);
  const key = `${prefix}config/motd`;
  await keys.open();
  await page.getByRole('button', { name: 'New key' }).click();
  await keys.createDialog.getByRole('textbox', { name: 'Key' }).fill(key);
  await keys.createDialog.getByRole('textbox', { name: 'Value' }).fill('good morning');
  await keys.createDialog.getByRole('button', { name: 'Create key' }).click();
  await expect(keys.value(key), 'it is open with its value').toContainText('good morning');
  await expect(keys.row('motd'), 'and in the tree').toBeVisible();
  expect(await stored(client, { key })).toEqual({ [key]: 'good morning' });
});

test('the first rows come with the page, and are those of the store', async ({ page, client, prefix }) => {
  await client.put(`${prefix}first`, 'v');
  const [root = ''] = prefix.split('/').filter((part) => part !== '');
  const sent = async (path: string): Promise<string> => (await page.request.get(path)).text();
  // By folders: among all keys in a row, what other specs left behind may stand before it.
  await expect.poll(() => sent('/keys')).toContain(root);
  expect(await sent('/keys')).toMatch(/role="tree"[^>]*>(<div[^>]*>)+.*role="treeitem"/s);
  expect(await sent('/keys?d=none'), 'all in a row: no folders').not.toMatch(/role="treeitem"[^>]*aria-expanded/);
  // What is asked for later is asked for, not guessed at.
  expect(await sent('/keys?rev=1')).not.toContain('role="treeitem"');
});

test('creating a key that exists writes nothing', async ({ page, client, prefix, guard }) => {
  guard.allow(/status of 409/);
  const keys = new Keys(page);
  const key = `${prefix}taken`;
  await client.put(key, 'first');
  await keys.open();
  await page.getByRole('button', { name: 'New key' }).click();
  await keys.createDialog.getByRole('textbox', { name: 'Key' }).fill(key);
  await keys.createDialog.getByRole('textbox', { name: 'Value' }).fill('second');
  await keys.createDialog.getByRole('button', { name: 'Create key' }).click();
  await expect(keys.createDialog, 'the dialog says so').toContainText('exists already');
  expect(await stored(client, { key })).toEqual({ [key]: 'first' });
});

test('the tree opens folder by folder and shows a change of another program', async ({ page, client, prefix }) => {
  const keys = new Keys(page);
  await client.put(`${prefix}web/port`, '8080');
  // An only folder would open by itself.
  await client.put(`${prefix}mail/host`, 'mx');
  await keys.open();
  await keys.row(prefix.slice(0, -1)).click();
  await keys.row('web').click();
  await keys.row('port').click();
  const key = `${prefix}web/port`;
  await expect(keys.value(key)).toContainText('8080');
  await client.put(key, '9090');
  await expect(keys.value(key), 'the open value follows the store').toContainText('9090');
});

test('an edit shows its difference first, keeps the lease, and can be undone', async ({ page, client, prefix }) => {
  const keys = new Keys(page);
  const key = `${prefix}greeting`;
  const lease = await client.grantLease(600);
  await client.put(key, 'hello', { lease });
  await keys.openKey(key);
  await keys.write(key, 'hello world');
  await keys.toReview();
  await expect(keys.review, 'what goes').toContainText('hello');
  await expect(keys.review, 'what comes').toContainText('hello world');
  await keys.save();
  await expect(keys.messages.filter({ hasText: 'Saved' })).toBeVisible();
  const saved = (await client.get({ key })).kvs[0];
  expect([saved?.lease, Buffer.from(saved?.value ?? []).toString()]).toEqual([lease, 'hello world']);
  await keys.undo();
  await expect(keys.messages.filter({ hasText: 'Undone' })).toBeVisible();
  const undone = (await client.get({ key })).kvs[0];
  expect([undone?.lease, Buffer.from(undone?.value ?? []).toString()]).toEqual([lease, 'hello']);
});

test('an edit that somebody was faster than is refused and shown beside theirs', async ({
  page,
  client,
  prefix,
  guard,
}) => {
  guard.allow(/status of 409/);
  const keys = new Keys(page);
  const key = `${prefix}contested`;
  await client.put(key, 'base');
  await keys.openKey(key);
  await keys.write(key, 'mine');
  await keys.toReview();
  await client.put(key, 'theirs');
  await keys.save();
  await expect(keys.conflict, 'their value and mine side by side').toContainText('theirs');
  await expect(keys.conflict).toContainText('mine');
  expect(await stored(client, { key }), 'nothing was overwritten').toEqual({ [key]: 'theirs' });
});

test('deleting a key is previewed, deliberate and undone', async ({ page, client, prefix }) => {
  const keys = new Keys(page);
  const key = `${prefix}doomed`;
  await client.put(key, 'still here');
  await keys.openKey(key);
  await keys
    .panel(key)
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect(keys.deleteDialog, 'the preview names it').toContainText(key);
  const confirm = keys.deleteDialog.getByRole('button', { name: 'Delete 1 key' });
  await expect(confirm, 'not without a deliberate act').toBeDisabled();
  await keys.deleteDialog.getByRole('textbox').fill('doomed');
  await confirm.click();
  await expect(keys.messages.filter({ hasText: 'Deleted' })).toBeVisible();
  expect(await stored(client, { key })).toEqual({});
  await keys.undo();
  await expect(keys.messages.filter({ hasText: 'Restored 1 key' })).toBeVisible();
  expect(await stored(client, { key })).toEqual({ [key]: 'still here' });
});

test('deleting a folder counts what dies and brings all of it back', async ({ page, client, prefix }) => {
  const keys = new Keys(page);
  for (const name of ['a', 'b', 'c/d']) await client.put(`${prefix}${name}`, `value of ${name}`);
  const before = await stored(client, { prefix });
  await keys.open();
  await keys.row(prefix.slice(0, -1)).click();
  await keys
    .folderPanel(prefix)
    .getByRole('button', { name: /^Delete folder/ })
    .click();
  await expect(keys.deleteDialog).toContainText('3 keys');
  await keys.deleteDialog.getByRole('textbox').fill('3');
  await keys.deleteDialog.getByRole('button', { name: 'Delete 3 keys' }).click();
  await expect(keys.messages.filter({ hasText: 'Deleted 3 keys' })).toBeVisible();
  expect(await stored(client, { prefix })).toEqual({});
  await keys.undo();
  await expect(keys.messages.filter({ hasText: 'Restored 3 keys' })).toBeVisible();
  expect(await stored(client, { prefix })).toEqual(before);
});

test('a pinned revision shows the value of then, read-only, at an address that can be shared', async ({
  page,
  client,
  prefix,
}) => {
  const keys = new Keys(page);
  const key = `${prefix}then`;
  const { revision } = await client.put(key, 'old value');
  await client.put(key, 'new value');
  await keys.openKey(key, revision);
  await expect(keys.value(key)).toContainText('old value');
  await expect(keys.panel(key).getByRole('button', { name: /^Edit/ }), 'the past cannot be edited').toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(keys.value(key), 'live again').toContainText('new value');
});

test('bytes that are no text are shown as bytes and never mangled', async ({ page, client, prefix }) => {
  const keys = new Keys(page);
  const key = `${prefix}raw`;
  await client.put(key, Uint8Array.of(0, 255, 0xde, 0xad));
  await keys.openKey(key);
  await expect(keys.value(key)).toContainText('00 ff de ad');
});

test('how many watch a key is told where the store knows it, and nothing is said where it does not', async ({
  page,
  client,
  prefix,
  store,
}) => {
  const keys = new Keys(page);
  const key = `${prefix}watched`;
  await client.put(key, 'v');
  await keys.openKey(key);
  await expect(keys.value(key)).toBeVisible();
  const told = keys.panel(key).getByText(/^[\d,]+ watchers?/);
  // The console's own watch is one of them.
  if (store === 'bundled') await expect(told).toBeVisible();
  else await expect(told).toHaveCount(0);
});
