import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { locateChild, PAGE_ROWS } from './locate.ts';
import { NaiveStore } from './naive-tree.testing.ts';

test('a child is found where it stands, or where it would stand, in few pages', async () => {
  const store = new NaiveStore('/');
  for (let i = 0; i < 3000; i++) store.put(`k${String(i * 2).padStart(5, '0')}`, 1);
  const all = store.children(wireToByteString(''));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -1, max: 6001 }), async (n) => {
      const name = wireToByteString(n < 0 ? 'a' : `k${String(n).padStart(5, '0')}`);
      let reads = 0;
      const read = async (offset: number, limit: number) => {
        reads++;
        const nodes = all.slice(offset, offset + limit);
        return { prefix: '', revision: '1', total: all.length, offset, nodes, source: 'live' } as const;
      };
      const located = await locateChild(read, all.length, name, store.delimiter);
      const expected = all.findIndex((node) => wireToByteString(node.name) >= name);
      expect(located.index).toBe(expected < 0 ? all.length : expected);
      expect(located.isExact).toBe(n >= 0 && n % 2 === 0 && n < 6000);
      expect(reads).toBeLessThanOrEqual(Math.ceil(Math.log2(3000 / PAGE_ROWS)) + 1);
    }),
  );
});
