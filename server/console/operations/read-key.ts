/** One key with its value: linearizable now, or as it was at a revision. */
import type { KeyDetail, LeaseView } from '../../../lib/api/types.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { fromWire } from '../../../lib/keys/wire-bytes.ts';
import type { StoreConsole } from '../console.ts';
import { explainCompacted, type StoreContext } from './context.ts';
import { withValue } from './key-meta.ts';
import { leaseView } from './leases.ts';

export async function readKey(context: StoreContext, query: Parameters<StoreConsole['key']>[0]): Promise<KeyDetail> {
  const key = fromWire(query.key);
  const { revision } = query;
  try {
    const answer = await context.engine.kv.list({
      key,
      end: EMPTY_BYTES,
      ...(revision === undefined ? {} : { revision }),
    });
    const [kv] = answer.kvs;
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

/** The lease may expire between the two reads, and a user may read keys but not leases: the key is still worth showing. */
async function leaseOf(context: StoreContext, id: bigint): Promise<LeaseView | null> {
  try {
    return await leaseView(context, id);
  } catch (error) {
    if (error instanceof Error && (error.name === 'EngineError' || error.name === 'ConsoleError')) return null;
    throw error;
  }
}
