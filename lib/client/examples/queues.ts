/** Work for whoever is free: each item for one consumer, back in the queue when that one dies. */
import { utf8Decode } from '../../base/bytes.ts';
import { type Client, delayedQueue, priorityQueue, queue } from '../index.ts';

const text = (value: Uint8Array): string => utf8Decode(value) ?? '';

/** First in, first out; the second item goes back once. */
export async function letters(client: Client): Promise<readonly string[]> {
  const session = await client.session({ ttlSeconds: 10 });
  const box = queue(client, 'queues/letters');
  for (const letter of ['a', 'b', 'c']) await box.put(letter);
  const taken: string[] = [];
  const first = await box.take(session);
  taken.push(text(first.value));
  await first.done();
  const second = await box.take(session);
  taken.push(`${text(second.value)} put back`);
  await second.putBack();
  for (let item = await box.tryTake(session); item !== null; item = await box.tryTake(session)) {
    taken.push(text(item.value));
    await item.done();
  }
  await session.close();
  return taken;
}

/** What a consumer that died had in hand comes to the next one. */
export async function survivor(client: Client): Promise<readonly string[]> {
  const box = queue(client, 'queues/parcels');
  await box.put('parcel');
  const mortal = await client.session({ ttlSeconds: 10 });
  const inHand = await box.take(mortal);
  await mortal.close();
  const heir = await client.session({ ttlSeconds: 10 });
  const again = await box.take(heir);
  const story = [text(inHand.value), text(again.value), `done: ${await again.done()}`];
  await heir.close();
  return story;
}

/** Priority 0 before priority 5, whatever came first. */
export async function tickets(client: Client): Promise<readonly string[]> {
  const session = await client.session({ ttlSeconds: 10 });
  const desk = priorityQueue(client, 'queues/tickets');
  await desk.put('question', 5);
  await desk.put('outage', 0);
  await desk.put('second question', 5);
  const taken: string[] = [];
  for (let item = await desk.tryTake(session); item !== null; item = await desk.tryTake(session)) {
    taken.push(text(item.value));
    await item.done();
  }
  await session.close();
  return taken;
}

/** Not before its time. */
export async function reminder(client: Client): Promise<readonly string[]> {
  const session = await client.session({ ttlSeconds: 10 });
  const later = delayedQueue(client, 'queues/reminders');
  const dueAt = Date.now() + 300;
  await later.put('call back', dueAt);
  const now = await later.tryTake(session);
  const then = await later.take(session);
  await then.done();
  const isOnTime = Date.now() >= dueAt;
  await session.close();
  return [now === null ? 'nothing yet' : 'too early', text(then.value), isOnTime ? 'on time' : 'too early'];
}
