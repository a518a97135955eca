/**
 * The disk as the store sees it. Node's implementation is node-disk.ts; the simulator brings its own that tears, loses,
 * rots and delays. Writes are buffered (page cache) and become durable only by flush(); the name of a new, renamed or
 * removed file becomes durable only by flushing its directory.
 *
 * Reads and buffered writes are synchronous: they cost microseconds, and a Promise in the core would hide scheduling
 * from the simulator. Flushing is the one slow operation and takes a callback.
 */

/** EIO, ENOSPC, EACCES…: the errno name, the path and what was tried. A failed flush is fatal and never retried. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, action: string, cause?: unknown) {
    super(`cannot ${action} ${path}: ${code}`, { cause });
    this.code = code;
    this.path = path;
  }
}

export type FlushCallback = (error: DiskError | undefined) => void;

/** Of a file system, as far as this process may use it. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface DiskFile {
  readonly path: string;
  /** Current length in bytes, unflushed writes included. */
  size(): number;
  /** Up to `length` bytes from `at`; fewer at the end of the file. The result is the caller's to keep. */
  read(at: number, length: number): Uint8Array;
  /** Writes all of `bytes` at `at`, growing the file as needed. @throws DiskError */
  write(at: number, bytes: Uint8Array): void;
  truncate(size: number): void;
  /** fdatasync. The callback runs later, never inside this call. At most one flush of a file is in flight. */
  flush(done: FlushCallback): void;
  /** fdatasync, blocking: only while opening or closing a store. @throws DiskError */
  flushSync(): void;
  close(): void;
}

export interface Disk {
  /** Names (not paths) in `dir`, sorted. @throws DiskError ENOENT */
  list(dir: string): string[];
  exists(path: string): boolean;
  /** Creates `dir` and its parents. */
  makeDirectory(dir: string): void;
  /** @throws DiskError ENOENT when missing and not `create`. */
  open(path: string, options: { readonly create: boolean }): DiskFile;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Room in the file system of `dir`; undefined where it does not tell. */
  space(dir: string): DiskSpace | undefined;
  /** fsync of a directory: makes creations, renames and removals in it durable. */
  flushDirectory(dir: string): void;
}
