/** Many readers or one writer. */
import { type Client, rwLock } from '../index.ts';

/** Two read at once; the writer waits for both. Resolves to the order in which things happened. */
export async function readersThenWriter(client: Client): Promise<readonly string[]> {
  const session = await client.session({ ttlSeconds: 10 });
  const catalogue = rwLock(client, 'locks/catalogue');
  const story: string[] = [];
  const [one, two] = [await catalogue.read.acquire(session), await catalogue.read.acquire(session)];
  story.push('two read');
  const writing = catalogue.write.acquire(session).then((held) => {
    story.push('one writes');
    return held;
  });
  story.push(`one more writer now: ${(await catalogue.write.tryAcquire(session)) === null ? 'no' : 'yes'}`);
  await one.release();
  await two.release();
  await (await writing).release();
  await session.close();
  return story;
}
