/** 64-bit ids in hex as etcdctl prints them, and numbers as decimal strings. Exact: bigint on one side, text on the other. */
import type { WireHexId, WireInt } from '../../lib/api/types.ts';

/** Null for 0: no lease. Negative ids appear as the 64 bits they are. */
export const leaseToHex = (id: bigint): WireHexId | null => (id === 0n ? null : BigInt.asUintN(64, id).toString(16));

export const leaseFromHex = (hex: WireHexId): bigint => BigInt.asIntN(64, BigInt(`0x${hex}`));

export const memberToHex = (id: bigint): WireHexId => id.toString(16);

/** The caller has checked that `text` is decimal digits within the safe integers. */
export const toRevision = (text: WireInt): number => Number(text);
