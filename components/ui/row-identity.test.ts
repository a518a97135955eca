import { expect, test } from 'vitest';
import { changeRow, removeRow, rowId } from './row-identity.ts';

test('a row keeps its identity when it changes and when one before it goes', () => {
  const [first, second] = [{ name: 'a' }, { name: 'a' }];
  const before = rowId(second);
  const rows = removeRow(changeRow([first, second], second, { name: 'b' }), first);
  expect(rows).toEqual([{ name: 'b' }]);
  expect(rows.map(rowId)).toEqual([before]);
});

test('rows that are equal are still two', () => {
  expect(rowId({ name: 'a' })).not.toBe(rowId({ name: 'a' }));
});
