import { expect, test } from 'vitest';
import { FIRST_PAGE, pageAround, rowsOfPage } from './row-page.ts';

test('a small scroll stays within the page that is here', () => {
  expect(pageAround({ first: 0, last: 40 })).toEqual(FIRST_PAGE);
  expect(pageAround({ first: 10, last: 50 })).toEqual(FIRST_PAGE);
});

test('a page holds what is visible and some rows on both sides, wherever that is', () => {
  for (const first of [0, 33, 74, 75, 76, 499, 9_960]) {
    for (const rows of [1, 40, 120]) {
      const last = first + rows - 1;
      const { offset, limit } = pageAround({ first, last });
      expect(offset).toBeLessThanOrEqual(Math.max(0, first - 25));
      expect(offset + limit).toBeGreaterThan(last + 25);
    }
  }
});

test('rows outside the page are not there yet', () => {
  const rows = rowsOfPage(10, 4, ['e', 'f']);
  expect([rows.length, rows.at(3), rows.at(4), rows.at(5), rows.at(6)]).toEqual([10, undefined, 'e', 'f', undefined]);
});
