/**
 * The end of a snapshot file: SHA-256 of the database, 32 bytes. A database is a multiple of 512 bytes long; that is how
 * etcd's tools and we tell whether a file has one. (A copy of a member's own database file has none.)
 */
import { createHash } from 'node:crypto';
import { DamagedFileError } from '../../../lib/base/bbolt/page.ts';
import type { DiskFile } from '../ports/disk.ts';

export const TRAILER_BYTES = 32;
const ALIGNMENT = 512;
const PIECE_BYTES = 1024 * 1024;

export type ReadableFile = Pick<DiskFile, 'path' | 'read' | 'size'>;

/** SHA-256 of what is added. */
export class DatabaseHash {
  readonly #hash = createHash('sha256');

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Once, at the end. */
  digest(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}

/** Where the database ends in a snapshot file. @throws DamagedFileError when the length is that of neither form */
export function splitTrailer(file: ReadableFile): { readonly databaseBytes: number; readonly hasTrailer: boolean } {
  const size = file.size();
  const rest = size % ALIGNMENT;
  if (rest !== 0 && rest !== TRAILER_BYTES)
    throw new DamagedFileError(
      `${file.path} is cut short or no snapshot: its length of ${size} bytes fits neither form`,
    );
  return { databaseBytes: size - rest, hasTrailer: rest === TRAILER_BYTES };
}

/** Ends `file`, which is a database, with its trailer (not flushed). @throws DiskError */
export function appendTrailer(file: DiskFile): void {
  const size = file.size();
  file.write(size, hashOf(file, size));
}

/** SHA-256 of the first `bytes` of a file. */
export function hashOf(file: ReadableFile, bytes: number): Uint8Array {
  const hash = new DatabaseHash();
  for (let at = 0; at < bytes; at += PIECE_BYTES) hash.add(file.read(at, Math.min(PIECE_BYTES, bytes - at)));
  return hash.digest();
}
