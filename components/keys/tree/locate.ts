/** Finding a child in a folder too long to load: children are sorted (folder.ts `sortKey`), so a few pages settle it. */
import type { ChildrenPage } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { sortKey } from './folder.ts';

/** The server's largest answer is one page. */
export const PAGE_ROWS = 200;

export interface Located {
  /** First child whose sort key is not below the one asked for; `total` when there is none. */
  readonly index: number;
  readonly isExact: boolean;
  readonly pages: readonly ChildrenPage[];
}

/** Reads O(log(total / PAGE_ROWS)) pages. */
export async function locateChild(
  readPage: (offset: number, limit: number) => Promise<ChildrenPage>,
  total: number,
  sort: ByteString,
  delimiter: ByteString,
): Promise<Located> {
  const sortAt = (page: ChildrenPage, at: number): ByteString | undefined => {
    const node = page.nodes[at];
    return node === undefined ? undefined : sortKey(node, delimiter);
  };
  const pages: ChildrenPage[] = [];
  let low = 0;
  let high = Math.ceil(total / PAGE_ROWS);
  while (low < high) {
    const mid = (low + high) >> 1;
    const page = await readPage(mid * PAGE_ROWS, PAGE_ROWS);
    pages.push(page);
    const at = page.nodes.findIndex((node) => sortKey(node, delimiter) >= sort);
    const isExact = sortAt(page, at) === sort;
    if (at > 0 || (at === 0 && (mid === 0 || isExact))) return { index: page.offset + at, isExact, pages };
    if (at === 0) high = mid;
    else low = mid + 1;
  }
  return { index: Math.min(low * PAGE_ROWS, total), isExact: false, pages };
}
