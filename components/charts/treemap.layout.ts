/**
 * What takes the room, as areas: a tile for each child of a folder, the parts of a folder inside its tile. Positions in px, nothing else.
 * A child of size zero has no area and no tile; the table beside the picture has it.
 */
import { hierarchy, treemap, treemapSquarify } from 'd3';
import type { SpaceMeasure, SpaceView } from '../../lib/api/space-types.ts';

/** Room for a folder's name above its parts. */
export const TILE_HEAD_PX = 18;
/** Below this a tile holds no text. */
const LABEL_WIDTH_MIN = 44;
const LABEL_HEIGHT_MIN = 16;
const GAP_PX = 2;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TreemapTile extends Box {
  /** Of the view's nodes; null for the children that are not among them, together. */
  readonly index: number | null;
  readonly hasLabel: boolean;
  /** Relative to the picture, as the tile itself. `index` is that of the node's parts. */
  readonly parts: readonly (Box & { readonly index: number; readonly hasLabel: boolean })[];
}

interface Datum {
  readonly index: number | null;
  readonly size: number;
  readonly children?: readonly Datum[];
}

export function layoutTreemap(
  view: SpaceView,
  { by, width, height }: { readonly by: SpaceMeasure; readonly width: number; readonly height: number },
): readonly TreemapTile[] {
  if (width <= 0 || height <= 0) return [];
  const children: Datum[] = view.nodes.map((node, index) => {
    const parts = node.parts.map((part, at) => ({ index: at, size: part[by] }));
    const missing = node[by] - parts.reduce((sum, part) => sum + part.size, 0);
    const inside = parts.length === 0 ? {} : { children: [...parts, { index: null, size: Math.max(0, missing) }] };
    return { index, size: node[by], ...inside };
  });
  children.push({ index: null, size: view.rest[by] });
  const root = hierarchy<Datum>({ index: null, size: 0, children }, (datum) => datum.children)
    .sum((datum) => (datum.children === undefined ? datum.size : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const placed = treemap<Datum>()
    .tile(treemapSquarify.ratio(1.4))
    .size([width, height])
    .paddingInner(GAP_PX)
    .paddingTop((node) => (node.depth === 1 && node.children !== undefined ? TILE_HEAD_PX : 0))
    .round(true)(root);
  return (placed.children ?? [])
    .filter((node) => (node.value ?? 0) > 0)
    .map((node) => ({
      ...boxOf(node),
      index: node.data.index,
      hasLabel: isRoomy(boxOf(node)),
      parts: (node.children ?? []).flatMap((part) => {
        const box = boxOf(part);
        const { index } = part.data;
        return index === null || box.width < 3 || box.height < 3 ? [] : [{ ...box, index, hasLabel: isRoomy(box) }];
      }),
    }));
}

const boxOf = ({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): Box => ({
  x: x0,
  y: y0,
  width: Math.max(0, x1 - x0),
  height: Math.max(0, y1 - y0),
});

const isRoomy = ({ width, height }: Box): boolean => width >= LABEL_WIDTH_MIN && height >= LABEL_HEIGHT_MIN;

/** The tile next to tile `from` in the direction of an arrow key; `from` itself where there is none. */
export function tileBeside(tiles: readonly TreemapTile[], from: number, key: string): number {
  const here = tiles[from];
  const direction = ARROWS[key];
  if (here === undefined || direction === undefined) return from;
  const [dx, dy] = direction;
  let best = from;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const [at, tile] of tiles.entries()) {
    const along = dx * (centre(tile).x - centre(here).x) + dy * (centre(tile).y - centre(here).y);
    if (at === from || along <= 0) continue;
    const across = Math.abs(dy * (centre(tile).x - centre(here).x)) + Math.abs(dx * (centre(tile).y - centre(here).y));
    // What lies straight ahead wins over what is merely near.
    const cost = along + 2 * across;
    if (cost < bestCost) [best, bestCost] = [at, cost];
  }
  return best;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const centre = ({ x, y, width, height }: Box) => ({ x: x + width / 2, y: y + height / 2 });
