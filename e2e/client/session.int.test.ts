/** A session whose store stops answering must end by itself, and no later than the store could give its lease away. */
import { expect, onTestFinished, test } from 'vitest';
import { connect, SessionLostError } from '../../lib/client/index.ts';
import { STORES } from '../fixtures/stores.ts';

for (const { name, skip, start } of STORES) {
  test.skipIf(skip)(`${name}: a session is lost when nobody answers for the length of its TTL`, async () => {
    const store = await start();
    onTestFinished(() => store.stop());
    const client = connect({ endpoints: store.endpoints });
    const session = await client.session({ ttlSeconds: 2 });
    const lost = new Promise((resolve) =>
      session.signal.addEventListener('abort', () => resolve(session.signal.reason)),
    );
    await store.stop();
    expect(await lost).toBeInstanceOf(SessionLostError);
    await session.close();
    client.close();
  });

  test.skipIf(skip)(`${name}: endpoints that do not answer are passed over`, async () => {
    const store = await start();
    onTestFinished(() => store.stop());
    // Port 1 refuses, as a member does that is down.
    const client = connect({ endpoints: ['127.0.0.1:1', ...store.endpoints] });
    await client.put('reached', 'yes');
    expect((await client.get({ key: 'reached' })).count).toBe(1);
    client.close();
  });
}

test('a client that reaches nobody says whom it tried', async () => {
  const client = connect({ endpoints: ['127.0.0.1:1', '127.0.0.1:2'] });
  await expect(client.get({ key: 'x' }, { timeoutMs: 500 })).rejects.toThrow(/127\.0\.0\.1:1 .*127\.0\.0\.1:2/);
  client.close();
});
