/**
 * A disk over another one that is only read: what is written, renamed and removed stays in memory. On it a member's own opening
 * code can be run to see what it would say and do, and nothing is touched.
 */
import { type Disk, DiskError, type DiskFile, type DiskSpace, type FlushCallback } from '../ports/disk.ts';

interface Content {
  bytes: Uint8Array;
}

export class OverlayDisk implements Disk {
  readonly #base: Disk;
  /** Undefined: removed here. */
  readonly #changed = new Map<string, Content | undefined>();
  readonly #directories = new Set<string>();

  constructor(base: Disk) {
    this.#base = base;
  }

  /** One line for each file below that a member would change. */
  changes(): string[] {
    return [...this.#changed]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([path, content]) => {
        const before = this.#sizeBelow(path);
        if (content === undefined) return before === undefined ? [] : [`removes ${path} (${before} bytes)`];
        if (before === undefined) return [`creates ${path} (${content.bytes.length} bytes)`];
        return this.#isSame(path, content) ? [] : [`changes ${path} (${before} bytes, then ${content.bytes.length})`];
      });
  }

  #sizeBelow(path: string): number | undefined {
    return this.#base.exists(path) ? this.#read(path).length : undefined;
  }

  #isSame(path: string, { bytes }: Content): boolean {
    return Buffer.compare(this.#read(path), bytes) === 0;
  }

  #read(path: string): Uint8Array {
    const file = this.#base.open(path, { create: false });
    try {
      return file.read(0, file.size());
    } finally {
      file.close();
    }
  }

  list(dir: string): string[] {
    const names = new Set(this.#base.exists(dir) ? this.#base.list(dir) : []);
    for (const [path, content] of this.#changed) {
      if (!path.startsWith(`${dir}/`) || path.slice(dir.length + 1).includes('/')) continue;
      if (content === undefined) names.delete(path.slice(dir.length + 1));
      else names.add(path.slice(dir.length + 1));
    }
    return [...names].sort();
  }

  exists(path: string): boolean {
    if (this.#changed.has(path)) return this.#changed.get(path) !== undefined;
    return this.#directories.has(path) || this.#base.exists(path);
  }

  makeDirectory(dir: string): void {
    this.#directories.add(dir);
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    if (!this.exists(path)) {
      if (!options.create) throw new DiskError('ENOENT', path, 'open');
      this.#changed.set(path, { bytes: new Uint8Array(0) });
    }
    return new OverlayFile(path, {
      base: this.#changed.has(path) ? undefined : this.#base.open(path, { create: false }),
      changed: () => this.#changed.get(path),
      change: () => {
        const content = this.#changed.get(path) ?? { bytes: this.#read(path) };
        this.#changed.set(path, content);
        return content;
      },
    });
  }

  rename(from: string, to: string): void {
    const content = this.#changed.get(from) ?? { bytes: this.#read(from) };
    this.#changed.set(from, undefined);
    this.#changed.set(to, content);
  }

  remove(path: string): void {
    if (!this.exists(path)) throw new DiskError('ENOENT', path, 'remove');
    this.#changed.set(path, undefined);
  }

  space(): DiskSpace | undefined {
    return undefined;
  }

  flushDirectory(): void {
    // Nothing here outlives the process.
  }
}

/** A file as it lies below until it is changed. */
interface Layers {
  readonly base: DiskFile | undefined;
  readonly changed: () => Content | undefined;
  readonly change: () => Content;
}

class OverlayFile implements DiskFile {
  readonly path: string;
  readonly #content: Layers;

  constructor(path: string, content: Layers) {
    this.path = path;
    this.#content = content;
  }

  size(): number {
    return this.#content.changed()?.bytes.length ?? this.#content.base?.size() ?? 0;
  }

  read(at: number, length: number): Uint8Array {
    const changed = this.#content.changed();
    if (changed !== undefined) return changed.bytes.slice(at, at + length);
    return this.#content.base?.read(at, length) ?? new Uint8Array(0);
  }

  write(at: number, bytes: Uint8Array): void {
    const content = this.#content.change();
    if (at + bytes.length > content.bytes.length) content.bytes = resized(content.bytes, at + bytes.length);
    content.bytes.set(bytes, at);
  }

  truncate(size: number): void {
    const content = this.#content.change();
    content.bytes = resized(content.bytes, size);
  }

  flush(done: FlushCallback): void {
    setImmediate(() => done(undefined));
  }

  flushSync(): void {
    // Nothing here outlives the process.
  }

  close(): void {
    this.#content.base?.close();
  }
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  out.set(bytes.subarray(0, size));
  return out;
}
