/** Keys in the words of the API. */
import type { KeyMeta, WireBytes } from '../../../lib/api/types.ts';
import { byteStringToWire, toWire } from '../../../lib/keys/wire-bytes.ts';
import type { StoredKey } from '../../engines/engine.ts';
import { entryOf, type KeyEntry } from '../hub/key-chunk.ts';
import { leaseToHex } from '../ids.ts';

export function metaOf(entry: KeyEntry): KeyMeta {
  return {
    key: byteStringToWire(entry.key),
    createRevision: String(entry.createRevision),
    modRevision: String(entry.modRevision),
    version: String(entry.version),
    lease: leaseToHex(entry.lease),
    valueBytes: entry.valueBytes,
  };
}

export const metaOfKv = (kv: StoredKey): KeyMeta => metaOf(entryOf(kv));

export const withValue = (kv: StoredKey): KeyMeta & { readonly value: WireBytes } => ({
  ...metaOfKv(kv),
  value: toWire(kv.value),
});
