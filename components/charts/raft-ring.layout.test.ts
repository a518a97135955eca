import { expect, test } from 'vitest';
import { layoutRing, NODE_RADIUS } from './raft-ring.layout.ts';

const size = { width: 560, height: 260 };

test('a member keeps its place when another takes the lead', () => {
  const ids = ['a', 'b', 'c'];
  const before = layoutRing({ ids, leaderId: 'a', ...size });
  const after = layoutRing({ ids, leaderId: 'c', ...size });
  expect(after.nodes).toEqual(before.nodes);
});

test('the leader sends to everyone else, and nobody sends when nobody leads', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  expect(layoutRing({ ids, leaderId: 'b', ...size }).arrows.map((arrow) => arrow.id)).toEqual(['a', 'c', 'd', 'e']);
  expect(layoutRing({ ids, leaderId: null, ...size }).arrows).toEqual([]);
});

test('arrows stay outside the nodes they join', () => {
  const { nodes, arrows } = layoutRing({ ids: ['a', 'b', 'c'], leaderId: 'a', ...size });
  for (const arrow of arrows) {
    for (const node of nodes) {
      for (const end of [arrow.from, arrow.to]) {
        expect(Math.hypot(end.x - node.x, end.y - node.y)).toBeGreaterThan(NODE_RADIUS);
      }
    }
  }
});

test('a single member stands in the middle', () => {
  const { nodes, center } = layoutRing({ ids: ['a'], leaderId: 'a', ...size });
  expect(nodes.map(({ x, y }) => ({ x, y }))).toEqual([center]);
});
