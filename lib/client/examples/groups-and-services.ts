/** Who is there: members of a group, instances of a service. */
import { type Client, group, serviceRegistry } from '../index.ts';

export async function members(client: Client): Promise<readonly string[]> {
  const workers = group(client, 'groups/workers');
  const sessions = await Promise.all(['a', 'b'].map(() => client.session({ ttlSeconds: 10 })));
  const [first, second] = sessions;
  if (first === undefined || second === undefined) return [];
  await workers.join(first, { id: 'worker-a', metadata: JSON.stringify({ zone: 'north' }) });
  const b = await workers.join(second, { id: 'worker-b' });
  const both = (await workers.members()).map(({ id }) => id);
  await b.leave();
  const left = (await workers.members()).map(({ id }) => id);
  await Promise.all(sessions.map((session) => session.close()));
  const nobody = (await workers.members()).length;
  return [both.join(' '), left.join(' '), String(nobody)];
}

/** Registers two, calls them in turn, and sees one go. */
export async function calls(client: Client): Promise<readonly string[]> {
  const services = serviceRegistry(client);
  const session = await client.session({ ttlSeconds: 10 });
  const one = await services.register(session, { service: 'web', address: '10.0.0.1:8080', version: '1.4.0' });
  await services.register(session, { service: 'web', address: '10.0.0.2:8080', version: '1.5.0' });
  const web = await services.discover('web');
  const pick = web.picker('roundRobin');
  const called = [pick(), pick(), pick()].map((picked) => {
    picked?.done();
    return picked?.instance.address ?? 'nobody';
  });
  await one.deregister();
  const left = (await services.instances('web')).map(({ address, version }) => `${address} ${version}`);
  web.close();
  await session.close();
  return [...called, ...left];
}
