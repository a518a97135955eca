import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { MemoryDisk } from './memory-disk.ts';
import { MeteredDisk } from './metered-disk.ts';

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
