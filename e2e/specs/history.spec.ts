import type { Client, Target } from '../../lib/client/index.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { History } from '../pages/history.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';

/** What stands in the store now, as another program reads it. */
async function stored(client: Client, target: Target): Promise<Record<string, string>> {
  const { kvs } = await client.get(target);
  return Object.fromEntries(
    kvs.map((kv) => [Buffer.from(kv.key).toString(), Buffer.from(kv.value).toString('base64')]),
  );
}

test('what another program deleted is in the trash, is shown, and comes back', async ({ page, client, prefix }) => {
  const history = new History(page);
  for (let i = 0; i < 12; i++) await client.put(`${prefix}f/${i}`, Uint8Array.of(0, 255, i));
  await client.put(`${prefix}f/text`, 'good morning');
  const before = await stored(client, { prefix });
  const { revision } = await client.delete({ prefix: `${prefix}f/` });
  await history.openTrash(prefix);
  await history.deletion(revision).click();
  const panel = history.deletionPanel(revision);
  await panel.getByRole('button', { name: `${prefix}f/text` }).click();
  await expect(panel, 'the value as it was').toContainText('good morning');
  await expectAccessible(page, 'trash with an open deletion');
  await panel.getByRole('checkbox', { name: `Choose ${prefix}f/text` }).check();
  await panel.getByRole('button', { name: /Restore 1 chosen/ }).click();
  await history.dialog.getByRole('button', { name: 'Restore 1 key' }).click();
  await expect(history.account, 'an exact account').toContainText('1 of 1 key written');
  await expectAccessible(page, 'the account of a job');
  expect(Object.keys(await stored(client, { prefix }))).toEqual([`${prefix}f/text`]);
  await history.dialog.getByRole('button', { name: 'Close', exact: true }).first().click();
  await history
    .deletionPanel(revision)
    .getByRole('button', { name: /Restore all 12/ })
    .click();
  await history.dialog.getByRole('button', { name: 'Restore 12 keys' }).click();
  await expect(history.account).toContainText('12 of 12 keys written');
  expect(await stored(client, { prefix }), 'to the byte').toEqual(before);
  await history.dialog.getByRole('button', { name: 'Undo 12 keys' }).click();
  await expect(history.dialog, 'and the restore can be undone').toContainText('Undo');
  await expect.poll(async () => Object.keys(await stored(client, { prefix }))).toEqual([`${prefix}f/text`]);
});

test('two revisions are compared, and a prefix goes back to the older one after a deliberate act', async ({
  page,
  client,
  prefix,
}) => {
  const history = new History(page);
  await client.put(`${prefix}same`, 's');
  await client.put(`${prefix}changed`, 'before');
  const { revision } = await client.put(`${prefix}gone`, 'g');
  const then = await stored(client, { prefix });
  await client.put(`${prefix}changed`, 'after');
  await client.delete({ key: `${prefix}gone` });
  await client.put(`${prefix}new`, 'n');
  await history.openCompare(prefix, revision);
  await expect(history.counts).toContainText('1 added');
  await expect(history.counts).toContainText('1 removed');
  await expect(history.counts).toContainText('1 written');
  await expect(history.counts).toContainText('1 unchanged');
  await page
    .getByRole('row')
    .filter({ hasText: `${prefix}changed` })
    .click();
  const difference = page.getByRole('region', { name: `Difference of ${prefix}changed` });
  await expect(difference, 'the values').toContainText('before');
  await expect(difference).toContainText('after');
  await expectAccessible(page, 'compare with an open difference');
  await page.getByRole('button', { name: /^Restore to/ }).click();
  const act = history.dialog.getByRole('button', { name: 'Restore 3 keys' });
  await expect(act, 'not without a deliberate act').toBeDisabled();
  await history.dialog.getByRole('textbox').fill('3');
  await act.click();
  await expect(history.account).toContainText('3 of 3 keys written');
  expect(await stored(client, { prefix })).toEqual(then);
});

