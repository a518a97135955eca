/** What a password for a user of the store must be like. Told before it is sent, held again by the console's server. */
import { utf8Encode } from '../base/bytes.ts';

/** Characters. Long beats odd: no rule about digits or signs. */
export const PASSWORD_CHARACTERS_MIN = 12;
/** etcd keeps passwords as bcrypt hashes, and bcrypt reads no further. */
export const PASSWORD_BYTES_MAX = 72;

export const PASSWORD_RULE = `At least ${PASSWORD_CHARACTERS_MIN} characters, at most ${PASSWORD_BYTES_MAX} bytes, and not the user’s name.`;

/** What is wrong with it, to follow "the password"; null: nothing. */
export function passwordProblem(password: string, user: string): string | null {
  const characters = [...password].length;
  if (characters < PASSWORD_CHARACTERS_MIN) {
    return `has ${characters} characters; ${PASSWORD_CHARACTERS_MIN} are the least`;
  }
  if (!password.isWellFormed()) return 'holds half of a surrogate pair, which no keyboard types';
  const bytes = utf8Encode(password).length;
  if (bytes > PASSWORD_BYTES_MAX) return `has ${bytes} bytes; the store reads ${PASSWORD_BYTES_MAX} at most`;
  if (password.toLowerCase() === user.toLowerCase()) return 'is the name of the user';
  return null;
}
