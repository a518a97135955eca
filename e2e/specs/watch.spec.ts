import type { APIRequestContext } from '@playwright/test';
import { routes } from '../../lib/api/routes.ts';
import type { RevisionView, StoreSummary } from '../../lib/api/types.ts';
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

test('several subscriptions stand in one list, each with its mark, its counter and its own pause, all in the address', async ({
  page,
  client,
  prefix,
}) => {
  const watch = new Watch(page);
  await new Shell(page).open('/watch');
  await watch.narrowTo(`${prefix}a/`);
  await watch.addSubscription(`${prefix}b/`);
  await client.put(`${prefix}a/1`, '');
  await client.put(`${prefix}b/1`, '');
  await client.put(`${prefix}c/1`, '');
  await expect(watch.rows).toHaveCount(2);
  await expect(watch.rows.first()).toContainText('B');
  await expect(watch.rows.last()).toContainText('A');

  await page.getByRole('button', { name: 'Pause subscription A' }).click();
  for (let i = 2; i <= 4; i++) await client.put(`${prefix}a/${i}`, '');
  await client.put(`${prefix}b/2`, '');
  await expect(watch.rows.first(), 'the other one goes on').toContainText('b/2');
  await expect(watch.rows).toHaveCount(3);
  await expect(watch.subscriptions.first(), 'its changes are counted and wait').toContainText('paused, 3 wait');
  await page.getByRole('button', { name: 'Resume subscription A' }).click();
  await expect(watch.rows).toHaveCount(6);
  const lines = await watch.exported();
  const revisions = lines.map((line) => Number(line.revision));
  expect(revisions, 'what waited stands where it belongs').toEqual(revisions.toSorted((a, b) => a - b));

  await page.reload();
  await expect(watch.subscriptions).toHaveCount(2);
  await expect(watch.subscriptions.last()).toContainText(`${prefix}b/`);
  await expect(watch.rows, 'and what happened shortly before is there again').toHaveCount(6);
});

test('a list that starts from a revision shows every change since, and goes on live', async ({
  page,
  client,
  prefix,
}) => {
  const watch = new Watch(page);
  const count = 600;
  const written: number[] = [];
  for (let i = 0; i < count; i++) written.push((await client.put(prefix + i, '')).revision);
  await new Shell(page).open('/watch');
  await watch.narrowTo(prefix);
  await watch.startFrom(written[0] ?? 0);
  await expect(page.getByText(`${count} changes listed`)).toBeVisible();
  const { revision: last } = await client.put(`${prefix}live`, '');
  await expect(watch.rows.first()).toContainText('live');
  const revisions = (await watch.exported()).map((line) => Number(line.revision));
  expect(revisions, 'each once, in order').toEqual([...written, last]);
  await watch.startFrom(last + 1_000_000);
  await expect(page.getByText('does not exist yet')).toBeVisible();
});

test('a start below the compaction boundary says what is gone and begins behind it', async ({
  page,
  client,
  prefix,
}) => {
  const watch = new Watch(page);
  const { revision: first } = await client.put(`${prefix}a`, '1');
  const { revision: cut } = await client.put(`${prefix}a`, '2');
  const { revision: after } = await client.put(`${prefix}a`, '3');
  // More than a stream brings along of the time before it.
  for (let i = 0; i < 250; i++) await client.put(`${prefix}later`, '');
  await client.compact(cut);
  // A store does not tell when it compacts; the console asks every few seconds.
  await expect.poll(() => compactedAt(page.request)).toBe(cut);
  await new Shell(page).open('/watch');

  await watch.narrowTo(prefix);
  await watch.startFrom(first);
  await expect(page.getByText(/are gone by compaction; the list begins at/)).toBeVisible();
  await watch.grid.focus();
  await page.keyboard.press('End');
  await expect(watch.gaps.first(), 'the oldest row of all').toContainText('gone from the store by compaction');
  const lines = await watch.exported();
  expect(lines.find((line) => line.gap !== undefined)?.gap).toMatchObject({ from: String(first - 1), to: String(cut) });
  expect(lines.find((line) => line.revision !== undefined)?.revision, 'nothing behind the cut is left out').toBe(
    String(after),
  );
});

test('a console that was away costs the list no change: what it missed is read from the history', async ({
  page,
  client,
  product,
  prefix,
  startOwn,
  guard,
}) => {
  guard.allow(/Failed to load resource/);
  const watch = new Watch(page);
  const first = await startOwn({ endpoints: product.endpoints });
  await new Shell(page).open(`${first.url}/watch`);
  await watch.narrowTo(prefix);
  const written: number[] = [];
  const write = async (name: string) => written.push((await client.put(prefix + name, '')).revision);
  await write('before');
  await expect(watch.rows.first()).toContainText('before');
  await first.halt();
  await expect(page.getByText('not live: waiting for the stream')).toBeVisible();
  for (let i = 0; i < 30; i++) await write(`away-${i}`);
  await startOwn({ endpoints: product.endpoints, ports: first.ports });
  await write('after');
  await expect(watch.rows.first(), 'the stream is back').toContainText('after');
  await expect(page.getByText('32 changes listed')).toBeVisible();
  await expect(watch.gaps).toHaveCount(0);
  expect((await watch.exported()).map((line) => Number(line.revision))).toEqual(written);
});

/** Where the console knows history to be cut. */
async function compactedAt(request: APIRequestContext): Promise<number> {
  const [store] = (await (await request.get(routes.stores)).json()) as readonly StoreSummary[];
  const view = (await (await request.get(routes.revisions(store?.id ?? ''))).json()) as RevisionView;
  return Number(view.compacted);
}
