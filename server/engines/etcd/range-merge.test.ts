import { expect, test } from 'vitest';
import type { StoredEvent } from '../engine.ts';
import { answersTooEarly, RangeMerge } from './range-merge.ts';

const event = (key: string, modRevision: number): StoredEvent => ({
  type: 'put',
  kv: {
    key: new TextEncoder().encode(key),
    value: new Uint8Array(0),
    createRevision: modRevision,
    modRevision,
    version: 1,
    lease: 0n,
  },
  prev: null,
});
const shown = (events: readonly StoredEvent[]): string[] =>
  events.map(({ kv }) => `${new TextDecoder().decode(kv.key)}@${kv.modRevision}`);

test('a revision over two ranges is handed on whole, in order with what came between', () => {
  const merge = new RangeMerge(5);
  expect(merge.add([event('a1', 5), event('a2', 6), event('a3', 8)])).toBe(true);
  expect(merge.add([event('b1', 5), event('b2', 7)])).toBe(true);
  expect(shown(merge.release(7))).toEqual(['a1@5', 'b1@5', 'a2@6', 'b2@7']);
  expect(merge.holds).toBe(true);
  expect(shown(merge.release(9))).toEqual(['a3@8']);
  expect(merge.holds).toBe(false);
});

test('an event that the server had denied is refused', () => {
  const merge = new RangeMerge(5);
  merge.release(6);
  expect(merge.add([event('a', 6)])).toBe(false);
  expect(merge.add([event('a', 7)])).toBe(true);
});

test.each([
  ['3.4.23', true],
  ['3.4.25', false],
  ['3.5.7', true],
  ['3.5.8', false],
  ['3.6.14', false],
  ['4.0.0', false],
  ['', false],
])('a server of version %s answers too early: %s', (version, isEarly) => {
  expect(answersTooEarly(version)).toBe(isEarly);
});
