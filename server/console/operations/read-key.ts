/** One key with its value: linearizable now, or as it was at a revision. */
import type { KeyDetail, LeaseView, WireBytes } from '../../../lib/api/types.ts';
import { EMPTY_BYTES, toByteString } from '../../../lib/base/bytes.ts';
import { fromWire, toWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { StoreConsole } from '../console.ts';
import { explainCompacted, requireRetained, type StoreContext } from './context.ts';
import { metaOf, withValue } from './key-meta.ts';
import { leaseView } from './leases.ts';

export async function readKey(context: StoreContext, query: Parameters<StoreConsole['key']>[0]): Promise<KeyDetail> {
  const key = fromWire(query.key);
  const { revision } = query;
  if (revision !== undefined) requireRetained(context, revision);
  const remembered = revision === undefined ? undefined : await rememberedKey(context, query.key, revision);
  if (remembered !== undefined) return remembered;
  try {
    const answer = await context.engine.kv.list({
      key,
      end: EMPTY_BYTES,
      ...(revision === undefined ? {} : { revision }),
    });
    const [kv] = answer.kvs;
    if (kv !== undefined) context.hub.values.set(toByteString(kv.key), kv.modRevision, kv.value);
    return {
      kv: kv === undefined ? null : withValue(kv),
      revision: String(revision ?? answer.revision),
      source: revision === undefined ? 'linearizable' : 'history',
      lease: kv === undefined || kv.lease === 0n || revision !== undefined ? null : await leaseOf(context, kv.lease),
    };
  } catch (error) {
    throw revision === undefined ? error : await explainCompacted(context, revision, error);
  }
}

/** From the console's memory: the version in force then, if its value is still held. A version never changes. */
async function rememberedKey(context: StoreContext, wire: WireBytes, revision: number): Promise<KeyDetail | undefined> {
  const { hub } = context;
  if (!hub.timeline.covers(revision)) return undefined;
  const key = wireToByteString(wire);
  const entry = (await context.past.at(revision)).index.get(key);
  const answer = { revision: String(revision), source: 'memory', lease: null } as const;
  if (entry === undefined) return { ...answer, kv: null };
  const value = hub.values.get(key, entry.modRevision);
  return value === undefined ? undefined : { ...answer, kv: { ...metaOf(entry), value: toWire(value) } };
}

/** The lease may expire between the two reads, and a user may read keys but not leases: the key is still worth showing. */
async function leaseOf(context: StoreContext, id: bigint): Promise<LeaseView | null> {
  try {
    return await leaseView(context, id);
  } catch (error) {
    if (error instanceof Error && (error.name === 'EngineError' || error.name === 'ConsoleError')) return null;
    throw error;
  }
}
