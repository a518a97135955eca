/** One at a time, and a guard for what the lock protects. */
import { type Client, mutex, putOp } from '../index.ts';

export async function migrate(client: Client, host: string): Promise<'migrated' | 'lost it'> {
  const session = await client.session({ ttlSeconds: 10 });
  const held = await mutex(client, 'locks/migrations').acquire(session);
  try {
    // What the lock protects lies in the store itself: the guard lets the write through only while the lock is held.
    const { succeeded } = await client.txn({ compare: [held.guard], success: [putOp('schema/migrated-by', host)] });
    return succeeded ? 'migrated' : 'lost it';
  } finally {
    await held.release();
    await session.close();
  }
}

/** Does not wait: false when somebody else is at it. */
export async function migrateUnlessBusy(client: Client): Promise<boolean> {
  const session = await client.session({ ttlSeconds: 10 });
  try {
    const held = await mutex(client, 'locks/migrations').tryAcquire(session);
    return held !== null;
  } finally {
    // Ends everything held under it.
    await session.close();
  }
}
