import { expect, test } from '../fixtures/test.ts';
import { Leases } from '../pages/leases.ts';
import { Shell } from '../pages/shell.ts';

test('of two leases whose ids only 64 bits tell apart, the one chosen on the screen is revoked', async ({
  page,
  client,
  prefix,
}) => {
  const leases = new Leases(page);
  // As doubles both are 2^62.
  const [chosen, other] = ['4000000000000001', '4000000000000002'];
  expect(Number(BigInt(`0x${chosen}`))).toBe(Number(BigInt(`0x${other}`)));
  await client.grantLease(600);
  await new Shell(page).open('/leases');
  for (const id of [chosen, other]) {
    await leases.grant({ ttlSeconds: 500, id });
    await expect(leases.detail(id)).toBeVisible();
    await client.put(`${prefix}${id}`, 'x', { lease: BigInt(`0x${id}`) });
  }
  await leases.row(chosen).click();
  await expect(leases.detail(chosen)).toContainText(`${prefix}${chosen}`);
  await leases
    .detail(chosen)
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await leases.revokeDialog.getByRole('textbox').fill('1');
  await leases.revokeDialog.getByRole('button', { name: 'Revoke and delete 1 key' }).click();
  await expect(leases.row(chosen)).toHaveCount(0);
  await expect(leases.row(other)).toBeVisible();
  const { kvs } = await client.get({ prefix });
  expect(kvs.map(({ key, lease }) => [Buffer.from(key).toString(), lease])).toEqual([
    [`${prefix}${other}`, BigInt(`0x${other}`)],
  ]);
  await client.revokeLease(BigInt(`0x${other}`));
});
