/**
 * Writing a bbolt file in one go: buckets one after the other, entries in key order. Pages are written behind each other
 * from page 2 on and never touched again; the two meta pages come last, so that a file that was not finished is no
 * database to anyone.
 *
 * The file is as full as it gets: every page is used, the freelist is empty.
 */
import { assert } from '../../../../lib/base/assert.ts';
import { encodeMetaPage } from '../../../../lib/base/bbolt/meta-page.ts';
import {
  BUCKET_ELEMENT,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  viewOf,
  writePageHeader,
} from '../../../../lib/base/bbolt/page.ts';
import { type ByteString, fromByteString, toByteString } from '../../../../lib/base/bytes.ts';
import type { DiskFile } from '../../ports/disk.ts';
import { PageSink } from './page-sink.ts';
import { TreeWriter } from './tree-writer.ts';

const FIRST_PAGE = 2;
/** Page 0 has even, page 1 odd transaction ids, as bbolt leaves them. */
const TRANSACTION = { page0: 2n, page1: 1n } as const;

export interface BucketWriter {
  /** Keys in strictly rising order. The bytes are copied. @throws DiskError, RangeError */
  put(key: Uint8Array, value: Uint8Array): void;
  /** Same, for a key of `keyBytes` and its value behind each other: as they lie in a page. */
  putPair(pair: Uint8Array, keyBytes: number): void;
}

export class BoltWriter {
  readonly #file: DiskFile;
  readonly #sink: PageSink;
  readonly #headers = new Map<ByteString, Uint8Array>();
  #open: { readonly name: ByteString; readonly tree: TreeWriter } | undefined;

  /** `file` must be empty. */
  constructor(file: DiskFile) {
    assert(file.size() === 0, `${file.path} is not empty`);
    this.#file = file;
    this.#sink = new PageSink(file, FIRST_PAGE);
  }

  /** Bytes of the file so far. */
  get bytes(): number {
    return this.#sink.bytes;
  }

  /** Starts a bucket and ends the one before it. Buckets come in any order, each once. */
  bucket(name: Uint8Array): BucketWriter {
    this.#endBucket();
    const key = toByteString(name);
    assert(!this.#headers.has(key), `bucket "${key}" is written twice`);
    this.#open = { name: key, tree: new TreeWriter(this.#sink) };
    return this.#open.tree;
  }

  /** Completes the file (not flushed) and answers its length. @throws DiskError */
  finish(): number {
    this.#endBucket();
    const rootTree = new TreeWriter(this.#sink);
    for (const name of [...this.#headers.keys()].sort()) {
      rootTree.put(fromByteString(name), this.#headers.get(name) as Uint8Array, BUCKET_ELEMENT);
    }
    const root = rootTree.finish();
    const freelist = this.#sink.nextId;
    const page = new Uint8Array(PAGE_HEADER_BYTES);
    writePageHeader(viewOf(page), 0, { id: freelist, flags: PageFlag.FREELIST, count: 0, overflow: 0 });
    this.#sink.write(page);
    this.#sink.spill();
    const meta = { pageBytes: PAGE_BYTES, root, freelist, highWater: this.#sink.nextId };
    this.#file.write(PAGE_BYTES, encodeMetaPage(1, { ...meta, transactionId: TRANSACTION.page1 }));
    this.#file.write(0, encodeMetaPage(0, { ...meta, transactionId: TRANSACTION.page0 }));
    return this.#sink.bytes;
  }

  #endBucket(): void {
    if (this.#open !== undefined) this.#headers.set(this.#open.name, this.#open.tree.finishBucket());
    this.#open = undefined;
  }
}
