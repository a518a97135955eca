/**
 * Bringing deleted keys back while history lasts: each is read at the revision before the delete and created again, guarded by
 * its absence, so that a key somebody made meanwhile is never overwritten. What cannot be restored is named, with the reason.
 */
import { ApiFailure } from '../../../lib/api/client.ts';
import type {
  ChildrenPage,
  DeleteTarget,
  KeyDetail,
  PutBody,
  WireBytes,
  WireInt,
  WriteResult,
} from '../../../lib/api/types.ts';
import { addInt } from '../../../lib/format/number.ts';

/** One write each: beyond this an undo would take minutes, and `etcdctl` is the better tool. */
export const RESTORE_KEYS_MAX = 1000;
const PARALLEL = 6;
const PAGE = 200;

export interface RestoreApi {
  readonly children: (query: {
    prefix: WireBytes;
    delimiter: string;
    offset: number;
    limit: number;
    rev: WireInt;
  }) => Promise<ChildrenPage>;
  readonly key: (query: { key: WireBytes; rev: WireInt }) => Promise<KeyDetail>;
  readonly put: (body: PutBody) => Promise<WriteResult>;
  readonly newId: () => string;
}

export interface NotRestored {
  readonly key: WireBytes;
  readonly reason: string;
}

export interface Restored {
  readonly restored: number;
  readonly failures: readonly NotRestored[];
}

/** `deletedAt`: the revision of the delete. */
export async function restoreDeleted(api: RestoreApi, target: DeleteTarget, deletedAt: WireInt): Promise<Restored> {
  const rev = addInt(deletedAt, -1);
  const keys = target.key !== undefined ? [target.key] : await keysUnder(api, target.prefix ?? '', rev);
  return restoreKeys(api, keys, deletedAt);
}

/** The same for keys named one by one. */
export async function restoreKeys(api: RestoreApi, keys: readonly WireBytes[], deletedAt: WireInt): Promise<Restored> {
  const rev = addInt(deletedAt, -1);
  const failures: NotRestored[] = [];
  let restored = 0;
  const queue = [...keys];
  const work = async (): Promise<void> => {
    for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
      const reason = await restoreOne(api, key, rev);
      if (reason === null) restored++;
      else failures.push({ key, reason });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { restored, failures };
}

async function keysUnder(api: RestoreApi, prefix: WireBytes, rev: WireInt): Promise<readonly WireBytes[]> {
  const keys: WireBytes[] = [];
  for (;;) {
    const page = await api.children({ prefix, delimiter: '', offset: keys.length, limit: PAGE, rev });
    for (const node of page.nodes) if (node.key !== null) keys.push(node.key.key);
    if (page.nodes.length === 0 || keys.length >= page.total || keys.length >= RESTORE_KEYS_MAX) return keys;
  }
}

/** Null when it stands again. */
async function restoreOne(api: RestoreApi, key: WireBytes, rev: WireInt): Promise<string | null> {
  try {
    const { kv } = await api.key({ key, rev });
    if (kv === null) return 'it did not exist before the delete';
    await api.put({
      key,
      value: kv.value,
      expectModRevision: '0',
      lease: kv.lease === null ? { mode: 'detach' } : { mode: 'attach', id: kv.lease },
      idempotencyKey: api.newId(),
    });
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ApiFailure)) return error instanceof Error ? error.message : String(error);
  if (error.status === 409) return 'somebody created it again meanwhile';
  if (error.code === 'OUT_OF_RANGE') return 'its history is gone by compaction';
  if (error.code === 'NOT_FOUND') return 'its lease has ended, and without it the key would become permanent';
  return error.message;
}
