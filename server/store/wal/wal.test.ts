import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterId, logIndex, memberId, term } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { Prng } from '../../../lib/base/prng.ts';
import type { DiskError } from '../ports/disk.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import type { Entry, HardState, SnapshotMetadata } from '../raft/types.ts';
import { segmentsAmong } from './segment-name.ts';
import { WalCorruptError } from './segment-reader.ts';
import { Wal, type WalPart } from './wal.ts';

const DIR = '/data/member/wal';
const SEGMENT_BYTES = 4096;
const identity = { memberId: memberId(0xfedc_ba98_7654_3210n), clusterId: clusterId(7n) };
const emptyConf = { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };

const entry = (index: number, inTerm: number, text: string): Entry => ({
  index: logIndex(index),
  term: term(inTerm),
  type: 0,
  data: utf8Encode(text),
});
const state = (inTerm: number, commit: number): HardState => ({
  term: term(inTerm),
  vote: identity.memberId,
  commitIndex: logIndex(commit),
});
const marker = (index: number, inTerm: number): SnapshotMetadata => ({
  index: logIndex(index),
  term: term(inTerm),
  confState: { ...emptyConf, voters: [identity.memberId] },
});
const part = (entries: Entry[], hardState?: HardState, snapshot?: SnapshotMetadata): WalPart => ({
  entries,
  hardState,
  snapshot,
});

function create(disk: MemoryDisk): Wal {
  return Wal.create({ disk, dir: DIR, segmentBytes: SEGMENT_BYTES, identity });
}
const open = (disk: MemoryDisk) => Wal.open({ disk, dir: DIR, segmentBytes: SEGMENT_BYTES });

/** Appends and waits for the flush, which the memory disk completes at once. */
function write(disk: MemoryDisk, wal: Wal, ...parts: WalPart[]): void {
  let result: DiskError | undefined | 'pending' = 'pending';
  for (const one of parts) wal.append(one);
  wal.flush((error) => {
    result = error;
  });
  while (disk.completeFlush());
  expect(result).toBeUndefined();
}

test('what was flushed is read back after a crash', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'one'), entry(2, 1, 'two')], state(1, 0)), part([entry(3, 2, '')], state(2, 2)));
  disk.crash(() => false);
  const { contents } = open(disk);
  expect(contents.identity).toEqual(identity);
  expect(contents.hardState).toEqual(state(2, 2));
  expect(contents.entries).toEqual([entry(1, 1, 'one'), entry(2, 1, 'two'), entry(3, 2, '')]);
  expect(contents.cut).toBeUndefined();
});

test('what a killed process had written and not flushed is durable once the log is open again', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  wal.append(part([entry(1, 1, 'one')], state(1, 0)));
  wal.flush(() => undefined);
  disk.kill();
  expect(open(disk).contents.entries).toHaveLength(1);
  disk.crash(() => false);
  expect(open(disk).contents).toMatchObject({ entries: [{ index: 1 }], hardState: { term: 1 } });
});

test('an entry with an index seen before replaces it and everything after it', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'a'), entry(2, 1, 'b'), entry(3, 1, 'c')]), part([entry(2, 2, 'B')]));
  expect(open(disk).contents.entries).toEqual([entry(1, 1, 'a'), entry(2, 2, 'B')]);
});

test('one flush is in flight and the next one carries everything appended meanwhile', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  const finished: number[] = [];
  for (let i = 1; i <= 4; i++) {
    wal.append(part([entry(i, 1, `value ${i}`)]));
    wal.flush(() => finished.push(i));
    expect(disk.pendingFlushes()).toBe(1);
  }
  expect(finished).toEqual([]);
  disk.completeFlush();
  expect(finished).toEqual([1]);
  expect(disk.pendingFlushes()).toBe(1);
  disk.completeFlush();
  expect(finished).toEqual([1, 2, 3, 4]);
  expect(disk.pendingFlushes()).toBe(0);
});

