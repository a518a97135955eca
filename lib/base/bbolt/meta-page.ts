/**
 * The two meta pages at the head of a bbolt file. A commit overwrites the older one, so the valid one with the higher
 * transaction id counts:
 *
 *   magic u32 | version u32 | page bytes u32 | flags u32 | root bucket {root u64, sequence u64} | freelist page u64 |
 *   high water u64 | transaction id u64 | FNV-1a 64 of all before it u64
 */
import {
  DamagedFileError,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  readPageHeader,
  readPageId,
  viewOf,
  writePageHeader,
} from './page.ts';

const MAGIC = 0xed0c_daed;
const VERSION = 2;
const CHECKED_BYTES = 56;
const META_BYTES = CHECKED_BYTES + 8;
/** What operating systems use: bbolt takes the page size of the machine that created the file. */
const PAGE_SIZES = [4096, 8192, 16_384, 32_768, 65_536, 512, 1024, 2048];

export interface Meta {
  readonly pageBytes: number;
  /** Page of the root bucket. */
  readonly root: number;
  /** All pages of the file have a lower id. */
  readonly highWater: number;
  readonly transactionId: bigint;
}

const FNV_OFFSET = 0xcbf2_9ce4_8422_2325n;
const FNV_PRIME = 0x100_0000_01b3n;

function fnv1a64(bytes: Uint8Array): bigint {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}

/** Meta page 0 or 1. `freelist`: its page. */
export function encodeMetaPage(id: 0 | 1, meta: Meta & { readonly freelist: number }): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES);
  const view = viewOf(page);
  writePageHeader(view, 0, { id, flags: PageFlag.META, count: 0, overflow: 0 });
  const at = PAGE_HEADER_BYTES;
  view.setUint32(at, MAGIC, true);
  view.setUint32(at + 4, VERSION, true);
  view.setUint32(at + 8, meta.pageBytes, true);
  view.setBigUint64(at + 16, BigInt(meta.root), true);
  view.setBigUint64(at + 32, BigInt(meta.freelist), true);
  view.setBigUint64(at + 40, BigInt(meta.highWater), true);
  view.setBigUint64(at + 48, meta.transactionId, true);
  view.setBigUint64(at + CHECKED_BYTES, fnv1a64(page.subarray(at, at + CHECKED_BYTES)), true);
  return page;
}

/**
 * The meta page that counts. `read` answers fewer bytes at the end of the file. The second page is looked for at every page
 * size while the first does not tell.
 * @throws DamagedFileError when neither is valid
 */
export function readMeta(read: (at: number, length: number) => Uint8Array): Meta {
  const first = decodeMeta(read(0, PAGE_HEADER_BYTES + META_BYTES));
  let newest = typeof first === 'string' ? undefined : first;
  for (const size of newest === undefined ? PAGE_SIZES : [newest.pageBytes]) {
    const second = decodeMeta(read(size, PAGE_HEADER_BYTES + META_BYTES));
    if (typeof second === 'string' || second.pageBytes !== size) continue;
    if (newest === undefined || second.transactionId > newest.transactionId) newest = second;
  }
  if (newest !== undefined) return newest;
  throw new DamagedFileError(`this is no usable bbolt file: neither meta page is valid (the first ${String(first)})`);
}

/** A string says what is wrong. */
function decodeMeta(page: Uint8Array): Meta | string {
  if (page.length < PAGE_HEADER_BYTES + META_BYTES) return 'is cut short';
  const view = viewOf(page);
  const at = PAGE_HEADER_BYTES;
  if ((readPageHeader(view, 0).flags & PageFlag.META) === 0) return 'is not marked as one';
  if (view.getUint32(at, true) !== MAGIC) return "lacks bbolt's magic number";
  const version = view.getUint32(at + 4, true);
  if (version !== VERSION) return `has format version ${version}, not ${VERSION}`;
  if (view.getBigUint64(at + CHECKED_BYTES, true) !== fnv1a64(page.subarray(at, at + CHECKED_BYTES)))
    return 'fails its checksum';
  const pageBytes = view.getUint32(at + 8, true);
  if (!PAGE_SIZES.includes(pageBytes)) return `claims pages of ${pageBytes} bytes`;
  return {
    pageBytes,
    root: readPageId(view, at + 16),
    highWater: readPageId(view, at + 40),
    transactionId: view.getBigUint64(at + 48, true),
  };
}
