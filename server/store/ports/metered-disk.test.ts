import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { MemoryDisk } from './memory-disk.ts';
import { Histogram, MeteredDisk } from './metered-disk.ts';

test('an observation falls into the first bucket that holds it', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1, 1.5, 9]) histogram.observe(value);
  expect(histogram.counts).toEqual([2, 1, 1]);
  expect(histogram.sum).toBe(12);
});

test('writes and flushes are counted, and do what they did', () => {
  const disk = new MeteredDisk(new MemoryDisk(), new ManualClock());
  disk.makeDirectory('d');
  const file = disk.open('d/f', { create: true });
  file.write(0, Uint8Array.of(1, 2, 3));
  file.flushSync();
  expect([...file.read(0, 3)]).toEqual([1, 2, 3]);
  expect(disk.meter.bytesWritten).toBe(3);
  expect(disk.meter.flushSeconds.counts[0]).toBe(1);
});
