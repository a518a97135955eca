import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChangeEvent } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { KeyIndex } from '../hub/key-index.ts';
import { leaseToHex } from '../ids.ts';
import { LeaseKeys } from './lease-keys.ts';

const BIG = 0x4000000000000001n;

function change(key: string, lease: bigint | null, revision: number): ChangeEvent {
  return {
    ...{ revision: String(revision), type: lease === null ? 'delete' : 'put', key },
    ...{ createRevision: String(revision), version: '1', lease: lease === null ? null : leaseToHex(lease) },
    ...{ valueBytes: 0, preview: null, at: revision },
  };
}

const entry = (key: string, lease: bigint) => ({
  ...{ key: key as ByteString, createRevision: 1, modRevision: 1, version: 1, lease, valueBytes: 0 },
});

test('keys follow their leases through every change, ids exact beyond 2^53', () => {
  const lease = fc.constantFrom(0n, BIG, BIG + 1n, -2n);
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), lease: fc.oneof(lease, fc.constant(null)) });
  fc.assert(
    fc.property(fc.array(step), fc.nat(20), (steps, listedAt) => {
      const plain = new Map<string, bigint>();
      const keys = new LeaseKeys();
      steps.forEach((one, at) => {
        if (at === listedAt % (steps.length + 1)) {
          const index = new KeyIndex();
          for (const [key, id] of [...plain].sort()) index.set(entry(key, id));
          keys.rebuild(index, at);
        }
        if (one.lease === null) plain.delete(one.key);
        else plain.set(one.key, one.lease);
        keys.apply([change(one.key, one.lease, at + 1)]);
      });
      if (!keys.follows) return;
      for (const id of [BIG, BIG + 1n, -2n]) {
        const expected = [...plain].filter(([, held]) => held === id).map(([key]) => key);
        expect([...keys.keysOf(id)].sort()).toEqual(expected.sort());
      }
    }),
  );
});

test('beyond the bound nothing is claimed', () => {
  const keys = new LeaseKeys(2);
  keys.rebuild(new KeyIndex(), 1);
  keys.apply([change('a', 7n, 2), change('b', 7n, 3)]);
  expect([keys.isKnown, keys.keysOf(7n).size]).toEqual([true, 2]);
  keys.apply([change('c', 7n, 4)]);
  expect([keys.isKnown, keys.keysOf(7n).size]).toEqual([false, 0]);
});

test('while changes may be missed what is known stands at its revision', () => {
  const keys = new LeaseKeys();
  keys.rebuild(new KeyIndex(), 1);
  keys.apply([change('a', 7n, 2)]);
  keys.lost();
  expect(keys.apply([change('b', 7n, 9)])).toBe(false);
  expect([keys.revision, [...keys.keysOf(7n)]]).toEqual([2, ['a']]);
});
