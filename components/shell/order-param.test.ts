import { expect, test } from 'vitest';
import { orderOf, orderParam } from './order-param.ts';
import { readParam, writeParam } from './url-params.ts';

const COLUMNS = ['name', 'left'] as const;
const ORDER = orderParam(COLUMNS, 'name');

test('an order is one word in the address, and reads back as it was written', () => {
  const order = { column: 'left', descending: true } as const;
  expect(writeParam(ORDER, order)).toEqual(['-left']);
  expect(readParam(ORDER, ['-left'])).toEqual(order);
});

test('without a word, or with one for a column there is not, a list is in its own order', () => {
  const own = { column: 'name', descending: false };
  for (const texts of [[], [''], ['-'], ['colour'], ['--left']]) expect(readParam(ORDER, texts)).toEqual(own);
  expect(writeParam(ORDER, { column: 'name', descending: false })).toEqual([]);
});

test('what a table asks for counts only for columns the list can be ordered by', () => {
  expect(orderOf(COLUMNS, { column: 'left', descending: false })).toEqual({ column: 'left', descending: false });
  expect(orderOf(COLUMNS, { column: 'why', descending: false })).toBeNull();
});
