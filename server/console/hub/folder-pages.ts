/**
 * Pages of a folder's children that stay cheap in folders of a million: such a folder is cut into buckets of neighbouring
 * children with their counts, so that a page costs one bucket, and a change costs recounting one.
 *
 * A bucket begins at the position of a child when it was cut: the child's key, or its folder's path. A folder never
 * straddles such a boundary, because no position lies inside another child's folder (single-byte delimiters; others are
 * walked in full).
 */
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf } from '../../../lib/keys/key-tree.ts';
import { type ChildPage, type ChildRow, childPage, type FolderQuery, rowOf, walkChildren } from './children.ts';
import type { KeyIndex } from './key-index.ts';

export interface FolderPageSizes {
  /** Folders with more children than this are cut. */
  readonly cutAbove: number;
  readonly bucketChildren: number;
  /** Cut folders kept; the one unused for longest goes. */
  readonly foldersMax: number;
}

const SIZES: FolderPageSizes = { cutAbove: 4_096, bucketChildren: 256, foldersMax: 32 };

interface Bucket {
  readonly from: ByteString;
  /** Null: not counted since the last change. */
  count: number | null;
}

interface CutFolder {
  readonly query: FolderQuery;
  buckets: Bucket[];
}

export class FolderPages {
  readonly #index: KeyIndex;
  readonly #sizes: FolderPageSizes;
  /** In order of last use. */
  readonly #folders = new Map<string, CutFolder>();

  constructor(index: KeyIndex, sizes: FolderPageSizes = SIZES) {
    this.#index = index;
    this.#sizes = sizes;
    index.onStructure = (key) => this.#changed(key);
  }

  page(query: FolderQuery, page: { readonly offset: number; readonly limit: number }): ChildPage {
    const name = `${query.delimiter}\n${query.prefix}`;
    const known = this.#folders.get(name);
    if (known !== undefined) {
      this.#folders.delete(name);
      this.#folders.set(name, known);
      return this.#pageOf(known, page);
    }
    // At most as many children as keys: small folders need no look at all.
    const isLarge = query.delimiter.length <= 1 && this.#index.totals(query.prefix).keys > this.#sizes.cutAbove;
    if (!isLarge) return childPage(this.#index, query, page);
    const folder = { query, buckets: [] as Bucket[] };
    folder.buckets = this.#cut(folder, query.prefix, null);
    const children = folder.buckets.reduce((sum, bucket) => sum + (bucket.count ?? 0), 0);
    if (children > this.#sizes.cutAbove) {
      this.#folders.set(name, folder);
      const [oldest] = this.#folders.keys();
      if (this.#folders.size > this.#sizes.foldersMax && oldest !== undefined) this.#folders.delete(oldest);
    }
    return this.#pageOf(folder, page);
  }

  /** Walks [from, to) and cuts it into buckets. */
  #cut({ query }: CutFolder, from: ByteString, to: ByteString | null): Bucket[] {
    const buckets: { from: ByteString; count: number }[] = [{ from, count: 0 }];
    for (const { found, cursor } of walkChildren(this.#index, query, from)) {
      const position = found.isKey ? cursor.key : found.folder;
      if (position === undefined || position === null || (to !== null && position >= to)) break;
      let last = buckets.at(-1);
      if (last === undefined || last.count >= this.#sizes.bucketChildren) {
        last = { from: position, count: 0 };
        buckets.push(last);
      }
      last.count++;
    }
    return buckets;
  }

  #pageOf(folder: CutFolder, page: { readonly offset: number; readonly limit: number }): ChildPage {
    this.#recount(folder);
    const rows: ChildRow[] = [];
    let total = 0;
    let start: { readonly from: ByteString; readonly skip: number } | undefined;
    for (const bucket of folder.buckets) {
      const count = bucket.count ?? 0;
      if (start === undefined && page.offset < total + count) start = { from: bucket.from, skip: page.offset - total };
      total += count;
    }
    if (start === undefined) return { total, rows };
    let skip = start.skip;
    for (const { found, cursor } of walkChildren(this.#index, folder.query, start.from)) {
      if (skip-- > 0) continue;
      if (rows.length >= page.limit) break;
      rows.push(rowOf(this.#index, found, cursor));
    }
    return { total, rows };
  }

  #recount(folder: CutFolder): void {
    if (folder.buckets.every((bucket) => bucket.count !== null)) return;
    folder.buckets = folder.buckets.flatMap((bucket, i) => {
      if (bucket.count !== null) return [bucket];
      return this.#cut(folder, bucket.from, folder.buckets[i + 1]?.from ?? null);
    });
  }

  /** A key came or went: the child it belongs to may have come, gone, or moved between its two possible positions. */
  #changed(key: ByteString): void {
    for (const folder of this.#folders.values()) {
      const { prefix, delimiter } = folder.query;
      if (!key.startsWith(prefix)) continue;
      const { name } = childOf(prefix, key, delimiter);
      const base = (prefix + name) as ByteString;
      bucketAt(folder.buckets, base).count = null;
      bucketAt(folder.buckets, (base + delimiter) as ByteString).count = null;
    }
  }
}

/** The last bucket that begins at or before `position`; the first begins at the folder itself. */
function bucketAt(buckets: readonly Bucket[], position: ByteString): Bucket {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((buckets[middle] as Bucket).from <= position) low = middle + 1;
    else high = middle;
  }
  return buckets[Math.max(0, low - 1)] as Bucket;
}
