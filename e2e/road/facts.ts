/** Everything about a store that must be the same after it was carried from one server to another. */
import { createHash } from 'node:crypto';
import { comparable, Probe, utf8 } from '../conformance/harness/probe.ts';
import { ALICE, ALICES, NOT_ALICES, ROOT } from './filled-store.ts';

const everything = { key: utf8('/road/'), rangeEnd: utf8('/road0') };
const CALL = { deadlineMs: 120_000 };

/** From one member. `revisions`: where to look into the past; the same for all stores compared. */
export async function factsOf(endpoint: string, revisions: readonly number[]): Promise<unknown> {
  const probe = new Probe(endpoint);
  try {
    const metadataOf = async (user: { name: string; password: string }) => {
      const { token } = await probe.must('authenticate', user);
      return { metadata: { token }, ...CALL };
    };
    const [root, alice] = [await metadataOf(ROOT), await metadataOf(ALICE)];
    const ask: Probe['call'] = (name, request) => probe.call(name, request, root);
    const past = [];
    for (const revision of revisions) {
      const counted = await ask('range', { ...everything, revision, countOnly: true });
      const some = await ask('range', { ...everything, revision, limit: 500 });
      const hashed = await ask('hashKv', { revision });
      past.push({
        count: counted.ok ? counted.value.count : counted.message,
        some: some.ok ? comparable(some.value.kvs, 0) : some.message,
        hash: hashed.ok ? [hashed.value.hash, hashed.value.compactRevision] : hashed.message,
      });
    }
    const users = await ask('userList', {});
    const roles = await ask('roleList', {});
    const reads = (prefix: string) =>
      probe.call('range', { key: utf8(prefix), rangeEnd: utf8(`${prefix.slice(0, -1)}0`), countOnly: true }, alice);
    const [inside, outside] = [await reads(ALICES), await reads(NOT_ALICES)];
    return {
      past,
      leases: await leasesOf(ask),
      users: users.ok ? await all(users.value.users, (name) => ask('userGet', { name }), 'roles') : users,
      roles: roles.ok ? await all(roles.value.roles, (role) => ask('roleGet', { role }), 'perm') : roles,
      alice: [inside.ok ? inside.value.count : inside.message, outside.ok ? 'reads' : outside.message],
    };
  } finally {
    probe.close();
  }
}

async function all(
  names: readonly string[],
  get: (name: string) => Promise<{ readonly ok: boolean; readonly value?: object }>,
  field: string,
): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const { value } = await get(name);
    found[name] = comparable(Object.entries(value ?? {}).find(([key]) => key === field)?.[1], 0);
  }
  return found;
}

/** Ids, granted times and keys; what is left of the time counts down. */
async function leasesOf(ask: Probe['call']): Promise<unknown> {
  const listed = await ask('leases', {});
  if (!listed.ok) return listed.message;
  const ids = listed.value.leases.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1));
  const found = [];
  for (const id of ids) {
    const lease = await ask('timeToLive', { id, keys: true });
    if (!lease.ok) return lease.message;
    const keys = lease.value.keys.map((key) => Buffer.from(key).toString('latin1')).sort();
    const digest = createHash('sha256').update(keys.join('\0')).digest('hex');
    found.push({
      id: String(id),
      granted: lease.value.grantedTtl,
      isRunning: lease.value.ttl > 0,
      keys: keys.length,
      digest,
    });
  }
  return found;
}

/** As root. */
export async function revisionOf(endpoint: string): Promise<number> {
  const probe = new Probe(endpoint);
  try {
    probe.token = (await probe.must('authenticate', ROOT)).token;
    return await probe.revision();
  } finally {
    probe.close();
  }
}
