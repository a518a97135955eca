/**
 * Which intervals [from, to) hold a key: a treap ordered by (from, to) where every node knows the greatest end below
 * it, so that a lookup visits O(log n + found) nodes. Equal intervals share one node.
 */
import { Prng } from '../../../../lib/base/prng.ts';

/** Greater than every ByteString: the end of an interval without end. */
export const OPEN_END = '\uffff';

interface TreapNode<T> {
  readonly from: string;
  readonly to: string;
  readonly priority: number;
  readonly items: Set<T>;
  left: TreapNode<T> | undefined;
  right: TreapNode<T> | undefined;
  /** Greatest `to` in this subtree. */
  reach: string;
}

export interface Interval {
  readonly from: string;
  readonly to: string;
}

export class IntervalTree<T> {
  /** Shapes the tree only; nothing outside can see its draws. */
  readonly #prng = new Prng(1);
  #root: TreapNode<T> | undefined;

  add(interval: Interval, item: T): void {
    const known = this.#find(interval);
    if (known !== undefined) {
      known.items.add(item);
      return;
    }
    const { from, to } = interval;
    const priority = this.#prng.uint32();
    const node: TreapNode<T> = {
      from,
      to,
      priority,
      items: new Set([item]),
      left: undefined,
      right: undefined,
      reach: to,
    };
    this.#root = insert(this.#root, node);
  }

  delete(interval: Interval, item: T): void {
    const node = this.#find(interval);
    if (node === undefined) return;
    node.items.delete(item);
    if (node.items.size === 0) this.#root = remove(this.#root, interval);
  }

  /** Visits every item whose interval holds `key`. */
  stab(key: string, visit: (item: T) => void): void {
    stab(this.#root, key, visit);
  }

  #find(interval: Interval): TreapNode<T> | undefined {
    let node = this.#root;
    while (node !== undefined) {
      const order = compare(interval, node);
      if (order === 0) return node;
      node = order < 0 ? node.left : node.right;
    }
    return undefined;
  }
}

function compare(a: Interval, b: Interval): number {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1;
  return a.to === b.to ? 0 : a.to < b.to ? -1 : 1;
}

function updateReach<T>(node: TreapNode<T>): void {
  let { to: reach } = node;
  if (node.left !== undefined && node.left.reach > reach) reach = node.left.reach;
  if (node.right !== undefined && node.right.reach > reach) reach = node.right.reach;
  node.reach = reach;
}

function insert<T>(root: TreapNode<T> | undefined, node: TreapNode<T>): TreapNode<T> {
  if (root === undefined) return node;
  if (node.priority > root.priority) {
    [node.left, node.right] = split(root, node);
    updateReach(node);
    return node;
  }
  if (compare(node, root) < 0) root.left = insert(root.left, node);
  else root.right = insert(root.right, node);
  updateReach(root);
  return root;
}

type Halves<T> = [TreapNode<T> | undefined, TreapNode<T> | undefined];

/** What sorts before `at`, and the rest. */
function split<T>(root: TreapNode<T> | undefined, at: Interval): Halves<T> {
  if (root === undefined) return [undefined, undefined];
  if (compare(root, at) < 0) {
    const [left, right] = split(root.right, at);
    root.right = left;
    updateReach(root);
    return [root, right];
  }
  const [left, right] = split(root.left, at);
  root.left = right;
  updateReach(root);
  return [left, root];
}

function join<T>(left: TreapNode<T> | undefined, right: TreapNode<T> | undefined): TreapNode<T> | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  const [top, low] = left.priority > right.priority ? [left, right] : [right, left];
  if (top === left) top.right = join(top.right, low);
  else top.left = join(low, top.left);
  updateReach(top);
  return top;
}

function remove<T>(root: TreapNode<T> | undefined, interval: Interval): TreapNode<T> | undefined {
  if (root === undefined) return undefined;
  const order = compare(interval, root);
  if (order === 0) return join(root.left, root.right);
  if (order < 0) root.left = remove(root.left, interval);
  else root.right = remove(root.right, interval);
  updateReach(root);
  return root;
}

function stab<T>(node: TreapNode<T> | undefined, key: string, visit: (item: T) => void): void {
  if (node === undefined || node.reach <= key) return;
  stab(node.left, key, visit);
  if (node.from > key) return;
  if (key < node.to) for (const item of node.items) visit(item);
  stab(node.right, key, visit);
}
