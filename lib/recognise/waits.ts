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
export const CIRCLES_MAX = 20;

/**
 * Circles of waits, as the waits that make them up: each one's `behind` is the next one's `waiter`. Shortest first, at most
 * CIRCLES_MAX; empty only if there is none. Linear in the waits but for the circles it tells.
 */
export function circlesOf(waits: readonly Wait[]): Wait[][] {
  const from = new Map<string, Wait[]>();
  for (const wait of waits) {
    const list = from.get(wait.waiter);
    if (list === undefined) from.set(wait.waiter, [wait]);
    else list.push(wait);
  }
  const knotOf = knots(from);
  const circles: Wait[][] = [];
  const taken = new Set<string>();
  for (const start of knotOf.keys()) {
    if (circles.length === CIRCLES_MAX) break;
    if (taken.has(start)) continue;
    const circle = shortestCircle(start, from, knotOf);
    if (circle === null) continue;
    for (const { waiter } of circle) taken.add(waiter);
    circles.push(circle);
  }
  return circles.sort((a, b) => a.length - b.length);
}

interface Visit {
  readonly one: string;
  next: number;
}

/**
 * Programs that can be reached from each other, by the number of their knot; those in none are left out. Tarjan's strongly connected
 * components, with a stack of its own: lines are as long as they like.
 */
function knots(from: ReadonlyMap<string, readonly Wait[]>): Map<string, number> {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const knotOf = new Map<string, number>();
  const lower = (one: string, to: number): void => void low.set(one, Math.min(low.get(one) ?? to, to));
  const visits: Visit[] = [];
  const enter = (one: string): void => {
    order.set(one, order.size);
    lower(one, order.get(one) ?? 0);
    open.push(one);
    isOpen.add(one);
    visits.push({ one, next: 0 });
  };
  const close = (one: string): void => {
    const members = open.splice(open.lastIndexOf(one));
    for (const member of members) isOpen.delete(member);
    const isKnot = members.length > 1 || (from.get(one) ?? []).some(({ behind }) => behind === one);
    if (isKnot) for (const member of members) knotOf.set(member, order.get(one) ?? 0);
  };
  for (const start of from.keys()) {
    if (order.has(start)) continue;
    enter(start);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { one } = visit;
      const wait = from.get(one)?.[visit.next++];
      if (wait === undefined) {
        visits.pop();
        const above = visits.at(-1);
        if (above !== undefined) lower(above.one, low.get(one) ?? 0);
        if (low.get(one) === order.get(one)) close(one);
      } else if (!order.has(wait.behind)) enter(wait.behind);
      else if (isOpen.has(wait.behind)) lower(one, order.get(wait.behind) ?? 0);
    }
  }
  return knotOf;
}

/** Breadth first from a program back to itself, within its knot. */
function shortestCircle(
  start: string,
  from: ReadonlyMap<string, readonly Wait[]>,
  knotOf: ReadonlyMap<string, number>,
): Wait[] | null {
  const knot = knotOf.get(start);
  const cameBy = new Map<string, Wait>();
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    for (const wait of from.get(queue[at] ?? '') ?? []) {
      if (wait.behind === start) return pathTo(wait, start, cameBy);
      if (cameBy.has(wait.behind) || knotOf.get(wait.behind) !== knot) continue;
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
    if (wait !== undefined) path.push(wait);
  }
  return path.reverse();
}
