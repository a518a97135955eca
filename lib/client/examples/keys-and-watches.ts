/** The client itself: guarded writes, watches that lose nothing, sessions that say when they are lost. */
import { type Client, deleteOp, modRevisionIs, putOp, SessionLostError } from '../index.ts';

/** Changes a value only if nobody else did meanwhile. */
export async function raise(client: Client, key: string): Promise<number> {
  for (;;) {
    const { kvs } = await client.get({ key });
    const now = kvs[0];
    const next = Number(Buffer.from(now?.value ?? '0').toString()) + 1;
    const { succeeded } = await client.txn({
      compare: [modRevisionIs(key, now?.modRevision ?? 0)],
      success: [putOp(key, String(next))],
    });
    if (succeeded) return next;
  }
}

/** Every change from a revision on, in order; a broken connection is resumed where it broke. */
export async function follow(client: Client, prefix: string): Promise<readonly string[]> {
  const { revision } = await client.put(`${prefix}a`, '1');
  await client.txn({ success: [putOp(`${prefix}b`, '2'), deleteOp({ key: `${prefix}a` })] });
  const seen: string[] = [];
  for await (const { events } of client.watch({ prefix }, { startRevision: revision })) {
    for (const { kv } of events) {
      seen.push(`${Buffer.from(kv?.key ?? []).toString()}=${Buffer.from(kv?.value ?? []).toString()}`);
    }
    if (seen.length >= 3) break;
  }
  await client.delete({ prefix });
  return seen;
}

/** What hangs on a session goes with it, and whoever holds it is told. */
export async function lose(client: Client, key: string): Promise<readonly string[]> {
  const session = await client.session({ ttlSeconds: 10 });
  await client.put(key, 'here', { lease: session.lease });
  const told = new Promise<string>((resolve) => {
    session.signal.addEventListener('abort', () =>
      resolve(session.signal.reason instanceof SessionLostError ? 'told' : 'told something else'),
    );
  });
  // Somebody revokes its lease: an operator on the page Leases, for one.
  await client.revokeLease(session.lease);
  const word = await told;
  const { count } = await client.get({ key });
  return [word, session.isAlive ? 'alive' : 'lost', `${count} keys`];
}
