import { expect, test } from 'vitest';
import { PURPOSES } from './page-purposes.ts';
import { PAGES } from './pages.ts';

test('every page has a purpose, and every purpose a page', () => {
  expect(Object.keys(PURPOSES)).toEqual(PAGES.map(({ path }) => path));
});
