import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { Leases } from '../pages/leases.ts';
import { Shell } from '../pages/shell.ts';

test('a lease is granted, counts down, and says what hangs on it', async ({ page, client, prefix }) => {
  const leases = new Leases(page);
  const id = 'cafe01';
  // The page has a lease to show already, so that its button stands in the head alone.
  await client.grantLease(600);
  await new Shell(page).open('/leases');
  await leases.grant({ ttlSeconds: 500, id });
  await expect(leases.detail(id), 'it opens').toContainText('500 s');
  const before = (await leases.row(id).textContent()) ?? '';
  await expect(leases.row(id), 'its time runs').not.toHaveText(before);
  await client.put(`${prefix}held`, 'x', { lease: BigInt(`0x${id}`) });
  await expect(leases.detail(id), 'the key appears that somebody attached').toContainText(`${prefix}held`);
});

test('revoking shows first which keys end with the lease', async ({ page, client, prefix }) => {
  const leases = new Leases(page);
  const lease = await client.grantLease(600);
  const id = lease.toString(16);
  await client.put(`${prefix}a`, 'a', { lease });
  await client.put(`${prefix}lock/${id}`, '', { lease });
  const next = await client.grantLease(600);
  await client.put(`${prefix}lock/${next.toString(16)}`, '', { lease: next });
  await new Shell(page).open(`/leases?lease=${id}`);
  await leases
    .detail(id)
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await expect(leases.revokeDialog).toContainText(`${prefix}a`);
  await expect(leases.revokeDialog).toContainText(`${prefix}lock/${id}`);
  await expect(leases.revokeDialog).toContainText(
    `Holds the lock “${prefix}lock”: lease ${next.toString(16)} follows.`,
  );
  const confirm = leases.revokeDialog.getByRole('button', { name: 'Revoke and delete 2 keys' });
  await expect(confirm).toBeDisabled();
  await leases.revokeDialog.getByRole('textbox').fill('2');
  await confirm.click();
  await expect(page.getByRole('status').filter({ hasText: `Revoked lease ${id}` })).toBeVisible();
  expect((await client.get({ prefix })).count, 'its keys went with it').toBe(1);
  await client.revokeLease(next);
});

test('a lease of another program that ends disappears', async ({ page, client }) => {
  const leases = new Leases(page);
  const lease = await client.grantLease(600);
  const id = lease.toString(16);
  // Alone in the list: those of other tests may fill the screen.
  await new Shell(page).open(`/leases?find=${id}`);
  await expect(leases.row(id)).toBeVisible();
  await client.revokeLease(lease);
  await expect(leases.row(id)).toHaveCount(0, { timeout: 15_000 });
});

test('a lease that a program renews is told from one that nobody renews', async ({ page, client, prefix }) => {
  const leases = new Leases(page);
  const session = await client.session({ ttlSeconds: 6 });
  await client.put(`${prefix}kept`, 'x', { lease: session.lease });
  const left = await client.grantLease(30);
  await client.put(`${prefix}left`, 'x', { lease: left });
  await new Shell(page).open('/leases');
  await expect(leases.row(session.leaseHex), 'renewals are seen').toContainText('renewed');
  await expect(leases.row(left.toString(16)), 'nothing is told that was not seen').toContainText('not known yet');
  await expect(leases.calendar).toContainText('end in the next 60 s unless they are renewed');
  await expect(leases.calendar).toContainText('not seen to be renewed');
  await leases.row(session.leaseHex).click();
  await expect(leases.detail(session.leaseHex)).toContainText(/Renewed (now|\d s ago)/);
  await expect(leases.detail(session.leaseHex).getByRole('img', { name: /^Renewed/ })).toBeVisible();
  await expectAccessible(page, 'a lease with its heartbeat');
  await client.revokeLease(left);
  await session.close();
});

test('a list longer than the screen is ordered, filtered and read by the page', async ({ page, client }) => {
  const leases = new Leases(page);
  const ids: bigint[] = [];
  for (let i = 0; i < 300; i++) ids.push(await client.grantLease(2_000 + i));
  await new Shell(page).open('/leases?sort=-granted');
  const longest = (ids.at(-1) ?? 0n).toString(16);
  await expect(leases.row(longest)).toBeVisible();
  await leases.grid.focus();
  await page.keyboard.press('End');
  await expect(leases.row(longest), 'only rows near the screen are there').toHaveCount(0);
  const last = leases.grid.getByRole('row', { selected: true });
  await expect(last, 'the end of the list is fetched, and chosen').toContainText(/[0-9a-f]{4}/);
  await page.keyboard.press('k');
  await expect(last).toHaveAttribute('aria-rowindex', /^\d{3}$/);
  await page.getByRole('textbox', { name: 'Filter by id or key' }).fill(longest);
  await expect(leases.row(longest)).toBeVisible();
  await expect(page.getByText(/^1 shown of \d+ leases, complete at revision/)).toBeVisible();
  for (const id of ids) await client.revokeLease(id);
});
