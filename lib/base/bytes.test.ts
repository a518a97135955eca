import { expect, test } from 'vitest';
import { prefixRangeEnd } from './bytes.ts';

test('the end of a prefix is its own memory, whatever the prefix is a view on', () => {
  const prefix = Buffer.from('ab');
  expect([...prefixRangeEnd(prefix)]).toEqual([0x61, 0x63]);
  expect(prefix.toString()).toBe('ab');
});

test('what ends in 0xff ends where the byte before does, and nothing but 0xff has no end', () => {
  expect([...prefixRangeEnd(Uint8Array.of(1, 0xff, 0xff))]).toEqual([2]);
  expect([...prefixRangeEnd(Uint8Array.of(0xff))]).toEqual([0]);
  expect([...prefixRangeEnd(new Uint8Array(0))]).toEqual([0]);
});
