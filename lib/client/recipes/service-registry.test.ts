/** A check that fails and passes again, against a real port, with the registry on the model's store. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Stage } from '../sim/stage.ts';
import { type Check, probe } from './health-check.ts';
import { instanceOf, serviceRegistry } from './service-registry.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An HTTP server that answers with the status the test wants. */
async function answering(status: () => number): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status()).end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const never = new AbortController().signal;

test('an HTTP check passes with a status of 2xx only, a TCP check with a port that accepts', async () => {
  let status = 200;
  const address = await answering(() => status);
  const http: Check = { kind: 'http', url: `http://${address}/health` };
  expect(await probe(http, address, never)).toBe(true);
  status = 503;
  expect(await probe(http, address, never)).toBe(false);
  expect(await probe({ kind: 'tcp' }, address, never)).toBe(true);
  expect(await probe({ kind: 'tcp', address: '127.0.0.1:1' }, address, never)).toBe(false);
});

/** Registers one instance with a TCP check at a port nobody listens at, and lets the check fail as often as it may. */
async function failing(whenFailing: 'mark' | 'remove') {
  const stage = new Stage({ seed: 1, faultyMs: 0, weather: 'calm' });
  const { world } = stage;
  const client = stage.client();
  const services = serviceRegistry(client);
  let registration: Awaited<ReturnType<typeof services.register>> | undefined;
  void client.session(600).then(async (session) => {
    registration = await services.register(session, {
      service: 'web',
      address: '127.0.0.1:1',
      version: '2.0.0',
      check: { kind: 'tcp', failures: 2, intervalMs: 1000, whenFailing },
    });
  });
  await world.run(world.now + 100);
  // Each probe is a real connection that is refused: virtual time goes on when it has been.
  while (registration?.health !== 'failing') await world.run(world.now + 100);
  await world.run(world.now + 200);
  const standing = stage.store.range({ key: Buffer.from('services/'), rangeEnd: Buffer.from('services0') });
  return { stage, registration, standing };
}

test('an instance that fails its check is marked, and stays registered', async () => {
  const { standing, registration } = await failing('mark');
  const [kv] = standing;
  expect(kv && instanceOf('web', kv)).toMatchObject({ health: 'failing', version: '2.0.0', address: '127.0.0.1:1' });
  expect(registration?.signal.aborted).toBe(false);
});

test('or is removed, where those who do not read marks must not call it', async () => {
  const { standing, registration } = await failing('remove');
  expect(standing).toEqual([]);
  expect(registration?.signal.aborted).toBe(false);
});

test('what is no instance by its value is none', () => {
  const kv = { key: Buffer.from('services/web/x'), lease: 1n, createRevision: 1, modRevision: 1, version: 1 };
  const of = (text: string) => instanceOf('web', { ...kv, value: Buffer.from(text) });
  expect(of('no json')).toBeNull();
  expect(of('{"Op":0}')).toBeNull();
  expect(of('{"Op":0,"Addr":"h:1","Metadata":null}')).toMatchObject({ address: 'h:1', id: 'h:1', health: null });
});
