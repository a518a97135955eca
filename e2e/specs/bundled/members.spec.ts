import { expect, test } from '../../fixtures/test.ts';
import { Shell } from '../../pages/shell.ts';

test('the browser sees the leader die and the next one take over', async ({ page, product }) => {
  const shell = new Shell(page);
  await shell.open('/');
  await expect(shell.sentence, 'all is well at first').toContainText('3 of 3 members');
  const before = /(m\d) leads/.exec((await shell.sentence.textContent()) ?? '')?.[1] ?? '';
  product.killMember(before);
  await expect(shell.sentence, 'the lost member is told').toContainText('2 of 3 members');
  await expect(shell.sentence, 'somebody else leads').toContainText(/m\d leads/);
  await expect(shell.sentence).not.toContainText(`${before} leads`);
  await expect(shell.sentence, 'the member comes back by itself').toContainText('3 of 3 members', { timeout: 30_000 });
});

test('SIGTERM with a browser and its stream open ends everything with exit code 0', async ({
  page,
  guard,
  startOwn,
}) => {
  guard.allow(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|Failed to load|Failed to fetch/);
  const own = await startOwn();
  const shell = new Shell(page);
  await shell.open(`${own.url}/`);
  expect(await own.stop(), 'exit code 0 means: in time, nothing was killed').toEqual({ code: 0, signal: null });
  await expect(shell.revisionBar, 'the page says that it is stale').toContainText('stale');
});
