import { expect, test } from '../fixtures/test.ts';
import { Overview } from '../pages/overview.ts';
import { Shell } from '../pages/shell.ts';

test('the overview shows every member, who leads and what the store survives', async ({ page, store }) => {
  const shell = new Shell(page);
  const overview = new Overview(page);
  await shell.open('/');
  const members = store === 'bundled' ? 3 : 1;
  await expect(overview.members, 'one row for each member').toHaveCount(members);
  await expect(overview.leaderRow, 'exactly one leads').toHaveCount(1);
  await expect(shell.sentence).toContainText(`${members} of ${members} member`);
  await expect(shell.sentence).toContainText(members === 3 ? 'survives 1 failure' : 'survives no failure');
});

test('a change by another program appears in the feed', async ({ page, client, prefix }) => {
  const overview = new Overview(page);
  await new Shell(page).open('/');
  const key = `${prefix}seen-in-feed`;
  await client.put(key, 'hello');
  const row = overview.changes.getByRole('listitem').filter({ hasText: 'seen-in-feed' });
  await expect(row, 'the put with its value').toContainText('hello');
  await client.delete({ key });
  await expect(row.first(), 'the newest stands first').toContainText('deleted');
});
