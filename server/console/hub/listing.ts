/**
 * Reads every key at one revision, page by page, into an index.
 *
 * Values come along because etcd tells their size no other way; only the size is kept. So a listing costs the store one
 * read of everything, once per console start or gap. Pages adapt to the size of values: about PAGE_BYTES each.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { KvCapability, ListResult } from '../../engines/engine.ts';
import { entryOf } from './key-chunk.ts';
import { KeyIndex } from './key-index.ts';

const PAGE_BYTES = 4 * 1024 * 1024;
/** Small at first: values may be of any size. */
const FIRST_PAGE_KEYS = 100;
const PAGE_KEYS_MAX = 10_000;
const TO_THE_END = Uint8Array.of(0);

export class ListingTooLarge extends Error {
  override readonly name = 'ListingTooLarge';
}

export class Listing {
  readonly index = new KeyIndex();
  readonly #kv: KvCapability;
  readonly #keysMax: number;
  readonly #touched = new Map<ByteString, number>();
  readonly #abort = new AbortController();
  #from: Uint8Array = TO_THE_END;
  #pinned: number;
  #pageKeys = FIRST_PAGE_KEYS;
  #more = true;
  #total: number | null = null;

  /** @param revision to list at; 0: the newest, which `first` then tells. */
  constructor(kv: KvCapability, keysMax: number, revision = 0) {
    this.#kv = kv;
    this.#keysMax = keysMax;
    this.#pinned = revision;
  }

  /** Keys in all at the pinned revision. */
  get total(): number | null {
    return this.#total;
  }

  /** The first page; its revision is where the whole listing stands. @throws EngineError, ListingTooLarge */
  async first(): Promise<number> {
    const page = await this.#page();
    if (this.#pinned === 0) this.#pinned = page.revision;
    this.#total = page.count;
    this.#take(page);
    return this.#pinned;
  }

  /** The next page; false when there is none. @throws EngineError, OUT_OF_RANGE when the revision was compacted meanwhile */
  async next(): Promise<boolean> {
    if ((this.#total ?? 0) > this.#keysMax) {
      throw new ListingTooLarge(`the store holds ${this.#total} keys, more than ${this.#keysMax}`);
    }
    if (!this.#more) return false;
    this.#take(await this.#page());
    return true;
  }

  /** The watch has news of this key: an older page must not overwrite it, nor bring it back. */
  touch(key: ByteString, modRevision: number): void {
    this.#touched.set(key, modRevision);
  }

  abort(): void {
    this.#abort.abort();
  }

  #page(): Promise<ListResult> {
    return this.#kv.list({
      key: this.#from,
      end: TO_THE_END,
      limit: this.#pageKeys,
      revision: this.#pinned,
      signal: this.#abort.signal,
    });
  }

  #take(page: ListResult): void {
    let bytes = 0;
    for (const kv of page.kvs) {
      bytes += kv.key.length + kv.value.length;
      const entry = entryOf(kv);
      if ((this.#touched.get(entry.key) ?? 0) < entry.modRevision) this.index.set(entry);
    }
    const last = page.kvs.at(-1);
    this.#more = page.more && last !== undefined;
    if (last === undefined) return;
    // The smallest key after the last one is the last one with a zero byte appended.
    this.#from = new Uint8Array(last.key.length + 1);
    this.#from.set(last.key);
    const fitting = Math.floor(PAGE_BYTES / Math.max(1, bytes / page.kvs.length));
    this.#pageKeys = Math.max(1, Math.min(PAGE_KEYS_MAX, fitting, this.#pageKeys * 4));
  }
}