test('a failed flush is final: every later flush reports the same error and nothing more is written', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  const errors: unknown[] = [];
  disk.failFlushWith = 'EIO';
  wal.append(part([entry(1, 1, 'lost')]));
  wal.flush((error) => errors.push(error?.code));
  disk.completeFlush();
  disk.failFlushWith = undefined;
  wal.append(part([entry(2, 1, 'never')]));
  wal.flush((error) => errors.push(error?.code));
  disk.completeFlush();
  expect(errors).toEqual(['EIO', 'EIO']);
  disk.crash(() => true);
  expect(open(disk).contents.entries).not.toContainEqual(entry(2, 1, 'never'));
});

test('a full disk is reported by the flush that could not write', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  disk.failWriteWith = 'ENOSPC';
  let code: string | undefined;
  wal.append(part([entry(1, 1, 'x')]));
  wal.flush((error) => {
    code = error?.code;
  });
  expect(code).toBeUndefined();
  disk.completeFlush();
  expect(code).toBe('ENOSPC');
});

test('segments roll when full, chain their checksums, and go when released', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  for (let i = 1; i <= 60; i++) write(disk, wal, part([entry(i, 1, 'v'.repeat(300))], state(1, i)));
  const names = disk.list(DIR);
  expect(names.length).toBeGreaterThan(3);
  expect(names[0]).toBe('0000000000000000-0000000000000000.wal');
  expect(open(disk).contents.entries).toHaveLength(60);
  wal.release(logIndex(40));
  const kept = segmentsAmong(disk.list(DIR));
  expect(kept.length).toBeLessThan(names.length);
  const { entries, hardState } = open(disk).contents;
  expect(entries[0]?.index).toBeLessThanOrEqual(41);
  expect(entries.at(-1)?.index).toBe(60);
  expect(hardState).toEqual(state(1, 60));
});

test('a snapshot ahead of the log empties it; one inside the log does not', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'a'), entry(2, 1, 'b'), entry(3, 1, 'c')]), part([], undefined, marker(2, 1)));
  expect(open(disk).contents.entries).toHaveLength(3);
  write(disk, wal, part([entry(51, 3, 'z')], state(3, 50), marker(50, 3)));
  const { contents } = open(disk);
  expect(contents.entries).toEqual([entry(51, 3, 'z')]);
  expect(contents.snapshots).toEqual([marker(2, 1), marker(50, 3)]);
});

test('entries of a leader that nobody else heard give way to older ones of the next leader', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'a'), entry(2, 4, 'unheard'), entry(3, 4, 'unheard')], state(4, 1)));
  write(disk, wal, part([entry(2, 3, 'b'), entry(3, 5, 'c')], state(5, 2)));
  expect(open(disk).contents.entries).toEqual([entry(1, 1, 'a'), entry(2, 3, 'b'), entry(3, 5, 'c')]);
});

test('an entry of an older term than the one before it, or behind a gap, was written by nobody', () => {
  for (const bad of [entry(2, 1, ''), entry(3, 1, ''), entry(4, 2, '')]) {
    const disk = new MemoryDisk();
    const wal = create(disk);
    write(disk, wal, part([entry(1, 2, 'a'), entry(2, 2, 'b')]), part([bad]));
    expect(() => open(disk)).toThrow(/entry \d of term \d cannot follow entry [12] of term 2/);
  }
});

test('a durable point noted behind an image that was accepted meanwhile does not hide the image', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'a'), entry(2, 1, 'b')], state(1, 2)), part([], state(2, 50), marker(50, 2)));
  write(disk, wal, part([], undefined, marker(2, 1)));
  const { contents } = open(disk);
  expect(contents.snapshots).toEqual([marker(50, 2)]);
  expect(contents.entries).toEqual([]);
  expect(contents.hardState).toEqual(state(2, 50));
});

