/** What a user may see, in words. */
import type { StoreAccess } from '../../lib/api/types.ts';
import { rangeWords } from '../../lib/keys/range-words.ts';

/** Distinguishes who looks at a store: another user's data must not be mixed in. */
export const identityOf = (access: StoreAccess): string =>
  access.mode === 'user' ? `user ${access.user}` : access.mode;

/** "Reads every key", "reads /app/… and 2 more ranges", "reads nothing". */
export function readableWords(access: StoreAccess): string {
  if (access.mode !== 'user' || access.readable === null) return 'reads every key';
  const [first, ...more] = access.readable;
  if (first === undefined) return 'reads nothing';
  return `reads ${rangeWords(first)}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/** Whether there may be keys that this user is not shown. */
export const isLimited = (access: StoreAccess): boolean => access.mode === 'user' && access.readable !== null;

/** Who this browser is to a store, as a word or two. */
export const accessWord = (access: StoreAccess): string =>
  access.mode === 'user' ? `as ${access.user}` : access.mode === 'signIn' ? 'not signed in' : 'has no users';
