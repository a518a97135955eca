/**
 * Who waits for whom, from left to right: programs that wait for nobody, those that wait for them, and so on. Circles stand at the left,
 * one below the other. Positions in px, nothing else.
 */
import type { WaitView } from '../../lib/api/coordination-types.ts';

export const NODE_WIDTH = 152;
export const NODE_HEIGHT = 26;
const COLUMN_PX = 300;
const ROW_PX = 44;
/** Room for the arcs of circles and the names of their locks at the left, and around everything. */
const CIRCLES_PX = 230;
const MARGIN_PX = 16;
/** Between the arcs and the names beside them; and from the middle to the line of text above or below it. */
const NAME_GAP_PX = 6;
const NAME_ABOVE_PX = -3;
const NAME_BELOW_PX = 11;
/** Beyond this a drawing says less than the table beside it. */
export const NODES_MAX = 60;

export interface WaitNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly isInCircle: boolean;
}

export interface WaitEdge {
  readonly key: string;
  /** From who waits to who holds. */
  readonly path: string;
  /** Null: an edge above it says it, of the same lock and holder. */
  readonly label: string | null;
  readonly labelX: number;
  readonly labelY: number;
  readonly labelAnchor: 'middle' | 'end';
  readonly isInCircle: boolean;
}

export interface WaitGraphLayout {
  readonly nodes: readonly WaitNode[];
  readonly edges: readonly WaitEdge[];
  readonly width: number;
  readonly height: number;
  /** Programs left out of the drawing. */
  readonly hidden: number;
}

export function waitGraphLayout(
  waits: readonly WaitView[],
  circles: readonly (readonly WaitView[])[],
  nameOf: (wait: WaitView) => string,
): WaitGraphLayout {
  const circled = new Set(circles.flat().map(({ waiter }) => waiter));
  const left = circled.size === 0 ? MARGIN_PX : CIRCLES_PX;
  const ids = [...new Set([...circles.flat(), ...waits].flatMap(({ waiter, holder }) => [holder, waiter]))];
  const shown = new Set(ids.slice(0, NODES_MAX));
  const column = columnsOf(waits, circled);
  const waitsFor = new Map(waits.map(({ waiter, holder }) => [waiter, holder]));
  const held = new Set(waits.map(({ holder }) => holder));
  /** Of each column, the next row that is free. */
  const rows = new Map<number, number>();
  const rowOf = new Map<string, number>();
  const nodes = ids.slice(0, NODES_MAX).map((id): WaitNode => {
    const at = column(id);
    // Beside whom it waits for, and level with the first that will stand beside it: a line begins straight.
    const row = Math.max(
      rows.get(at) ?? 0,
      rowOf.get(waitsFor.get(id) ?? '') ?? 0,
      held.has(id) ? (rows.get(at + 1) ?? 0) : 0,
    );
    rows.set(at, row + 1);
    rowOf.set(id, row);
    return { id, x: left + at * COLUMN_PX, y: MARGIN_PX + row * ROW_PX, isInCircle: circled.has(id) };
  });
  const place = new Map(nodes.map((node) => [node.id, node]));
  const labelled = new Set<string>();
  const edges = waits
    .filter(({ waiter, holder }) => shown.has(waiter) && shown.has(holder))
    .flatMap((wait): WaitEdge[] => {
      const [from, to] = [place.get(wait.waiter), place.get(wait.holder)];
      if (from === undefined || to === undefined) return [];
      const line = JSON.stringify([wait.lock, wait.holder]);
      const isFirst = !labelled.has(line);
      labelled.add(line);
      const edge = edgeOf(wait, { from, to, label: nameOf(wait) });
      return [{ ...edge, label: isFirst || edge.isInCircle ? edge.label : null }];
    });
  return {
    nodes,
    edges,
    width: left + Math.max(0, ...rows.keys()) * COLUMN_PX + NODE_WIDTH + MARGIN_PX,
    height: 2 * MARGIN_PX + Math.max(1, ...rows.values()) * ROW_PX,
    hidden: ids.length - nodes.length,
  };
}

/** How many waits lie between a program and one that waits for nobody, or a circle. */
function columnsOf(waits: readonly WaitView[], circled: ReadonlySet<string>): (id: string) => number {
  const holders = new Map<string, string[]>();
  for (const { waiter, holder } of waits) holders.set(waiter, [...(holders.get(waiter) ?? []), holder]);
  const known = new Map<string, number>();
  const column = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    // Asked again on the way round: a circle that was not named ends here.
    known.set(id, 0);
    const behind = circled.has(id) ? [] : (holders.get(id) ?? []).map(column);
    const at = behind.length === 0 ? 0 : 1 + Math.max(...behind);
    known.set(id, at);
    return at;
  };
  return column;
}

/** How far the handles of an arc stand out, and the share of it that the arc itself reaches. */
const WIDEST_BULGE_PX = 62;
const ARC_REACH = 0.75;

function edgeOf(
  wait: WaitView,
  { from, to, label }: { readonly from: WaitNode; readonly to: WaitNode; readonly label: string },
): WaitEdge {
  const key = `${wait.waiter} ${label}`;
  const isInCircle = from.isInCircle && to.isInCircle;
  const middle = NODE_HEIGHT / 2;
  if (from.x === to.x) {
    // Round the left side: wider the further apart, so that two that wait for each other do not lie on one line.
    const isDown = to.y > from.y;
    const bulge = isDown ? 34 : WIDEST_BULGE_PX;
    const [x, y1, y2] = [from.x, from.y + middle + (isDown ? 5 : -5), to.y + middle + (isDown ? -5 : 5)];
    const path = `M${x},${y1}C${x - bulge},${y1} ${x - bulge},${y2} ${x - 2},${y2}`;
    // Beside the arcs; of two arcs with one middle, the name of the one that leads down stands above.
    const labelY = (y1 + y2) / 2 + (isDown ? NAME_ABOVE_PX : NAME_BELOW_PX);
    const labelX = x - WIDEST_BULGE_PX * ARC_REACH - NAME_GAP_PX;
    return { key, path, label, labelX, labelY, labelAnchor: 'end', isInCircle };
  }
  const [x1, y1, x2, y2] = [from.x, from.y + middle, to.x + NODE_WIDTH + 2, to.y + middle];
  const bend = (x1 - x2) / 2;
  const path = `M${x1},${y1}C${x1 - bend},${y1} ${x2 + bend},${y2} ${x2},${y2}`;
  return { key, path, label, labelX: (x1 + x2) / 2, labelY: (y1 + y2) / 2 - 4, labelAnchor: 'middle', isInCircle };
}
