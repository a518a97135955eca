import { election } from '../../lib/client/index.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { Coordination } from '../pages/coordination.ts';
import { Shell } from '../pages/shell.ts';

test('an election appears by itself, and a resignation shows who follows', async ({ page, client, prefix }) => {
  const elections = new Coordination(page, 'Elections');
  const name = `${prefix}scheduler`;
  const [first, second] = [await client.session({ ttlSeconds: 60 }), await client.session({ ttlSeconds: 60 })];
  await new Shell(page).open('/elections');
  const leadership = await election(client, name).campaign(first, 'node-a');
  await expect(elections.row(name), 'without typing a prefix').toContainText('node-a');
  const following = election(client, name).campaign(second, 'node-b');
  await elections.row(name).click();
  await expect(elections.detail(name)).toContainText('node-b follows when it goes');
  await leadership.resign();
  await following;
  await expect(elections.detail(name)).toContainText('node-b leads since');
  await expect(elections.detail(name)).toContainText('2 terms, no gap');
  await page.keyboard.press('v');
  await expect(page.getByRole('grid', { name: 'Terms of office' }).getByRole('row')).toHaveCount(3);
  await expectAccessible(page, 'an open election');
  await first.close();
  await second.close();
});

test('a leader that dies is followed once its lease has run out', async ({ page, client, prefix }) => {
  const elections = new Coordination(page, 'Elections');
  const name = `${prefix}dying`;
  // A lease that nobody keeps alive: as a process that was killed leaves it.
  const dying = await client.grantLease(3);
  await client.put(`${name}/${dying.toString(16)}`, 'mortal', { lease: dying });
  const session = await client.session({ ttlSeconds: 60 });
  const following = election(client, name).campaign(session, 'heir');
  await new Shell(page).open(`/elections?name=${encodeURIComponent(`${name}/`)}`);
  await following;
  await expect(elections.detail(name)).toContainText('heir leads since');
  await session.close();
});

test('evicting says who follows, deletes one key only, and leaves the lease alone', async ({
  page,
  client,
  prefix,
}) => {
  const elections = new Coordination(page, 'Elections');
  const name = `${prefix}evicted`;
  const lease = await client.grantLease(600);
  const key = `${name}/${lease.toString(16)}`;
  const { revision } = await client.put(key, 'node-a', { lease });
  await client.put(`${prefix}registered`, 'by the same program', { lease });
  const next = await client.grantLease(600);
  await client.put(`${name}/${next.toString(16)}`, 'node-b', { lease: next });
  await new Shell(page).open(`/elections?name=${encodeURIComponent(`${name}/`)}`);
  await elections
    .detail(name)
    .getByRole('button', { name: /^Evict/ })
    .click();
  await expect(elections.dialog).toContainText('node-b leads then');
  const act = elections.dialog.getByRole('button', { name: 'Evict', exact: true });
  await expect(act).toBeDisabled();
  await elections.dialog.getByRole('textbox').fill(String(revision));
  await expectAccessible(page, 'the eviction dialog');
  await act.click();
  await expect(elections.detail(name)).toContainText('node-b leads since');
  expect((await client.get({ key })).count, 'its key is gone').toBe(0);
  expect((await client.get({ key: `${prefix}registered` })).count, 'what else hangs on its lease stays').toBe(1);
});

test('a lock shows its queue in order, now and at a revision', async ({ page, client, prefix }) => {
  const locks = new Coordination(page, 'Locks');
  const shell = new Shell(page);
  const name = `${prefix}migrations`;
  const keys: string[] = [];
  let revision = 0;
  for (let i = 0; i < 3; i++) {
    const lease = await client.grantLease(600);
    keys.push(`${name}/${lease.toString(16)}`);
    ({ revision } = await client.put(keys[i] ?? '', '', { lease }));
  }
  await client.put(`${prefix}config/2040a1fc3202c40c`, 'no lock');
  await shell.open('/locks');
  await expect(locks.row(name)).toContainText('2');
  await expect(locks.row(`${prefix}config`), 'a folder of configuration is none').toHaveCount(0);
  await locks.row(name).click();
  await client.delete({ key: keys[0] ?? '' });
  const holder = (keys[1] ?? '').split('/').at(-1) ?? '';
  await expect(locks.detail(name)).toContainText(`lease ${holder} holds it`);
  await shell.pin(revision);
  const first = (keys[0] ?? '').split('/').at(-1) ?? '';
  await expect(locks.detail(name)).toContainText(`lease ${first} holds it`);
  await expect(locks.detail(name).getByRole('button', { name: /^Release/ }), 'the past is not changed').toHaveCount(0);
});
