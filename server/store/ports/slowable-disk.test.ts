import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { MemoryDisk } from './memory-disk.ts';
import { SlowableDisk } from './slowable-disk.ts';

function open() {
  const [memory, clock] = [new MemoryDisk(), new ManualClock()];
  const disk = new SlowableDisk(memory, clock);
  const file = disk.open('/wal', { create: true });
  let flushed = 0;
  const flush = () => {
    file.flush(() => flushed++);
    memory.completeFlush();
  };
  return { disk, clock, memory, file, flush, flushed: () => flushed };
}

test('it does nothing until it is told to', () => {
  const { flush, flushed } = open();
  flush();
  expect(flushed()).toBe(1);
});

test('a slow flush is durable before it is told, never the other way round', () => {
  const { disk, clock, memory, file, flush, flushed } = open();
  disk.slowBy(200);
  file.write(0, Uint8Array.of(7));
  flush();
  clock.advance(199);
  expect(flushed()).toBe(0);
  memory.flushDirectory('/');
  memory.crash(() => false);
  expect(memory.open('/wal', { create: false }).read(0, 1)).toEqual(Uint8Array.of(7));
  clock.advance(1);
  expect(flushed()).toBe(1);
});

test('healing lets what was held back go on, once', () => {
  const { disk, clock, flush, flushed } = open();
  disk.slowBy(5_000);
  flush();
  disk.slowBy(0);
  clock.settle();
  expect(flushed()).toBe(1);
  clock.advance(10_000);
  expect(flushed()).toBe(1);
});
