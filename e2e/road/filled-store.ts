/** A store with something of everything: keys with and without leases, history, a compaction, users and roles; authentication on. */
import { connect, deleteOp, putOp } from '../../lib/client/index.ts';
import { Probe, utf8 } from '../conformance/harness/probe.ts';
import { applyMany } from '../fixtures/many-ops.ts';

const FOLDERS = 100;
const LEASES = 50;
/** Every so many-th key: has a lease, is written again, is deleted. */
const LEASED = 20;
const REWRITTEN = 10;
const DELETED = 40;
const LEASE_TTL_SECONDS = 100_000;

export const ROOT = { name: 'root', password: 'r' };
export const ALICE = { name: 'alice', password: 'a' };
/** What alice may read, and what not. */
export const ALICES = '/road/folder-01/';
export const NOT_ALICES = '/road/folder-02/';

export const keyOf = (index: number): string =>
  `/road/folder-${String(index % FOLDERS).padStart(2, '0')}/key-${String(index).padStart(10, '0')}`;

/** What is in it is a function of `keys` alone; revisions are not: writers race. */
export async function fillStore(endpoints: readonly string[], keys: number): Promise<void> {
  const client = connect({ endpoints });
  const probe = new Probe(endpoints[0] ?? '');
  try {
    for (let i = 0; i < LEASES; i++)
      await probe.must('leaseGrant', { id: BigInt(1_000 + i), ttl: LEASE_TTL_SECONDS + i });
    await applyMany(client, {
      below: keys,
      op: (index) =>
        putOp(keyOf(index), `value ${index}`, index % LEASED === 0 ? BigInt(1_000 + ((index / LEASED) % LEASES)) : 0n),
    });
    const compacted = (await client.put('/road/middle', 'of history')).revision;
    await applyMany(client, { below: keys, step: REWRITTEN, op: (index) => putOp(keyOf(index), `again ${index}`) });
    await applyMany(client, { below: keys, step: DELETED, op: (index) => deleteOp({ key: keyOf(index) }) });
    await probe.must('put', { key: utf8('/road/bytes'), value: Uint8Array.of(0, 255, 0xc3, 0x28) });
    await probe.must('compact', { revision: compacted });
    await addUsers(probe);
  } finally {
    probe.close();
    client.close();
  }
}

async function addUsers(probe: Probe): Promise<void> {
  for (const { name, password } of [ROOT, ALICE]) await probe.must('userAdd', { name, password });
  await probe.must('userAdd', { name: 'cert', options: { noPassword: true } });
  await probe.must('userGrantRole', { user: 'root', role: 'root' });
  await probe.must('roleAdd', { name: 'reader' });
  await probe.must('roleGrantPermission', {
    ...{ name: 'reader' },
    perm: { permType: 0, key: utf8(ALICES), rangeEnd: utf8(`${ALICES.slice(0, -1)}0`) },
  });
  await probe.must('userGrantRole', { user: 'alice', role: 'reader' });
  await probe.must('authEnable', {});
}
