import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedFileError } from '../base/bbolt/page.ts';
import type { ByteString } from '../base/bytes.ts';
import { exampleSnapshot } from './example-file.ts';
import { inspectSnapshot } from './inspect.ts';
import { PREFIXES_MAX, PREFIXES_TOLD, PrefixSizes } from './prefix-sizes.ts';
import type { InspectProgress, SnapshotReport } from './report.ts';

const EXAMPLE = await exampleSnapshot();

function inspect(bytes: Uint8Array): { report: SnapshotReport; steps: InspectProgress[] } {
  const inspection = inspectSnapshot({ size: () => bytes.length, read: (at, length) => bytes.slice(at, at + length) });
  const steps: InspectProgress[] = [];
  for (let step = inspection.next(); ; step = inspection.next()) {
    if (step.done === true) return { report: step.value, steps };
    steps.push(step.value);
  }
}

test('a file of a real etcd tells its revisions, keys, leases, users and prefixes', () => {
  expect(inspect(EXAMPLE).report).toEqual({
    ...{ bytes: 20_512, checksum: 'fits', revision: 11, compactRevision: 4, revisions: 10, tombstones: 1 },
    living: { keys: 7, bytes: 103 },
    ...{
      leases: 1,
      users: ['alice', 'root'],
      roles: ['dev'],
      isAuthEnabled: false,
      alarms: 0,
      clusterVersion: '3.4.0',
    },
    prefixes: [
      { prefix: '/app/', keys: 6, livingBytes: 97, changes: 9, storedBytes: 207 },
      { prefix: '/app/a/', keys: 5, livingBytes: 53, changes: 8, storedBytes: 153 },
      { prefix: '/app/b/', keys: 1, livingBytes: 44, changes: 1, storedBytes: 54 },
    ],
  });
});

test('progress rises to the size of the file', () => {
  const { steps } = inspect(EXAMPLE);
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.every(({ doneBytes, totalBytes }) => doneBytes <= totalBytes)).toBe(true);
});

test('without a checksum it is read all the same, and that is said', () => {
  expect(inspect(EXAMPLE.subarray(0, -32)).report).toMatchObject({ checksum: 'none', revision: 11 });
});

test('what is no snapshot, or was cut short, is refused with the reason', () => {
  expect(() => inspect(new Uint8Array(0))).toThrow('cut short or no snapshot');
  expect(() => inspect(EXAMPLE.subarray(0, 9_000))).toThrow('cut short or no snapshot');
  expect(() => inspect(EXAMPLE.subarray(0, 8_192))).toThrow(DamagedFileError);
  expect(() => inspect(new Uint8Array(8_192).fill(7))).toThrow(DamagedFileError);
});

test('any damage is told: the file is refused, or its checksum does not fit', () => {
  fc.assert(
    fc.property(fc.nat(EXAMPLE.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = EXAMPLE.with(at, (EXAMPLE[at] ?? 0) ^ change);
      try {
        expect(inspect(damaged).report.checksum).toBe('differs');
      } catch (cause) {
        expect(cause).toBeInstanceOf(DamagedFileError);
      }
    }),
    { numRuns: 1_000 },
  );
});

const name = (text: string): ByteString => text as ByteString;

test('a prefix that holds nothing beside the one below it is left out, and only the largest are told', () => {
  const sizes = new PrefixSizes();
  for (let i = 0; i < 30; i++) sizes.addStored(name(`/registry/kind-${i}/ns/name`), i);
  sizes.addLiving(name('/registry/kind-29/ns/name'), 5);
  const told = sizes.biggest();
  expect(told).toHaveLength(PREFIXES_TOLD);
  expect(told[0]).toMatchObject({ prefix: '/registry/', changes: 30, keys: 1 });
  expect(told[1]).toEqual({ prefix: '/registry/kind-29/ns/', keys: 1, livingBytes: 5, changes: 1, storedBytes: 29 });
});

test('beyond the bound of prefixes, what is new counts for what is known above it', () => {
  const sizes = new PrefixSizes();
  sizes.addStored(name('all/first'), 1);
  for (let i = 0; i < PREFIXES_MAX + 10; i++) sizes.addStored(name(`all/${i}/key`), 1);
  sizes.addLiving(name(`all/${PREFIXES_MAX + 9}/key`), 7);
  expect(sizes.biggest()[0]).toEqual({
    ...{ prefix: 'all/', keys: 1, livingBytes: 7 },
    ...{ changes: PREFIXES_MAX + 11, storedBytes: PREFIXES_MAX + 11 },
  });
});
