/** What the server sends of the tree along with the page: rows stand there before any script runs, and nothing has to be asked for them. */
import type { ChildrenPage } from '../../../lib/api/types.ts';

/** More than any screen shows; the rest comes in pages. */
export const FIRST_ROWS = 64;

export interface FirstPage {
  readonly store: string;
  readonly delimiter: string;
  /** The beginning of the top folder, live when it was sent. */
  readonly page: ChildrenPage;
}
