/**
 * Feeds a TreeModel: reads the pages the eye is on, keeps them true with the stream, and never reads what is known.
 *
 * Where the stream cannot tell (changes in stretches never loaded, a gap), the folder is read again, at most once per
 * RESYNC_MS (tree-controller.test.ts).
 */
import type { ChangeEvent, ChildrenPage } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { FIRST_ROWS, OPEN_ONLY_DEPTH, onlyFolder } from './first-page.ts';
import type { Folder } from './folder.ts';
import { foldersOf } from './key-path.ts';
import { locateChild, PAGE_ROWS } from './locate.ts';
import { PageReader, type ReadFailure, type TreeSource } from './page-reader.ts';
import { emptyPage, readId, rereadFolder, type Visible } from './reread-folder.ts';
import { TreeModel } from './tree-model.ts';

/** A folder whose places became unknown is read again after this long, together with all that changed meanwhile. */
export const RESYNC_MS = 400;
/** Open folders that a change of revision opens again. */
const REOPEN_MAX = 60;
/** Sums of bytes that the stream cannot tell are refreshed this often while on screen. */
const BYTES_REFRESH_MS = 5000;

export class TreeController {
  readonly model: TreeModel;
  isReady = false;
  private readonly source: TreeSource;
  private readonly reader: PageReader;
  private readonly opening = new Map<ByteString, Promise<Folder | undefined>>();
  private visible: Visible = { first: 0, last: 0 };
  private isHeld = false;
  private cancelResync: (() => void) | null = null;
  private cancelBytes: (() => void) | null = null;
  private isClosed = false;

  constructor(source: TreeSource, delimiter: ByteString, appliedRevision: number) {
    this.source = source;
    this.model = new TreeModel(delimiter);
    this.reader = new PageReader(source, {
      revision: () => this.model.live.appliedRevision,
      onFailure: () => this.model.changed(),
      onRetry: () => this.retry(),
    });
    this.model.live.appliedRevision = appliedRevision;
  }

  get failure(): ReadFailure | null {
    return this.reader.failure;
  }

  /** Takes what was sent along (first-page.ts), before anything is read. */
  startWith([top, ...inner]: readonly ChildrenPage[]): void {
    if (top === undefined) return;
    this.take(this.model.root, top);
    let folder: Folder | undefined = this.model.root;
    for (const page of inner) folder = folder && this.open(folder, wireToByteString(page.prefix), page);
  }

  /** Reads the top, unless it is there, and opens these folders again, as far as they are still there. */
  async begin(openPaths: readonly ByteString[]): Promise<void> {
    if (!this.isReady) await this.readInto(this.model.root, 0, PAGE_ROWS);
    for (const path of openPaths.slice(0, REOPEN_MAX)) {
      const row = this.isClosed ? undefined : await this.reveal(path, true);
      const at = row === undefined ? undefined : this.model.rowAt(row);
      if (at !== undefined && !at.isOpen) await this.expand(at.folder, at.index);
    }
    if (openPaths.length === 0) await this.openOnly(this.model.root);
  }

  /** Open folders, outer before inner. */
  openPaths(): readonly ByteString[] {
    const below = (folder: Folder): readonly ByteString[] =>
      folder.open.flatMap((child) => [child.path, ...below(child)]);
    return below(this.model.root);
  }

  private async openOnly(folder: Folder): Promise<void> {
    if (folder.depth >= OPEN_ONLY_DEPTH) return;
    const only = onlyFolder(
      Array.from({ length: Math.min(folder.total, FIRST_ROWS) }, (_, index) => folder.nodeAt(index)),
      folder.total,
    );
    if (only !== undefined && folder.openAt(only.index) === undefined) await this.expand(folder, only.index);
  }

  close(): void {
    this.isClosed = true;
    this.reader.close();
    this.cancelResync?.();
    this.cancelBytes?.();
  }

  /** The rows on screen: missing pages are read, reads for rows long gone are called off. */
  show(first: number, last: number): void {
    this.visible = { first, last };
    if (!this.isReady) return;
    const wanted = new Set<string>();
    for (let row = first; row <= last; row++) {
      const at = this.model.rowAt(row);
      if (at === undefined || at.node !== undefined) continue;
      const missing = at.folder.missingAt(at.index, PAGE_ROWS);
      if (missing === undefined) continue;
      wanted.add(readId(at.folder, missing.offset));
      void this.readInto(at.folder, missing.offset, missing.limit);
    }
    this.reader.keepOnly((id) => wanted.has(id) || id.startsWith('!'));
  }

