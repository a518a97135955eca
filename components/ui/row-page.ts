/** Long lists of which only the rows around the visible ones are fetched. */
import type { RowSource, RowWindow } from './data-table.tsx';

/** Pages begin at whole steps, so that a small scroll asks for nothing new. */
const STEP_ROWS = 50;
/** Fetched beyond what is visible. */
const SPARE_ROWS = 25;

export interface RowPage {
  readonly offset: number;
  readonly limit: number;
}

export const FIRST_PAGE: RowPage = { offset: 0, limit: 2 * STEP_ROWS };

/** The page that holds these rows and some more on both sides. */
export function pageAround({ first, last }: RowWindow): RowPage {
  const offset = Math.floor(Math.max(0, first - SPARE_ROWS) / STEP_ROWS) * STEP_ROWS;
  return {
    offset,
    limit: Math.max(FIRST_PAGE.limit, Math.ceil((last + 1 + SPARE_ROWS - offset) / STEP_ROWS) * STEP_ROWS),
  };
}

/** A list of `length` rows of which only a page is here. */
export const rowsOfPage = <Row>(length: number, offset: number, rows: readonly Row[]): RowSource<Row> => ({
  length,
  at: (index) => rows[index - offset],
});
