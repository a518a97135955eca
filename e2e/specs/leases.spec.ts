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
  await new Shell(page).open('/leases');
  await expect(leases.row(id)).toBeVisible();
  await client.revokeLease(lease);
  await expect(leases.row(id)).toHaveCount(0, { timeout: 15_000 });
});
