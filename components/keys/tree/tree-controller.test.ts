import { expect, test } from 'vitest';
import type { ChangeEvent } from '../../../lib/api/types.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { NaiveStore } from './naive-tree.testing.ts';
import { CATCH_UP_MS, type PageQuery } from './page-reader.ts';
import { RESYNC_MS, TreeController } from './tree-controller.ts';

/** A controller on an oracle store, with time that only moves when told. */
class World {
  readonly store = new NaiveStore('/');
  readonly asked: PageQuery[] = [];
  readonly events: ChangeEvent[] = [];
  failWith: Error | null = null;
  private readonly timers: { at: number; task: () => void }[] = [];
  private now = 0;
  readonly controller: TreeController;

  /** @param isGreeted the stream has said already where it begins */
  constructor(keys: readonly string[], isGreeted = true) {
    for (const key of keys) this.store.put(key, 1);
    const source = {
      page: async (query: PageQuery) => {
        this.asked.push(query);
        if (this.failWith !== null) throw this.failWith;
        return this.store.page(wireToByteString(query.prefix), query.offset, query.limit);
      },
      now: () => this.now,
      after: (ms: number, task: () => void) => {
        const timer = { at: this.now + ms, task };
        this.timers.push(timer);
        return () => void this.timers.splice(this.timers.indexOf(timer), this.timers.includes(timer) ? 1 : 0);
      },
      isLive: true,
    };
    this.controller = new TreeController(source, this.store.delimiter, isGreeted ? this.store.revision : 0);
  }

  async advance(ms: number): Promise<void> {
    this.now += ms;
    for (const timer of this.timers.filter((one) => one.at <= this.now)) {
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.task();
    }
    await this.settle();
  }

  /** Lets pending answers arrive. */
  async settle(): Promise<void> {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }

  tell(...events: readonly (ChangeEvent | undefined)[]): void {
    this.controller.onChanges(events.filter((event) => event !== undefined));
  }

