/** The oracle of the tree tests: a sorted list of keys and the dumbest possible listing and flattening of it. */
import type { ChangeEvent, ChildrenPage, TreeNode } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf } from '../../../lib/keys/key-tree.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { joinPath, ROOT_PATH } from './key-path.ts';

interface Stored {
  readonly revision: number;
  readonly created: number;
  readonly version: number;
  readonly bytes: number;
}

export class NaiveStore {
  revision = 1;
  readonly keys = new Map<ByteString, Stored>();
  readonly delimiter: ByteString;

  constructor(delimiter: string) {
    this.delimiter = wireToByteString(delimiter);
  }

  put(key: string, bytes: number): ChangeEvent {
    const path = wireToByteString(key);
    const old = this.keys.get(path);
    const revision = ++this.revision;
    const now = { revision, created: old?.created ?? revision, version: (old?.version ?? 0) + 1, bytes };
    this.keys.set(path, now);
    return event(path, 'put', now);
  }

  delete(key: string): ChangeEvent | undefined {
    const path = wireToByteString(key);
    if (!this.keys.delete(path)) return undefined;
    return event(path, 'delete', { revision: ++this.revision, created: 0, version: 0, bytes: 0 });
  }

  children(prefix: ByteString): readonly TreeNode[] {
    const names = new Map<ByteString, { key: TreeNode['key']; below: ByteString[] }>();
    for (const path of this.keys.keys()) {
      if (!path.startsWith(prefix)) continue;
      const segment = childOf(prefix, path, this.delimiter);
      const entry = names.get(segment.name) ?? { key: null, below: [] };
      if (segment.folder === null) entry.key = this.meta(path);
      else entry.below.push(path);
      names.set(segment.name, entry);
    }
    const sorted = [...names].sort(([a, x], [b, y]) =>
      firstKey(a, x, this.delimiter) < firstKey(b, y, this.delimiter) ? -1 : 1,
    );
    return sorted.map(([name, { key, below }]): TreeNode => {
      const at = joinPath(prefix, name);
      const folderPath = byteStringToWire(joinPath(at, this.delimiter));
      const bytes = below.reduce((sum, path) => sum + (this.keys.get(path)?.bytes ?? 0), 0);
      return {
        path: below.length > 0 ? folderPath : byteStringToWire(at),
        name: byteStringToWire(name),
        key,
        folder: below.length > 0 ? { path: folderPath, keys: below.length, bytes } : null,
      };
    });
  }

  page(prefix: ByteString, offset: number, limit: number): ChildrenPage {
    const all = this.children(prefix);
    return {
      prefix: byteStringToWire(prefix),
      revision: String(this.revision),
      total: all.length,
      offset,
      source: 'live',
      nodes: all.slice(offset, offset + limit),
    };
  }

  /** Every row, depth first, of what is in `open` (folder paths). */
  rows(open: ReadonlySet<ByteString>, prefix: ByteString = ROOT_PATH): readonly { path: ByteString; node: TreeNode }[] {
    return this.children(prefix).flatMap((node) => {
      const row = { path: joinPath(prefix, wireToByteString(node.name)), node };
      const below = node.folder === null ? undefined : wireToByteString(node.folder.path);
      return below !== undefined && open.has(below) ? [row, ...this.rows(open, below)] : [row];
    });
  }

  private meta(path: ByteString): TreeNode['key'] {
    const stored = this.keys.get(path);
    if (stored === undefined) return null;
    return {
      key: byteStringToWire(path),
      createRevision: String(stored.created),
      modRevision: String(stored.revision),
      version: String(stored.version),
      lease: null,
      valueBytes: stored.bytes,
    };
  }
}

function firstKey(name: ByteString, entry: { key: TreeNode['key'] }, delimiter: ByteString): ByteString {
  return entry.key === null ? joinPath(name, delimiter) : name;
}

function event(path: ByteString, type: 'put' | 'delete', stored: Stored): ChangeEvent {
  return {
    revision: String(stored.revision),
    type,
    key: byteStringToWire(path),
    createRevision: String(stored.created),
    version: String(stored.version),
    lease: null,
    valueBytes: stored.bytes,
    preview: null,
    at: 0,
  };
}
