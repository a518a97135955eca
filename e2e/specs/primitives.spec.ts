import { counter, doubleBarrier, group, mutex, queue, semaphore, serviceRegistry } from '../../lib/client/index.ts';
import { expectAccessible } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { Recognised } from '../pages/primitives.ts';
import { Shell } from '../pages/shell.ts';

test('a semaphore, a queue, a barrier and a group appear by themselves and tell how they stand', async ({
  page,
  client,
  prefix,
}) => {
  const primitives = new Recognised(page, 'Primitives');
  await new Shell(page).open('/primitives');
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => client.session({ ttlSeconds: 60 })));
  if (one === undefined || two === undefined || three === undefined) throw new Error('no sessions');
  const permits = `${prefix}exports`;
  const held = await semaphore(client, permits, 2).acquire(one);
  await semaphore(client, permits, 2).acquire(two);
  const waiting = semaphore(client, permits, 2).acquire(three);
  await expect(primitives.row(permits)).toContainText('2 of 2 permits in use');
  await primitives.row(permits).click();
  const detail = primitives.detail(`semaphore ${permits}`);
  await expect(detail.getByRole('grid', { name: 'Waiting, next first' }).getByRole('row')).toHaveCount(2);
  await held.release();
  await waiting;
  await expect(detail.getByRole('grid', { name: 'Waiting, next first' })).toHaveCount(0);

  await queue(client, `${prefix}mails`).put('one');
  await queue(client, `${prefix}mails`).put('two');
  await expect(primitives.row(`${prefix}mails`)).toContainText('2 items');
  const inHand = await queue(client, `${prefix}mails`).take(one);
  await expect(primitives.row(`${prefix}mails`)).toContainText('1 item');
  await inHand.done();

  const entering = doubleBarrier(client, `${prefix}start`, 2).enter(one);
  await expect(primitives.row(`${prefix}start`)).toContainText('1 there, waiting for the rest');
  const inside = await doubleBarrier(client, `${prefix}start`, 2).enter(two);
  await entering;
  await expect(primitives.row(`${prefix}start`)).toContainText('open');
  await Promise.all([inside.leave(), (await entering).leave()]);

  await group(client, `${prefix}workers`).join(one, { id: 'worker-a' });
  await expect(primitives.row(`${prefix}workers`)).toContainText('1 member');
  for (let i = 0; i < 4; i++) await counter(client, `${prefix}visits`).add(10);
  await expect(primitives.row(`${prefix}visits`)).toContainText('40');
  await expectAccessible(page, 'primitives with one open');

  await page.getByRole('button', { name: 'Groups' }).click();
  await expect(primitives.row(permits), 'only groups are shown').toHaveCount(0);
  await expect(primitives.row(`${prefix}workers`)).toBeVisible();
  await Promise.all([one, two, three].map((session) => session.close()));
});

test('a semaphore is shown as it stood at a revision', async ({ page, client, prefix }) => {
  const primitives = new Recognised(page, 'Primitives');
  const shell = new Shell(page);
  const session = await client.session({ ttlSeconds: 60 });
  const permits = `${prefix}limit`;
  const held = await semaphore(client, permits, 3).acquire(session);
  const { revision } = await client.get({ key: permits });
  await held.release();
  await shell.open('/primitives');
  await expect(primitives.row(permits)).toContainText('0 of 3 permits in use');
  await shell.pin(revision);
  await expect(primitives.row(permits)).toContainText('1 of 3 permits in use');
  await session.close();
});

test('a service tells versions, a failing check, and who went', async ({ page, client, prefix }) => {
  const services = new Recognised(page, 'Services');
  const name = `${prefix}web`;
  const registry = serviceRegistry(client, prefix.replace(/\/$/, ''));
  const service = prefix.endsWith('/') ? 'web' : `${prefix}web`;
  const session = await client.session({ ttlSeconds: 60 });
  await new Shell(page).open('/services');
  const first = await registry.register(session, { service, address: '10.0.0.1:80', version: '1.4.0' });
  await registry.register(session, { service, address: '10.0.0.2:80', version: '1.5.0' });
  await expect(services.row(name)).toContainText('1 × 1.5.0, 1 × 1.4.0');
  await services.row(name).click();
  const detail = services.detail(`service ${name}`);
  await expect(detail.getByRole('row').filter({ hasText: '10.0.0.1:80' })).toContainText('by its lease');
  await first.update({ health: 'failing' });
  await expect(services.row(name)).toContainText('1 failing');
  await first.deregister();
  await expect(detail.getByRole('region', { name: 'Gone lately' })).toContainText('10.0.0.1:80');
  await expectAccessible(page, 'a service');
  await session.close();
  await expect(services.row(name), 'a crash of the last one does not hide the service').toContainText(
    'nobody is there',
  );
});

test('two that wait for each other are a deadlock, told and drawn', async ({ page, client, prefix }) => {
  const [one, two] = [await client.session({ ttlSeconds: 60 }), await client.session({ ttlSeconds: 60 })];
  const [accounts, invoices] = [`${prefix}accounts`, `${prefix}invoices`];
  const giveUp = new AbortController();
  await mutex(client, accounts).acquire(one);
  await mutex(client, invoices).acquire(two);
  const waits = [
    mutex(client, invoices)
      .acquire(one, { signal: giveUp.signal })
      .catch(() => undefined),
    mutex(client, accounts)
      .acquire(two, { signal: giveUp.signal })
      .catch(() => undefined),
  ];
  await new Shell(page).open('/locks');
  await expect(page.getByText(/^\d+ deadlocks?$/)).toBeVisible();
  await page.keyboard.press('w');
  const told = page.getByRole('list', { name: 'Deadlocks' }).filter({ hasText: accounts });
  await expect(told).toContainText(`lease ${one.leaseHex}`);
  await expect(told).toContainText(`lease ${two.leaseHex}`);
  await expect(
    page.getByRole('grid', { name: 'Who waits for whom' }).getByRole('row').filter({ hasText: accounts }),
  ).toContainText('deadlock');
  await expectAccessible(page, 'who waits for whom');
  giveUp.abort();
  await Promise.all(waits);
  await expect(page.getByText(accounts)).toHaveCount(0);
  await one.close();
  await two.close();
});
