/**
 * One open folder of the tree: how many children it has, which of them are loaded, which of them are open.
 *
 * Owns: child positions. Children stand in the order of their first keys (`sortKey`); loaded ones lie in runs (loaded-runs.ts).
 * Invariants (tree-model.test.ts): runs never pass `total`; `open` is sorted by index; `rows` = total + the rows of every open child, cached and recomputed only after a change below.
 * Refuses: guessing. A name whose place lies in an unloaded stretch is answered with 'unknown'.
 */
import type { TreeNode } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { type LoadedNode, LoadedRuns } from './loaded-runs.ts';

export type Place =
  | { readonly kind: 'at'; readonly index: number; readonly node: TreeNode; readonly asOf: number }
  /** Not there. A key of that name would stand at `index`, a folder at `folderIndex`. */
  | { readonly kind: 'between'; readonly index: number; readonly folderIndex: number }
  | { readonly kind: 'unknown' };

export type RowPlace =
  | { readonly kind: 'child'; readonly index: number }
  | { readonly kind: 'below'; readonly folder: Folder; readonly row: number };

/** A key stands where its bytes put it, a folder without such a key where its first key does: just after its delimiter. */
export function sortKey(node: Pick<TreeNode, 'name' | 'key'>, delimiter: ByteString): ByteString {
  const name = wireToByteString(node.name);
  return node.key === null ? (`${name}${delimiter}` as ByteString) : name;
}

export class Folder {
  readonly delimiter: ByteString;
  readonly path: ByteString;
  readonly name: ByteString;
  readonly depth: number;
  readonly parent: Folder | null;
  /** Position in the parent; moves when siblings come and go. */
  index: number;
  total: number;
  /** Revision up to which `total` is known to include every change. */
  asOf: number;
  /** Something changed in an unloaded stretch: positions must be asked again. */
  isStale = false;
  /** Sums of bytes below some child are out of date. */
  hasStaleBytes = false;
  readonly open: Folder[] = [];
  private readonly runs = new LoadedRuns();
  private cachedRows = -1;
  private cachedStarts: readonly number[] | null = null;

  constructor(at: {
    path: ByteString;
    name: ByteString;
    parent: Folder | null;
    index: number;
    delimiter: ByteString;
  }) {
    this.delimiter = at.delimiter;
    this.path = at.path;
    this.name = at.name;
    this.parent = at.parent;
    this.index = at.index;
    this.depth = at.parent === null ? 0 : at.parent.depth + 1;
    this.total = 0;
    this.asOf = 0;
  }

  get rows(): number {
    if (this.cachedRows < 0) this.cachedRows = this.open.reduce((sum, child) => sum + child.rows, this.total);
    return this.cachedRows;
  }

  /** Rows between this folder's first child and its child `index`. */
  rowOf(index: number): number {
    let row = index;
    for (const child of this.open) {
      if (child.index >= index) break;
      row += child.rows;
    }
    return row;
  }

  placeOfRow(row: number): RowPlace {
    const starts = this.starts();
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((starts[mid] as number) < row) low = mid + 1;
      else high = mid;
    }
    const folder = this.open[low - 1];
    if (folder === undefined) return { kind: 'child', index: row };
    const below = row - (starts[low - 1] as number) - 1;
    if (below < folder.rows) return { kind: 'below', folder, row: below };
    return { kind: 'child', index: folder.index + 1 + below - folder.rows };
  }

  /** The row of each open child's own line. */
  private starts(): readonly number[] {
    if (this.cachedStarts === null) {
      let before = 0;
      this.cachedStarts = this.open.map((child) => {
        const start = child.index + before;
        before += child.rows;
        return start;
      });
    }
    return this.cachedStarts;
  }

  nodeAt(index: number): TreeNode | undefined {
    return this.runs.nodeAt(index);
  }

  openAt(index: number): Folder | undefined {
    let low = 0;
    let high = this.open.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((this.open[mid] as Folder).index < index) low = mid + 1;
      else high = mid;
    }
    const child = this.open[low];
    return child?.index === index ? child : undefined;
  }

  find(name: ByteString): Place {
    const asKey = this.runs.search(name, this.total);
    if (asKey.kind === 'at') return asKey;
    const asFolder =
      this.delimiter === '' ? asKey : this.runs.search(`${name}${this.delimiter}` as ByteString, this.total);
    if (asFolder.kind === 'at') return asFolder;
    if (asKey.kind !== 'gap' || asFolder.kind !== 'gap') return { kind: 'unknown' };
    return { kind: 'between', index: asKey.index, folderIndex: asFolder.index };
  }

  /** A stretch of at most `limit` children around `index` that is not loaded; undefined when it is. */
  missingAt(index: number, limit: number): { readonly offset: number; readonly limit: number } | undefined {
    return this.runs.missingAt(index, { limit, total: this.total });
  }

  insert(index: number, node: TreeNode, asOf: number): void {
    this.runs.insert(index, this.loaded(node), asOf);
    for (const child of this.open) if (child.index >= index) child.index++;
    this.total++;
    this.dirty();
  }

  remove(index: number): void {
    this.runs.remove(index);
    const closed = this.open.findIndex((child) => child.index === index);
    if (closed >= 0) this.open.splice(closed, 1);
    for (const child of this.open) if (child.index > index) child.index--;
    this.total--;
    this.dirty();
  }

  /** Puts a newer state of the same child in its place, which moves when it gains or loses the key of its name. */
  replace(index: number, node: TreeNode): void {
    const asOf = this.runs.asOfAt(index);
    const loaded = this.loaded(node);
    if (asOf === undefined || this.runs.replace(index, loaded)) return;
    const target = this.runs.search(loaded.sort, this.total);
    if (target.kind !== 'gap') {
      this.isStale = true;
      return;
    }
    const open = this.openAt(index);
    const to = target.index > index ? target.index - 1 : target.index;
    this.remove(index);
    this.insert(to, node, asOf);
    if (open === undefined) return;
    open.index = to;
    this.attach(open);
  }

  attach(child: Folder): void {
    this.open.push(child);
    this.open.sort((a, b) => a.index - b.index);
    this.dirty();
  }

  detach(child: Folder): void {
    const at = this.open.indexOf(child);
    if (at >= 0) this.open.splice(at, 1);
    this.dirty();
  }

  /** Forgets what is loaded; open children keep their places until `reindex`. */
  reset(total: number): void {
    this.runs.clear();
    this.total = total;
    this.isStale = false;
    this.hasStaleBytes = false;
    this.dirty();
  }

  /** Gives open children their places after a reset; those not named are closed. */
  reindex(places: ReadonlyMap<ByteString, number>): void {
    for (const child of [...this.open]) {
      const index = places.get(child.name);
      if (index === undefined) this.open.splice(this.open.indexOf(child), 1);
      else child.index = index;
    }
    this.open.sort((a, b) => a.index - b.index);
    this.dirty();
  }

  /** Takes a page in. What it overlaps is replaced by it: it is newer. */
  load(offset: number, nodes: readonly TreeNode[], asOf: number): void {
    this.runs.load(
      offset,
      nodes.map((node) => this.loaded(node)),
      asOf,
    );
  }

  get loadedCount(): number {
    return this.runs.count;
  }

  private loaded(node: TreeNode): LoadedNode {
    return { node, sort: sortKey(node, this.delimiter) };
  }

  private dirty(): void {
    for (let folder: Folder | null = this; folder !== null; folder = folder.parent) {
      folder.cachedRows = -1;
      folder.cachedStarts = null;
    }
  }
}
