/** Numbers that many change: exactly, spread over shards, or counted here and added from time to time. */
import { type Client, counter, localCounter, shardedCounter } from '../index.ts';

export async function orders(client: Client): Promise<readonly bigint[]> {
  const session = await client.session({ ttlSeconds: 10 });
  const placed = counter(client, 'counters/placed');
  await Promise.all(Array.from({ length: 5 }, () => placed.add(2, { session })));

  const clicks = shardedCounter(client, 'counters/clicks', 4);
  await Promise.all(Array.from({ length: 5 }, () => clicks.add(1)));

  const views = localCounter(counter(client, 'counters/views'), session);
  for (let i = 0; i < 1000; i++) views.add(1);
  await views.sync();

  const all = [await placed.get(), await clicks.get(), await counter(client, 'counters/views').get()];
  await session.close();
  return all;
}
