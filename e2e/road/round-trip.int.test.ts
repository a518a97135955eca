/** The road there and back with ten thousand keys, and the product on what came back. `npm run bench -- snapshot` does it with a million. */
import { afterAll, expect, test } from 'vitest';
import { withEtcd } from '../conformance/harness/differential.ts';
import { freeProductPorts, productSettings, spawnProduct } from '../fixtures/product.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { factsOf, revisionOf } from './facts.ts';
import { roundTrip } from './round-trip.ts';

const KEYS = 10_000;
const TIMEOUT_MS = 300_000;
const READY_MS = 120_000;
const MIB = 1024 * 1024;
/** Node itself is some 100 MiB. */
const PEAK_BYTES_MAX = 400 * MIB;

withEtcd('ours to etcd and back', (binaries) => {
  const folder = temporaryFolder('road');
  afterAll(folder.remove);
  let last = 0;
  let fromEtcd = '';
  let wanted: unknown;

  test(`${KEYS} keys keep every revision, lease, user and role`, { timeout: TIMEOUT_MS }, async () => {
    const { stations, described, snapshotFromEtcd, peaks } = await roundTrip(binaries, folder, KEYS);
    const [first, ...others] = stations;
    for (const { name, facts } of others) expect(facts, name).toEqual(first?.facts);
    expect(stations.map(({ name }) => name)).toHaveLength(7);
    expect(described[0]?.revision).toBe(described[1]?.revision);
    for (const peak of Object.values(peaks)) expect(peak).toBeLessThan(PEAK_BYTES_MAX);
    [fromEtcd, wanted] = [snapshotFromEtcd, first?.facts];
    last = described[0]?.revision ?? 0;
    console.log(
      `peaks in MiB: ${JSON.stringify(Object.fromEntries(Object.entries(peaks).map(([name, bytes]) => [name, Math.round(bytes / MIB)])))}`,
    );
  });

  test('npm start -- --from-snapshot founds its store from the file of a real etcd', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const [ports, data] = [await freeProductPorts(), temporaryFolder('road-product')];
    const product = spawnProduct(productSettings({ ports, dataDir: data.path }), {
      args: ['--from-snapshot', fromEtcd],
    });
    try {
      await product.waitFor(/^Quorate is ready at (\S+)$/m, READY_MS);
      const endpoint = `127.0.0.1:${ports.store[0]}`;
      expect(await revisionOf(endpoint)).toBeGreaterThanOrEqual(last);
      // The console is at work on it and may have written: what was carried stays what it was.
      const revisions = (wanted as { past: readonly unknown[] }).past.length;
      expect(revisions).toBeGreaterThan(0);
      const facts = (await factsOf(endpoint, [last])) as { users: unknown; roles: unknown; leases: unknown };
      const { users, roles, leases } = wanted as typeof facts;
      expect(facts).toMatchObject({ users, roles, leases });
    } finally {
      await product.stop();
      data.remove();
    }
  });
});
