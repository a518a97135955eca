/**
 * HashKV: CRC-32C over the bucket name "key" and then every stored revision <= `upTo` in order, as etcd computes it: of what
 * lies at or below the compact revision only what a compaction at `upTo` would keep counts, that is the living version of
 * each key at `upTo`. So members agree whatever their background work is doing.
 */
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { crc32c } from '../../../lib/base/crc32c.ts';
import type { KvStore } from './kv-store.ts';
import type { Row } from './row-table.ts';

const BUCKET = utf8Encode('key');

export interface HashOptions {
  readonly upTo: number;
  readonly compactRevision: number;
}

export function hashRevisions(kv: KvStore, { upTo, compactRevision }: HashOptions): number {
  const { rows } = kv.index;
  const newest = compactRevision > 0 ? newestAtOrBelow(kv, upTo) : undefined;
  const isKept = (row: Row): boolean => {
    if (rows.main(row) > compactRevision) return true;
    return !rows.isTombstone(row) && newest?.[rows.slot(row)] === row;
  };
  let hash = crc32c(BUCKET);
  rows.forEachFrom({ main: 0, sub: 0 }, (row) => {
    if (rows.main(row) > upTo) return false;
    if (isKept(row)) hash = crc32c(kv.payload(row), hash);
    return true;
  });
  return hash;
}

/** By slot: the newest row <= `revision`. */
function newestAtOrBelow(kv: KvStore, revision: number): Uint32Array {
  const { rows } = kv.index;
  const newest = new Uint32Array(kv.index.slotCount);
  rows.forEachFrom({ main: 0, sub: 0 }, (row) => {
    if (rows.main(row) > revision) return false;
    newest[rows.slot(row)] = row;
    return true;
  });
  return newest;
}
