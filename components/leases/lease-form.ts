/** What may be typed for a new lease. */
import type { WireHexId } from '../../lib/api/types.ts';

/** etcd refuses a longer TTL (lease.MaxLeaseTTL). */
export const TTL_SECONDS_MAX = 9_000_000_000;

/** Undefined when the text is no TTL. */
export function parseTtl(text: string): number | undefined {
  const digits = text.trim();
  if (!/^\d{1,10}$/.test(digits)) return undefined;
  const seconds = Number(digits);
  return seconds >= 1 && seconds <= TTL_SECONDS_MAX ? seconds : undefined;
}

/** Null: the store picks; undefined: no id. The whole 64 bits are kept as hex, never as a number. */
export function parseLeaseId(text: string): WireHexId | null | undefined {
  const hex = text.trim().toLowerCase().replace(/^0x/, '');
  if (hex === '') return null;
  return /^[0-9a-f]{1,16}$/.test(hex) && !/^0+$/.test(hex) ? hex.replace(/^0+/, '') : undefined;
}
