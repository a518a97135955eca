import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IntervalTree, OPEN_END } from './interval-tree.ts';

const point = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const interval = fc.record({ from: point, to: fc.oneof(point, fc.constant(OPEN_END)) });

test('finds the same intervals as going through all of them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(interval, fc.integer({ min: 0, max: 3 }), fc.boolean())), (changes) => {
      const tree = new IntervalTree<string>();
      const naive = new Map<string, { from: string; to: string }>();
      for (const [at, item, isRemoval] of changes) {
        const name = `${at.from}-${at.to}-${item}`;
        if (isRemoval) {
          tree.delete(at, name);
          naive.delete(name);
        } else {
          tree.add(at, name);
          naive.set(name, at);
        }
        for (const key of ['', 'a', 'c', 'cc', 'h', 'z']) {
          const found: string[] = [];
          tree.stab(key, (hit) => found.push(hit));
          const expected = [...naive].filter(([, { from, to }]) => from <= key && key < to).map(([hit]) => hit);
          expect(found.sort()).toEqual(expected.sort());
        }
      }
    }),
    { numRuns: 200 },
  );
});
