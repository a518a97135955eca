/**
 * The parts of a grid made of divs. Virtual rows are placed absolutely and unmount while scrolled away, which the layout
 * of <table> cannot follow, so the roles are given by hand, here and only here.
 */
import { type ComponentProps, createElement, type ReactElement } from 'react';

type Part = (props: ComponentProps<'div'>) => ReactElement;

const part =
  (role: string): Part =>
  (props) =>
    createElement('div', { role, ...props });

export const Grid = part('grid');
export const GridRowGroup = part('rowgroup');
export const GridRow = part('row');
export const GridCell = part('gridcell');
export const GridHead = part('columnheader');
