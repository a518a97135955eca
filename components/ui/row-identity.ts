/**
 * Rows that have no identity of their own get one for as long as they are edited: a changed row stays the row it was, with its fields and
 * the focus in them, wherever it moves; a row given from outside is another one.
 */
const ids = new WeakMap<object, number>();
let lastId = 0;

/** For `key`. */
export function rowId(row: object): number {
  const id = ids.get(row) ?? ++lastId;
  ids.set(row, id);
  return id;
}

export function changeRow<T extends object>(rows: readonly T[], row: T, changes: Partial<T>): readonly T[] {
  const changed = { ...row, ...changes };
  ids.set(changed, rowId(row));
  return rows.map((one) => (one === row ? changed : one));
}

export const removeRow = <T extends object>(rows: readonly T[], row: T): readonly T[] =>
  rows.filter((one) => one !== row);
