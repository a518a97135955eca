/**
 * Three-way merge of texts by lines, from the base both sides started from. What only one side changed is taken from it; what
 * both changed alike is taken once; where their changes touch or overlap nothing is guessed: it is a conflict to be chosen.
 *
 * Invariants (merge.test.ts): without conflicts the merge of a side with the unchanged base is that side; swapping the sides
 * swaps only the sides of the conflicts.
 */
import { diffLines } from './line-diff.ts';

export type MergePart =
  | { readonly kind: 'agreed'; readonly lines: readonly string[] }
  | {
      readonly kind: 'conflict';
      readonly base: readonly string[];
      readonly mine: readonly string[];
      readonly theirs: readonly string[];
    };

export type Choice = 'mine' | 'theirs' | 'both';

/** Lines [from, to) of the base are replaced by `lines`. */
interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

export function mergeTexts(texts: {
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
}): readonly MergePart[] {
  const base = texts.base.split('\n');
  const mine = hunksOf(texts.base, texts.mine);
  const theirs = hunksOf(texts.base, texts.theirs);
  const parts: MergePart[] = [];
  let at = 0;
  let [i, j] = [0, 0];
  while (i < mine.length || j < theirs.length) {
    const from = Math.min(mine[i]?.from ?? base.length + 1, theirs[j]?.from ?? base.length + 1);
    const [firstMine, firstTheirs] = [i, j];
    let to = from;
    // Whatever touches the stretch so far belongs to it.
    for (let grew = true; grew; ) {
      grew = false;
      for (let hunk = mine[i]; hunk !== undefined && hunk.from <= to; hunk = mine[++i])
        [to, grew] = [Math.max(to, hunk.to), true];
      for (let hunk = theirs[j]; hunk !== undefined && hunk.from <= to; hunk = theirs[++j])
        [to, grew] = [Math.max(to, hunk.to), true];
    }
    agree(parts, base.slice(at, from));
    const left = applied(base, mine.slice(firstMine, i), { from, to });
    const right = applied(base, theirs.slice(firstTheirs, j), { from, to });
    if (firstTheirs === j || same(left, right)) agree(parts, left);
    else if (firstMine === i) agree(parts, right);
    else parts.push({ kind: 'conflict', base: base.slice(from, to), mine: left, theirs: right });
    at = to;
  }
  agree(parts, base.slice(at));
  return parts;
}

/** The text, with each conflict as chosen, in order. */
export function resolved(parts: readonly MergePart[], choices: readonly Choice[]): string {
  let next = 0;
  return parts
    .flatMap((part) => {
      if (part.kind === 'agreed') return part.lines;
      const choice = choices[next++] ?? 'mine';
      if (choice === 'both') return [...part.theirs, ...part.mine];
      return choice === 'mine' ? part.mine : part.theirs;
    })
    .join('\n');
}

export const conflictsOf = (parts: readonly MergePart[]) => parts.filter((part) => part.kind === 'conflict');

function hunksOf(base: string, side: string): readonly Hunk[] {
  const hunks: { from: number; to: number; lines: string[] }[] = [];
  let at = 0;
  let open: { from: number; to: number; lines: string[] } | null = null;
  for (const line of diffLines(base, side)) {
    if (line.kind === 'same') {
      open = null;
      at++;
      continue;
    }
    if (open === null) {
      open = { from: at, to: at, lines: [] };
      hunks.push(open);
    }
    if (line.kind === 'del') open.to = ++at;
    else open.lines.push(line.text);
  }
  return hunks;
}

/** Lines [from, to) of the base with these hunks in place. */
function applied(
  base: readonly string[],
  hunks: readonly Hunk[],
  { from, to }: { from: number; to: number },
): readonly string[] {
  const out: string[] = [];
  let at = from;
  for (const hunk of hunks) {
    out.push(...base.slice(at, hunk.from), ...hunk.lines);
    at = hunk.to;
  }
  return [...out, ...base.slice(at, to)];
}

function agree(parts: MergePart[], lines: readonly string[]): void {
  if (lines.length === 0) return;
  const last = parts.at(-1);
  if (last?.kind === 'agreed') parts[parts.length - 1] = { kind: 'agreed', lines: [...last.lines, ...lines] };
  else parts.push({ kind: 'agreed', lines });
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, i) => line === b[i]);
