import { exampleSnapshot } from '../../lib/snapshot/example-file.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { Shell } from '../pages/shell.ts';
import { Snapshots } from '../pages/snapshots.ts';

const upload = (buffer: Buffer) => ({ name: 'saved.db', mimeType: 'application/octet-stream', buffer });

test('a snapshot is downloaded, and what is in the file is told without sending it anywhere', async ({
  page,
  client,
  prefix,
}) => {
  for (let i = 0; i < 30; i++) await client.put(`${prefix}many/${i}`, 'x'.repeat(200));
  const { revision } = await client.put(`${prefix}one/key`, 'v');
  await new Shell(page).open('/cluster');
  const snapshots = new Snapshots(page);
  const file = await snapshots.save();
  await expect(snapshots.download.getByText('its checksum fits')).toBeVisible();

  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${request.url()}`);
  });
  await snapshots.choose(file);
  await expect(snapshots.inspect.getByText('Its checksum fits.')).toBeVisible();
  // The console itself may have written since.
  await expect
    .poll(async () => Number((await snapshots.fact('Revision').innerText()).replace(/\D/g, '')))
    .toBeGreaterThanOrEqual(revision);
  await expect(
    snapshots.inspect
      .getByRole('row', { name: `${prefix}many/` })
      .getByRole('cell')
      .nth(2),
  ).toHaveText('30');
  await expect(snapshots.fact('Users')).toContainText('authentication is off');
  expect(sent).toEqual([]);
  await expectAccessible(page, 'an inspected snapshot');
});

test('a file of a real etcd, a damaged one and one that is none', async ({ page }) => {
  await new Shell(page).open('/cluster');
  const snapshots = new Snapshots(page);
  const example = Buffer.from(await exampleSnapshot());
  await snapshots.choose(upload(example));
  await expect(snapshots.fact('Users')).toHaveText('alice, root; authentication is off');
  await expect(snapshots.fact('History')).toHaveText('from revision 4 on');

  const damaged = Buffer.from(example);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  await snapshots.choose(upload(damaged));
  await expect(snapshots.inspect.getByText('Its checksum does not fit')).toBeVisible();

  await snapshots.choose(upload(Buffer.from('hello')));
  await expect(snapshots.inspect.getByText('it is cut short or no snapshot')).toBeVisible();
});
