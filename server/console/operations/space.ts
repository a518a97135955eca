/**
 * What takes the room below a prefix: the largest children, and the largest of theirs, from the index alone. A folder that holds
 * nothing but another folder is told as that one: a picture must not end where a path is merely long.
 */
import type { SpaceFolder, SpaceMeasure, SpaceNode, SpaceView } from '../../../lib/api/space-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { type ChildRow, rowOf, walkChildren } from '../hub/children.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { viewAt } from './browse.ts';
import type { StoreContext } from './context.ts';

export const SPACE_NODES_MAX = 64;
export const SPACE_PARTS_MAX = 16;
/** Grandchildren looked at; a folder that holds more is drawn whole. */
const PARTS_WALKED_MAX = 20_000;
/** Folders of a single folder that are told as one; a longer chain goes on below the next click. */
const CHAIN_MAX = 32;
/** Children looked at before other requests get their turn. */
const SLICE = 10_000;

export interface SpaceQuery {
  readonly prefix: WireBytes;
  readonly delimiter: string;
  readonly by: SpaceMeasure;
  /** Undefined: live. */
  readonly revision: number | undefined;
  readonly signal: AbortSignal;
}

interface Folder {
  readonly prefix: ByteString;
  readonly delimiter: ByteString;
}

interface Sized {
  readonly name: ByteString;
  readonly path: ByteString;
  readonly isFolder: boolean;
  readonly keys: number;
  readonly bytes: number;
}

export async function space(context: StoreContext, query: SpaceQuery): Promise<SpaceView> {
  const view = await viewAt(context, query);
  // A copy that stays as it is while others have their turn; it shares what does not change.
  const index = view.index.fork();
  const folder = { prefix: wireToByteString(query.prefix), delimiter: toByteString(utf8Encode(query.delimiter)) };
  const top = await largest(index, folder, { by: query.by, most: SPACE_NODES_MAX });
  const all = index.totals(folder.prefix);
  let left = PARTS_WALKED_MAX;
  const nodes: SpaceFolder[] = [];
  for (const one of top.found) {
    const parts: SpaceNode[] = [];
    if (one.isFolder && folder.delimiter !== '' && one.keys <= left) {
      const inside = { prefix: one.path, delimiter: folder.delimiter };
      const below = await largest(index, inside, { by: query.by, most: SPACE_PARTS_MAX });
      left -= below.children;
      parts.push(...below.found.map(nodeOf));
    }
    nodes.push({ ...nodeOf(one), parts });
  }
  const shown = top.found.reduce((sum, one) => ({ keys: sum.keys + one.keys, bytes: sum.bytes + one.bytes }), {
    keys: 0,
    bytes: 0,
  });
  return {
    prefix: query.prefix,
    by: query.by,
    revision: String(view.revision),
    source: view.source,
    keys: all.keys,
    bytes: all.bytes,
    children: top.children,
    nodes,
    rest: {
      children: top.children - nodes.length,
      keys: all.keys - shown.keys,
      bytes: all.bytes - shown.bytes,
    },
  };
}

async function largest(
  index: KeyIndex,
  folder: Folder,
  { by, most }: { readonly by: SpaceMeasure; readonly most: number },
): Promise<{ readonly found: readonly Sized[]; readonly children: number }> {
  let found: Sized[] = [];
  let children = 0;
  const keepLargest = (): void => {
    found = found.sort((a, b) => b[by] - a[by] || (a.path < b.path ? -1 : 1)).slice(0, most);
  };
  for (const { found: child, cursor } of walkChildren(index, folder, folder.prefix)) {
    children++;
    found.push(sizedOf(rowOf(index, child, cursor), folder.prefix));
    // Twice the bound and more before cutting, so that cutting stays cheap.
    if (found.length >= 8 * most) keepLargest();
    if (children % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  keepLargest();
  return { found: found.map((one) => narrowed(index, folder, one)), children };
}

/** The innermost folder that holds all that the given one holds. */
function narrowed(index: KeyIndex, { prefix, delimiter }: Folder, one: Sized): Sized {
  // A key of the folder's own name belongs to the sum and to no folder further in.
  if (!one.isFolder || delimiter === '' || index.totals(one.path).keys !== one.keys) return one;
  let path = one.path;
  for (let i = 0; i < CHAIN_MAX; i++) {
    const inner = onlyFolderIn(index, { prefix: path, delimiter });
    if (inner === null) break;
    path = inner;
  }
  return { ...one, path, name: path.slice(prefix.length, path.length - delimiter.length) as ByteString };
}

/** Null: the folder holds a key or a second folder. */
function onlyFolderIn(index: KeyIndex, folder: Folder): ByteString | null {
  let only: ByteString | null = null;
  for (const { found } of walkChildren(index, folder, folder.prefix)) {
    if (only !== null || found.isKey) return null;
    only = found.folder;
  }
  return only;
}

const sizedOf = ({ name, key, folder }: ChildRow, prefix: ByteString): Sized => ({
  name,
  path: folder?.path ?? key?.key ?? ((prefix + name) as ByteString),
  isFolder: folder !== null,
  keys: (folder?.keys ?? 0) + (key === null ? 0 : 1),
  bytes: (folder?.bytes ?? 0) + (key?.valueBytes ?? 0),
});

const nodeOf = ({ path, name, isFolder, keys, bytes }: Sized): SpaceNode => ({
  path: byteStringToWire(path),
  name: byteStringToWire(name),
  kind: isFolder ? 'folder' : 'key',
  keys,
  bytes,
});
