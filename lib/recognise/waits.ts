/**
 * Who waits for whom across locks. A program is known by its lease: one that uses several leases is several here.
 *
 * Whoever stands in line waits for the one directly before it, and by that for everybody before it. A circle of such waits never ends by
 * itself: a deadlock, until one of its leases runs out.
 */

/** One lock: its line, the holder first. Null: a key that lost its lease, which nobody can be known by. */
export interface Line {
  readonly lock: string;
  readonly leases: readonly (string | null)[];
}

export interface Wait {
  readonly waiter: string;
  readonly lock: string;
  /** Who stands directly before it. */
  readonly behind: string;
  readonly holder: string;
  /** 1: next in line. */
  readonly place: number;
}

/** All waits, in the order of the locks and their lines. */
export function waitsOf(lines: readonly Line[]): Wait[] {
  return lines.flatMap(({ lock, leases }) => {
    const known = leases.filter((lease): lease is string => lease !== null);
    const [holder] = known;
    return known.flatMap((waiter, at): Wait[] => {
      const behind = known[at - 1];
      return at === 0 || behind === undefined || holder === undefined
        ? []
        : [{ waiter, lock, behind, holder, place: at }];
    });
  });
}

/** Each circle of waits, as the waits that make it up: each one's `behind` is the next one's `waiter`. Shortest first. */
export function circlesOf(waits: readonly Wait[]): Wait[][] {
  const from = new Map<string, Wait[]>();
  for (const wait of waits) from.set(wait.waiter, [...(from.get(wait.waiter) ?? []), wait]);
  const circles: Wait[][] = [];
  const taken = new Set<string>();
  for (const start of from.keys()) {
    if (taken.has(start)) continue;
    const circle = shortestCircle(start, from);
    if (circle === null) continue;
    for (const { waiter } of circle) taken.add(waiter);
    circles.push(circle);
  }
  return circles.sort((a, b) => a.length - b.length);
}

/** Breadth first from a program back to itself. */
function shortestCircle(start: string, from: ReadonlyMap<string, readonly Wait[]>): Wait[] | null {
  const cameBy = new Map<string, Wait>();
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    for (const wait of from.get(queue[at] ?? '') ?? []) {
      if (wait.behind === start) return pathTo(wait, start, cameBy);
      if (cameBy.has(wait.behind)) continue;
      cameBy.set(wait.behind, wait);
      queue.push(wait.behind);
    }
  }
  return null;
}

function pathTo(last: Wait, start: string, cameBy: ReadonlyMap<string, Wait>): Wait[] {
  const path = [last];
  for (let wait: Wait | undefined = last; wait !== undefined && wait.waiter !== start; ) {
    wait = cameBy.get(wait.waiter);
    if (wait !== undefined) path.unshift(wait);
  }
  return path;
}
