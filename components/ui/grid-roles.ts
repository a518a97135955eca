/**
 * ARIA roles for grids and trees made of divs. Virtual rows are placed absolutely and unmount while scrolled away, which the
 * layout of <table> cannot follow; spread these instead of writing `role=` so that the reason stands in one place.
 */
export const ROLE = {
  grid: { role: 'grid' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  cell: { role: 'gridcell' },
  head: { role: 'columnheader' },
} as const;
