/**
 * The loaded children of one folder: stretches of neighbours ("runs"), one for each page that was read, with gaps between.
 *
 * Invariants (tree-model.test.ts): runs are sorted, not empty, never overlap; inserting and removing moves all that follows.
 * Refuses: guessing. A sort key whose place lies in a gap is answered with 'unknown'.
 */
import type { TreeNode } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';

/** Pages kept per folder; beyond it those not looked at for longest are forgotten. */
const RUNS_KEPT = 64;

interface Run {
  start: number;
  readonly nodes: TreeNode[];
  /** Sort keys of the nodes. */
  readonly sorts: ByteString[];
  /** The revision the server read these at; older events are already in them. */
  readonly asOf: number;
  usedAt: number;
}

export type SortPlace =
  | { readonly kind: 'at'; readonly index: number; readonly node: TreeNode; readonly asOf: number }
  /** Not there; it would stand at `index`. */
  | { readonly kind: 'gap'; readonly index: number }
  | { readonly kind: 'unknown' };

export interface LoadedNode {
  readonly node: TreeNode;
  readonly sort: ByteString;
}

export class LoadedRuns {
  private runs: Run[] = [];
  private clock = 0;

  get count(): number {
    return this.runs.reduce((sum, run) => sum + run.nodes.length, 0);
  }

  nodeAt(index: number): TreeNode | undefined {
    const run = this.runAt(index);
    if (run === undefined) return undefined;
    run.usedAt = ++this.clock;
    return run.nodes[index - run.start];
  }

  search(sort: ByteString, total: number): SortPlace {
    let before: Run | undefined;
    let after: Run | undefined;
    for (const run of this.runs) {
      if ((run.sorts[0] as ByteString) <= sort) before = run;
      else {
        after = run;
        break;
      }
    }
    const next = after?.start ?? total;
    if (before === undefined) return next === 0 ? { kind: 'gap', index: 0 } : { kind: 'unknown' };
    const at = lowerBound(before.sorts, sort);
    const node = before.nodes[at];
    if (node !== undefined && before.sorts[at] === sort) {
      return { kind: 'at', index: before.start + at, node, asOf: before.asOf };
    }
    const isInside = at < before.sorts.length || before.start + at === next;
    return isInside ? { kind: 'gap', index: before.start + at } : { kind: 'unknown' };
  }

  /** A stretch of at most `limit` children around `index` that is not loaded, on the grid of pages; undefined when it is. */
  missingAt(
    index: number,
    { limit, total }: { readonly limit: number; readonly total: number },
  ): { readonly offset: number; readonly limit: number } | undefined {
    if (index < 0 || index >= total || this.runAt(index) !== undefined) return undefined;
    let from = index - (index % limit);
    let to = Math.min(from + limit, total);
    for (const run of this.runs) {
      const end = run.start + run.nodes.length;
      if (end <= index && end > from) from = end;
      if (run.start > index && run.start < to) to = run.start;
    }
    return { offset: from, limit: to - from };
  }

  insert(index: number, { node, sort }: LoadedNode, asOf: number): void {
    const home =
      this.runs.find((run) => run.start < index && index <= run.start + run.nodes.length) ??
      this.runs.find((run) => run.start === index);
    for (const run of this.runs) if (run !== home && run.start >= index) run.start++;
    if (home === undefined) {
      this.runs.push({ start: index, nodes: [node], sorts: [sort], asOf, usedAt: ++this.clock });
      this.runs.sort((a, b) => a.start - b.start);
    } else {
      home.nodes.splice(index - home.start, 0, node);
      home.sorts.splice(index - home.start, 0, sort);
    }
  }

  remove(index: number): void {
    const home = this.runAt(index);
    if (home !== undefined) {
      home.nodes.splice(index - home.start, 1);
      home.sorts.splice(index - home.start, 1);
      if (home.nodes.length === 0) this.runs = this.runs.filter((run) => run !== home);
    }
    for (const run of this.runs) if (run !== home && run.start > index) run.start--;
  }

  /** Replaces the node at a loaded place whose sort key stays the same; false when it would have to move. */
  replace(index: number, { node, sort }: LoadedNode): boolean {
    const run = this.runAt(index);
    if (run === undefined || run.sorts[index - run.start] !== sort) return false;
    run.nodes[index - run.start] = node;
    return true;
  }

  /** The revision at which the place was read; undefined while not loaded. */
  asOfAt(index: number): number | undefined {
    return this.runAt(index)?.asOf;
  }

  /** Takes a page in. What it overlaps is replaced by it: it is newer. */
  load(offset: number, loaded: readonly LoadedNode[], asOf: number): void {
    const end = offset + loaded.length;
    this.runs = this.runs.flatMap((run) => withoutRange(run, offset, end));
    if (loaded.length > 0) {
      const nodes = loaded.map((one) => one.node);
      const sorts = loaded.map((one) => one.sort);
      this.runs.push({ start: offset, nodes, sorts, asOf, usedAt: ++this.clock });
    }
    this.runs.sort((a, b) => a.start - b.start);
    while (this.runs.length > RUNS_KEPT) {
      const oldest = this.runs.reduce((a, b) => (a.usedAt <= b.usedAt ? a : b));
      this.runs = this.runs.filter((run) => run !== oldest);
    }
  }

  clear(): void {
    this.runs = [];
  }

  private runAt(index: number): Run | undefined {
    return this.runs.find((run) => run.start <= index && index < run.start + run.nodes.length);
  }
}

function withoutRange(run: Run, from: number, to: number): readonly Run[] {
  const end = run.start + run.nodes.length;
  if (end <= from || run.start >= to) return [run];
  const part = (start: number, stop: number): readonly Run[] =>
    stop <= start
      ? []
      : [
          {
            ...run,
            start,
            nodes: run.nodes.slice(start - run.start, stop - run.start),
            sorts: run.sorts.slice(start - run.start, stop - run.start),
          },
        ];
  return [...part(run.start, from), ...part(to, end)];
}

/** First position whose sort key is not below `sort`. */
function lowerBound(sorts: readonly ByteString[], sort: ByteString): number {
  let low = 0;
  let high = sorts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((sorts[mid] as ByteString) < sort) low = mid + 1;
    else high = mid;
  }
  return low;
}
