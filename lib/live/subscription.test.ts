import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChangeFilter, NO_FILTER } from './change-filter.ts';
import { commonPrefix, parseSubscription, subscriptionName, subscriptionText } from './subscription.ts';

const anyFilter: fc.Arbitrary<ChangeFilter> = fc.record({
  text: fc.string({ unit: 'grapheme' }),
  match: fc.constantFrom('prefix', 'contains', 'key'),
  types: fc.constantFrom('all', 'put', 'delete'),
  value: fc.string({ unit: 'grapheme' }),
  lease: fc.constantFrom('any', 'leased', 'none', '2040a1fc3202c40c'),
});

test('a subscription comes back from the address as it went in', () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      expect(parseSubscription(subscriptionText(filter))).toEqual(filter);
    }),
  );
});

test('what an address says wrongly is read as if it were not there', () => {
  expect(parseSubscription('key=/a/&match=regex&type=update')).toEqual({ ...NO_FILTER, text: '/a/' });
  expect(subscriptionText(NO_FILTER)).toBe('');
});

test('a chip says whether a key, a prefix or a part is watched', () => {
  expect(subscriptionName(NO_FILTER)).toBe('every key');
  expect(subscriptionName({ ...NO_FILTER, text: '/a/' })).toBe('/a/…');
  expect(subscriptionName({ ...NO_FILTER, text: '/a', match: 'key' })).toBe('/a');
  expect(subscriptionName({ ...NO_FILTER, text: 'lock', match: 'contains' })).toBe('…lock…');
});

test('the common prefix holds every key that any of the subscriptions could show', () => {
  expect(
    commonPrefix([
      { ...NO_FILTER, text: '/app/a' },
      { ...NO_FILTER, text: '/app/b', match: 'key' },
    ]),
  ).toBe('/app/');
  expect(
    commonPrefix([
      { ...NO_FILTER, text: '/app/' },
      { ...NO_FILTER, text: 'x', match: 'contains' },
    ]),
  ).toBe('');
  expect(
    commonPrefix([
      { ...NO_FILTER, text: '😀' },
      { ...NO_FILTER, text: '😁' },
    ]),
    'a cut pair',
  ).toBe('');
  expect(commonPrefix([{ ...NO_FILTER, text: '/a/\\xff' }]), 'bytes as the screen writes them').toBe('/a/');
  expect(commonPrefix([])).toBe('');
});
