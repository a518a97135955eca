/**
 * The direct children of a folder, from an index: jumps from child to child, never over all keys below.
 *
 * Order: that of each child's first key. A child that is key and folder at once stands where its key stands.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf, prefixEnd } from '../../../lib/keys/key-tree.ts';
import type { KeyEntry } from './key-chunk.ts';
import type { KeyCursor, KeyIndex, Totals } from './key-index.ts';

export interface FolderQuery {
  readonly prefix: ByteString;
  /** Empty: no folders, every key is a child. */
  readonly delimiter: ByteString;
}

export interface ChildRow {
  readonly name: ByteString;
  readonly key: KeyEntry | null;
  readonly folder: (Totals & { readonly path: ByteString }) | null;
}

export interface ChildPage {
  /** Children in all, the page aside. */
  readonly total: number;
  readonly rows: readonly ChildRow[];
}

interface Found {
  readonly name: ByteString;
  /** True when a key stands exactly here: under the cursor. */
  readonly isKey: boolean;
  readonly folder: ByteString | null;
}

export function childPage(index: KeyIndex, query: FolderQuery, page: { offset: number; limit: number }): ChildPage {
  const rows: ChildRow[] = [];
  let total = 0;
  for (const { found, cursor } of walkChildren(index, query, query.prefix)) {
    if (total >= page.offset && rows.length < page.limit) rows.push(rowOf(index, found, cursor));
    total++;
  }
  return { total, rows };
}

export function rowOf(index: KeyIndex, found: Found, cursor: KeyCursor): ChildRow {
  return {
    name: found.name,
    key: found.isKey ? cursor.entry() : null,
    folder: found.folder === null ? null : { path: found.folder, ...index.totals(found.folder) },
  };
}

/** Children from the first one at or after `from` on; the index must not change meanwhile. */
export function* walkChildren(
  index: KeyIndex,
  query: FolderQuery,
  from: ByteString,
): Generator<{ readonly found: Found; readonly cursor: KeyCursor }> {
  const { prefix, delimiter } = query;
  let cursor = index.seek(from);
  for (;;) {
    const { key } = cursor;
    if (key === undefined || !key.startsWith(prefix)) return;
    const { name, folder } = childOf(prefix, key, delimiter);
    if (folder === null) {
      const both = folderBeside(index, query, { key, next: cursor.peek() });
      yield { found: { name, isKey: true, folder: both }, cursor };
      cursor.next();
      continue;
    }
    // With a key of the same name this child has been there already.
    const base = folder.slice(0, folder.length - delimiter.length) as ByteString;
    if (!index.has(base)) yield { found: { name, isKey: false, folder }, cursor };
    const end = prefixEnd(folder);
    if (end === null) return;
    cursor = index.seek(end);
  }
}

/** The folder with the same name as the key, if any key lies in it. */
function folderBeside(
  index: KeyIndex,
  { prefix, delimiter }: FolderQuery,
  { key, next }: { readonly key: ByteString; readonly next: ByteString | undefined },
): ByteString | null {
  // Whatever starts with `key` follows it directly.
  if (delimiter === '' || next === undefined || !next.startsWith(key)) return null;
  const folder = (key + delimiter) as ByteString;
  if (childOf(prefix, folder, delimiter).folder !== folder) return null;
  return index.seek(folder).key?.startsWith(folder) === true ? folder : null;
}
