import { expect, test } from 'vitest';
import type { SpaceFolder, SpaceView } from '../../lib/api/space-types.ts';
import { layoutTreemap, TILE_HEAD_PX, tileBeside } from './treemap.layout.ts';

const node = (name: string, bytes: number, parts: readonly number[] = []): SpaceFolder => ({
  path: name,
  name,
  kind: parts.length > 0 ? 'folder' : 'key',
  keys: 1,
  bytes,
  parts: parts.map((size, at) => ({ path: `${name}${at}`, name: String(at), kind: 'key', keys: 1, bytes: size })),
});

const view: SpaceView = {
  prefix: '',
  by: 'bytes',
  revision: '1',
  source: 'live',
  keys: 5,
  bytes: 1_000,
  children: 5,
  nodes: [node('a', 500, [300, 100]), node('b', 250), node('c', 150), node('empty', 0)],
  rest: { children: 1, keys: 1, bytes: 100 },
};

const size = { by: 'bytes', width: 600, height: 400 } as const;
const area = ({ width, height }: { width: number; height: number }) => width * height;

test('areas are as the sizes, the rest has its own, and what is empty has none', () => {
  const tiles = layoutTreemap(view, size);
  expect(tiles.map(({ index }) => index)).toEqual([0, 1, 2, null]);
  const [, b, c] = tiles;
  if (b === undefined || c === undefined) throw new Error('a tile is missing');
  expect(area(b) / area(c)).toBeCloseTo(250 / 150, 0);
  for (const tile of tiles) {
    expect(tile.x >= 0 && tile.y >= 0 && tile.x + tile.width <= 600 && tile.y + tile.height <= 400).toBe(true);
  }
});

test('the parts of a folder lie inside its tile, below its name', () => {
  const [a] = layoutTreemap(view, size);
  if (a === undefined) throw new Error('no tile');
  expect(a.parts.map(({ index }) => index)).toEqual([0, 1]);
  for (const part of a.parts) {
    expect(part.y).toBeGreaterThanOrEqual(a.y + TILE_HEAD_PX);
    expect(part.x + part.width).toBeLessThanOrEqual(a.x + a.width);
    expect(part.y + part.height).toBeLessThanOrEqual(a.y + a.height);
  }
});

test('arrow keys reach every tile, and stop at the edge', () => {
  const tiles = layoutTreemap(view, size);
  const reached = new Set<number>([0]);
  for (let round = 0; round < tiles.length; round++) {
    for (const from of [...reached])
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) reached.add(tileBeside(tiles, from, key));
  }
  expect(reached.size).toBe(tiles.length);
  expect(tileBeside(tiles, 0, 'ArrowLeft'), 'the largest stands at the left').toBe(0);
  expect(tileBeside(tiles, 0, 'Home')).toBe(0);
});

test('a picture without room has no tiles', () => {
  expect(layoutTreemap(view, { ...size, width: 0 })).toEqual([]);
});
