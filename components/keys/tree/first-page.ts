/** What the server sends of the tree along with the page: rows stand there before any script runs, and nothing has to be asked for them. */
import type { ChildrenPage, StoreAccess, TreeNode, WireBytes } from '../../../lib/api/types.ts';

/** Of each folder. More than any screen shows; the rest comes in pages. */
export const FIRST_ROWS = 64;
/** How many single folders in a row open by themselves… */
export const OPEN_ONLY_DEPTH = 12;
/** …in a list no longer than this. */
const OPEN_ONLY_ENTRIES = 30;

export interface FirstPage {
  readonly store: string;
  readonly delimiter: string;
  /** As whom it was read. Whoever signs in on the page that was sent is somebody else, and may read something else. */
  readonly access: StoreAccess;
  /** Live when they were sent: the beginning of the top folder, and of each that opens by itself, outer before inner. */
  readonly pages: readonly ChildrenPage[];
}

/** The only folder in a short list opens by itself: there is nothing to choose. Its place and path; undefined: none does. */
export function onlyFolder(
  nodes: readonly (TreeNode | undefined)[],
  total: number,
): { readonly index: number; readonly path: WireBytes } | undefined {
  if (total > OPEN_ONLY_ENTRIES) return undefined;
  const folders = nodes.flatMap((node, index) => (node?.folder == null ? [] : [{ index, path: node.folder.path }]));
  return folders.length === 1 ? folders[0] : undefined;
}
