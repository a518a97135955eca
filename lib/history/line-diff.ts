/**
 * Line diff (Myers, "An O(ND) Difference Algorithm", 1986): the shortest edit script between two texts, bounded.
 *
 * Invariants, held by line-diff.test.ts: `same` and `del` lines joined give the old text; `same` and `add` lines joined
 * give the new one; the script is shortest while it needs at most MAX_EDITS edits. Beyond that the differing middle is
 * shown as one replaced block: still true, only less fine.
 */

export interface DiffLine {
  readonly kind: 'same' | 'add' | 'del';
  readonly text: string;
  /** 1-based; null on the side where the line does not exist. */
  readonly oldLine: number | null;
  readonly newLine: number | null;
}

export type DiffRow = DiffLine | { readonly kind: 'skip'; readonly count: number };

/** Above this many edits the exact script is neither readable nor cheap (time and memory grow with its square). */
export const MAX_EDITS = 1000;

/** Lines are split at "\n" only, so "\r" stays visible as part of its line and nothing is normalised away. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const out: DiffLine[] = [];
  const emit = new Emitter(a, b, out);
  for (let i = 0; i < start; i++) emit.same();
  for (const op of middle(a.slice(start, endA), b.slice(start, endB))) emit[op]();
  while (endA++ < a.length) emit.same();
  return out;
}

type Op = 'same' | 'add' | 'del';

class Emitter {
  private i = 0;
  private j = 0;
  private readonly a: readonly string[];
  private readonly b: readonly string[];
  private readonly out: DiffLine[];
  constructor(a: readonly string[], b: readonly string[], out: DiffLine[]) {
    this.a = a;
    this.b = b;
    this.out = out;
  }
  same(): void {
    this.out.push({ kind: 'same', text: this.a[this.i] ?? '', oldLine: ++this.i, newLine: ++this.j });
  }
  del(): void {
    this.out.push({ kind: 'del', text: this.a[this.i] ?? '', oldLine: ++this.i, newLine: null });
  }
  add(): void {
    this.out.push({ kind: 'add', text: this.b[this.j] ?? '', oldLine: null, newLine: ++this.j });
  }
}

function middle(a: readonly string[], b: readonly string[]): readonly Op[] {
  const replaced = (): Op[] => [...a.map((): Op => 'del'), ...b.map((): Op => 'add')];
  if (a.length === 0 || b.length === 0) return replaced();
  const trace = shortestPath(a, b);
  return trace === undefined ? replaced() : backtrack(trace, a.length, b.length);
}

/** Furthest-reaching x per diagonal, one snapshot per edit count; undefined when more than MAX_EDITS are needed. */
function shortestPath(a: readonly string[], b: readonly string[]): readonly Int32Array[] | undefined {
  const bound = Math.min(a.length + b.length, MAX_EDITS);
  const v = new Int32Array(2 * bound + 3);
  const mid = bound + 1;
  const trace: Int32Array[] = [];
  for (let d = 0; d <= bound; d++) {
    trace.push(v.slice(mid - d - 1, mid + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const left = v[mid + k - 1] ?? 0;
      const down = v[mid + k + 1] ?? 0;
      let x = k === -d || (k !== d && left < down) ? down : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      v[mid + k] = x;
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}

function backtrack(trace: readonly Int32Array[], lengthA: number, lengthB: number): readonly Op[] {
  const ops: Op[] = [];
  let x = lengthA;
  let y = lengthB;
  for (let d = trace.length - 1; d > 0; d--) {
    const v = trace[d] ?? new Int32Array();
    // The snapshot of step d covers the diagonals -d-1 … d+1.
    const at = (k: number): number => v[k + d + 1] ?? 0;
    const k = x - y;
    const cameDown = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const previousK = cameDown ? k + 1 : k - 1;
    const previousX = at(previousK);
    const previousY = previousX - previousK;
    while (x > previousX && y > previousY) {
      ops.push('same');
      x--;
      y--;
    }
    ops.push(cameDown ? 'add' : 'del');
    if (cameDown) y--;
    else x--;
  }
  for (; x > 0 && y > 0; x--, y--) ops.push('same');
  return ops.reverse();
}

/** Keeps `context` unchanged lines around each change; longer unchanged stretches become one `skip` row. */
export function collapseSame(lines: readonly DiffLine[], context: number): readonly DiffRow[] {
  const keep = new Uint8Array(lines.length);
  lines.forEach((line, i) => {
    if (line.kind === 'same') return;
    keep.fill(1, Math.max(0, i - context), Math.min(lines.length, i + context + 1));
  });
  const out: DiffRow[] = [];
  let skipped = 0;
  lines.forEach((line, i) => {
    if (keep[i] === 1) {
      if (skipped > 0) out.push({ kind: 'skip', count: skipped });
      skipped = 0;
      out.push(line);
    } else skipped++;
  });
  if (skipped > 0) out.push({ kind: 'skip', count: skipped });
  return out;
}