test('a snapshot that conflicts with the log empties it too', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'a'), entry(2, 1, 'b'), entry(3, 1, 'c')]), part([], state(4, 2), marker(2, 4)));
  expect(open(disk).contents.entries).toEqual([]);
});

test('a missing segment in the middle is refused with its neighbour named', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  for (let i = 1; i <= 40; i++) write(disk, wal, part([entry(i, 1, 'v'.repeat(300))]));
  disk.remove(`${DIR}/${disk.list(DIR)[1] ?? ''}`);
  expect(() => open(disk)).toThrow(/is missing.*offset 0/);
});

test('a damaged record before later flushed ones is refused with file, offset and remedy', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'first value')]));
  write(disk, wal, part([entry(2, 1, 'second value')]));
  const name = disk.list(DIR)[0] ?? '';
  const path = `${DIR}/${name}`;
  const file = disk.open(path, { create: false });
  const at = Buffer.from(file.read(0, file.size())).indexOf('first value');
  disk.flipByte(path, at, 0x01);
  expect(() => open(disk)).toThrow(WalCorruptError);
  expect(() => open(disk)).toThrow(new RegExp(`${name} at offset \\d+; .*Restore the data directory from a backup`));
});

test('damage in the last record is a torn tail: cut, reported, and the log goes on', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  write(disk, wal, part([entry(1, 1, 'kept')]));
  write(disk, wal, part([entry(2, 1, 'damaged')]));
  const path = `${DIR}/${disk.list(DIR)[0] ?? ''}`;
  const file = disk.open(path, { create: false });
  disk.flipByte(path, Buffer.from(file.read(0, file.size())).indexOf('damaged'), 0xff);
  const first = open(disk);
  expect(first.contents.entries).toEqual([entry(1, 1, 'kept')]);
  expect(first.contents.cut?.file).toBe(path);
  write(disk, first.wal, part([entry(2, 2, 'again')]));
  const second = open(disk);
  expect(second.contents.entries).toEqual([entry(1, 1, 'kept'), entry(2, 2, 'again')]);
  expect(second.contents.cut).toBeUndefined();
});

test('a tail is not cut when that would take away committed entries', () => {
  const disk = new MemoryDisk();
  const wal = create(disk);
  // The state record that says "2 is committed" stands before the damaged entry, as after a rewrite of index 2.
  write(disk, wal, part([entry(1, 1, 'a'), entry(2, 1, 'b')], state(1, 2)));
  write(disk, wal, part([entry(2, 1, 'rewritten')]));
  const path = `${DIR}/${disk.list(DIR)[0] ?? ''}`;
  const file = disk.open(path, { create: false });
  const bytes = Buffer.from(file.read(0, file.size()));
  expect(open(disk).contents.entries).toHaveLength(2);
  file.truncate(bytes.lastIndexOf(utf8Encode('b')) - 16);
  expect(() => open(disk)).not.toThrow();
});

interface Acknowledged {
  entries: Entry[];
  hardState: HardState;
}

/** A random run: batches with rewrites and states, some flushes completed, then the plug is pulled. */
function crashRun(seed: number): void {
  const prng = new Prng(seed);
  const disk = new MemoryDisk();
  let wal = create(disk);
  let model: Acknowledged = { entries: [], hardState: state(1, 0) };
  write(disk, wal, part([], model.hardState));
  for (let life = 0; life < 3; life++) {
    let acknowledged = model;
    /** Every state the log went through since the last acknowledged one: a crash may leave any of them. */
    const written: Entry[] = [...model.entries];
    let current = model;
    for (let step = prng.int(1, 12); step > 0; step--) {
      current = appendRandom(prng, wal, current, written);
      const now = current;
      wal.flush((error) => {
        expect(error).toBeUndefined();
        acknowledged = now;
      });
      while (prng.chance(0.4) && disk.completeFlush());
    }
    disk.crash(() => prng.chance(0.5));
    const opened = open(disk);
    checkAfterCrash(opened.contents, acknowledged, written);
    wal = opened.wal;
    model = { entries: [...opened.contents.entries], hardState: opened.contents.hardState };
  }
}

