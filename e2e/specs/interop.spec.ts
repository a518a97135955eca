/** Programs that do not use our client, on the screen: etcdctl, the etcd3 package of npm, and what Patroni writes. */
import { Etcd3 } from 'etcd3';
import { mutex } from '../../lib/client/index.ts';
import { locateEtcd } from '../conformance/harness/etcd-binary.ts';
import { Running } from '../fixtures/running.ts';
import { expect, test } from '../fixtures/test.ts';
import { Coordination } from '../pages/coordination.ts';
import { Shell } from '../pages/shell.ts';

const ANSWER_MS = 20_000;
const located = await locateEtcd();

function etcdctl(endpoints: readonly string[], ...args: readonly string[]): Running {
  return new Running({
    command: located.found ? located.binaries.ctl : 'etcdctl',
    args: ['--endpoints', endpoints.join(','), ...args],
    env: { ...process.env, ETCDCTL_API: '3' },
  });
}

test.describe('etcdctl', () => {
  test.skip(!located.found, 'etcdctl is not here');

  test('a lock that etcdctl holds is shown with our program in line behind it, and the other way round', async ({
    page,
    client,
    prefix,
    product,
  }) => {
    const locks = new Coordination(page, 'Locks');
    const name = `${prefix}shared`;
    await new Shell(page).open('/locks');
    const theirs = etcdctl(product.endpoints, 'lock', name);
    const [theirKey] = await theirs.waitFor(/\S+\/[0-9a-f]+/, ANSWER_MS);
    const theirLease = theirKey.split('/').at(-1) ?? '';
    await expect(locks.row(name), 'without typing a prefix').toContainText(`lease ${theirLease}`);
    await locks.row(name).click();
    await expect(locks.detail(name)).toContainText(`lease ${theirLease} holds it`);
    await expect(locks.detail(name)).toContainText('certain');
    const session = await client.session({ ttlSeconds: 30 });
    expect(await mutex(client, name).tryAcquire(session), 'it is not ours').toBeNull();
    const waiting = mutex(client, name).acquire(session);
    await expect(locks.detail(name)).toContainText(`lease ${session.leaseHex} follows when it goes`);
    await theirs.stop();
    const held = await waiting;
    await expect(locks.detail(name)).toContainText(`lease ${session.leaseHex} holds it`);
    const next = etcdctl(product.endpoints, 'lock', name);
    await expect(locks.detail(name), 'etcdctl stands in line behind us').toContainText('follows when it goes');
    expect(next.output).toBe('');
    await held.release();
    await next.waitFor(/\S+\/[0-9a-f]+/, ANSWER_MS);
    await next.stop();
    await session.close();
  });

  test('a leader that etcdctl elected is shown with what it proclaimed', async ({ page, prefix, product }) => {
    const elections = new Coordination(page, 'Elections');
    const name = `${prefix}chair`;
    await new Shell(page).open('/elections');
    const theirs = etcdctl(product.endpoints, 'elect', name, 'from-etcdctl');
    await expect(elections.row(name)).toContainText('from-etcdctl');
    await theirs.stop();
  });
});

test('a lock of the etcd3 package is recognised and shown, with the doubt its layout leaves', async ({
  page,
  prefix,
  product,
}) => {
  const locks = new Coordination(page, 'Locks');
  const name = `${prefix}of-etcd3`;
  const other = new Etcd3({ hosts: product.endpoints.map((endpoint) => `http://${endpoint}`) });
  await new Shell(page).open('/locks');
  const lock = await other.lock(name).acquire();
  await expect(locks.row(name), 'without typing a prefix').toContainText('possible');
  await locks.row(name).click();
  await expect(locks.detail(name)).toContainText('holds it');
  await lock.release();
  await expect(locks.detail(name)).toContainText('Nobody holds it');
  await expect(locks.row(name), 'a key that might have been a lock and is gone').toHaveCount(0);
  other.close();
});

test('Patroni’s leader key is recognised from its layout, and its members are no locks', async ({ page, client }) => {
  const elections = new Coordination(page, 'Elections');
  const scope = '/service/batman/';
  const lease = await client.grantLease(30);
  await new Shell(page).open('/elections');
  await client.put(`${scope}initialize`, '7433');
  await client.put(`${scope}config`, '{"ttl":30,"loop_wait":10}');
  await client.put(`${scope}leader`, 'pg-1', { lease });
  await client.put(`${scope}members/pg-1`, '{"role":"primary","state":"running"}', { lease });
  const row = elections.row(`${scope}leader`);
  await expect(row).toContainText('pg-1');
  await expect(row).toContainText('likely');
  await row.click();
  await expect(elections.detail(`${scope}leader`)).toContainText('its members decide among themselves');
  await expect(elections.row(`${scope}members`)).toHaveCount(0);
  await client.revokeLease(lease);
  await client.delete({ prefix: scope });
});
