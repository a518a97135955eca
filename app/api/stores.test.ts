/** All stores of a console at once, through the HTTP API: whatever one of them does, the answer comes from memory. */
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { routes } from '../../lib/api/routes.ts';
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import { startConsole } from '../../server/console/boot.ts';
import type { Console } from '../../server/console/console.ts';
import { storeOverviewList } from '../../server/console/http/store-overview-schemas.ts';
import { dispatch } from './test-support/dispatch.ts';

/** Takes connections and says nothing: a store that hangs. */
const sockets = new Set<Socket>();
const mute = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
});
let running: Console;

beforeAll(async () => {
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const shared = { kind: 'external', tls: null, auth: null, readOnly: false } as const;
  running = await startConsole({
    stores: [
      { ...shared, id: 'mute', label: 'Mute', colour: 'red', endpoints: [`127.0.0.1:${port}`] },
      { ...shared, id: 'gone', label: 'Gone', colour: null, endpoints: ['127.0.0.1:1'], readOnly: true },
    ],
  });
});
afterAll(async () => {
  await running.close();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => mute.close(() => resolve()));
});

async function health(): Promise<readonly StoreOverview[]> {
  const response = await dispatch(
    new Request(`http://127.0.0.1:8379${routes.storesHealth}`, { headers: { host: '127.0.0.1:8379' } }),
  );
  expect(response.status).toBe(200);
  return storeOverviewList.parse(await response.json());
}

test('stores that hang or are away do not hold up the page of all stores', async () => {
  const probe = running.health().then(() => 'the stores themselves were asked');
  const [first] = await Promise.all([Promise.race([health().then(() => 'answered from memory'), probe]), probe]);
  expect(first).toBe('answered from memory');
});

test('a store that does not answer is called silent, and no more is told of it to nobody in particular', async () => {
  await vi.waitFor(async () => {
    expect((await health()).map(({ store, state }) => [store.id, state])).toEqual([
      ['mute', 'silent'],
      ['gone', 'silent'],
    ]);
  });
  for (const { detail, demandsUsers, store } of await health()) {
    expect([detail, demandsUsers], store.id).toEqual([null, null]);
  }
  expect((await health()).map(({ store }) => [store.label, store.colour, store.readOnly])).toEqual([
    ['Mute', 'red', false],
    ['Gone', null, true],
  ]);
});
