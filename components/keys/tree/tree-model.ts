/**
 * The rows of the key tree, without the keys: child counts plus the few pages that were looked at.
 *
 * Row n is found by walking the open folders (logarithmic in their number), so a million rows cost what their open
 * folders cost. Framework-free: `subscribe` and `version` bind it to React.
 *
 * Invariants (tree-model.test.ts, against a naive flattening): the rows are the depth-first walk of what is open; counts
 * change with every event exactly once, whether the event comes before or after the page that already contains it.
 */
import type { ChildrenPage, TreeNode } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf } from '../../../lib/keys/key-tree.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { Folder } from './folder.ts';
import { joinPath, ROOT_PATH } from './key-path.ts';
import { TreeChanges } from './tree-changes.ts';

export interface TreeRow {
  readonly folder: Folder;
  /** Position among its siblings. */
  readonly index: number;
  readonly depth: number;
  /** Undefined while its page is not loaded. */
  readonly node: TreeNode | undefined;
  /** Path without trailing delimiter: names the row wherever it moves. Undefined while not loaded. */
  readonly id: ByteString | undefined;
  readonly isOpen: boolean;
}

export class TreeModel {
  readonly delimiter: ByteString;
  readonly root: Folder;
  readonly live: TreeChanges;
  version = 0;
  private readonly listeners = new Set<() => void>();

  constructor(delimiter: ByteString) {
    this.delimiter = delimiter;
    this.root = new Folder({ path: ROOT_PATH, name: ROOT_PATH, parent: null, index: 0, delimiter });
    this.live = new TreeChanges(this.root, delimiter);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }

  get rowCount(): number {
    return this.root.rows;
  }

  rowAt(row: number): TreeRow | undefined {
    if (row < 0 || row >= this.rowCount) return undefined;
    let folder = this.root;
    let place = folder.placeOfRow(row);
    while (place.kind === 'below') {
      folder = place.folder;
      place = folder.placeOfRow(place.row);
    }
    const node = folder.nodeAt(place.index);
    return {
      folder,
      index: place.index,
      depth: folder.depth,
      node,
      id: node === undefined ? undefined : rowId(folder, node),
      isOpen: folder.openAt(place.index) !== undefined,
    };
  }

  /** The row on which child `index` of `folder` stands. */
  rowOf(folder: Folder, index: number): number {
    const inside = folder.rowOf(index);
    return folder.parent === null ? inside : this.rowOf(folder.parent, folder.index) + 1 + inside;
  }

  /** The row of a loaded node under open folders; undefined when it is not on screen or not loaded. */
  rowOfId(id: ByteString): number | undefined {
    let folder: Folder = this.root;
    for (;;) {
      const segment = childOf(folder.path, id, this.delimiter);
      const place = folder.find(segment.name);
      if (place.kind !== 'at') return undefined;
      if (segment.folder === null) return this.rowOf(folder, place.index);
      const below = folder.openAt(place.index);
      if (below === undefined) return undefined;
      folder = below;
    }
  }

  /** The open folder with this path, if every folder above it is open too. */
  folderAt(path: ByteString): Folder | undefined {
    let folder: Folder | undefined = this.root;
    while (folder !== undefined && folder.path !== path) {
      if (!path.startsWith(folder.path)) return undefined;
      folder = folder.open.find((child) => path.startsWith(child.path));
    }
    return folder;
  }

  /** Opens child `index` with its first page. The page must have been read for that child's folder path. */
  open(parent: Folder, index: number, page: ChildrenPage): Folder | undefined {
    const node = parent.nodeAt(index);
    if (node === undefined || node.folder === null) return undefined;
    const already = parent.openAt(index);
    if (already !== undefined) return already;
    const child = new Folder({
      path: wireToByteString(node.folder.path),
      name: wireToByteString(node.name),
      parent,
      index,
      delimiter: this.delimiter,
    });
    child.reset(page.total);
    child.load(page.offset, page.nodes, Number(page.revision));
    child.asOf = Number(page.revision);
    parent.attach(child);
    this.changed();
    return child;
  }

  close(folder: Folder): void {
    folder.parent?.detach(folder);
    this.changed();
  }

  /** Takes a page of an open folder in; false when its total contradicts ours: the folder must be read again whole. */
  merge(folder: Folder, page: ChildrenPage): boolean {
    const isFirst = folder.asOf === 0 && folder.loadedCount === 0;
    if (!isFirst && page.total !== folder.total) {
      folder.isStale = true;
      return false;
    }
    if (isFirst) folder.reset(page.total);
    folder.load(page.offset, page.nodes, Number(page.revision));
    folder.asOf = Math.max(folder.asOf, Number(page.revision));
    this.changed();
    return true;
  }

  /** Replaces everything known of one folder by pages read at one revision. Open children not found in them close. */
  reload(folder: Folder, pages: readonly ChildrenPage[], places: ReadonlyMap<ByteString, number>): void {
    const last = pages.at(-1);
    if (last === undefined) return;
    folder.reset(last.total);
    for (const page of pages) folder.load(page.offset, page.nodes, Number(page.revision));
    folder.asOf = Number(last.revision);
    folder.reindex(places);
    this.changed();
  }
}

export function rowId(folder: Folder, node: TreeNode): ByteString {
  return joinPath(folder.path, wireToByteString(node.name));
}
