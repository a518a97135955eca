import { expect, test } from 'vitest';
import type {
  ContenderView,
  CoordinationDetail,
  CoordinationGroup,
  TermView,
} from '../../lib/api/coordination-types.ts';
import { deathSentence, heldText, releaseSentence, stateSentence, termsSentence, whoText } from './words.ts';

const NOW = 1_000_000;

const contender = (value: string, more: Partial<ContenderView> = {}): ContenderView => ({
  key: `a/${value}`,
  lease: 'cafe01',
  createRevision: '7',
  modRevision: '7',
  valueBytes: value.length,
  value,
  since: NOW - 5_000,
  ...more,
});
const term: TermView = {
  key: 'a/p',
  lease: 'cafe01',
  value: 'p',
  token: '7',
  from: '7',
  fromAt: NOW - 5_000,
  fromExact: true,
  to: null,
  toAt: null,
  toExact: true,
};
const group = (more: Partial<CoordinationGroup> = {}): CoordinationGroup => ({
  id: 'a/',
  name: 'a',
  kind: 'election',
  layout: 'leaseQueue',
  confidence: 'likely',
  reason: '',
  holder: contender('p'),
  next: contender('q'),
  waiting: 1,
  term,
  terms: 1,
  ...more,
});
const detail = (more: Partial<CoordinationGroup> = {}): CoordinationDetail => ({
  revision: '9',
  at: NOW,
  group: group(more),
  queue: [],
  total: 0,
  terms: [],
  watchedFrom: '1',
});

test('somebody is called by value, then by lease, then by key', () => {
  expect(whoText(contender('node-a'))).toBe('node-a');
  expect(whoText(contender('', { value: '' }))).toBe('lease cafe01');
  expect(whoText(contender('x', { value: null, lease: null }))).toBe('x');
});

test('the state says who leads, since when, and who follows', () => {
  expect(stateSentence(detail(), NOW)).toMatch(/^p leads since .* \(5 s\)\. q follows when it goes\.$/);
  expect(stateSentence(detail({ kind: 'lock', next: null }), NOW)).toMatch(/holds it since .*Nobody waits for it\.$/);
});

test('what was not seen is not claimed', () => {
  const unseen = { ...term, fromExact: false };
  expect(heldText(unseen, NOW)).toBe('≤ 5 s');
  expect(heldText({ ...unseen, fromAt: null }, NOW)).toBe('not seen');
  expect(stateSentence(detail({ term: { ...unseen, fromAt: null } }), NOW)).toContain('before the console watched');
});

test('a vacant election names the last leader and until when', () => {
  const ended = { ...term, to: '8', toAt: null };
  expect(stateSentence(detail({ holder: null, next: null, term: ended }), NOW)).toBe(
    'Nobody leads. p was the last, until revision 8.',
  );
});

test('what happens if the holder dies follows from its lease', () => {
  expect(deathSentence(group(), 3_200)).toContain('q follows in 4 s');
  expect(deathSentence(group({ next: null }), null)).toContain('it is free');
  expect(deathSentence(group(), 'leaderless')).toMatch(/no lease ends.*q follows only when there is a leader again/);
  expect(deathSentence(group({ holder: contender('p', { lease: null }) }), null)).toContain('nobody follows');
});

test('the preview of an eviction names the heir, and does not guess one for Patroni', () => {
  expect(releaseSentence(group())).toBe('q leads then: it has waited longest.');
  expect(releaseSentence(group({ next: null }))).toBe('Nobody else stands: nobody leads then.');
  expect(releaseSentence(group({ layout: 'patroniLeader', next: null }))).toContain('race');
});

test('flaps are mentioned only when there are some', () => {
  expect(termsSentence({ terms: 3, gaps: 1, flaps: 0, overlaps: 0 })).toBe('3 terms, 1 gap');
  expect(termsSentence({ terms: 1, gaps: 0, flaps: 2, overlaps: 0 })).toBe('1 term, no gap, 2 flaps (under 10 s)');
  expect(termsSentence({ terms: 2, gaps: 0, flaps: 0, overlaps: 1 })).toBe(
    '2 terms, no gap, 1 overlap: two held at the same time',
  );
});
