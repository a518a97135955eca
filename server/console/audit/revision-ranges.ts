/** Revisions as text, for an account of many: "12-40,43". */

/** Beyond this the account names only the last one. */
export const RANGES_CHARS_MAX = 16 * 1024;

/** @param revisions ascending. Undefined when the text would be too long. */
export function rangesOf(revisions: readonly number[]): string | undefined {
  const parts: string[] = [];
  for (let at = 0; at < revisions.length; ) {
    const first = revisions[at] as number;
    let last = first;
    while (revisions[at + 1] === last + 1) last = revisions[++at] as number;
    at++;
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  const text = parts.join(',');
  return text.length <= RANGES_CHARS_MAX ? text : undefined;
}

export function inRanges(text: string, revision: number): boolean {
  return text.split(',').some((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return revision >= first && revision <= last;
  });
}
