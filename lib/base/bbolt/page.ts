/**
 * Pages of a bbolt file, the B+tree file that etcd keeps its state in. Everything is little endian.
 *
 *   page     id u64 | flags u16 | count u16 | overflow u32 | elements… | data…      `overflow` further pages belong to it
 *   branch   element: pos u32 | key bytes u32 | child page id u64
 *   leaf     element: flags u32 (1: the value is a bucket) | pos u32 | key bytes u32 | value bytes u32
 *   bucket   value: root page id u64 | sequence u64 [| a leaf page without an id, when root is 0]
 *
 * `pos` counts from the element itself. Source: bbolt's file format, checked against files that a real etcd wrote
 * (server/store/snapshot-file/foreign.test.ts).
 */

export const PAGE_BYTES = 4096;
export const PAGE_HEADER_BYTES = 16;
/** Of a branch and of a leaf element alike. */
export const ELEMENT_BYTES = 16;
export const BUCKET_HEADER_BYTES = 16;

export const PageFlag = { BRANCH: 1, LEAF: 2, META: 4, FREELIST: 16 } as const;
/** Leaf element flag: the value is a bucket. */
export const BUCKET_ELEMENT = 1;

/** bbolt's limits. */
export const KEY_BYTES_MAX = 32_768;
export const VALUE_BYTES_MAX = 2 ** 31 - 2;

/** The file is not what bbolt writes: truncated, damaged, or something else altogether. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
  /** Undefined when the file as a whole is meant. */
  readonly pageId: number | undefined;

  constructor(what: string, pageId?: number) {
    super(pageId === undefined ? what : `page ${pageId}: ${what}`);
    this.pageId = pageId;
  }
}

export interface PageHeader {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  readonly overflow: number;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A u64 that counts pages; beyond 2^53 it is infinite, so that every bound refuses it. */
export function readPageId(view: DataView, at: number): number {
  const id = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(id) ? id : Number.POSITIVE_INFINITY;
}

/** `view` must hold a header at `at`. */
export function readPageHeader(view: DataView, at: number): PageHeader {
  return {
    id: readPageId(view, at),
    flags: view.getUint16(at + 8, true),
    count: view.getUint16(at + 10, true),
    overflow: view.getUint32(at + 12, true),
  };
}

export function writePageHeader(view: DataView, at: number, header: PageHeader): void {
  view.setBigUint64(at, BigInt(header.id), true);
  view.setUint16(at + 8, header.flags, true);
  view.setUint16(at + 10, header.count, true);
  view.setUint32(at + 12, header.overflow, true);
}
