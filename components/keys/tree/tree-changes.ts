/**
 * What the stream does to the tree, in two beats: counts and values at once (`note`), rows that come or go when nobody's
 * pointer is in the way (`settle`).
 *
 * Invariant (tree-model.test.ts): every change counts exactly once, whether it comes before or after the page that already
 * contains it. Refuses: guessing. What it cannot place marks the folder stale.
 */
import type { ChangeEvent, ChildrenPage, KeyMeta, TreeNode } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf } from '../../../lib/keys/key-tree.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { Folder } from './folder.ts';

interface Waiting {
  readonly event: ChangeEvent;
  readonly path: ByteString;
  /** Levels whose counts `note` has already changed. */
  readonly levelsNoted: number;
}

export interface WaitingCount {
  readonly added: number;
  readonly removed: number;
}

/** Beyond this many waiting changes the folders are read again instead of replayed. */
export const WAITING_MAX = 5000;

export class TreeChanges {
  /** Last revision whose changes were noted. */
  appliedRevision = 0;
  /** Keys that are deleted but whose rows keep their place until `settle`. */
  readonly gone = new Set<ByteString>();
  private waiting: Waiting[] = [];
  private readonly waitingPaths = new Set<ByteString>();
  private readonly root: Folder;
  private readonly delimiter: ByteString;

  constructor(root: Folder, delimiter: ByteString) {
    this.root = root;
    this.delimiter = delimiter;
  }

