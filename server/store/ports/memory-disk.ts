/**
 * A Disk in memory for tests. It keeps apart what was written and what was flushed, so that a test can pull the plug:
 * crash() keeps every flushed byte and name, and of the rest whatever the test's generator chooses, sector by sector.
 *
 * Model: a sector (512 bytes) is written whole or not at all; unflushed sectors survive in any combination; names of
 * created, renamed and removed files survive as a prefix of the operations since the directory was last flushed.
 * Flushes complete only when the test calls completeFlush(), oldest first.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type Disk, DiskError, type DiskFile, type FlushCallback } from './disk.ts';

const SECTOR_BYTES = 512;

/** Decides, per sector or name operation, whether it reached the platter. */
export type Survives = () => boolean;

class Inode {
  bytes: Uint8Array = new Uint8Array(0);
  durable: Uint8Array = new Uint8Array(0);
  /** Sectors written since the last flush, and since the start of the flush in flight. */
  dirty = new Set<number>();
  flushing: { readonly sectors: Set<number>; readonly image: Uint8Array; readonly done: FlushCallback } | undefined;
}

type NameChange = { readonly dir: string; readonly apply: (names: Map<string, Inode>) => void };

interface PendingFlush {
  readonly inode: Inode;
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

export class MemoryDisk implements Disk {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  readonly #directories = new Set<string>(['/']);
  #unflushedNames: NameChange[] = [];
  #flushes: PendingFlush[] = [];
  /** The next flushes fail with this errno. */
  failFlushWith: string | undefined;
  /** The next writes fail with this errno. */
  failWriteWith: string | undefined;

