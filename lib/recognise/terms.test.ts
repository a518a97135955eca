import { expect, test } from 'vitest';
import type { TermView } from '../api/coordination-types.ts';
import { flapsOf, gapsOf, joinTerms, overlapsOf } from './terms.ts';

const term = (more: Partial<TermView>): TermView => ({
  key: 'a/x',
  lease: '1',
  value: 'x',
  token: '1',
  from: '1',
  fromAt: 1_000,
  fromExact: true,
  to: null,
  toAt: null,
  toExact: true,
  ...more,
});

test('two that held at once are an overlap from the later start to the earlier end; what was not seen exactly is none', () => {
  const first = term({ to: '9', toAt: 9_000 });
  const second = term({ token: '3', from: '6', fromAt: 6_000 });
  expect(overlapsOf([first, second])).toEqual([{ from: '6', to: '9', fromAt: 6_000, toAt: 9_000 }]);
  expect(overlapsOf([term({}), term({ token: '3', from: '6', fromAt: 6_000, to: '7', toAt: 7_000 })])).toMatchObject([
    { from: '6', to: '7' },
  ]);
  expect(overlapsOf([term({ to: '6', toAt: 6_000 }), second]), 'one revision ends one and begins the other').toEqual(
    [],
  );
  expect(overlapsOf([{ ...first, toExact: false }, second])).toEqual([]);
});

test('a gap lies between the end of one term and the start of the next, and after the last', () => {
  const terms = [
    term({ to: '5', toAt: 5_000 }),
    term({ token: '3', from: '5', fromAt: 5_000, to: '9', toAt: 9_000 }),
    term({ token: '12', from: '12', fromAt: 12_000, to: '20', toAt: 20_000 }),
  ];
  expect(gapsOf(terms)).toMatchObject([
    { from: '9', to: '12', exact: true },
    { from: '20', to: null },
  ]);
});

test('a gap next to something unseen is not called exact', () => {
  const terms = [term({ to: '9', toExact: false }), term({ token: '12', from: '12', fromExact: false })];
  expect(gapsOf(terms)).toMatchObject([{ exact: false }]);
});

test('a flap is a short term whose start and end were both seen', () => {
  const short = term({ to: '2', toAt: 3_000 });
  expect(flapsOf([short, term({ to: '2', toAt: 90_000 }), { ...short, fromExact: false }, term({})])).toBe(1);
});

test('the term that history and the live view share becomes one, with the start that history saw', () => {
  const past = [term({ to: '4', toAt: null }), term({ token: '3', from: '4', fromAt: null })];
  const live = [term({ token: '3', from: '3', fromExact: false, to: '9' }), term({ token: '8', from: '9' })];
  expect(joinTerms(past, live)).toMatchObject([
    { token: '1', to: '4' },
    { token: '3', from: '4', fromExact: true, to: '9' },
    { token: '8' },
  ]);
  expect(joinTerms([], live)).toEqual(live);
});
