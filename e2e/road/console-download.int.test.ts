/** A snapshot downloaded through the console founds a store of the same history. `npm run bench -- snapshot` does it with a million keys. */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, putOp } from '../../lib/client/index.ts';
import { applyMany } from '../fixtures/many-ops.ts';
import { type Product, startProduct } from '../fixtures/product.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { downloadThroughConsole } from './console-download.ts';
import { hashesOf } from './hashes.ts';
import { startOurs } from './servers.ts';

const KEYS = 10_000;
const TIMEOUT_MS = 300_000;
const MIB = 1024 * 1024;
const GROWTH_BYTES_MAX = 128 * MIB;

const folder = temporaryFolder('download');
let product: Product | undefined;
beforeAll(async () => {
  product = await startProduct();
}, TIMEOUT_MS);
afterAll(async () => {
  await product?.stop();
  folder.remove();
}, TIMEOUT_MS);

test(`${KEYS} keys through the console, and three fresh members on the file`, { timeout: TIMEOUT_MS }, async () => {
  if (product === undefined) throw new Error('no product');
  const client = connect({ endpoints: product.endpoints });
  await applyMany(client, { below: KEYS, op: (i) => putOp(`download/${i % 100}/${i}`, `value ${i}`) });
  const { revision } = await client.put('download/last', 'one');
  client.close();
  const wanted = await hashesOf(product.endpoints, revision);
  expect(new Set(wanted).size).toBe(1);

  const file = path.join(folder.path, 'store.db');
  const { bytes, announced, pieces, isIntact, growth } = await downloadThroughConsole(product, file);
  expect(isIntact).toBe(true);
  expect(announced / bytes).toBeCloseTo(1, 1);
  expect(pieces, 'progress is shown piece by piece').toBeGreaterThan(3);
  for (const grown of Object.values(growth)) expect(grown).toBeLessThan(GROWTH_BYTES_MAX);

  const restored = await startOurs(folder.path, file);
  try {
    expect(await hashesOf(restored.endpoints, revision)).toEqual(wanted);
  } finally {
    await restored.stop();
  }
});