test('the past is played forward: tree and stream move, and at the present it is live again', async ({
  page,
  client,
  prefix,
}) => {
  const shell = new Shell(page);
  const keys = new Keys(page);
  const { revision } = await client.put(`${prefix}a/0`, 'first');
  // What lies between them takes its time to play, too.
  await shell.open('/keys');
  for (let i = 1; i <= 30; i++) await client.put(`${prefix}a/${i}`, String(i));
  await shell.open(`/keys?rev=${revision}&prefix=${encodeURIComponent(prefix)}`);
  await keys.row(prefix.slice(0, -1)).first().waitFor();
  await expect(page.getByText(/Complete at revision/)).toBeVisible();
  await page.getByRole('combobox', { name: 'Speed of the replay' }).selectOption('1×');
  await page.getByRole('button', { name: 'Replay from here' }).click();
  await expect(page.getByRole('button', { name: 'Pause the replay' }), 'it plays').toBeVisible();
  await expect(shell.revisionBar.getByText('live', { exact: true }), 'it arrives at the present').toBeVisible();
  await expect(page).not.toHaveURL(/rev=/);
  await expect(keys.folderPanel(prefix)).toContainText('31 keys');
});

test('the bar is dragged through the past, and the track stays where it is under the pointer', async ({
  page,
  client,
  prefix,
}) => {
  const shell = new Shell(page);
  await shell.open('/keys');
  for (let i = 0; i < 200; i++) await client.put(`${prefix}${i}`, '');
  const track = page.getByRole('slider', { name: 'Revision shown' });
  const pinned = async (): Promise<number> => Number(new URL(page.url()).searchParams.get('rev'));
  const box = async () => (await track.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const at = async (share: number): Promise<[number, number]> => {
    const { x, y, width, height } = await box();
    return [x + share * width, y + height / 2];
  };
  await page.mouse.move(...(await at(0.5)));
  await page.mouse.down();
  await expect.poll(pinned).toBeGreaterThan(0);
  const before = await box();
  await page.mouse.move(...(await at(0.9)), { steps: 5 });
  const late = Number(await track.getAttribute('aria-valuenow'));
  await page.mouse.move(...(await at(0.2)), { steps: 5 });
  await expect.poll(pinned, 'further back').toBeLessThan(late);
  expect(await box()).toEqual(before);
  await page.mouse.up();
  const stays = await pinned();
  await page.mouse.move(...(await at(0.8)));
  expect(await pinned(), 'let go').toBe(stays);
  await shell.returnToLive.click();
  await expect(page).not.toHaveURL(/rev=/);
});

test('a moment leads to the revision of then, and where none is known it says so', async ({ page, client, prefix }) => {
  const shell = new Shell(page);
  await shell.open('/keys');
  await client.put(`${prefix}now`, 'x');
  const field = page.getByRole('textbox', { name: 'Go to revision or time' });
  await field.fill('2001-02-03 04:05');
  await field.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'No time is known before' })).toBeVisible();
  await field.fill('0s ago');
  await field.press('Enter');
  await expect(shell.revisionBar).toContainText(/viewing rev|live/);
});

test('values of every key are searched by pattern, with what was searched and what was not', async ({
  page,
  client,
  prefix,
}) => {
  const shell = new Shell(page);
  await client.put(`${prefix}a`, '{"port": 8081}');
  const { revision } = await client.put(`${prefix}b`, '{"port": 9091}');
  await client.put(`${prefix}b`, '{"port": 1}');
  const find = async (): Promise<void> => {
    await page.getByRole('combobox', { name: 'What is searched' }).selectOption('values, regex');
    await page.getByRole('textbox', { name: 'Find values' }).fill('port": [89]0\\d1');
    await page.keyboard.press('Enter');
  };
  await shell.open('/keys');
  await find();
  const matches = page.getByRole('list', { name: 'Matches' });
  await expect(matches).toContainText(`${prefix}a`);
  await expect(matches).not.toContainText(`${prefix}b`);
  await expect(page.getByRole('status').filter({ hasText: /searched [\d,]+ of [\d,]+ keys/ })).toBeVisible();
  await expectAccessible(page, 'a search through values');
  await shell.open(`/keys?rev=${revision}`);
  await find();
  await expect(matches, 'the search is of the pinned revision').toContainText(`${prefix}b`);
});

