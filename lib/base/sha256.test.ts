import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sha256 } from './sha256.ts';

const reference = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

test('it is what Node reckons, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
      const hash = new Sha256();
      for (const piece of pieces) hash.add(piece);
      expect(hash.digest()).toEqual(reference(Buffer.concat(pieces)));
    }),
  );
});

test('every length around the ends of blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = new Uint8Array(length).fill(length);
    const hash = new Sha256();
    hash.add(bytes);
    expect(hash.digest(), `${length} bytes`).toEqual(reference(bytes));
  }
});
