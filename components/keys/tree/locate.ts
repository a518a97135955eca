/** Finding a child by name in a folder too long to load: children are sorted, so a few pages settle it. */
import type { ChildrenPage } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';

/** The server's largest answer is one page. */
export const PAGE_ROWS = 200;

export interface Located {
  /** First child whose name is not below the one asked for; `total` when there is none. */
  readonly index: number;
  readonly isExact: boolean;
  readonly pages: readonly ChildrenPage[];
}

/** Reads O(log(total / PAGE_ROWS)) pages. */
export async function locateChild(
  readPage: (offset: number, limit: number) => Promise<ChildrenPage>,
  total: number,
  name: ByteString,
): Promise<Located> {
  const pages: ChildrenPage[] = [];
  let low = 0;
  let high = Math.ceil(total / PAGE_ROWS);
  while (low < high) {
    const mid = (low + high) >> 1;
    const page = await readPage(mid * PAGE_ROWS, PAGE_ROWS);
    pages.push(page);
    const at = page.nodes.findIndex((node) => wireToByteString(node.name) >= name);
    if (at > 0 || (at === 0 && mid === 0)) return found(page, at, name, pages);
    if (at === 0) {
      if (nameAt(page, 0) === name) return found(page, 0, name, pages);
      high = mid;
    } else low = mid + 1;
  }
  return { index: Math.min(low * PAGE_ROWS, total), isExact: false, pages };
}

const nameAt = (page: ChildrenPage, at: number): ByteString | undefined => {
  const node = page.nodes[at];
  return node === undefined ? undefined : wireToByteString(node.name);
};

function found(page: ChildrenPage, at: number, name: ByteString, pages: readonly ChildrenPage[]): Located {
  return { index: page.offset + at, isExact: nameAt(page, at) === name, pages };
}
