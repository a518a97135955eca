/** The npm package etcd3, as applications use it, against our store and a real etcd: both must pass the same test. */
import { Etcd3, type IOptions } from 'etcd3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STORES } from '../fixtures/stores.ts';

describe.each(STORES)('$name', ({ skip, start }) => {
  let hosts: string[];
  let stop: () => Promise<void>;
  let etcd: Etcd3;
  const clients: Etcd3[] = [];

  const open = (options: Omit<IOptions, 'hosts'> = {}): Etcd3 => {
    const client = new Etcd3({ hosts, ...options });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    if (skip) return;
    const store = await start();
    hosts = store.endpoints.map((endpoint) => endpoint.replace(/^https?:\/\//, ''));
    ({ stop } = store);
    etcd = open();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await stop?.();
  });

  const it = test.skipIf(skip);

  it('KV: puts, gets, lists, deletes, and compares before it writes', async () => {
    await etcd.put('kv/a').value('1');
    await etcd.put('kv/b').value('2');
    expect(await etcd.get('kv/a').string()).toBe('1');
    expect(await etcd.get('kv/nothing').string()).toBeNull();
    expect(await etcd.getAll().prefix('kv/').strings()).toEqual({ 'kv/a': '1', 'kv/b': '2' });
    expect(await etcd.getAll().prefix('kv/').sort('Key', 'Descend').limit(1).keys()).toEqual(['kv/b']);
    const held = await etcd.if('kv/a', 'Value', '==', '1').then(etcd.put('kv/a').value('3')).commit();
    const missed = await etcd.if('kv/a', 'Value', '==', '1').then(etcd.put('kv/a').value('4')).commit();
    expect([held.succeeded, missed.succeeded, await etcd.get('kv/a').number()]).toEqual([true, false, 3]);
    expect((await etcd.delete().prefix('kv/')).deleted).toBe('2');
  });

  it('watch: tells puts and deletions under a prefix, in order', async () => {
    const watcher = await etcd.watch().prefix('watched/').create();
    const seen: string[] = [];
    const enough = new Promise<void>((resolve) => {
      watcher.on('put', ({ key, value }) => seen.push(`put ${key} ${value}`));
      watcher.on('delete', ({ key }) => {
        seen.push(`delete ${key}`);
        resolve();
      });
    });
    await etcd.put('watched/x').value('1');
    await etcd.put('watched/x').value('2');
    await etcd.delete().key('watched/x');
    await enough;
    expect(seen).toEqual(['put watched/x 1', 'put watched/x 2', 'delete watched/x']);
    await watcher.cancel();
  });

  it('lease: its keys go with it, and it is kept alive until then', async () => {
    const lease = etcd.lease(5);
    await lease.put('leased').value('here');
    const { TTL } = await lease.keepaliveOnce();
    expect(TTL).toBe('5');
    expect(await etcd.get('leased').string()).toBe('here');
    await lease.revoke();
    expect(await etcd.get('leased').string()).toBeNull();
  });

  it('lock: one holder at a time', async () => {
    const first = await etcd.lock('lock').acquire();
    await expect(open().lock('lock').acquire()).rejects.toThrow();
    await first.release();
    const second = await etcd.lock('lock').acquire();
    await second.release();
  });

  it('election: the first leads, the next follows when it resigns', async () => {
    const [election, rival] = [etcd.election('jobs'), open().election('jobs')];
    const campaign = election.campaign('first');
    await new Promise<void>((resolve, reject) => {
      campaign.on('elected', resolve);
      campaign.on('error', reject);
    });
    expect(await rival.leader()).toBe('first');
    const following = rival.campaign('second');
    const followed = new Promise<void>((resolve, reject) => {
      following.on('elected', resolve);
      following.on('error', reject);
    });
    await campaign.resign();
    await followed;
    expect(await election.leader()).toBe('second');
    await following.resign();
  });

  it('STM: two increments that race both count', async () => {
    await etcd.put('counter').value('0');
    const increment = () =>
      etcd.stm({ retries: 50 }).transact(async (tx) => {
        const value = await tx.get('counter').number();
        await tx.put('counter').value(String((value ?? 0) + 1));
      });
    await Promise.all([increment(), increment(), increment(), increment()]);
    expect(await etcd.get('counter').number()).toBe(4);
  });

  it('auth: users, roles and permissions, and what they keep out', async () => {
    const root = await etcd.user('root').create('secret');
    await root.addRole('root');
    const role = await etcd.role('web').create();
    await role.grant({ permission: 'Readwrite', range: etcd.range({ prefix: 'web/' }) });
    const user = await etcd.user('web').create('pass');
    await user.addRole('web');
    expect((await etcd.getRoles()).map(({ name }) => name)).toEqual(['web']);
    expect((await etcd.getUsers()).map(({ name }) => name)).toEqual(['root', 'web']);
    expect((await role.permissions()).map(({ permission }) => permission)).toEqual(['Readwrite']);
    await etcd.auth.authEnable();

    const web = open({ auth: { username: 'web', password: 'pass' } });
    await web.put('web/port').value('80');
    expect(await web.get('web/port').number()).toBe(80);
    await expect(web.put('other').value('x')).rejects.toThrow('permission denied');
    await expect(etcd.get('web/port').string()).rejects.toThrow('user name is empty');
    await expect(
      open({ auth: { username: 'web', password: 'wrong' } })
        .get('web/port')
        .string(),
    ).rejects.toThrow('invalid user ID or password');

    const admin = open({ auth: { username: 'root', password: 'secret' } });
    await admin.user('web').removeRole('web');
    await expect(web.get('web/port').string()).rejects.toThrow('permission denied');
    await admin.auth.authDisable();
    expect(await etcd.get('web/port').number()).toBe(80);
  });
});