test('a folder is moved key by key, undone, and what is taken is left alone', async ({ page, client, prefix }) => {
  const history = new History(page);
  for (const name of ['old/a', 'old/b/c', 'new/a']) await client.put(`${prefix}${name}`, `of ${name}`);
  const before = await stored(client, { prefix });
  await new Shell(page).open(`/keys?prefix=${encodeURIComponent(`${prefix}old/`)}`);
  await page.getByRole('button', { name: 'More with this folder' }).click();
  await page.getByRole('menuitem', { name: /Move or rename/ }).click();
  await page.getByRole('textbox', { name: 'New prefix' }).fill(`${prefix}new/`);
  await page.getByRole('button', { name: 'See what would happen' }).click();
  await expect(history.dialog, 'a taken name is said before').toContainText('1 key will be left alone');
  await history.dialog.getByRole('textbox').fill('2');
  await history.dialog.getByRole('button', { name: 'Move 2 keys' }).click();
  await expect(history.account).toContainText('2 of 3 keys written, 1 left alone');
  expect(Object.keys(await stored(client, { prefix }))).toEqual(
    ['new/a', 'new/b/c', 'old/a'].map((name) => `${prefix}${name}`),
  );
  await history.dialog.getByRole('button', { name: 'Undo 2 keys' }).click();
  await expect.poll(() => stored(client, { prefix })).toEqual(before);
});

test('a file with a broken line writes nothing and names the line; a good one is shown, written and undone', async ({
  page,
  client,
  prefix,
  guard,
}) => {
  guard.allow(/status of 400/);
  const history = new History(page);
  await client.put(`${prefix}kept`, 'mine');
  const before = await stored(client, { prefix });
  await new Shell(page).open(`/keys?prefix=${encodeURIComponent(prefix)}`);
  const importText = async (text: string): Promise<void> => {
    await page.getByRole('button', { name: 'More with this folder' }).click();
    await page.getByRole('menuitem', { name: /Import here/ }).click();
    await page.getByRole('textbox', { name: 'Text of the file' }).fill(text);
    await page.getByRole('button', { name: 'See what would happen' }).click();
  };
  await importText('{"key":"a","value":"1"}\n{"key":"b","value":\n');
  await expect(history.dialog, 'the line is named').toContainText('line 2');
  expect(await stored(client, { prefix }), 'nothing was written').toEqual(before);
  await page.keyboard.press('Escape');
  await importText('{"key":"a","value":{"base64":"AP8="}}\n{"key":"kept","value":"theirs"}\n');
  await expect(history.dialog).toContainText('1 key will be left alone');
  await history.dialog.getByRole('button', { name: 'Import 1 key' }).click();
  await expect(history.account).toContainText('1 of 2 keys written');
  expect(await stored(client, { prefix })).toEqual({ ...before, [`${prefix}a`]: 'AP8=' });
  await history.dialog.getByRole('button', { name: 'Undo 1 key' }).click();
  await expect.poll(() => stored(client, { prefix })).toEqual(before);
});

test('a folder is exported as a file that carries its bytes', async ({ page, client, prefix }) => {
  await client.put(`${prefix}bytes`, Uint8Array.of(0, 255));
  await client.put(`${prefix}text`, 'a\nb');
  await new Shell(page).open(`/keys?prefix=${encodeURIComponent(prefix)}`);
  await page.getByRole('button', { name: 'More with this folder' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as JSON Lines' }).click();
  const file = await (await download).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of file) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe(
    '{"key":"bytes","value":{"base64":"AP8="}}\n{"key":"text","value":"a\\nb"}\n',
  );
});