  retry(): void {
    this.reader.clearRetry();
    if (this.isReady) this.show(this.visible.first, this.visible.last);
    else void this.begin([]);
    this.planResync();
  }

  /** Opens or closes the folder on a row. */
  async toggle(folder: Folder, index: number): Promise<void> {
    const open = folder.openAt(index);
    if (open !== undefined) this.model.close(open);
    else await this.expand(folder, index);
  }

  /** True while the first page of that folder is being read. */
  isOpening(parent: Folder, index: number): boolean {
    const path = this.opening.size === 0 ? undefined : parent.nodeAt(index)?.folder?.path;
    return path !== undefined && this.opening.has(wireToByteString(path));
  }

  /** Resolves once the first page of the top is in. */
  whenReady(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.model.subscribe(() => {
        if (!this.isReady) return;
        stop();
        resolve();
      });
    });
  }

  /** Opens a folder; who asks while it is being opened waits for the same answer. */
  expand(parent: Folder, index: number): Promise<Folder | undefined> {
    const target = parent.nodeAt(index)?.folder;
    if (target === null || target === undefined) return Promise.resolve(undefined);
    const path = wireToByteString(target.path);
    const under = this.opening.get(path);
    if (under !== undefined) return under;
    const opening = this.openFolder(parent, path).finally(() => {
      this.opening.delete(path);
      this.model.changed();
    });
    this.opening.set(path, opening);
    this.model.changed();
    return opening;
  }

  private async openFolder(parent: Folder, path: ByteString): Promise<Folder | undefined> {
    const page = await this.reader.read(`!${path}`, { prefix: byteStringToWire(path), offset: 0, limit: PAGE_ROWS });
    if (page === undefined) return undefined;
    this.model.live.settle();
    // Rows may have moved while the page was on its way.
    const opened = this.open(parent, path, page);
    if (opened !== undefined) await this.openOnly(opened);
    return opened;
  }

  private open(parent: Folder, path: ByteString, page: ChildrenPage): Folder | undefined {
    const place = parent.find(childName(parent, path));
    if (place.kind !== 'at' || page.total === 0) return undefined;
    const isNew = parent.openAt(place.index) === undefined;
    const opened = this.model.open(parent, place.index, page);
    if (opened !== undefined && isNew) this.catchUp(opened, page);
    return opened;
  }

  /** Opens every folder above `key` and answers its row; undefined when it is not there. Folders show their own row. */
  async reveal(key: ByteString, asFolder = false): Promise<number | undefined> {
    const above = foldersOf(key, this.model.delimiter);
    const folders = asFolder && above.at(-1) === key ? above.slice(0, -1) : above;
    let folder = this.model.root;
    for (const path of folders) {
      const below = folder.open.find((child) => child.path === path);
      if (below !== undefined) {
        folder = below;
        continue;
      }
      const index = await this.locate(folder, childName(folder, path));
      const opened = index === undefined ? undefined : await this.expand(folder, index);
      if (opened === undefined) return undefined;
      folder = opened;
    }
    const index = await this.locate(folder, asFolder ? childName(folder, key) : nameUnder(folder, key));
    return index === undefined ? undefined : this.model.rowOf(folder, index);
  }

  /** Position of the child with this very name. */
  async locate(folder: Folder, name: ByteString): Promise<number | undefined> {
    const known = folder.find(name);
    if (known.kind === 'at') return known.index;
    if (known.kind === 'between') return undefined;
    for (const sort of [name, `${name}${this.model.delimiter}` as ByteString]) {
      const located = await this.locateSort(folder, sort);
      if (located?.isExact === true) return located.index;
    }
    return undefined;
  }

  /** First child at or after a typed text; for jumping in folders too long to load. */
  async locateSort(folder: Folder, sort: ByteString) {
    let isBroken = false;
    const readPage = async (offset: number, limit: number): Promise<ChildrenPage> => {
      const page = await this.reader.read(`!${readId(folder, offset)}`, {
        prefix: byteStringToWire(folder.path),
        offset,
        limit,
      });
      if (page === undefined) isBroken = true;
      return page ?? emptyPage(offset);
    };
    const located = await locateChild(readPage, folder.total, sort, this.model.delimiter);
    if (isBroken) return undefined;
    const last = located.pages.at(-1);
    if (last !== undefined) this.take(folder, last);
    return located;
  }

  // ------------------------------------------------------------------ live

  /** While held, rows neither come nor go (somebody points at them); counts still change. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    if (isHeld) return;
    this.settle();
    this.model.changed();
  }

  settle(): void {
    if (this.model.live.settle()) this.model.changed();
    this.planResync();
  }

  onChanges(events: readonly ChangeEvent[]): void {
    if (!this.source.isLive || events.length === 0) return;
    for (const event of events) this.model.live.note(event);
    this.reader.noted(events);
    if (!this.isHeld) this.model.live.settle();
    this.model.changed();
    this.reader.release();
    this.planResync();
  }

  /** The stream begins: it tells everything after `revision`. Later greetings bring nothing new. */
  onGreeting(revision: number): void {
    const { live, root } = this.model;
    if (live.appliedRevision > 0 || revision === 0) return;
    // Later: changes between were told to nobody here. Earlier: it is another store's data by now.
    if (this.isReady && root.asOf !== revision) {
      this.onGap(revision);
      return;
    }
    live.appliedRevision = revision;
    // A first page that was quicker than the stream has waited for this.
    this.reader.release();
  }

  /** Changes were missed: everything open is read again. */
  onGap(revision: number): void {
    if (!this.source.isLive) return;
    this.model.live.appliedRevision = Math.max(this.model.live.appliedRevision, revision);
    this.model.live.markAllStale();
    this.reader.missed();
    this.model.changed();
    this.reader.release();
    this.planResync();
  }

  // ------------------------------------------------------------------ reading

  private async readInto(folder: Folder, offset: number, limit: number): Promise<void> {
    const id = readId(folder, offset);
    if (this.reader.has(id)) return;
    const page = await this.reader.read(id, { prefix: byteStringToWire(folder.path), offset, limit });
    if (page !== undefined) this.take(folder, page);
  }

  private take(folder: Folder, page: ChildrenPage): void {
    this.model.live.settle();
    if (this.model.merge(folder, page)) this.catchUp(folder, page);
    else this.planResync();
    this.isReady = true;
    this.model.changed();
  }

  private catchUp(folder: Folder, page: ChildrenPage): void {
    this.model.live.catchUp(folder, page, this.reader.laterThan(page));
    this.planResync();
  }

  // ------------------------------------------------------------------ reading again

  private planResync(): void {
    if (this.cancelResync === null && staleFolders(this.model.root).length > 0) {
      this.cancelResync = this.source.after(RESYNC_MS, () => {
        this.cancelResync = null;
        void this.resync();
      });
    }
    if (this.cancelBytes === null && bytesFolders(this.model.root).length > 0) {
      this.cancelBytes = this.source.after(BYTES_REFRESH_MS, () => {
        this.cancelBytes = null;
        void this.refreshBytes();
      });
    }
  }

  private async resync(): Promise<void> {
    for (const folder of staleFolders(this.model.root)) await this.reread(folder);
    if (this.failure === null) this.planResync();
  }

  private reread(folder: Folder): Promise<void> {
    return rereadFolder(folder, { model: this.model, reader: this.reader, visible: this.visible });
  }

  private async refreshBytes(): Promise<void> {
    for (const folder of bytesFolders(this.model.root)) await this.reread(folder);
  }
}

/** The name of a child folder, from its path. */
const childName = (parent: Folder, path: ByteString): ByteString =>
  path.slice(parent.path.length, path.length - parent.delimiter.length) as ByteString;

const nameUnder = (parent: Folder, key: ByteString): ByteString => key.slice(parent.path.length) as ByteString;

function staleFolders(folder: Folder): readonly Folder[] {
  return [...(folder.isStale ? [folder] : []), ...folder.open.flatMap(staleFolders)];
}

function bytesFolders(folder: Folder): readonly Folder[] {
  return [...(folder.hasStaleBytes ? [folder] : []), ...folder.open.flatMap(bytesFolders)];
}
