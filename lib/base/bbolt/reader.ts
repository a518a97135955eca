/**
 * Reading a bbolt file: its buckets, each in key order. One page (with its overflow) is in memory at a time, plus the
 * path above it.
 *
 * The file is foreign and may be damaged anywhere. Invariants: no read beyond a page or the file; whatever the pages say,
 * iteration ends, because trees are bounded in depth and keys must rise strictly; everything else is a DamagedFileError
 * with the page id (server/store/snapshot-file/bbolt/bbolt.test.ts flips bytes at random).
 */
import { compareBytes, toByteString } from '../bytes.ts';
import { type Meta, readMeta } from './meta-page.ts';
import {
  BUCKET_ELEMENT,
  BUCKET_HEADER_BYTES,
  DamagedFileError,
  ELEMENT_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  readPageHeader,
  readPageId,
  viewOf,
} from './page.ts';

/** A page with two children each makes 2^40 leaves of it; bbolt's real trees are five deep at most. */
const DEPTH_MAX = 40;
/** Larger pages do not exist: one holds a single value beyond 4 KiB, and etcd bounds those by its request size. */
const PAGE_EXTENT_BYTES_MAX = 512 * 1024 * 1024;
/** etcd has ten buckets. */
const BUCKETS_MAX = 1000;

export interface BoltEntry {
  readonly key: Uint8Array;
  /** A view on memory that is not reused. */
  readonly value: Uint8Array;
}

interface Element extends BoltEntry {
  readonly isBucket: boolean;
}

/** Whole, with overflow. */
interface Page {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Any file: on a disk of the store, or one that an operator picked in a browser. */
export interface ReadableFile {
  size(): number;
  /** Fewer bytes where the file ends. */
  read(at: number, length: number): Uint8Array;
}

export class BoltReader {
  readonly #file: ReadableFile;
  readonly #meta: Meta;
  /** Bucket headers by name. */
  readonly #buckets = new Map<string, { readonly value: Uint8Array; readonly pageId: number }>();

  /** `bytes`: where the database ends in the file, when something follows it. @throws DamagedFileError */
  constructor(file: ReadableFile, bytes = file.size()) {
    this.#file = file;
    this.#meta = readMeta((at, length) => file.read(at, Math.max(0, Math.min(length, bytes - at))));
    const { highWater, pageBytes, root } = this.#meta;
    if (highWater * pageBytes > bytes) {
      throw new DamagedFileError(`the file is cut short: ${bytes} bytes instead of ${highWater * pageBytes}`);
    }
    for (const { page, element } of this.#tree(root)) {
      if (!element.isBucket) throw new DamagedFileError('the root holds a value that is no bucket', page.id);
      if (this.#buckets.size === BUCKETS_MAX) throw new DamagedFileError('the root holds too many buckets', page.id);
      this.#buckets.set(toByteString(element.key), { value: element.value, pageId: page.id });
    }
  }

  get bucketNames(): readonly string[] {
    return [...this.#buckets.keys()];
  }

  /** The entries of a bucket in key order; none when there is no such bucket. @throws DamagedFileError */
  *entries(bucket: string): Generator<BoltEntry> {
    const found = this.#buckets.get(bucket);
    if (found === undefined) return;
    for (const { page, element } of this.#bucketTree(found)) {
      if (element.isBucket)
        throw new DamagedFileError(`bucket "${bucket}" holds a bucket: etcd has none there`, page.id);
      yield element;
    }
  }

  #bucketTree({ value, pageId }: { readonly value: Uint8Array; readonly pageId: number }) {
    if (value.length < BUCKET_HEADER_BYTES) throw new DamagedFileError('a bucket header is cut short', pageId);
    const root = readPageId(viewOf(value), 0);
    if (root !== 0) return this.#tree(root);
    const bytes = value.subarray(BUCKET_HEADER_BYTES);
    if (bytes.length < PAGE_HEADER_BYTES) throw new DamagedFileError('an inline bucket is cut short', pageId);
    const view = viewOf(bytes);
    const { flags, count } = readPageHeader(view, 0);
    if (flags !== PageFlag.LEAF) throw new DamagedFileError(`an inline bucket has flags ${flags}`, pageId);
    return leafElements({ id: pageId, flags, count, bytes, view });
  }

  /** All leaf elements below `root`, keys strictly rising. */
  *#tree(root: number): Generator<{ readonly page: Page; readonly element: Element }> {
    const path: { readonly page: Page; next: number }[] = [];
    let previous: Uint8Array | undefined;
    for (let id: number | undefined = root; id !== undefined; id = nextChild(path)) {
      if (path.length === DEPTH_MAX) throw new DamagedFileError('the tree is too deep: it runs in a circle', id);
      const page = this.#page(id);
      if (page.flags === PageFlag.BRANCH) {
        path.push({ page, next: 0 });
        continue;
      }
      if (page.count === 0 && path.length > 0) throw new DamagedFileError('a leaf is empty', id);
      for (const found of leafElements(page)) {
        const { key } = found.element;
        if (previous !== undefined && compareBytes(previous, key) >= 0)
          throw new DamagedFileError('keys are out of order', id);
        previous = key;
        yield found;
      }
    }
  }

