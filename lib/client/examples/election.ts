/** One leads, the next waits; everybody else knows who it is. */
import { type Client, election } from '../index.ts';

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

/** Leads, says where it is to be reached, steps down; the next one follows. */
export async function nightly(client: Client): Promise<readonly string[]> {
  const office = election(client, 'jobs/nightly');
  const [one, two] = await Promise.all([client.session({ ttlSeconds: 10 }), client.session({ ttlSeconds: 10 })]);
  const first = await office.campaign(one, 'host-1');
  const following = office.campaign(two, 'host-2');
  const seen: string[] = [];
  const watching = new AbortController();
  for await (const leader of office.observe({ signal: watching.signal })) {
    // Between two leaders there may be a moment without any.
    if (leader === null) continue;
    seen.push(text(leader.value));
    if (seen.length === 1) await first.proclaim('host-1:8080');
    else if (seen.length === 2) await first.resign();
    else watching.abort();
  }
  const second = await following;
  seen.push(second.token > first.token ? 'the token grew' : 'the token did not grow');
  await Promise.all([one.close(), two.close()]);
  seen.push(second.isLeader ? 'still leads' : 'leads no more');
  return seen;
}

/** For routing to the leader: its address, always at hand, without a question to the store for each request. */
export async function routed(client: Client): Promise<readonly string[]> {
  const office = election(client, 'jobs/routed');
  const session = await client.session({ ttlSeconds: 10 });
  const cache = await office.cache();
  const before = cache.leader === null ? 'nobody' : 'somebody';
  await office.campaign(session, 'host-1:8080');
  const now = await office.cache();
  const leader = text(now.leader?.value);
  cache.close();
  now.close();
  await session.close();
  return [before, leader];
}
