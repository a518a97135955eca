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

/** More deadlocks than these at once are not told apart. */
export const CIRCLES_MAX = 100;

/**
 * Circles of waits, as the waits that make them up: each one's `behind` is the next one's `waiter`. Shortest first, at most
 * CIRCLES_MAX; empty only if there is none. Linear where nobody waits in a circle.
 */
export function circlesOf(waits: readonly Wait[]): Wait[][] {
  const from = knotted(waits);
  const circles: Wait[][] = [];
  const taken = new Set<string>();
  for (const start of from.keys()) {
    if (circles.length === CIRCLES_MAX) break;
    if (taken.has(start)) continue;
    const circle = shortestCircle(start, from);
    if (circle === null) continue;
    for (const { waiter } of circle) taken.add(waiter);
    circles.push(circle);
  }
  return circles.sort((a, b) => a.length - b.length);
}

/** The waits that may be part of a circle, by waiter: whoever waits for nobody, or is waited for by nobody, is taken away until none is left. */
function knotted(waits: readonly Wait[]): Map<string, Wait[]> {
  const from = new Map<string, Wait[]>();
  const into = new Map<string, Wait[]>();
  for (const wait of waits) {
    put(from, wait.waiter, wait);
    put(into, wait.behind, wait);
  }
  strip(from, into, ({ waiter }) => waiter);
  strip(into, from, ({ behind }) => behind);
  // What is left over has a way in and a way out, both within what is left over.
  const left = new Map<string, Wait[]>();
  for (const [waiter, list] of from) {
    const inside = list.filter(({ behind }) => from.has(behind) && into.has(behind) && into.has(waiter));
    if (inside.length > 0) left.set(waiter, inside);
  }
  return left;
}

function put(map: Map<string, Wait[]>, key: string, wait: Wait): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [wait]);
  else list.push(wait);
}

/** Takes away those of `into` that have no way on in `from`, and by that perhaps others' only way. `who`: the near end of a wait. */
function strip(
  from: Map<string, Wait[]>,
  into: ReadonlyMap<string, readonly Wait[]>,
  who: (wait: Wait) => string,
): void {
  const waysOn = new Map([...from].map(([one, list]) => [one, list.length]));
  const done = [...into.keys()].filter((one) => !waysOn.has(one));
  for (let one = done.pop(); one !== undefined; one = done.pop()) {
    for (const wait of into.get(one) ?? []) {
      const near = who(wait);
      const left = (waysOn.get(near) ?? 0) - 1;
      waysOn.set(near, left);
      if (left > 0) continue;
      from.delete(near);
      done.push(near);
    }
  }
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
