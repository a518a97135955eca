import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { KeyTree } from './key-tree.ts';

const keyText = fc
  .oneof(
    fc.integer({ min: 0, max: 3000 }).map((n) => `k${n}`),
    fc.string({ maxLength: 3, unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)) }),
  )
  .map((text) => text as ByteString);

/** The tree beside a plain map and an array of what is live. */
class Pair {
  readonly slots = new Map<ByteString, number>();
  readonly live: boolean[] = [];
  readonly tree = new KeyTree((slot) => this.live[slot] === true);

  insert(key: ByteString, isLive: boolean): void {
    const slot = this.live.length;
    const known = this.slots.get(key);
    if (known === undefined) this.live[slot] = isLive;
    expect(this.tree.getOrInsert(key, slot, isLive)).toBe(known ?? slot);
    if (known === undefined) this.slots.set(key, slot);
  }

  flip(key: ByteString): void {
    const slot = this.slots.get(key);
    if (slot === undefined) return;
    this.live[slot] = !this.live[slot];
    this.tree.adjustLive(key, this.live[slot] ? 1 : -1);
  }

  remove(key: ByteString): void {
    const slot = this.slots.get(key);
    if (slot === undefined) return;
    if (this.live[slot]) this.flip(key);
    this.tree.remove(key);
    this.slots.delete(key);
  }

  check(from: ByteString, to: ByteString | undefined): void {
    const expected = [...this.slots].filter(([key]) => key >= from && (to === undefined || key < to)).sort(byKey);
    const visited: [ByteString, number][] = [];
    this.tree.forRange({ from, to }, (slot, key) => {
      visited.push([key, slot]);
      return true;
    });
    expect(visited).toEqual(expected);
    expect(this.tree.countLive({ from, to })).toBe(expected.filter(([, slot]) => this.live[slot]).length);
    expect(this.tree.size).toBe(this.slots.size);
  }
}

const byKey = ([a]: [ByteString, number], [b]: [ByteString, number]): number => (a < b ? -1 : 1);

test('finds, orders, counts and removes like a sorted array', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('insert', 'insert', 'insert', 'flip', 'remove'), keyText, fc.boolean()), {
        maxLength: 3000,
        size: 'max',
      }),
      keyText,
      keyText,
      (changes, from, to) => {
        const pair = new Pair();
        for (const [kind, key, isLive] of changes) {
          if (kind === 'insert') pair.insert(key, isLive);
          else if (kind === 'flip') pair.flip(key);
          else pair.remove(key);
        }
        pair.check('' as ByteString, undefined);
        pair.check(from, to);
        for (const [key, slot] of pair.slots) expect(pair.tree.get(key)).toBe(slot);
        for (const key of [...pair.slots.keys()]) pair.remove(key);
        pair.check('' as ByteString, undefined);
      },
    ),
    { numRuns: 25 },
  );
});

test('ascending, descending and shuffled bulk loads keep their order through several levels', () => {
  for (const step of [1, -1, 7919]) {
    const pair = new Pair();
    for (let i = 0; i < 10_000; i++) {
      const n = (((i * step) % 10_000) + 10_000) % 10_000;
      pair.insert(String(n).padStart(6, '0') as ByteString, true);
    }
    pair.check('' as ByteString, undefined);
    pair.check('002500' as ByteString, '007501' as ByteString);
  }
});

test('stops where the visitor stops', () => {
  const pair = new Pair();
  for (let i = 0; i < 500; i++) pair.insert(`k${i}` as ByteString, true);
  let visits = 0;
  pair.tree.forRange({ from: 'k' as ByteString, to: undefined }, () => ++visits < 3);
  expect(visits).toBe(3);
});
