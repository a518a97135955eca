import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { Folder } from './folder.ts';
import { foldersOf } from './key-path.ts';
import { NaiveStore } from './naive-tree.testing.ts';
import { TreeModel } from './tree-model.ts';

const PAGE = 3;

/** What a controller does, without time: pages come when asked, stale folders are read again whole. */
class World {
  readonly store: NaiveStore;
  readonly model: TreeModel;

  constructor(delimiter: string, keys: readonly string[]) {
    this.store = new NaiveStore(delimiter);
    for (const key of keys) this.store.put(key, key.length);
    this.model = new TreeModel(this.store.delimiter);
    this.model.merge(this.model.root, this.store.page(this.model.root.path, 0, PAGE));
    this.model.live.appliedRevision = this.store.revision;
  }

  loadAt(row: number): void {
    this.model.live.settle();
    const at = this.model.rowAt(row);
    if (at === undefined) return;
    const missing = at.folder.missingAt(at.index, PAGE);
    if (missing === undefined) return;
    this.model.merge(at.folder, this.store.page(at.folder.path, missing.offset, missing.limit));
  }

  toggle(row: number): void {
    this.model.live.settle();
    const at = this.model.rowAt(row);
    const path = at?.node?.folder?.path;
    if (at === undefined || path === undefined) return;
    const open = at.folder.openAt(at.index);
    if (open !== undefined) this.model.close(open);
    else if (at.folder.nodeAt(at.index)?.folder !== null) {
      const page = this.store.page(wireToByteString(path), 0, PAGE);
      if (page.total > 0) this.model.open(at.folder, at.index, page);
    }
  }

  refreshStale(folder: Folder = this.model.root): void {
    if (folder.isStale) {
      const all = this.store.page(folder.path, 0, Number.MAX_SAFE_INTEGER);
      const places = new Map(all.nodes.map((node, i) => [wireToByteString(node.name), i] as const));
      const foldersOnly = new Map([...places].filter(([, i]) => all.nodes[i]?.folder !== null));
      this.model.reload(folder, [all], foldersOnly);
    }
    for (const child of folder.open) this.refreshStale(child);
  }

  isAnyStale(folder: Folder = this.model.root): boolean {
    return folder.isStale || folder.open.some((child) => this.isAnyStale(child));
  }

  openPaths(folder: Folder = this.model.root): Set<ByteString> {
    return new Set([folder.path, ...folder.open.flatMap((child) => [...this.openPaths(child)])]);
  }

  /** Compares every row with the oracle; counts of keys always, bytes unless their staleness is declared. */
  check(): void {
    const expected = this.store.rows(this.openPaths());
    expect(this.model.rowCount).toBe(expected.length);
    expected.forEach((row, i) => {
      const got = this.model.rowAt(i);
      if (got?.node === undefined) return;
      expect(got.id).toBe(row.path);
      expect(got.node.key).toEqual(row.node.key);
      expect(got.node.folder?.keys ?? null).toBe(row.node.folder?.keys ?? null);
      if (!got.folder.hasStaleBytes) expect(got.node.folder?.bytes ?? null).toBe(row.node.folder?.bytes ?? null);
      expect(this.model.rowOf(got.folder, got.index)).toBe(i);
      expect(this.model.rowOfId(row.path)).toBe(i);
    });
  }
}

const key = fc
  .array(fc.constantFrom('', 'a', 'b', 'c', 'a-', 'é'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => text !== '');

const step = fc.oneof(
  fc.record({ do: fc.constant('toggle' as const), row: fc.nat(30) }),
  fc.record({ do: fc.constant('load' as const), row: fc.nat(30) }),
  fc.record({ do: fc.constant('put' as const), key, bytes: fc.nat(9) }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('settle' as const) }),
);

test('the rows are those of a naive flattening, through any mix of opening, paging and live changes', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 25 }), fc.array(step, { maxLength: 40 }), (keys, steps) => {
      const world = new World('/', keys);
      for (const s of steps) {
        if (s.do === 'toggle') world.toggle(s.row);
        else if (s.do === 'load') world.loadAt(s.row);
        else if (s.do === 'settle') world.model.live.settle();
        else {
          const event = s.do === 'put' ? world.store.put(s.key, s.bytes) : world.store.delete(s.key);
          if (event !== undefined) world.model.live.note(event);
        }
        const mayCompare = s.do !== 'put' && s.do !== 'delete';
        if (mayCompare) world.model.live.settle();
        if (mayCompare && !world.isAnyStale()) world.check();
      }
      world.model.live.settle();
      world.refreshStale();
      world.check();
    }),
    { numRuns: 1000 },
  );
});

test('a flat tree has one row per key', () => {
  const world = new World('', ['/a/b', '/a/c', 'x']);
  world.check();
  expect(world.model.rowCount).toBe(3);
});

test('counts change at once and rows wait until they may move', () => {
  const world = new World('/', ['a/1', 'a/2', 'b']);
  world.toggle(0);
  world.model.live.note(world.store.put('a/1a', 4));
  expect(world.model.rowCount).toBe(4);
  expect(world.model.rowAt(0)?.node?.folder?.keys).toBe(3);
  expect(world.model.live.waitingCount).toEqual({ added: 1, removed: 0 });
  world.model.live.settle();
  expect(world.model.rowCount).toBe(5);
  world.check();
});

test('a deleted key keeps its place, marked gone, until rows may move', () => {
  const world = new World('/', ['a', 'b']);
  const event = world.store.delete('a');
  if (event !== undefined) world.model.live.note(event);
  expect(world.model.rowCount).toBe(2);
  expect(world.model.live.gone.has(wireToByteString('a'))).toBe(true);
  world.model.live.settle();
  expect(world.model.rowCount).toBe(1);
});

test('an event that a page already contains is not counted twice', () => {
  const world = new World('/', ['a/1']);
  const event = world.store.put('a/2', 3);
  world.model.reload(world.model.root, [world.store.page(wireToByteString(''), 0, PAGE)], new Map());
  world.model.live.note(event);
  expect(world.model.rowAt(0)?.node?.folder?.keys).toBe(2);
});

test('a page whose total contradicts the rows is refused and the folder is marked for reading again', () => {
  const world = new World('/', ['a', 'b', 'c', 'd', 'e']);
  world.store.put('bb', 1);
  expect(world.model.merge(world.model.root, world.store.page(wireToByteString(''), 3, PAGE))).toBe(false);
  expect(world.model.root.isStale).toBe(true);
});

test('a hundred thousand flat keys are counted by one page', () => {
  const model = new TreeModel(wireToByteString('/'));
  const nodes = [{ path: 'k', name: 'k', key: null, folder: null }];
  model.merge(model.root, { prefix: '', revision: '5', total: 100_000, offset: 0, nodes, source: 'live' });
  expect(model.rowCount).toBe(100_000);
  expect(model.rowAt(99_999)?.node).toBeUndefined();
  expect(model.root.missingAt(99_999, 200)).toEqual({ offset: 99_800, limit: 200 });
});

test('segments keep empty names and bytes that are not UTF-8', () => {
  expect(foldersOf(wireToByteString('/a//b'), wireToByteString('/'))).toEqual(
    ['/', '/a/', '/a//'].map((p) => wireToByteString(p)),
  );
  expect(foldersOf(wireToByteString('a'), wireToByteString('/'))).toEqual([]);
  const odd = wireToByteString({ base64: '/2Ev' });
  expect(byteStringToWire(odd)).toEqual({ base64: '/2Ev' });
});
