/**
 * Ordered map from key to slot number: a B+tree whose nodes know how many of their keys are live, so that the count of
 * a range at the current revision costs O(log n) whatever its size.
 *
 * Invariants (checked by key-tree.test.ts against a sorted array):
 * - keys are in byte order (ByteString `<`), each once; every node but the root is non-empty;
 * - separators[i] is <= every key of children[i+1] and > every key of children[i];
 * - live(node) = number of keys below it reported live by adjustLive.
 *
 * Nodes are freed only when empty (Johnson & Shasha 1993: with mixed workloads merging at half buys little).
 */
import { assert } from '../../../lib/base/assert.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';

const LEAF_KEYS_MAX = 64;
const BRANCH_CHILDREN_MAX = 64;

interface Leaf {
  readonly isLeaf: true;
  readonly keys: ByteString[];
  readonly slots: number[];
  live: number;
}

interface Branch {
  readonly isLeaf: false;
  readonly separators: ByteString[];
  readonly children: Node[];
  live: number;
}

type Node = Leaf | Branch;

interface Split {
  readonly separator: ByteString;
  readonly right: Node;
}

export interface KeyBounds {
  readonly from: ByteString;
  /** Exclusive; undefined: to the end of the key space. */
  readonly to: ByteString | undefined;
}

type IsLive = (slot: number) => boolean;

export class KeyTree {
  readonly #isLive: IsLive;
  #root: Node = newLeaf();
  #size = 0;

  /** `isLive` must answer what adjustLive was told. */
  constructor(isLive: IsLive) {
    this.#isLive = isLive;
  }

  get size(): number {
    return this.#size;
  }

  /** The slot of `key`, or -1. */
  get(key: ByteString): number {
    let node = this.#root;
    while (!node.isLeaf) node = node.children[childIndex(node, key)] as Node;
    const at = lowerBound(node.keys, key);
    return node.keys[at] === key ? (node.slots[at] as number) : -1;
  }

