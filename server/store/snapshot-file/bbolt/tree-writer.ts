/**
 * One B+tree, built bottom up from entries in key order: a leaf is written when it is full, its first key goes to the
 * branch above, and so on; what is kept in memory is one page per level.
 *
 * Invariant: no branch has a single child. bbolt never makes one and stops with an assertion when a deletion meets one.
 */
import { assert } from '../../../../lib/base/assert.ts';
import {
  BUCKET_HEADER_BYTES,
  ELEMENT_BYTES,
  KEY_BYTES_MAX,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  VALUE_BYTES_MAX,
  viewOf,
  writePageHeader,
} from '../../../../lib/base/bbolt/page.ts';
import { compareBytes } from '../../../../lib/base/bytes.ts';
import type { PageSink } from './page-sink.ts';

/** bbolt keeps a bucket inside its parent up to this size. */
const INLINE_BYTES_MAX = PAGE_BYTES / 4;
/** A branch gives away all but its last child when it is full: two at least must go. */
const BRANCH_CHILDREN_MIN = 3;

interface LeafElement {
  readonly flags: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

interface BranchElement {
  readonly key: Uint8Array;
  readonly child: number;
}

class Branch {
  elements: BranchElement[] = [];
  bytes = PAGE_HEADER_BYTES;
}

export class TreeWriter {
  readonly #sink: PageSink;
  readonly #branches: Branch[] = [];
  #leaf: LeafElement[] = [];
  #leafBytes = PAGE_HEADER_BYTES;
  #last: Uint8Array | undefined;

  constructor(sink: PageSink) {
    this.#sink = sink;
  }

  /** Keeps `key` and `value` until their leaf is written. Keys come in strictly rising order. @throws RangeError on a size */
  put(key: Uint8Array, value: Uint8Array, flags = 0): void {
    if (key.length === 0 || key.length > KEY_BYTES_MAX || value.length > VALUE_BYTES_MAX) {
      throw new RangeError(`an entry of ${key.length} and ${value.length} bytes does not fit a bbolt file`);
    }
    assert(this.#last === undefined || compareBytes(this.#last, key) < 0, 'entries are written out of key order');
    this.#last = key;
    const length = ELEMENT_BYTES + key.length + value.length;
    if (this.#leaf.length > 0 && this.#leafBytes + length > PAGE_BYTES) this.#writeLeaf();
    this.#leaf.push({ flags, key, value });
    this.#leafBytes += length;
  }

  /** The bucket header that names the tree; a small one is contained in it. */
  finishBucket(): Uint8Array {
    const isInline = this.#branches.length === 0 && this.#leafBytes <= INLINE_BYTES_MAX;
    const inline = isInline ? encodeLeaf(0, this.#leaf) : undefined;
    const header = new Uint8Array(BUCKET_HEADER_BYTES + (inline?.length ?? 0));
    if (inline !== undefined) header.set(inline, BUCKET_HEADER_BYTES);
    else viewOf(header).setBigUint64(0, BigInt(this.finish()), true);
    return header;
  }

  /** Writes what is left and answers the root page. */
  finish(): number {
    if (this.#branches.length === 0) return this.#writeLeafPage();
    this.#writeLeaf();
    for (let level = 0; ; level++) {
      const branch = this.#branches[level] as Branch;
      const [only, ...others] = branch.elements;
      const isTop = level === this.#branches.length - 1;
      if (isTop && only !== undefined && others.length === 0) return only.child;
      this.#writeBranch(level, branch.elements);
    }
  }

  #writeLeafPage(): number {
    const id = this.#sink.nextId;
    this.#sink.write(encodeLeaf(id, this.#leaf));
    return id;
  }

  #writeLeaf(): void {
    const [first] = this.#leaf;
    assert(first !== undefined, 'an empty leaf is written below a branch');
    const child = this.#writeLeafPage();
    this.#leaf = [];
    this.#leafBytes = PAGE_HEADER_BYTES;
    this.#addChild(0, { key: first.key, child });
  }

  #addChild(level: number, element: BranchElement): void {
    let branch = this.#branches[level];
    if (branch === undefined) {
      branch = new Branch();
      this.#branches.push(branch);
    }
    const length = ELEMENT_BYTES + element.key.length;
    if (branch.elements.length >= BRANCH_CHILDREN_MIN && branch.bytes + length > PAGE_BYTES) {
      const kept = branch.elements.pop() as BranchElement;
      const full = branch.elements;
      branch.elements = [kept];
      branch.bytes = PAGE_HEADER_BYTES + ELEMENT_BYTES + kept.key.length;
      this.#writeBranch(level, full);
    }
    branch.elements.push(element);
    branch.bytes += length;
  }

  #writeBranch(level: number, elements: readonly BranchElement[]): void {
    const [first] = elements;
    assert(first !== undefined && elements.length > 1, `a branch with ${elements.length} children is written`);
    const child = this.#sink.nextId;
    this.#sink.write(encodeBranch(child, elements));
    this.#addChild(level + 1, { key: first.key, child });
  }
}

function encodeLeaf(id: number, elements: readonly LeafElement[]): Uint8Array {
  let length = PAGE_HEADER_BYTES;
  for (const { key, value } of elements) length += ELEMENT_BYTES + key.length + value.length;
  const page = new Uint8Array(length);
  const view = viewOf(page);
  writePageHeader(view, 0, { id, flags: PageFlag.LEAF, count: elements.length, overflow: overflowOf(length) });
  let at = PAGE_HEADER_BYTES;
  let data = at + ELEMENT_BYTES * elements.length;
  for (const { flags, key, value } of elements) {
    view.setUint32(at, flags, true);
    view.setUint32(at + 4, data - at, true);
    view.setUint32(at + 8, key.length, true);
    view.setUint32(at + 12, value.length, true);
    page.set(key, data);
    page.set(value, data + key.length);
    data += key.length + value.length;
    at += ELEMENT_BYTES;
  }
  return page;
}

function encodeBranch(id: number, elements: readonly BranchElement[]): Uint8Array {
  let length = PAGE_HEADER_BYTES;
  for (const { key } of elements) length += ELEMENT_BYTES + key.length;
  const page = new Uint8Array(length);
  const view = viewOf(page);
  writePageHeader(view, 0, { id, flags: PageFlag.BRANCH, count: elements.length, overflow: overflowOf(length) });
  let at = PAGE_HEADER_BYTES;
  let data = at + ELEMENT_BYTES * elements.length;
  for (const { key, child } of elements) {
    view.setUint32(at, data - at, true);
    view.setUint32(at + 4, key.length, true);
    view.setBigUint64(at + 8, BigInt(child), true);
    page.set(key, data);
    data += key.length;
    at += ELEMENT_BYTES;
  }
  return page;
}

const overflowOf = (bytes: number): number => Math.max(0, Math.ceil(bytes / PAGE_BYTES) - 1);
