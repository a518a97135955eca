/**
 * A Disk in memory for tests. It keeps apart what was written and what was flushed, so that a test can pull the plug:
 * crash() keeps every flushed byte and name, and of the rest whatever the test's generator chooses, sector by sector.
 *
 * Model: a sector (512 bytes) is written whole or not at all; unflushed sectors survive in any combination; names of
 * created, renamed and removed files survive as a prefix of the operations since the directory was last flushed.
 * Flushes complete only when the test calls completeFlush(), oldest first.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type Disk, DiskError, type DiskFile, type DiskSpace, type FlushCallback } from './disk.ts';

const SECTOR_BYTES = 512;

/** Decides, per sector or name operation, whether it reached the platter. */
export type Survives = () => boolean;

/** The bytes of a file as sectors; one that was never written reads as zeros and costs nothing. */
class Sectors {
  size = 0;
  readonly #sectors = new Map<number, Uint8Array>();

  read(at: number, length: number): Uint8Array {
    const end = Math.min(at + length, this.size);
    const out = new Uint8Array(Math.max(0, end - at));
    for (let sector = Math.floor(at / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++) {
      const from = sector * SECTOR_BYTES;
      const bytes = this.#sectors.get(sector)?.subarray(Math.max(0, at - from), end - from);
      if (bytes !== undefined) out.set(bytes, Math.max(0, from - at));
    }
    return out;
  }

  write(at: number, bytes: Uint8Array): void {
    this.size = Math.max(this.size, at + bytes.length);
    for (let done = 0; done < bytes.length; ) {
      const sector = Math.floor((at + done) / SECTOR_BYTES);
      const offset = at + done - sector * SECTOR_BYTES;
      const part = bytes.subarray(done, done + SECTOR_BYTES - offset);
      const old = this.#sectors.get(sector);
      // Sectors are replaced, never changed in place: images share them.
      const fresh = old === undefined ? new Uint8Array(SECTOR_BYTES) : old.slice();
      fresh.set(part, offset);
      this.#sectors.set(sector, fresh);
      done += part.length;
    }
  }

  resize(size: number): void {
    if (size < this.size) {
      for (const sector of this.#sectors.keys()) if (sector * SECTOR_BYTES >= size) this.#sectors.delete(sector);
      const last = Math.floor(size / SECTOR_BYTES);
      const kept = this.#sectors.get(last);
      if (kept !== undefined) this.#sectors.set(last, kept.slice().fill(0, size - last * SECTOR_BYTES));
    }
    this.size = size;
  }

  sector(index: number): Uint8Array | undefined {
    return this.#sectors.get(index);
  }

  /** Takes over the chosen sectors of `image`, and its length as far as they reach or show that it shrank. */
  take(image: Sectors | SectorImage, chosen: Iterable<number>): void {
    for (const index of chosen) {
      const from = index * SECTOR_BYTES;
      if (from >= image.size) {
        if (this.size > image.size) this.resize(image.size);
        continue;
      }
      const bytes = image.sector(index);
      if (bytes === undefined) this.#sectors.delete(index);
      else this.#sectors.set(index, bytes);
      this.size = Math.max(this.size, Math.min(from + SECTOR_BYTES, image.size));
    }
  }

  copy(): Sectors {
    const out = new Sectors();
    out.size = this.size;
    for (const [index, bytes] of this.#sectors) out.#sectors.set(index, bytes);
    return out;
  }

  flip(at: number, mask: number): void {
    if (at >= this.size) return;
    const [byte] = this.read(at, 1);
    this.write(at, Uint8Array.of((byte as number) ^ mask));
  }
}

/** What some sectors held at one moment. */
class SectorImage {
  readonly size: number;
  readonly #sectors: ReadonlyMap<number, Uint8Array | undefined>;

  constructor(of: Sectors, indexes: ReadonlySet<number>) {
    this.size = of.size;
    this.#sectors = new Map([...indexes].map((index) => [index, of.sector(index)]));
  }

  sector(index: number): Uint8Array | undefined {
    return this.#sectors.get(index);
  }
}

class Inode {
  bytes = new Sectors();
  durable = new Sectors();
  /** Sectors written since the last flush, and since the start of the flush in flight. */
  dirty = new Set<number>();
  flushing: { readonly sectors: Set<number>; readonly image: SectorImage; readonly done: FlushCallback } | undefined;
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

  /** What it says when it is asked; nothing is held against it. */
  freeSpace: DiskSpace | undefined;

  space(): DiskSpace | undefined {
    return this.freeSpace;
  }

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
    next.inode.durable.take(flushing.image, flushing.sectors);
    flushing.done(undefined);
    return true;
  }

  startFlush(inode: Inode, done: FlushCallback): void {
    assert(inode.flushing === undefined, 'a flush of this file is already in flight');
    inode.flushing = { sectors: inode.dirty, image: new SectorImage(inode.bytes, inode.dirty), done };
    inode.dirty = new Set();
    this.#flushes.push({ inode });
  }

  flushNow(inode: Inode): void {
    inode.durable = inode.bytes.copy();
    inode.dirty.clear();
  }

  /** Keeps all as it is now, files closed and nothing in flight; the returned function brings it back. */
  save(): () => void {
    const [names, durableNames, unflushed] = [new Map(this.#names), new Map(this.#durableNames), this.#unflushedNames];
    const kept = [...new Set([...names.values(), ...durableNames.values()])].map((inode) => {
      const { bytes, durable, dirty } = inode;
      return () => Object.assign(inode, { bytes: bytes.copy(), durable: durable.copy(), dirty: new Set(dirty) });
    });
    for (const restore of kept) restore();
    return () => {
      this.#names = new Map(names);
      this.#durableNames = new Map(durableNames);
      this.#unflushedNames = [...unflushed];
      for (const restore of kept) restore();
    };
  }

  /** The process dies, the power stays: all that was written is still there, and what was not flushed still volatile. */
  kill(): void {
    for (const { inode } of this.#flushes) {
      for (const sector of inode.flushing?.sectors ?? []) inode.dirty.add(sector);
      inode.flushing = undefined;
    }
    this.#flushes = [];
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
      inode.durable.take(
        inode.bytes,
        [...sectors].filter(() => survives()),
      );
      inode.flushing = undefined;
      inode.dirty = new Set();
      inode.bytes = inode.durable.copy();
    }
  }

  /** Rot for tests: changes one stored byte, flushed state included. */
  flipByte(path: string, at: number, mask: number): void {
    const inode = this.#names.get(path);
    assert(inode !== undefined, `${path} does not exist`);
    inode.bytes.flip(at, mask);
    inode.durable.flip(at, mask);
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
    return this.#inode.bytes.size;
  }

  read(at: number, length: number): Uint8Array {
    return this.#inode.bytes.read(at, length);
  }

  write(at: number, bytes: Uint8Array): void {
    if (this.#disk.failWriteWith !== undefined) throw new DiskError(this.#disk.failWriteWith, this.path, 'write');
    const before = this.#inode.bytes.size;
    this.#inode.bytes.write(at, bytes);
    this.#touch(Math.min(before, at), at + bytes.length);
  }

  truncate(size: number): void {
    const before = this.#inode.bytes.size;
    this.#inode.bytes.resize(size);
    this.#touch(Math.min(before, size), Math.max(before, size));
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
