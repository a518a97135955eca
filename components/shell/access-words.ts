/** What a user may see, in words. */
import type { StoreAccess, WireRange } from '../../lib/api/types.ts';
import { equalBytes, prefixRangeEnd } from '../../lib/base/bytes.ts';
import { displayBytes, fromWire } from '../../lib/keys/wire-bytes.ts';

/** Distinguishes who looks at a store: another user's data must not be mixed in. */
export const identityOf = (access: StoreAccess): string =>
  access.mode === 'user' ? `user ${access.user}` : access.mode;

/** "/app/…" for a prefix, the key for a single one, "from /a up to /b" for what is neither. */
export function rangeWords({ key, end }: WireRange): string {
  const from = displayBytes(key);
  const endBytes = fromWire(end);
  if (endBytes.length === 0) return from;
  if (endBytes.length === 1 && endBytes[0] === 0) return `${from} and everything after it`;
  const isPrefix = equalBytes(prefixRangeEnd(fromWire(key)), endBytes);
  return isPrefix ? `${from}…` : `from ${from} up to ${displayBytes(end)}`;
}

/** "Reads every key", "reads /app/… and 2 more ranges", "reads nothing". */
export function readableWords(access: StoreAccess): string {
  if (access.mode !== 'user' || access.readable === null) return 'reads every key';
  const [first, ...more] = access.readable;
  if (first === undefined) return 'reads nothing';
  return `reads ${rangeWords(first)}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/** Whether there may be keys that this user is not shown. */
export const isLimited = (access: StoreAccess): boolean => access.mode === 'user' && access.readable !== null;
