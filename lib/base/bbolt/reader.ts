/**
 * Reading a bbolt file: its buckets, each in key order. One page (with its overflow) is in memory at a time, plus the
 * path above it.
 *
 * The file is foreign and may be damaged anywhere. Invariants: no read beyond a page or the file; whatever the pages say,
 * iteration ends, because trees are bounded in depth and keys must rise strictly; everything else is a DamagedFileError
 * with the page id (server/store/snapshot-file/bbolt/bbolt.test.ts flips bytes at random).
 */
import { toByteString } from '../bytes.ts';
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

/** Of a leaf. What it gives are views on memory that is not reused. */
export class BoltEntry {
  readonly isBucket: boolean;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #keyEnd: number;
  readonly #end: number;

  constructor(
    bytes: Uint8Array,
    at: { readonly from: number; readonly keyEnd: number; readonly end: number },
    isBucket: boolean,
  ) {
    this.isBucket = isBucket;
    this.#bytes = bytes;
    this.#from = at.from;
    this.#keyEnd = at.keyEnd;
    this.#end = at.end;
  }

  get key(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#keyEnd);
  }

  get keyBytes(): number {
    return this.#keyEnd - this.#from;
  }

  get value(): Uint8Array {
    return this.#bytes.subarray(this.#keyEnd, this.#end);
  }

  /** The key and, behind it, the value: as they lie in the page. */
  get pair(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#end);
  }

  /** Whether this key is less than that of `other`. */
  isBefore(other: BoltEntry): boolean {
    const [mine, theirs] = [this.#bytes, other.#bytes];
    const common = Math.min(this.keyBytes, other.keyBytes);
    for (let i = 0; i < common; i++) {
      const difference = (mine[this.#from + i] as number) - (theirs[other.#from + i] as number);
      if (difference !== 0) return difference < 0;
    }
    return this.keyBytes < other.keyBytes;
  }
}

interface Leaf {
  readonly pageId: number;
  readonly entries: readonly BoltEntry[];
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
    for (const leaf of this.#tree(root)) this.#addBuckets(leaf);
  }

  #addBuckets({ pageId, entries }: Leaf): void {
    for (const entry of entries) {
      if (!entry.isBucket) throw new DamagedFileError('the root holds a value that is no bucket', pageId);
      if (this.#buckets.size === BUCKETS_MAX) throw new DamagedFileError('the root holds too many buckets', pageId);
      this.#buckets.set(toByteString(entry.key), { value: entry.value, pageId });
    }
  }

  get bucketNames(): readonly string[] {
    return [...this.#buckets.keys()];
  }

  /** The entries of a bucket in key order; none when there is no such bucket. @throws DamagedFileError */
  *entries(bucket: string): Generator<BoltEntry> {
    for (const entries of this.leaves(bucket)) yield* entries;
  }

  /** The same, a leaf at a time: for a bucket that holds very many. @throws DamagedFileError */
  *leaves(bucket: string): Generator<readonly BoltEntry[]> {
    const found = this.#buckets.get(bucket);
    if (found === undefined) return;
    for (const { pageId, entries } of this.#bucketTree(found)) {
      if (entries.some(({ isBucket }) => isBucket))
        throw new DamagedFileError(`bucket "${bucket}" holds a bucket: etcd has none there`, pageId);
      yield entries;
    }
  }

  #bucketTree({ value, pageId }: { readonly value: Uint8Array; readonly pageId: number }): Iterable<Leaf> {
    if (value.length < BUCKET_HEADER_BYTES) throw new DamagedFileError('a bucket header is cut short', pageId);
    const root = readPageId(viewOf(value), 0);
    if (root !== 0) return this.#tree(root);
    const bytes = value.subarray(BUCKET_HEADER_BYTES);
    if (bytes.length < PAGE_HEADER_BYTES) throw new DamagedFileError('an inline bucket is cut short', pageId);
    const view = viewOf(bytes);
    const { flags, count } = readPageHeader(view, 0);
    if (flags !== PageFlag.LEAF) throw new DamagedFileError(`an inline bucket has flags ${flags}`, pageId);
    return [leafOf({ id: pageId, flags, count, bytes, view }, undefined)];
  }

  /** All leaves below `root`, keys strictly rising. */
  *#tree(root: number): Generator<Leaf> {
    const path: { readonly page: Page; next: number }[] = [];
    let previous: BoltEntry | undefined;
    for (let id: number | undefined = root; id !== undefined; id = nextChild(path)) {
      if (path.length === DEPTH_MAX) throw new DamagedFileError('the tree is too deep: it runs in a circle', id);
      const page = this.#page(id);
      if (page.flags === PageFlag.BRANCH) {
        path.push({ page, next: 0 });
        continue;
      }
      if (page.count === 0 && path.length > 0) throw new DamagedFileError('a leaf is empty', id);
      const leaf = leafOf(page, previous);
      previous = leaf.entries.at(-1) ?? previous;
      yield leaf;
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

/** The elements of a leaf, after `previous` and in order. */
function leafOf({ bytes, view, count, id }: Page, previous: BoltEntry | undefined): Leaf {
  if (PAGE_HEADER_BYTES + count * ELEMENT_BYTES > bytes.length)
    throw new DamagedFileError(`it claims ${count} elements`, id);
  const entries: BoltEntry[] = [];
  let last = previous;
  for (let i = 0; i < count; i++) {
    const at = PAGE_HEADER_BYTES + ELEMENT_BYTES * i;
    const flags = view.getUint32(at, true);
    const from = at + view.getUint32(at + 4, true);
    const keyEnd = from + view.getUint32(at + 8, true);
    const end = keyEnd + view.getUint32(at + 12, true);
    if (from < PAGE_HEADER_BYTES + count * ELEMENT_BYTES || end > bytes.length || keyEnd === from)
      throw new DamagedFileError(`element ${i} does not lie within it`, id);
    if (flags > BUCKET_ELEMENT) throw new DamagedFileError(`element ${i} has unknown flags ${flags}`, id);
    const entry = new BoltEntry(bytes, { from, keyEnd, end }, flags === BUCKET_ELEMENT);
    if (last !== undefined && !last.isBefore(entry)) throw new DamagedFileError('keys are out of order', id);
    last = entry;
    entries.push(entry);
  }
  return { pageId: id, entries };
}
