import { expect, test } from 'vitest';
import type { WaitView } from '../../lib/api/coordination-types.ts';
import { NODES_MAX, waitGraphLayout } from './wait-graph.layout.ts';

const wait = (waiter: string, lock: string, holder: string): WaitView => ({
  waiter,
  lock: `${lock}/`,
  name: lock,
  behind: holder,
  holder,
  place: 1,
});
const nameOf = (one: WaitView): string => String(one.name);
const columnOf = (waits: readonly WaitView[], circles: readonly (readonly WaitView[])[] = []) =>
  Object.fromEntries(waitGraphLayout(waits, circles, nameOf).nodes.map(({ id, x }) => [id, x]));

test('whoever waits stands to the right of whom it waits for', () => {
  const x = columnOf([wait('q', 'a', 'p'), wait('r', 'b', 'q')]);
  expect(x.p).toBeLessThan(x.q ?? 0);
  expect(x.q).toBeLessThan(x.r ?? 0);
});

test('a circle stands at the left and is marked, who waits behind it is not', () => {
  const circle = [wait('p', 'b', 'q'), wait('q', 'a', 'p')];
  const { nodes, edges } = waitGraphLayout([...circle, wait('r', 'a', 'p')], [circle], nameOf);
  expect(
    nodes
      .filter(({ isInCircle }) => isInCircle)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['p', 'q']);
  expect(new Set(nodes.filter(({ isInCircle }) => isInCircle).map(({ x }) => x)).size).toBe(1);
  expect(edges.filter(({ isInCircle }) => isInCircle)).toHaveLength(2);
});

test('two that wait for each other have the names of both locks beside them, one above the other', () => {
  const circle = [wait('p', 'b', 'q'), wait('q', 'a', 'p')];
  const { nodes, edges } = waitGraphLayout(circle, [circle], nameOf);
  const [above, below] = edges.toSorted((one, other) => one.labelY - other.labelY);
  expect((below?.labelY ?? 0) - (above?.labelY ?? 0)).toBeGreaterThanOrEqual(12);
  const left = Math.min(...nodes.map(({ x }) => x));
  expect(edges.every(({ labelX, labelAnchor }) => labelAnchor === 'end' && labelX < left)).toBe(true);
});

test('no two programs lie upon each other, and beyond the bound they are counted', () => {
  const waits = Array.from({ length: NODES_MAX + 5 }, (_, at) => wait(`w${at}`, 'a', 'p'));
  const { nodes, hidden } = waitGraphLayout(waits, [], nameOf);
  expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(NODES_MAX);
  expect(hidden).toBe(6);
});

test('a holder stands level with its first in line, whose edge alone names the lock', () => {
  const lines = ['a', 'b'].flatMap((lock) => [1, 2, 3].map((at) => wait(`${lock}${at}`, lock, `${lock}0`)));
  const { nodes, edges } = waitGraphLayout(lines, [], nameOf);
  const y = Object.fromEntries(nodes.map((node) => [node.id, node.y]));
  expect([y.a0, y.b0]).toEqual([y.a1, y.b1]);
  expect(y.b1).toBeGreaterThan(y.a3 ?? 0);
  expect(edges.map(({ label }) => label)).toEqual(['a', null, null, 'b', null, null]);
});