function appendRandom(prng: Prng, wal: Wal, from: Acknowledged, written: Entry[]): Acknowledged {
  const entries = [...from.entries];
  let { term: inTerm } = from.hardState;
  if (prng.chance(0.2)) {
    inTerm = term(inTerm + 1);
    entries.length = prng.int(from.hardState.commitIndex, entries.length);
  }
  const added = Array.from({ length: prng.int(0, 5) }, (_, i) =>
    entry(entries.length + 1 + i, inTerm, 'x\0'.repeat(prng.int(0, 700)) + prng.uint32()),
  );
  entries.push(...added);
  written.push(...added);
  const hardState = state(inTerm, prng.int(from.hardState.commitIndex, entries.length));
  wal.append(part(added, hardState));
  return { entries, hardState };
}

function checkAfterCrash(
  contents: Acknowledged | ReturnType<typeof open>['contents'],
  acknowledged: Acknowledged,
  written: readonly Entry[],
) {
  const { entries, hardState } = contents;
  expect(hardState.term).toBeGreaterThanOrEqual(acknowledged.hardState.term);
  expect(hardState.commitIndex).toBeGreaterThanOrEqual(acknowledged.hardState.commitIndex);
  for (const one of acknowledged.entries) {
    const found = entries[one.index - 1];
    // Kept, or replaced by a later append that the crash happened to keep.
    if (found === undefined || found.term === one.term) {
      if (found === undefined) expect(entries.some((other) => other.term > one.term)).toBe(true);
      else expect(keyOf(found)).toBe(keyOf(one));
    } else expect(found.term).toBeGreaterThan(one.term);
  }
  const known = new Set(written.map(keyOf));
  expect(entries.map(keyOf).filter((key) => !known.has(key))).toEqual([]);
}

const keyOf = (one: Entry): string => `${one.index} ${one.term} ${Buffer.from(one.data).toString('latin1')}`;

test('a crash at any flush boundary with any torn tail keeps what was acknowledged and invents nothing', () => {
  fc.assert(
    fc.property(fc.nat(0x7fff_ffff), (seed) => crashRun(seed)),
    { numRuns: 150 },
  );
});

test('every flipped byte in closed records is refused, or changes nothing', () => {
  const prng = new Prng(20_261);
  const build = () => {
    const disk = new MemoryDisk();
    const wal = create(disk);
    for (let i = 1; i <= 12; i++) {
      const value = i % 3 === 0 ? '' : 'v\0'.repeat((i * 37) % 120);
      write(disk, wal, part([entry(i, 1 + (i > 6 ? 1 : 0), value)], state(1 + (i > 6 ? 1 : 0), i - 1)));
    }
    const closedTo = lastUsed(disk) - 48;
    write(disk, wal, part([entry(13, 2, 'the last record')]));
    return { disk, closedTo };
  };
  const lastUsed = (disk: MemoryDisk) => {
    const file = disk.open(`${DIR}/${disk.list(DIR).at(-1) ?? ''}`, { create: false });
    return Buffer.from(file.read(0, file.size())).findLastIndex((byte) => byte !== 0);
  };
  const { disk, closedTo } = build();
  const path = `${DIR}/${disk.list(DIR)[0] ?? ''}`;
  const intact = open(disk).contents;
  expect(disk.list(DIR)).toHaveLength(1);
  let refused = 0;
  for (let at = 0; at < closedTo; at++) {
    const mask = prng.pick([1, 2, 4, 8, 16, 32, 64, 128, 255, prng.int(1, 255)]);
    disk.flipByte(path, at, mask);
    try {
      expect(open(disk).contents).toEqual(intact);
    } catch (error) {
      if (!(error instanceof WalCorruptError)) throw error;
      refused++;
    }
    disk.flipByte(path, at, mask);
  }
  expect(refused).toBeGreaterThan(closedTo * 0.8);
});
