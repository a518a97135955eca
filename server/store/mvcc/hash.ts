/**
 * HashKV: CRC-32C over the bucket name "key" and then every stored revision <= `upTo` in order, as etcd computes it.
 * Revisions that compaction removes are skipped whether or not the scrub has reached them, and so is a tombstone at
 * exactly the compact revision; so members agree whatever their background work is doing.
 */
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { crc32c } from '../../../lib/base/crc32c.ts';
import type { KvStore } from './kv-store.ts';
import type { Row } from './row-table.ts';

const BUCKET = utf8Encode('key');

export interface HashOptions {
  readonly upTo: number;
  readonly compactRevision: number;
  /** True when the index holds nothing any more that compaction made dead. */
  readonly scrubbed: boolean;
}

export function hashRevisions(kv: KvStore, { upTo, compactRevision, scrubbed }: HashOptions): number {
  const { rows } = kv.index;
  const newest = scrubbed ? undefined : newestAtOrBelow(kv, compactRevision);
  const isKept = (row: Row): boolean => {
    if (rows.main(row) > compactRevision) return true;
    if (rows.isTombstone(row)) return false;
    return newest === undefined || newest[rows.slot(row)] === row;
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
