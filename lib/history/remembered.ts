/**
 * What was worked out of a large value, kept for the next time it is asked for: a page asks anew with each drawing, and reading 1.5 MiB
 * takes longer than a frame. Small values are quicker worked out than found.
 */
import type { WireBytes } from '../api/types.ts';

/** Values below this are not remembered. */
const LARGE_CHARS = 8 * 1024;
/** The values of a page and of the page before: the one used longest ago goes first. */
const REMEMBERED_MAX = 12;

export function remembered<T>(work: (value: WireBytes) => T): (value: WireBytes) => T {
  const known = new Map<WireBytes, T>();
  return (value) => {
    if ((typeof value === 'string' ? value : value.base64).length < LARGE_CHARS) return work(value);
    const found = known.has(value) ? (known.get(value) as T) : work(value);
    known.delete(value);
    known.set(value, found);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
    return found;
  };
}
