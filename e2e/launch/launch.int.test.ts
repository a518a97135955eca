/** Starting and stopping, as operators and their scripts meet it: one clear line for whatever is wrong, nothing left behind. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../lib/client/index.ts';
import { freeProductPorts, type Product, productSettings, spawnProduct, startProduct } from '../fixtures/product.ts';
import { type TemporaryFolder, temporaryFolder } from '../fixtures/temporary.ts';

/** Runs to its end: the exit code and what it said, line by line. */
async function outcome(settings: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const running = spawnProduct(settings, { args });
  const { code } = await running.exited;
  return { code, lines: running.output.trim().split('\n') };
}

describe('settings', () => {
  test.each([
    ['an unknown setting', { QUORATE_PROT: '1' }, 'QUORATE_PROT'],
    ['a port that is none', { QUORATE_PORT: 'eighty' }, 'QUORATE_PORT'],
    ['an odd number of store ports', { QUORATE_STORE_PORTS: '1234' }, 'QUORATE_STORE_PORTS'],
    ['a certificate without a key', { QUORATE_TLS_CERT: 'console.pem' }, 'QUORATE_TLS_CERT'],
  ])('%s is one line that names it, and exit code 2', async (_what, settings, named) => {
    const { code, lines } = await outcome(settings);
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^quorate: .*${named}`))]);
  });

  test('an unknown flag is one line that names it, and exit code 2', async () => {
    const { code, lines } = await outcome({}, ['--prot']);
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringContaining('--prot')]);
  });
});

describe('a running product', () => {
  let data: TemporaryFolder;
  let product: Product;

  beforeAll(async () => {
    data = temporaryFolder('launch');
    product = await startProduct({ dataDir: data.path });
  });
  afterAll(async () => {
    await product?.stop();
    data?.remove();
  });

  test('says that it is healthy', async () => {
    const response = await fetch(`${product.url}/api/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok' });
  });

  test('lets pages run their own scripts only, each under the nonce of this one answer', async () => {
    const [first, second] = await Promise.all([fetch(`${product.url}/keys`), fetch(`${product.url}/keys`)]);
    const policyOf = (response: Response): string => response.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policyOf(first))?.[1] ?? '';
    expect(policyOf(first)).not.toBe(policyOf(second));
    expect(policyOf(first)).toMatch(/script-src 'self' 'nonce-[^']+';/);
    const scripts = [...(await first.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('its store, which has no users, is not offered to the network: one line, and exit code 2', async () => {
    const { console: port } = await freeProductPorts();
    const { code, lines } = await outcome({
      QUORATE_ENDPOINTS: product.endpoints.join(','),
      QUORATE_PORT: String(port),
      QUORATE_HOST: '0.0.0.0',
    });
    expect(lines).toEqual([expect.stringMatching(/^quorate: QUORATE_HOST=0\.0\.0\.0 .* has no authentication/)]);
    expect(code).toBe(2);
  });

  test('refuses a second start on the same ports with one line', async () => {
    const { code, lines } = await outcome(productSettings({ ports: product.ports, dataDir: data.path }));
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^quorate: port ${product.ports.console} is taken`))]);
  });

  test('refuses a second start on the same data, although its ports are free', async () => {
    const { code, lines } = await outcome(productSettings({ ports: await freeProductPorts(), dataDir: data.path }));
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith('quorate: '))).toEqual([
      expect.stringMatching(/in use|locked|another/i),
    ]);
    expect((await fetch(`${product.url}/api/health`)).status, 'the first goes on undisturbed').toBe(200);
  });

  test('stops cleanly on SIGTERM and shows the same data after a second start', async () => {
    const before = connect({ endpoints: product.endpoints });
    await before.put('kept/text', 'grün');
    await before.put('kept/bytes', Uint8Array.of(0, 255));
    const { revision } = await before.put('kept/text', 'blau');
    before.close();
    expect(await product.halt(), 'exit code 0 also means: within the promised time').toEqual({ code: 0, signal: null });
    product = await startProduct({ dataDir: data.path, ports: product.ports });
    const after = connect({ endpoints: product.endpoints });
    const now = await after.get({ prefix: 'kept/' });
    expect(
      now.kvs.map((kv) => [Buffer.from(kv.key).toString(), Buffer.from(kv.value).toString('hex'), kv.modRevision]),
    ).toEqual([
      ['kept/bytes', '00ff', revision - 1],
      ['kept/text', Buffer.from('blau').toString('hex'), revision],
    ]);
    const old = await after.get({ key: 'kept/text' }, { revision: revision - 1 });
    expect(Buffer.from(old.kvs[0]?.value ?? []).toString(), 'history is there too').toBe('grün');
    after.close();
  });
});

test('a taken store port is named, with what to do', async () => {
  const ports = await freeProductPorts();
  const taken = ports.store[2] ?? 0;
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(taken, '127.0.0.1', resolve));
  const data = temporaryFolder('taken');
  const { code, lines } = await outcome(productSettings({ ports, dataDir: data.path }));
  squatter.close();
  data.remove();
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^quorate: port ${taken} is taken.*QUORATE_STORE_PORTS`))]);
});

test('a data directory that cannot be one is named', async () => {
  const data = temporaryFolder('unusable');
  const file = path.join(data.path, 'file');

  writeFileSync(file, '');
  const { code, lines } = await outcome(
    productSettings({ ports: await freeProductPorts(), dataDir: path.join(file, 'data') }),
  );
  data.remove();
  expect(code).toBe(1);
  expect(lines.filter((line) => line.startsWith('quorate: '))).toEqual([expect.stringContaining(file)]);
});

test('an endpoint that nobody answers does not keep the console from starting', async () => {
  const product = await startProduct({ endpoints: ['127.0.0.1:1'] });
  onTestFinished(async () => {
    await product.stop();
  });
  const health = await fetch(`${product.url}/api/health`);
  expect(health.status, 'the console says that its store is away').toBe(503);
  expect(await product.stop()).toEqual({ code: 0, signal: null });
});