  /**
   * The slot of `key`; when it is absent, `slot` is entered for it first, live or not (and isLive must know by now).
   * One descent either way.
   */
  getOrInsert(key: ByteString, slot: number, isLive: boolean): number {
    const insertion: Insertion = { key, slot, isLive: this.#isLive, live: isLive ? 1 : 0, found: -1 };
    const split = insertInto(this.#root, insertion);
    if (insertion.found !== -1) return insertion.found;
    if (split !== undefined) {
      const left = this.#root;
      this.#root = {
        isLeaf: false,
        separators: [split.separator],
        children: [left, split.right],
        live: left.live + split.right.live,
      };
    }
    this.#size++;
    return slot;
  }

  /** Removes a present key that is not live. */
  remove(key: ByteString): void {
    removeFrom(this.#root, key);
    while (!this.#root.isLeaf && this.#root.children.length <= 1) this.#root = this.#root.children[0] ?? newLeaf();
    this.#size--;
  }

  /** +1 when the key came to life, -1 when it died. */
  adjustLive(key: ByteString, delta: 1 | -1): void {
    let node = this.#root;
    node.live += delta;
    while (!node.isLeaf) {
      node = node.children[childIndex(node, key)] as Node;
      node.live += delta;
    }
  }

  /** Visits keys in byte order until `visit` returns false. The tree must not change meanwhile. */
  forRange(bounds: KeyBounds, visit: (slot: number, key: ByteString) => boolean): void {
    visitRange(this.#root, bounds, visit);
  }

  /** Live keys in [from, to). */
  countLive({ from, to }: KeyBounds): number {
    if (to !== undefined && to <= from) return 0;
    const below = (key: ByteString) => liveBelow(this.#root, key, this.#isLive);
    return (to === undefined ? this.#root.live : below(to)) - below(from);
  }
}

function newLeaf(): Leaf {
  return { isLeaf: true, keys: [], slots: [], live: 0 };
}

/** Index of the first element >= key. */
function lowerBound(keys: readonly ByteString[], key: ByteString): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as ByteString) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which child holds `key`: the number of separators <= key. */
function childIndex(branch: Branch, key: ByteString): number {
  const { separators } = branch;
  let low = 0;
  let high = separators.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((separators[middle] as ByteString) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Insertion {
  readonly key: ByteString;
  readonly slot: number;
  readonly isLive: IsLive;
  readonly live: 0 | 1;
  /** The slot the key already had; -1 when it was entered. */
  found: number;
}

function insertInto(node: Node, insertion: Insertion): Split | undefined {
  const { key, slot, isLive } = insertion;
  if (node.isLeaf) {
    const at = lowerBound(node.keys, key);
    if (node.keys[at] === key) {
      insertion.found = node.slots[at] as number;
      return undefined;
    }
    node.keys.splice(at, 0, key);
    node.slots.splice(at, 0, slot);
    node.live += insertion.live;
    return node.keys.length > LEAF_KEYS_MAX ? splitLeaf(node, at, isLive) : undefined;
  }
  const at = childIndex(node, key);
  const split = insertInto(node.children[at] as Node, insertion);
  if (insertion.found !== -1) return undefined;
  node.live += insertion.live;
  if (split === undefined) return undefined;
  node.separators.splice(at, 0, split.separator);
  node.children.splice(at + 1, 0, split.right);
  return node.children.length > BRANCH_CHILDREN_MAX ? splitBranch(node, at) : undefined;
}

/**
 * Splits in the middle, except after an insertion at the far end: ascending keys are the common bulk load and would
 * otherwise leave every leaf half empty.
 */
function splitLeaf(leaf: Leaf, insertedAt: number, isLive: IsLive): Split {
  const middle = insertedAt === leaf.keys.length - 1 ? leaf.keys.length - 1 : leaf.keys.length >>> 1;
  const keys = leaf.keys.splice(middle);
  const slots = leaf.slots.splice(middle);
  let live = 0;
  for (const slot of slots) if (isLive(slot)) live++;
  leaf.live -= live;
  return { separator: keys[0] as ByteString, right: { isLeaf: true, keys, slots, live } };
}

function splitBranch(branch: Branch, insertedAt: number): Split {
  const middle =
    insertedAt === branch.separators.length - 1 ? branch.children.length - 1 : branch.children.length >>> 1;
  const children = branch.children.splice(middle);
  const separators = branch.separators.splice(middle);
  const separator = branch.separators.pop() as ByteString;
  let live = 0;
  for (const child of children) live += child.live;
  branch.live -= live;
  return { separator, right: { isLeaf: false, separators, children, live } };
}

function removeFrom(node: Node, key: ByteString): void {
  if (node.isLeaf) {
    const at = lowerBound(node.keys, key);
    assert(node.keys[at] === key, 'a key to remove is not in the key tree');
    node.keys.splice(at, 1);
    node.slots.splice(at, 1);
    return;
  }
  const at = childIndex(node, key);
  const child = node.children[at] as Node;
  removeFrom(child, key);
  if ((child.isLeaf ? child.keys.length : child.children.length) > 0) return;
  node.children.splice(at, 1);
  node.separators.splice(at === 0 ? 0 : at - 1, 1);
}

/** False when the visitor stopped. */
function visitRange(node: Node, bounds: KeyBounds, visit: (slot: number, key: ByteString) => boolean): boolean {
  const { from, to } = bounds;
  if (node.isLeaf) {
    for (let i = lowerBound(node.keys, from); i < node.keys.length; i++) {
      const key = node.keys[i] as ByteString;
      if (to !== undefined && key >= to) return false;
      if (!visit(node.slots[i] as number, key)) return false;
    }
    return true;
  }
  for (let i = childIndex(node, from); i < node.children.length; i++) {
    if (!visitRange(node.children[i] as Node, bounds, visit)) return false;
  }
  return true;
}

/** Live keys < key. */
function liveBelow(root: Node, key: ByteString, isLive: IsLive): number {
  let count = 0;
  let node = root;
  while (!node.isLeaf) {
    const at = childIndex(node, key);
    for (let i = 0; i < at; i++) count += (node.children[i] as Node).live;
    node = node.children[at] as Node;
  }
  const end = lowerBound(node.keys, key);
  for (let i = 0; i < end; i++) if (isLive(node.slots[i] as number)) count++;
  return count;
}
