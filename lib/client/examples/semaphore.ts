/** At most three at once, in the order of arrival. */
import { type Client, semaphore } from '../index.ts';

/** Resolves to how many worked at the same time at most. */
export async function workWithThree(client: Client, workers: number): Promise<number> {
  let busy = 0;
  let most = 0;
  const work = async () => {
    const session = await client.session({ ttlSeconds: 10 });
    const permit = await semaphore(client, 'limits/exports', 3).acquire(session);
    most = Math.max(most, ++busy);
    await client.put('exports/last', permit.key);
    busy--;
    await permit.release();
    await session.close();
  };
  await Promise.all(Array.from({ length: workers }, work));
  return most;
}
