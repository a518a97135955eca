import { single, type UrlParamWithFallback, withFallback } from './url-params.ts';

/** By what a list is ordered. */
export interface Order<Column extends string> {
  readonly column: Column;
  readonly descending: boolean;
}

/** The same order if it is by one of these columns. */
export function orderOf<const Column extends string>(
  columns: readonly Column[],
  { column, descending }: Order<string>,
): Order<Column> | null {
  const known = columns.find((one) => one === column);
  return known === undefined ? null : { column: known, descending };
}

/** As the address has it: "-left" is by `left`, the greatest first.. */
export function orderParam<const Column extends string>(
  columns: readonly Column[],
  fallback: Column,
): UrlParamWithFallback<Order<Column>> {
  const param = single<Order<Column>>({
    parse: (text) => {
      const descending = text.startsWith('-');
      return orderOf(columns, { column: text.slice(descending ? 1 : 0), descending });
    },
    serialize: ({ column, descending }) => `${descending ? '-' : ''}${column}`,
  });
  return withFallback(param, { column: fallback, descending: false });
}
