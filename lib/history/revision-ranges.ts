/** Revisions as text, for an account of many: "12-40,43". */

/** Beyond this the account says that there are too many. */
const RANGES_CHARS_MAX = 16 * 1024;
/** Stands for no revision. */
export const TOO_MANY = 'too many to name';

/** @param revisions ascending. TOO_MANY when the text would be too long. */
export function rangesOf(revisions: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < revisions.length; ) {
    const first = revisions[at] as number;
    let last = first;
    while (revisions[at + 1] === last + 1) last = revisions[++at] as number;
    at++;
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  const text = parts.join(',');
  return text.length <= RANGES_CHARS_MAX ? text : TOO_MANY;
}

/** One by one. Null: there are more than `most`, or nobody named them. */
export function revisionsIn(text: string, most: number): readonly string[] | null {
  const found: string[] = [];
  for (const part of text.split(',')) {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last - first >= most - found.length) return null;
    for (let revision = first; revision <= last; revision++) found.push(String(revision));
  }
  return found;
}

export function inRanges(text: string, revision: number): boolean {
  return text.split(',').some((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return revision >= first && revision <= last;
  });
}
