import { expect, test } from '../fixtures/test.ts';
import { Shell } from '../pages/shell.ts';
import { Watch } from '../pages/watch.ts';

test('puts and deletes of other programs appear as they happen', async ({ page, client, prefix }) => {
  const watch = new Watch(page);
  await new Shell(page).open('/watch');
  await watch.narrowTo(prefix);
  const key = `${prefix}live`;
  await client.put(key, 'one');
  await expect(watch.rows.first(), 'a first put is a creation').toContainText('create');
  await expect(watch.rows.first()).toContainText('one');
  await client.put(key, 'two');
  await expect(watch.rows.first()).toContainText('two');
  await client.delete({ key });
  await expect(watch.rows.first()).toContainText('delete');
  await expect(watch.rows).toHaveCount(3);
});

test('H5: a pause holds the list still and loses nothing', async ({ page, client, prefix }) => {
  const watch = new Watch(page);
  await new Shell(page).open('/watch');
  await watch.narrowTo(prefix);
  await client.put(`${prefix}before`, '');
  await expect(watch.rows).toHaveCount(1);
  await watch.pause();
  const count = 50;
  let last = 0;
  for (let i = 0; i < count; i++) ({ revision: last } = await client.put(`${prefix}while-${i}`, ''));
  await expect(page.getByText(`${count} new`, { exact: true }), 'what waits is counted').toBeVisible();
  await expect(watch.rows, 'nothing moved meanwhile').toHaveCount(1);
  await watch.resume();
  await expect(watch.rows.first(), 'the newest stands first').toContainText(`while-${count - 1}`);
  await expect(watch.rows.first()).toContainText(last.toLocaleString('en-US'));
  await expect(page.getByText(`${count + 1} changes listed`), 'all of them are there').toBeVisible();
  await expect(watch.gaps).toHaveCount(0);
});

test('a filter shows what it promises and is in the address', async ({ page, client, prefix }) => {
  const watch = new Watch(page);
  await new Shell(page).open('/watch');
  await watch.narrowTo(`${prefix}wanted`);
  await client.put(`${prefix}other`, '');
  await client.put(`${prefix}wanted/a`, '');
  await expect(watch.rows).toHaveCount(1);
  await expect(watch.rows.first()).toContainText('wanted/a');
  await page.reload();
  await expect(watch.filter, 'a reload keeps it').toHaveValue(`${prefix}wanted`);
});

test('a page that opens late shows what changed before it came', async ({ page, client, prefix }) => {
  const watch = new Watch(page);
  await client.put(`${prefix}earlier`, 'yes');
  await new Shell(page).open('/watch');
  await watch.narrowTo(prefix);
  await expect(watch.rows).toHaveCount(1);
  await expect(watch.rows.first()).toContainText('earlier');
});
