/**
 * The leaf page that is being filled. Keys and values are copied behind each other as they come, which is how they lie in the
 * page; what is kept of each beside that are numbers.
 */
import { assert } from '../../../../lib/base/assert.ts';
import {
  ELEMENT_BYTES,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  viewOf,
  writePageHeader,
} from '../../../../lib/base/bbolt/page.ts';
import { overflowOf } from './page-sink.ts';

/** Of the smallest elements, a key of one byte each, no more fit a page. */
const ELEMENTS_MAX = Math.floor((PAGE_BYTES - PAGE_HEADER_BYTES) / (ELEMENT_BYTES + 1));

/** Room that is kept from leaf to leaf; a key fits. */
const KEPT_BYTES_MAX = 64 * 1024;

export class LeafBuilder {
  count = 0;
  #dataBytes = 0;
  #data = new Uint8Array(PAGE_BYTES);
  readonly #flags = new Uint32Array(ELEMENTS_MAX);
  readonly #keyBytes = new Uint32Array(ELEMENTS_MAX);
  readonly #valueBytes = new Uint32Array(ELEMENTS_MAX);
  #page = new Uint8Array(PAGE_BYTES);
  #view = viewOf(this.#page);
  /** Of the last key, in `#data`: also after clear(), until the next is added. -1: there was none. */
  #lastFrom = -1;
  #lastBytes = 0;

  /** Of the page as it would be now. */
  get pageBytes(): number {
    return PAGE_HEADER_BYTES + this.count * ELEMENT_BYTES + this.#dataBytes;
  }

  /** Adds an element: the first `keyBytes` of `bytes` are its key, the others its value. Keys come in strictly rising order. */
  add(bytes: Uint8Array, keyBytes: number, flags: number): void {
    assert(this.#isAfterLast(bytes, keyBytes), 'entries are written out of key order');
    this.#lastFrom = this.#dataBytes;
    this.#lastBytes = keyBytes;
    this.#append(bytes);
    this.#flags[this.count] = flags;
    this.#keyBytes[this.count] = keyBytes;
    this.#valueBytes[this.count] = bytes.length - keyBytes;
    this.count++;
  }

  /** Continues the value of the element added last. */
  addValue(bytes: Uint8Array): void {
    this.#append(bytes);
    const last = this.count - 1;
    this.#valueBytes[last] = (this.#valueBytes[last] as number) + bytes.length;
  }

  /** A copy. There must be an element. */
  firstKey(): Uint8Array {
    return this.#data.slice(0, this.#keyBytes[0] as number);
  }

  /** The page, with its overflow: good until the next call. */
  encode(id: number): Uint8Array {
    const length = this.pageBytes;
    if (length > this.#page.length) {
      this.#page = new Uint8Array(length);
      this.#view = viewOf(this.#page);
    }
    const view = this.#view;
    writePageHeader(view, 0, { id, flags: PageFlag.LEAF, count: this.count, overflow: overflowOf(length) });
    let at = PAGE_HEADER_BYTES;
    let data = at + ELEMENT_BYTES * this.count;
    this.#page.set(this.#data.subarray(0, this.#dataBytes), data);
    for (let i = 0; i < this.count; i++) {
      const [keyBytes, valueBytes] = [this.#keyBytes[i] as number, this.#valueBytes[i] as number];
      view.setUint32(at, this.#flags[i] as number, true);
      view.setUint32(at + 4, data - at, true);
      view.setUint32(at + 8, keyBytes, true);
      view.setUint32(at + 12, valueBytes, true);
      data += keyBytes + valueBytes;
      at += ELEMENT_BYTES;
    }
    return this.#page.subarray(0, length);
  }

  clear(): void {
    this.count = 0;
    this.#dataBytes = 0;
    if (this.#data.length > KEPT_BYTES_MAX) this.#shrink();
  }

  /** One large value must not hold its memory for all that follow. */
  #shrink(): void {
    const last = this.#data.slice(this.#lastFrom, this.#lastFrom + this.#lastBytes);
    this.#lastFrom = 0;
    this.#data = new Uint8Array(KEPT_BYTES_MAX);
    this.#data.set(last);
    this.#page = new Uint8Array(PAGE_BYTES);
    this.#view = viewOf(this.#page);
  }

  #isAfterLast(bytes: Uint8Array, keyBytes: number): boolean {
    if (this.#lastFrom === -1) return true;
    const data = this.#data;
    const from = this.#lastFrom;
    const common = Math.min(this.#lastBytes, keyBytes);
    for (let i = 0; i < common; i++) {
      const difference = (bytes[i] as number) - (data[from + i] as number);
      if (difference !== 0) return difference > 0;
    }
    return keyBytes > this.#lastBytes;
  }

  #append(bytes: Uint8Array): void {
    const end = this.#dataBytes + bytes.length;
    if (end > this.#data.length) {
      const grown = new Uint8Array(Math.max(end, this.#data.length * 2));
      grown.set(this.#data.subarray(0, this.#dataBytes));
      this.#data = grown;
    }
    this.#data.set(bytes, this.#dataBytes);
    this.#dataBytes = end;
  }
}
