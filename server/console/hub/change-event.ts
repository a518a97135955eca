/** A watch event in the words of the API. */
import { type ChangeEvent, PREVIEW_BYTES, type WireBytes } from '../../../lib/api/types.ts';
import { toByteString } from '../../../lib/base/bytes.ts';
import { byteStringToWire, toWire } from '../../../lib/keys/wire-bytes.ts';
import type { StoredEvent } from '../../engines/engine.ts';
import { leaseToHex } from '../ids.ts';

export function toChangeEvent({ type, kv }: StoredEvent, at: number): ChangeEvent {
  const isPut = type === 'put';
  return {
    revision: String(kv.modRevision),
    type,
    key: byteStringToWire(toByteString(kv.key)),
    createRevision: String(kv.createRevision),
    version: String(kv.version),
    lease: isPut ? leaseToHex(kv.lease) : null,
    valueBytes: kv.value.length,
    preview: isPut ? previewOf(kv.value) : null,
    at,
  };
}

/** The first PREVIEW_BYTES, cut before a UTF-8 character rather than through it. */
export function previewOf(value: Uint8Array): WireBytes {
  if (value.length <= PREVIEW_BYTES) return toWire(value);
  let end = PREVIEW_BYTES;
  // A character has at most three continuation bytes; more of them in a row is not UTF-8 anyway.
  while (end > PREVIEW_BYTES - 4 && ((value[end] ?? 0) & 0xc0) === 0x80) end--;
  const cut = toWire(value.subarray(0, end));
  return typeof cut === 'string' ? cut : toWire(value.subarray(0, PREVIEW_BYTES));
}