  list(dir: string): string[] {
    if (!this.#directories.has(dir)) throw new DiskError('ENOENT', dir, 'list');
    const prefix = dir === '/' ? '/' : `${dir}/`;
    const names = [...this.#names.keys(), ...this.#directories].filter(
      (name) => name.startsWith(prefix) && name.length > prefix.length && !name.slice(prefix.length).includes('/'),
    );
    return names.map((name) => name.slice(prefix.length)).sort();
  }

  exists(path: string): boolean {
    return this.#names.has(path) || this.#directories.has(path);
  }

  makeDirectory(dir: string): void {
    for (let at = dir; at !== '/' && at !== ''; at = directoryOf(at)) this.#directories.add(at);
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    let inode = this.#names.get(path);
    if (inode === undefined) {
      if (!options.create) throw new DiskError('ENOENT', path, 'open');
      if (!this.#directories.has(directoryOf(path))) throw new DiskError('ENOENT', path, 'create');
      const created = new Inode();
      inode = created;
      this.#rename(directoryOf(path), (names) => names.set(path, created));
    }
    return new MemoryFile(this, path, inode);
  }

  rename(from: string, to: string): void {
    const inode = this.#names.get(from);
    if (inode === undefined) throw new DiskError('ENOENT', from, 'rename');
    this.#rename(directoryOf(to), (names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  remove(path: string): void {
    if (!this.#names.has(path)) throw new DiskError('ENOENT', path, 'remove');
    this.#rename(directoryOf(path), (names) => names.delete(path));
  }

  flushDirectory(dir: string): void {
    for (const change of this.#unflushedNames) if (change.dir === dir) change.apply(this.#durableNames);
    this.#unflushedNames = this.#unflushedNames.filter((change) => change.dir !== dir);
  }

  #rename(dir: string, apply: NameChange['apply']): void {
    apply(this.#names);
    this.#unflushedNames.push({ dir, apply });
  }

  /** Flushes started and not completed yet. */
  pendingFlushes(): number {
    return this.#flushes.length;
  }

  /** Completes the oldest flush in flight. False when there was none. */
  completeFlush(): boolean {
    const next = this.#flushes.shift();
    const flushing = next?.inode.flushing;
    if (next === undefined || flushing === undefined) return false;
    next.inode.flushing = undefined;
    if (this.failFlushWith !== undefined) {
      flushing.done(new DiskError(this.failFlushWith, 'memory', 'flush'));
      return true;
    }
    copySectors(next.inode, flushing.image, flushing.sectors);
    flushing.done(undefined);
    return true;
  }

  startFlush(inode: Inode, done: FlushCallback): void {
    assert(inode.flushing === undefined, 'a flush of this file is already in flight');
    inode.flushing = { sectors: inode.dirty, image: inode.bytes.slice(), done };
    inode.dirty = new Set();
    this.#flushes.push({ inode });
  }

  flushNow(inode: Inode): void {
    inode.durable = inode.bytes.slice();
    inode.dirty.clear();
  }

  /** Power off and on: forgets what did not survive. Open files and flushes of before are void. */
  crash(survives: Survives): void {
    for (const change of this.#unflushedNames) {
      if (!survives()) break;
      change.apply(this.#durableNames);
    }
    this.#unflushedNames = [];
    this.#flushes = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) {
      const sectors = new Set([...inode.dirty, ...(inode.flushing?.sectors ?? [])]);
      const kept = new Set([...sectors].filter(() => survives()));
      copySectors(inode, inode.bytes, kept);
      inode.flushing = undefined;
      inode.dirty = new Set();
      inode.bytes = inode.durable.slice();
    }
  }

  /** Rot for tests: changes one stored byte, flushed state included. */
  flipByte(path: string, at: number, mask: number): void {
    const inode = this.#names.get(path);
    assert(inode !== undefined, `${path} does not exist`);
    for (const image of [inode.bytes, inode.durable]) {
      if (at < image.length) image[at] = (image[at] as number) ^ mask;
    }
  }
}

/** Carries the chosen sectors of `image` (and its length, when a chosen sector needs it) into the durable bytes. */
function copySectors(inode: Inode, image: Uint8Array, sectors: ReadonlySet<number>): void {
  for (const sector of sectors) {
    const from = sector * SECTOR_BYTES;
    const to = Math.min(from + SECTOR_BYTES, image.length);
    if (to > inode.durable.length) {
      const grown = new Uint8Array(to);
      grown.set(inode.durable);
      inode.durable = grown;
    }
    if (from < to) inode.durable.set(image.subarray(from, to), from);
    else if (inode.durable.length > image.length) inode.durable = inode.durable.slice(0, image.length);
  }
}

class MemoryFile implements DiskFile {
  readonly path: string;
  readonly #disk: MemoryDisk;
  readonly #inode: Inode;

  constructor(disk: MemoryDisk, path: string, inode: Inode) {
    this.#disk = disk;
    this.path = path;
    this.#inode = inode;
  }

  size(): number {
    return this.#inode.bytes.length;
  }

  read(at: number, length: number): Uint8Array {
    return this.#inode.bytes.slice(at, at + length);
  }

  write(at: number, bytes: Uint8Array): void {
    if (this.#disk.failWriteWith !== undefined) throw new DiskError(this.#disk.failWriteWith, this.path, 'write');
    this.#resize(Math.max(this.#inode.bytes.length, at + bytes.length));
    this.#inode.bytes.set(bytes, at);
    this.#touch(at, at + bytes.length);
  }

  truncate(size: number): void {
    const before = this.#inode.bytes.length;
    this.#resize(size);
    this.#touch(Math.min(before, size), Math.max(before, size));
  }

  #resize(size: number): void {
    if (size === this.#inode.bytes.length) return;
    const resized = new Uint8Array(size);
    resized.set(this.#inode.bytes.subarray(0, size));
    this.#inode.bytes = resized;
  }

  #touch(from: number, to: number): void {
    for (let sector = Math.floor(from / SECTOR_BYTES); sector * SECTOR_BYTES < to; sector++)
      this.#inode.dirty.add(sector);
  }

  flush(done: FlushCallback): void {
    this.#disk.startFlush(this.#inode, done);
  }

  flushSync(): void {
    this.#disk.flushNow(this.#inode);
  }

  close(): void {}
}
