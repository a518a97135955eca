import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { equalBytes } from '../../../lib/base/bytes.ts';
import { DiskError } from '../ports/disk.ts';
import { ReadOnlyFile } from './read-only-file.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'quorate-read-only-'));
afterAll(() => rmSync(dir, { recursive: true }));

const BYTES = 400_001;
const content = Uint8Array.from({ length: BYTES }, (_, i) => (i * 2_654_435_761) >>> 24);
const file = path.join(dir, 'file');
writeFileSync(file, content);

/** Jumps, and runs of reads that follow one another. */
const reads = fc
  .array(
    fc.record({
      at: fc.nat(BYTES + 10),
      lengths: fc.array(fc.oneof(fc.constant(4096), fc.nat(200_000)), { minLength: 1, maxLength: 30 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((runs) =>
    runs.flatMap(({ at, lengths }) => {
      let next = at;
      return lengths.map((length) => {
        const read = { at: next, length };
        next += length;
        return read;
      });
    }),
  );

test('every read gives the bytes of the file, however it follows the one before, and they stay', () => {
  fc.assert(
    fc.property(reads, (list) => {
      const opened = new ReadOnlyFile(file);
      const given = list.map(({ at, length }) => opened.read(at, length));
      given.forEach((bytes, i) => {
        const { at, length } = list[i] ?? { at: 0, length: 0 };
        expect(equalBytes(bytes, content.subarray(at, at + length))).toBe(true);
      });
    }),
    { numRuns: 40 },
  );
});

test('a file that is not there is an error with its name', () => {
  expect(() => new ReadOnlyFile(path.join(dir, 'none'))).toThrow(DiskError);
});