  #page(id: number): Page {
    const { pageBytes, highWater } = this.#meta;
    if (id < 2 || id >= highWater)
      throw new DamagedFileError(`it is referred to, but pages are 2 to ${highWater - 1}`, id);
    const first = this.#file.read(id * pageBytes, pageBytes);
    if (first.length < pageBytes) throw new DamagedFileError('it cannot be read whole', id);
    const header = readPageHeader(viewOf(first), 0);
    if (header.id !== id) throw new DamagedFileError(`it calls itself page ${header.id}`, id);
    if (header.flags !== PageFlag.BRANCH && header.flags !== PageFlag.LEAF)
      throw new DamagedFileError(`it is no tree page (flags ${header.flags})`, id);
    const length = (1 + header.overflow) * pageBytes;
    if (id + header.overflow >= highWater || length > PAGE_EXTENT_BYTES_MAX)
      throw new DamagedFileError(`it claims ${header.overflow} more pages`, id);
    const bytes = header.overflow === 0 ? first : this.#file.read(id * pageBytes, length);
    if (bytes.length < length) throw new DamagedFileError('it cannot be read whole', id);
    if (PAGE_HEADER_BYTES + header.count * ELEMENT_BYTES > length)
      throw new DamagedFileError(`it claims ${header.count} elements`, id);
    return { id, flags: header.flags, count: header.count, bytes, view: viewOf(bytes) };
  }
}

/** The page to visit next, or undefined when the whole tree was. */
function nextChild(path: { readonly page: Page; next: number }[]): number | undefined {
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    if (top.page.count === 0) throw new DamagedFileError('a branch is empty', top.page.id);
    if (top.next < top.page.count) {
      const at = PAGE_HEADER_BYTES + ELEMENT_BYTES * top.next++;
      return readPageId(top.page.view, at + 8);
    }
    path.pop();
  }
  return undefined;
}

function* leafElements(page: Page): Generator<{ readonly page: Page; readonly element: Element }> {
  const { bytes, view, count, id } = page;
  if (PAGE_HEADER_BYTES + count * ELEMENT_BYTES > bytes.length)
    throw new DamagedFileError(`it claims ${count} elements`, id);
  for (let i = 0; i < count; i++) {
    const at = PAGE_HEADER_BYTES + ELEMENT_BYTES * i;
    const flags = view.getUint32(at, true);
    const from = at + view.getUint32(at + 4, true);
    const keyEnd = from + view.getUint32(at + 8, true);
    const end = keyEnd + view.getUint32(at + 12, true);
    if (from < PAGE_HEADER_BYTES + count * ELEMENT_BYTES || end > bytes.length || keyEnd === from)
      throw new DamagedFileError(`element ${i} does not lie within it`, id);
    if (flags > BUCKET_ELEMENT) throw new DamagedFileError(`element ${i} has unknown flags ${flags}`, id);
    const key = bytes.subarray(from, keyEnd);
    yield { page, element: { key, value: bytes.subarray(keyEnd, end), isBucket: flags === BUCKET_ELEMENT } };
  }
}