  names(): readonly string[] {
    const { model } = this.controller;
    return Array.from({ length: model.rowCount }, (_, row) => String(model.rowAt(row)?.node?.name ?? '…'));
  }
}

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${String(i).padStart(5, '0')}`);

test('opening reads one page, and scrolling reads only the pages that come on screen, once', async () => {
  const world = new World(many(100_000));
  await world.controller.begin([]);
  expect(world.asked).toHaveLength(1);
  world.controller.show(50_000, 50_040);
  world.controller.show(50_010, 50_050);
  await world.settle();
  world.controller.show(50_000, 50_040);
  await world.settle();
  expect(world.asked.map((query) => query.offset)).toEqual([0, 50_000]);
  expect(world.controller.model.rowAt(50_001)?.node?.name).toBe('k50001');
});

test('what the stream told while a page was on its way is not lost with the rows that the page replaces', async () => {
  const world = new World(['a/1', 'b/1', 'c']);
  await world.controller.begin([]);
  world.controller.onGap(world.store.revision);
  const going = world.advance(RESYNC_MS);
  // The page has been made, and has not arrived.
  world.tell(world.store.put('a/2', 1), world.store.put('a/3', 1), world.store.put('c', 2));
  await going;
  const { root } = world.controller.model;
  expect(root.nodeAt(0)?.folder?.keys).toBe(3);
  expect(root.nodeAt(2)?.key?.version).toBe('2');
  const again = world.asked.length;
  await world.advance(RESYNC_MS);
  expect(world.asked.length, 'nothing is left to ask').toBe(again);
});

test('rows that came or went while a page was on its way have the folder read again', async () => {
  const world = new World(['a/1', 'b/1', 'c']);
  await world.controller.begin([]);
  for (const change of [
    () => world.store.put('d', 1),
    () => world.store.put('a0/1', 1),
    () => world.store.delete('c'),
    () => world.store.delete('b/1'),
  ]) {
    world.controller.onGap(world.store.revision);
    const going = world.advance(RESYNC_MS);
    world.tell(change());
    await going;
    await world.advance(RESYNC_MS);
    await world.advance(RESYNC_MS);
  }
  expect(world.names()).toEqual(['a', 'a0', 'd']);
});

test('a gap in the stream while a page is on its way has it read again', async () => {
  const world = new World(['a/1']);
  await world.controller.begin([]);
  world.controller.onGap(world.store.revision);
  const going = world.advance(RESYNC_MS);
  world.store.put('a/2', 1);
  world.controller.onGap(world.store.revision);
  await going;
  await world.advance(RESYNC_MS);
  expect(world.controller.model.root.nodeAt(0)?.folder?.keys).toBe(2);
});

test('changes are told by the stream, not asked for', async () => {
  const world = new World(['a/1', 'b']);
  await world.controller.begin([]);
  const asked = world.asked.length;
  world.tell(world.store.put('a/2', 1), world.store.put('c', 1), world.store.delete('b'));
  await world.advance(RESYNC_MS * 10);
  expect(world.names()).toEqual(['a', '1', '2', 'c']);
  expect(world.asked).toHaveLength(asked);
});

test('while somebody points at the list its rows wait, and come when the pointer leaves', async () => {
  const world = new World(['a', 'c']);
  await world.controller.begin([]);
  world.controller.hold(true);
  world.tell(world.store.put('b', 1));
  expect(world.names()).toEqual(['a', 'c']);
  world.controller.hold(false);
  expect(world.names()).toEqual(['a', 'b', 'c']);
});

test('a page that is ahead of the stream waits for it, so that nothing counts twice', async () => {
  const world = new World(['a/1', 'z']);
  await world.controller.begin([]);
  const event = world.store.put('m', 1);
  world.controller.show(0, 10);
  const opened = world.controller.reveal(wireToByteString('a/1'));
  await world.settle();
  world.tell(event);
  await opened;
  expect(world.names()).toEqual(['a', '1', 'm', 'z']);
  await world.advance(CATCH_UP_MS);
  expect(world.names()).toEqual(['a', '1', 'm', 'z']);
});

test('a first page that is quicker than the stream is shown as soon as the stream says where it begins', async () => {
  const world = new World(['a', 'b'], false);
  void world.controller.begin([]);
  await world.settle();
  expect(world.names()).toEqual([]);
  world.controller.onGreeting(world.store.revision);
  await world.settle();
  expect(world.names()).toEqual(['a', 'b']);
});

test('what was sent along is shown at once, single folders open, and is not asked for again', async () => {
  const world = new World(['only/inner/a', 'only/inner/b'], false);
  const sent = ['', 'only/', 'only/inner/'].map((prefix) => world.store.page(wireToByteString(prefix), 0, 64));
  world.controller.startWith(sent);
  expect(world.names()).toEqual(['only', 'inner', 'a', 'b']);
  await world.controller.begin([]);
  world.controller.onGreeting(world.store.revision);
  await world.advance(RESYNC_MS);
  expect([world.names(), world.asked]).toEqual([['only', 'inner', 'a', 'b'], []]);
  world.tell(world.store.put('only/inner/c', 1));
  expect(world.names()).toEqual(['only', 'inner', 'a', 'b', 'c']);
});

test('what was sent along of a single folder that has company by now is asked for again', async () => {
  const world = new World(['only/a'], false);
  world.controller.startWith(['', 'only/'].map((prefix) => world.store.page(wireToByteString(prefix), 0, 64)));
  void world.controller.begin([]);
  world.store.put('other', 1);
  world.store.put('only/b', 1);
  world.controller.onGreeting(world.store.revision);
  await world.advance(RESYNC_MS);
  expect(world.names()).toEqual(['only', 'a', 'b', 'other']);
});

test('what was sent along of data that was replaced since is asked for again', async () => {
  const world = new World(['old/a', 'old/b', 'old/c'], false);
  const before = world.store.page(wireToByteString(''), 0, 64);
  world.controller.startWith([{ ...before, revision: String(Number(before.revision) + 100) }]);
  world.store.delete('old/a');
  void world.controller.begin([]);
  world.controller.onGreeting(world.store.revision);
  await world.advance(RESYNC_MS);
  expect(world.controller.model.root.asOf).toBe(world.store.revision);
  expect(world.names()).toEqual(['old', 'b', 'c']);
});

test('a stream that begins after the page was read has the folders read again', async () => {
  const world = new World(['a'], false);
  void world.controller.begin([]);
  await world.settle();
  await world.advance(CATCH_UP_MS);
  world.store.put('b', 1);
  world.controller.onGreeting(world.store.revision);
  await world.advance(RESYNC_MS);
  expect(world.names()).toEqual(['a', 'b']);
});

test('a gap in the stream reads what is open again and keeps it open', async () => {
  const world = new World(['a/1', 'b']);
  await world.controller.begin([]);
  world.store.put('a/2', 1);
  world.store.put('0', 1);
  world.controller.onGap(world.store.revision);
  await world.advance(RESYNC_MS);
  expect(world.names()).toEqual(['0', 'a', '1', '2', 'b']);
});

test('a change in a stretch never loaded reads the folder again and keeps the row on screen in reach', async () => {
  const world = new World(many(1000));
  await world.controller.begin([]);
  world.controller.show(0, 30);
  world.tell(world.store.put('k00700x', 1));
  await world.advance(RESYNC_MS);
  expect(world.controller.model.rowCount).toBe(1001);
  expect(world.asked.map((query) => query.offset)).toEqual([0, 0]);
});

test('a key far down a long folder is found in a few pages', async () => {
  const world = new World(
    many(100_000)
      .map((key) => `f/${key}`)
      .concat('z/1'),
  );
  await world.controller.begin([]);
  const row = await world.controller.reveal(wireToByteString('f/k13456'));
  expect(row).toBe(13_457);
  expect(world.asked.length).toBeLessThan(15);
});

test('a link into a folder that is opening by itself still finds its key', async () => {
  const world = new World(['only/a', 'only/b']);
  const begun = world.controller.begin([]);
  const revealed = world.controller.whenReady().then(() => world.controller.reveal(wireToByteString('only/b')));
  await begun;
  expect(await revealed).toBe(2);
});

test('a failed read is said, and tried again by itself', async () => {
  const world = new World(['a']);
  world.failWith = new Error('no answer');
  await world.controller.begin([]);
  expect(world.controller.failure?.error).toBe(world.failWith);
  world.failWith = null;
  await world.advance(10_000);
  expect(world.controller.failure).toBeNull();
  expect(world.names()).toEqual(['a']);
});

test('a change of revision opens the same folders again, as far as they exist there', async () => {
  const world = new World(['a/b/1', 'c/1', 'd']);
  await world.controller.begin([wireToByteString('a/'), wireToByteString('a/b/'), wireToByteString('gone/')]);
  expect(world.names()).toEqual(['a', 'b', '1', 'c', 'd']);
});
