/**
 * Reading an open folder again, when the stream cannot tell what became of it: the pages on screen, and as many more as it
 * takes to find its open children, so that what was open stays open.
 */
import type { ChildrenPage } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { Folder } from './folder.ts';
import { locateChild, PAGE_ROWS } from './locate.ts';
import type { PageReader } from './page-reader.ts';
import type { TreeModel } from './tree-model.ts';

export interface Visible {
  readonly first: number;
  readonly last: number;
}

interface Rereading {
  readonly model: TreeModel;
  readonly reader: PageReader;
  /** The rows on screen. */
  readonly visible: Visible;
}

/** Names a read; those that begin with "!" are not called off by scrolling. */
export const readId = (folder: Folder, offset: number): string => `${folder.path}\0${offset}`;

export const emptyPage = (offset: number): ChildrenPage => ({
  prefix: '',
  revision: '0',
  total: 0,
  offset,
  nodes: [],
  source: 'live',
});

/** Leaves the folder as it is (and stale) when a page fails or the pages contradict each other. */
export async function rereadFolder(folder: Folder, { model, reader, visible }: Rereading): Promise<void> {
  const prefix = byteStringToWire(folder.path);
  const readPage = (offset: number, limit: number): Promise<ChildrenPage | undefined> =>
    reader.read(`!${readId(folder, offset)}`, { prefix, offset, limit });
  const pages: ChildrenPage[] = [];
  for (const offset of offsetsOf(folder, model, visible)) {
    const page = await readPage(offset, PAGE_ROWS);
    if (page === undefined) return;
    pages.push(page);
  }
  const last = pages.at(-1);
  if (last === undefined || pages.some((page) => page.total !== last.total)) return;
  const places = placesIn(pages);
  for (const child of folder.open) {
    if (places.has(child.name)) continue;
    for (const sort of [child.name, `${child.name}${folder.delimiter}` as ByteString]) {
      const read = async (offset: number, limit: number) => (await readPage(offset, limit)) ?? emptyPage(offset);
      const located = await locateChild(read, last.total, sort, folder.delimiter);
      if (located.isExact) places.set(child.name, located.index);
    }
  }
  model.live.settle();
  model.reload(folder, pages, places);
  for (const page of pages) model.live.catchUp(folder, page, reader.laterThan(page));
}

/** Pages of a folder worth reading again: those on screen, or its first. */
function offsetsOf(folder: Folder, model: TreeModel, { first, last }: Visible): readonly number[] {
  const offsets = new Set<number>();
  for (let row = first; row <= last; row++) {
    const at = model.rowAt(row);
    if (at?.folder === folder) offsets.add(at.index - (at.index % PAGE_ROWS));
  }
  return offsets.size === 0 ? [0] : [...offsets];
}

/** Where the folders of these pages stand, by name. */
function placesIn(pages: readonly ChildrenPage[]): Map<ByteString, number> {
  const places = new Map<ByteString, number>();
  for (const page of pages) {
    page.nodes.forEach((node, i) => {
      if (node.folder !== null) places.set(wireToByteString(node.name), page.offset + i);
    });
  }
  return places;
}
