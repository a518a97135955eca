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
import { LeafBuilder } from './leaf-builder.ts';
import { overflowOf, type PageSink } from './page-sink.ts';

/** bbolt keeps a bucket inside its parent up to this size. */
const INLINE_BYTES_MAX = PAGE_BYTES / 4;
/** A branch gives away all but its last child when it is full: two at least must go. */
const BRANCH_CHILDREN_MIN = 3;

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
  readonly #leaf = new LeafBuilder();

  constructor(sink: PageSink) {
    this.#sink = sink;
  }

  /** Copies `key` and `value`. Keys come in strictly rising order. @throws RangeError on a size */
  put(key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.#makeRoom(key.length, value.length);
    this.#leaf.add(key, key.length, flags);
    this.#leaf.addValue(value);
  }

  /** The same for a key of `keyBytes` and its value behind each other. */
  putPair(pair: Uint8Array, keyBytes: number): void {
    this.#makeRoom(keyBytes, pair.length - keyBytes);
    this.#leaf.add(pair, keyBytes, 0);
  }

  #makeRoom(keyBytes: number, valueBytes: number): void {
    if (keyBytes === 0 || keyBytes > KEY_BYTES_MAX || valueBytes > VALUE_BYTES_MAX)
      throw new RangeError(`an entry of ${keyBytes} and ${valueBytes} bytes does not fit a bbolt file`);
    const { count, pageBytes } = this.#leaf;
    if (count > 0 && pageBytes + ELEMENT_BYTES + keyBytes + valueBytes > PAGE_BYTES) this.#writeLeaf();
  }

  /** The bucket header that names the tree; a small one is contained in it. */
  finishBucket(): Uint8Array {
    const isInline = this.#branches.length === 0 && this.#leaf.pageBytes <= INLINE_BYTES_MAX;
    const inline = isInline ? this.#leaf.encode(0) : undefined;
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
    this.#sink.write(this.#leaf.encode(id));
    return id;
  }

  #writeLeaf(): void {
    assert(this.#leaf.count > 0, 'an empty leaf is written below a branch');
    const key = this.#leaf.firstKey();
    const child = this.#writeLeafPage();
    this.#leaf.clear();
    this.#addChild(0, { key, child });
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
