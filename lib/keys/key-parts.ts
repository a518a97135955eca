/** Where a key may be cut when there is no room for all of it. */

/** What is kept of a key's end: enough to tell the keys of one folder apart, and little enough for a narrow column. */
export const KEY_TAIL_CHARS = 10;

/** The key in two pieces that make it whole; the first may be cut, and is empty where the key is hardly longer than the second. */
export function keyParts(text: string, tailChars: number): readonly [head: string, tail: string] {
  // Cut between characters, never within one: a half of a pair is no letter.
  const chars = [...text];
  if (chars.length <= tailChars * 2) return ['', text];
  return [chars.slice(0, -tailChars).join(''), chars.slice(-tailChars).join('')];
}
