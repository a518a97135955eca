/** Ids of proposals, unique among members and runs without coordination (etcd's idutil): 16 bits member, 40 bits ms, 8 bits. */
import type { MemberId } from '../../../lib/base/brand.ts';

const MASK_48 = (1n << 48n) - 1n;

/** @param startedAtMs wall clock at the start of this run. */
export function createRequestIds(id: MemberId, startedAtMs: number): () => bigint {
  const prefix = (id & 0xffffn) << 48n;
  let suffix = (BigInt(startedAtMs) << 8n) & MASK_48;
  return () => {
    suffix = (suffix + 1n) & MASK_48;
    return prefix | suffix;
  };
}
