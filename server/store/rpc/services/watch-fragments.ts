/** Cuts the events of one watch answer so that no part is larger than the client can receive. */
import type { Event } from '../../../../lib/base/etcdpb/mvcc.ts';

/** More than tags, lengths, revisions and the lease of one key-value pair take on the wire. */
const KEY_VALUE_OVERHEAD_BYTES = 64;
const ANSWER_OVERHEAD_BYTES = 64;

/** At least one event per part, in order. One part when all fit `bytesMax`. */
export function fragmentsOf(events: readonly Event[], bytesMax: number): readonly (readonly Event[])[] {
  const parts: Event[][] = [];
  let part: Event[] = [];
  let size = ANSWER_OVERHEAD_BYTES;
  for (const event of events) {
    const bytes = sizeOf(event);
    if (part.length > 0 && size + bytes > bytesMax) {
      parts.push(part);
      part = [];
      size = ANSWER_OVERHEAD_BYTES;
    }
    part.push(event);
    size += bytes;
  }
  parts.push(part);
  return parts;
}

function sizeOf(event: Event): number {
  let bytes = 0;
  for (const kv of [event.kv, event.prevKv]) {
    if (kv !== undefined) bytes += kv.key.length + kv.value.length + KEY_VALUE_OVERHEAD_BYTES;
  }
  return bytes;
}