  /** First beat: counts and values in place. Rows that come or go wait for `settle`. */
  note(event: ChangeEvent): void {
    const revision = Number(event.revision);
    this.appliedRevision = Math.max(this.appliedRevision, revision);
    const path = wireToByteString(event.key);
    const keysDelta = keysDeltaOf(event);
    const { levelsNoted, isRowChange } = this.walk(event, path, keysDelta);
    if (isRowChange || this.waitingPaths.has(path)) {
      if (event.type === 'delete') this.gone.add(path);
      else this.gone.delete(path);
      this.waiting.push({ event, path, levelsNoted });
      this.waitingPaths.add(path);
      if (this.waiting.length > WAITING_MAX) this.markAllStale();
    }
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  get waitingCount(): WaitingCount {
    let added = 0;
    let removed = 0;
    for (const { event } of this.waiting) {
      if (event.type === 'delete') removed++;
      else if (event.version === '1') added++;
    }
    return { added, removed };
  }

  /** Second beat: rows come and go. */
  settle(): boolean {
    if (this.waiting.length === 0) return false;
    const waiting = this.waiting;
    this.waiting = [];
    this.waitingPaths.clear();
    this.gone.clear();
    for (const item of waiting) this.restructure(item);
    return true;
  }

  /** Everything on screen may be out of date (a gap in the stream): every open folder is to be read again. */
  markAllStale(): void {
    this.waiting = [];
    this.waitingPaths.clear();
    this.gone.clear();
    const visit = (folder: Folder): void => {
      folder.isStale = true;
      folder.open.forEach(visit);
    };
    visit(this.root);
  }

  /**
   * A page of `folder` was taken in that is older than these changes, which were noted on what it replaced: what it can be told is
   * told again, in its own stretch; where rows come or go the folder is read again.
   *
   * @param later see PageReader.laterThan
   */
  catchUp(folder: Folder, page: ChildrenPage, later: readonly ChangeEvent[] | null): void {
    if (later === null) folder.isStale = true;
    for (const event of later ?? []) this.again(folder, page, event);
  }

  private again(folder: Folder, page: ChildrenPage, event: ChangeEvent): void {
    const path = wireToByteString(event.key);
    if (!path.startsWith(folder.path)) return;
    const segment = childOf(folder.path, path, this.delimiter);
    const place = folder.find(segment.name);
    const keysDelta = keysDeltaOf(event);
    if (place.kind !== 'at') {
      if (keysDelta !== 0) folder.isStale = true;
      return;
    }
    const { index, node } = place;
    if (index < page.offset || index >= page.offset + page.nodes.length) return;
    if (segment.folder === null) {
      if (event.type === 'put' && node.key !== null) folder.replace(index, { ...node, key: metaOf(event) });
      else folder.isStale = true;
      return;
    }
    if (node.folder === null || node.folder.keys + keysDelta <= 0) folder.isStale = true;
    else this.bump(folder, index, node, keysDelta, isCreation(event) ? event.valueBytes : undefined);
  }

  private walk(event: ChangeEvent, path: ByteString, keysDelta: number) {
    const revision = Number(event.revision);
    const bytesDelta = this.bytesDelta(event, path);
    let folder: Folder = this.root;
    for (let level = 0; ; level++) {
      const segment = childOf(folder.path, path, this.delimiter);
      const place = folder.find(segment.name);
      const isKnown = place.kind === 'at' && place.asOf >= revision;
      if (segment.folder === null) {
        const isLeafHere = place.kind === 'at' && place.node.key !== null;
        if (isKnown) return { levelsNoted: level, isRowChange: false };
        const isUpdate = event.type === 'put' && isLeafHere;
        if (isUpdate && !this.waitingPaths.has(path))
          folder.replace(place.index, { ...place.node, key: metaOf(event) });
        const isUpdateElsewhere = event.type === 'put' && event.version !== '1' && place.kind === 'unknown';
        return { levelsNoted: level, isRowChange: !isUpdate && !isUpdateElsewhere && revision > folder.asOf };
      }
      if (place.kind !== 'at' || place.node.folder === null) {
        const isRowChange = keysDelta !== 0 && revision > folder.asOf;
        return { levelsNoted: level, isRowChange };
      }
      if (!isKnown) this.bump(folder, place.index, place.node, keysDelta, bytesDelta);
      const below = folder.openAt(place.index);
      if (below === undefined) {
        const isEmptied = keysDelta < 0 && (folder.nodeAt(place.index)?.folder?.keys ?? 1) <= 0;
        return { levelsNoted: level + 1, isRowChange: isEmptied };
      }
      folder = below;
    }
  }

  private restructure({ event, path, levelsNoted }: Waiting): void {
    const revision = Number(event.revision);
    const keysDelta = keysDeltaOf(event);
    let folder: Folder = this.root;
    for (let level = 0; ; level++) {
      const segment = childOf(folder.path, path, this.delimiter);
      const place = folder.find(segment.name);
      if (place.kind === 'unknown') {
        if (revision > folder.asOf && keysDelta !== 0) folder.isStale = true;
        return;
      }
      const isKnown = place.kind === 'at' ? place.asOf >= revision : folder.asOf >= revision;
      if (segment.folder === null) {
        if (!isKnown) this.restructureLeaf(folder, segment.name, event);
        return;
      }
      if (place.kind === 'between' || place.node.folder === null) {
        if (!isKnown && keysDelta > 0) this.addFolder(folder, { name: segment.name, folder: segment.folder }, event);
        return;
      }
      if (level >= levelsNoted && !isKnown) {
        this.bump(folder, place.index, place.node, keysDelta, isCreation(event) ? event.valueBytes : undefined);
      }
      const node = folder.nodeAt(place.index);
      if (node?.folder !== null && node !== undefined && node.folder.keys <= 0 && !isKnown) {
        this.dropFolder(folder, place.index, node);
        return;
      }
      const below = folder.openAt(place.index);
      if (below === undefined) return;
      folder = below;
    }
  }

  private restructureLeaf(folder: Folder, name: ByteString, event: ChangeEvent): void {
    const revision = Number(event.revision);
    const place = folder.find(name);
    if (place.kind === 'unknown') return;
    if (event.type === 'put') {
      if (place.kind === 'at') folder.replace(place.index, { ...place.node, key: metaOf(event) });
      else
        folder.insert(
          place.index,
          { path: event.key, name: byteStringToWire(name), key: metaOf(event), folder: null },
          revision,
        );
      return;
    }
    if (place.kind !== 'at') return;
    if (place.node.folder === null) folder.remove(place.index);
    else folder.replace(place.index, { ...place.node, key: null });
  }

  private addFolder(parent: Folder, segment: { name: ByteString; folder: ByteString }, event: ChangeEvent): void {
    const below = { path: byteStringToWire(segment.folder), keys: 1, bytes: event.valueBytes };
    const place = parent.find(segment.name);
    if (place.kind === 'at') parent.replace(place.index, { ...place.node, path: below.path, folder: below });
    else if (place.kind === 'between') {
      const node = { path: below.path, name: byteStringToWire(segment.name), key: null, folder: below };
      parent.insert(place.folderIndex, node, Number(event.revision));
    }
  }

  private dropFolder(parent: Folder, index: number, node: TreeNode): void {
    if (node.key === null) parent.remove(index);
    else {
      const open = parent.openAt(index);
      if (open !== undefined) parent.detach(open);
      parent.replace(index, { ...node, path: node.key.key, folder: null });
    }
  }

  private bump(folder: Folder, index: number, node: TreeNode, keys: number, bytes: number | undefined): void {
    if (node.folder === null || (keys === 0 && bytes === 0)) return;
    if (bytes === undefined) folder.hasStaleBytes = true;
    const below = { ...node.folder, keys: node.folder.keys + keys, bytes: node.folder.bytes + (bytes ?? 0) };
    folder.replace(index, { ...node, folder: below });
  }

  /** How the sum of value bytes changes; undefined when the old size was never loaded. */
  private bytesDelta(event: ChangeEvent, path: ByteString): number | undefined {
    if (event.type === 'put' && event.version === '1') return event.valueBytes;
    // What is loaded of a key with waiting changes is its past: no size to subtract.
    if (this.waitingPaths.has(path)) return undefined;
    let folder: Folder | undefined = this.root;
    while (folder !== undefined) {
      const segment = childOf(folder.path, path, this.delimiter);
      const place = folder.find(segment.name);
      if (place.kind !== 'at') return undefined;
      if (segment.folder === null) {
        const old = place.node.key?.valueBytes;
        return old === undefined ? undefined : (event.type === 'put' ? event.valueBytes : 0) - old;
      }
      folder = folder.openAt(place.index);
    }
    return undefined;
  }
}

const keysDeltaOf = (event: ChangeEvent): number => (event.type === 'delete' ? -1 : event.version === '1' ? 1 : 0);
const isCreation = (event: ChangeEvent): boolean => event.type === 'put' && event.version === '1';

function metaOf(event: ChangeEvent): KeyMeta {
  return {
    key: event.key,
    createRevision: event.createRevision,
    modRevision: event.revision,
    version: event.version,
    lease: event.lease,
    valueBytes: event.valueBytes,
  };
}
