import { expect, test } from 'vitest';
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import type { Risk } from '../../lib/api/types.ts';
import { membersWord, storesHeadline, storeWord } from './store-words.ts';

const member = (name: string, health: 'healthy' | 'unreachable') => ({
  name,
  health,
  isLeader: false,
  isLearner: false,
});
const detail: NonNullable<StoreOverview['detail']> = {
  at: 0,
  members: [member('a', 'healthy'), member('b', 'healthy'), member('c', 'unreachable')],
  leader: 'a',
  leaderSince: null,
  quorum: { voters: 3, healthy: 2, needed: 2, survives: 0 },
  risks: [],
  versions: ['3.6.0'],
};
const store = (label: string, fields: Partial<StoreOverview> = {}): StoreOverview => ({
  store: { id: label, label, colour: null, kind: 'external', endpoints: [], readOnly: false, access: { mode: 'open' } },
  state: 'answers',
  demandsUsers: false,
  detail,
  ...fields,
});
const risk = (severity: Risk['severity'], title: string): Risk => ({ kind: 'alarm', severity, title, remedy: 'do it' });

test('the worst comes first, and the rest is counted', () => {
  const risks = [risk('warning', 'one lags'), risk('danger', 'no quorum'), risk('warning', 'other')];
  expect(storeWord(store('a', { detail: { ...detail, risks } }))).toEqual({
    tone: 'bad',
    text: 'no quorum, and 2 more',
    more: 'do it',
  });
  expect(storeWord(store('a', { detail: { ...detail, risks: [risk('warning', 'one lags')] } })).tone).toBe('risk');
  expect(storeWord(store('a')).text).toBe('healthy');
});

test('what is not known is not told as good or bad', () => {
  expect(storeWord(store('a', { state: 'asking', detail: null })).tone).toBe('stale');
  expect(storeWord(store('a', { detail: null }))).toMatchObject({
    text: 'answers',
    more: 'Sign in to see more of it.',
  });
  expect(storeWord(store('a', { state: 'silent', detail: null })).text).toBe('does not answer');
  expect(membersWord(store('a'))).toBe('2 of 3');
  expect(membersWord(store('a', { state: 'silent' }))).toBe('');
});

test('the headline names who is silent or in danger', () => {
  expect(storesHeadline([store('a'), store('b')])).toBe('All 2 stores answer');
  expect(storesHeadline([store('a')])).toBe('The one store answers');
  expect(storesHeadline([store('a'), store('b', { state: 'asking' })])).toBe('Asking');
  const endangered = store('c', { detail: { ...detail, risks: [risk('danger', 'no leader')] } });
  expect(storesHeadline([store('a'), store('b', { state: 'silent' }), endangered])).toBe(
    'b does not answer; c is in danger',
  );
});
