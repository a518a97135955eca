/**
 * One flipped byte anywhere in the closed files of a member's data directory is refused in words, or harmless: the member comes
 * up with exactly the state that it had at that entry, and its log brings it to where it was. Never wrong data.
 *
 * BYTE_FLIPS=5000 takes a larger sample, FLIP_SEED another one.
 */
import { expect, test } from 'vitest';
import type { LogIndex } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { Prng } from '../../../lib/base/prng.ts';
import { SnapshotError } from '../apply/snapshot.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import { fingerprint } from '../apply/test-support.ts';
import type { StateMachine } from '../apply/types.ts';
import { DamagedSegmentError, ForeignSegmentError } from '../mvcc/segments/damage.ts';
import { parseName } from '../mvcc/segments/segment-file.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { ENTRY_NORMAL, type Entry } from '../raft/types.ts';
import { segmentsAmong } from '../wal/segment-name.ts';
import { WalCorruptError } from '../wal/segment-reader.ts';
import { BootError } from './boot.ts';
import { ImageCorruptError } from './snapshot-spool.ts';
import { bootParts, DATA_DIR, LoneMember, type Parts, SPOOL_DIR, WAL_DIR } from './test-support/lone-member.ts';

const FLIPS = Number(process.env.BYTE_FLIPS ?? 250);
const SEED = Number(process.env.FLIP_SEED ?? 1);
const REFUSALS = [
  BootError,
  DamagedSegmentError,
  ForeignSegmentError,
  ImageCorruptError,
  SnapshotError,
  WalCorruptError,
];

/** What the log decided, applied to a machine whose disk never fails. */
class Reference {
  readonly disk = new MemoryDisk();
  readonly machine: StateMachine;
  readonly prints = new Map<LogIndex, unknown>();

  constructor({ machine }: Parts) {
    this.machine = openStateMachine({ disk: this.disk, dir: '/reference', clusterId: machine.clusterId() });
    this.prints.set(this.machine.appliedIndex(), fingerprint(this.machine));
  }

  /** Takes every entry that `machine` applies, too. */
  follow({ machine }: Parts): void {
    const { apply, applyConfChange } = machine;
    machine.apply = (entry) => {
      this.#take(entry, () => this.machine.apply(entry));
      return apply.call(machine, entry);
    };
    machine.applyConfChange = (entry, confState) => {
      this.#take(entry, () => this.machine.applyConfChange(entry, confState));
      return applyConfChange.call(machine, entry, confState);
    };
  }

  #take(entry: Entry, apply: () => void): void {
    if (entry.index <= this.machine.appliedIndex()) return;
    apply();
    this.prints.set(entry.index, fingerprint(this.machine));
  }
}

interface Directory {
  readonly disk: MemoryDisk;
  readonly reference: Reference;
  /** How far an unharmed start gets. */
  readonly last: LogIndex;
}

const KEYS = Array.from({ length: 12 }, (_, i) => utf8Encode(`key/${i}`));

function writeSome(member: LoneMember, prng: Prng, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = prng.pick(KEYS);
    const value = utf8Encode('v'.repeat(prng.int(0, 60)));
    const roll = prng.int(0, 9);
    if (roll === 0) member.settle({ deleteRange: { key } });
    else if (roll === 1) member.settle({ leaseGrant: { id: BigInt(prng.int(1, 4)), ttl: 600 } });
    else if (roll === 2) member.settle({ leaseRevoke: { id: BigInt(prng.int(1, 4)) } });
    else member.settle({ put: { key, value, lease: roll === 3 ? BigInt(prng.int(1, 4)) : 0n } });
  }
}

/** Writes, leases, compactions with their rewriting, a kill with a restart, and, when asked for, an image still to be restored. */
function makeDirectory(seed: number, options: { readonly imagePending: boolean }): Directory {
  const prng = new Prng(seed);
  const disk = new MemoryDisk();
  let reference: Reference | undefined;
  let member: LoneMember | undefined;
  for (let boots = 0; boots < 3; boots++) {
    member = new LoneMember(disk, boots, (parts) => {
      reference ??= new Reference(parts);
      reference.follow(parts);
    });
    writeSome(member, prng, 120);
    member.settle({ compaction: { revision: member.parts.machine.kv.revision() - prng.int(0, 10) } });
    member.run(100);
    writeSome(member, prng, prng.int(0, 30));
    member.kill();
  }
  if (reference === undefined || member === undefined) throw new Error('nothing was written');
  expect(member.fatals).toEqual([]);
  if (options.imagePending) leavePending(disk, reference, prng);
  const restore = disk.save();
  const { start } = bootParts(disk);
  restore();
  const last = start.hardState.commitIndex > start.appliedIndex ? start.hardState.commitIndex : start.appliedIndex;
  return { disk, reference, last };
}

/** What a member that was far behind has on disk when it dies before it restored the image. */
function leavePending(disk: MemoryDisk, reference: Reference, prng: Prng): void {
  const { wal, spool, machine, contents } = bootParts(disk);
  const { machine: ahead } = reference;
  for (let i = 0; i < 100; i++) {
    const index = (ahead.appliedIndex() + 1) as LogIndex;
    const put = { key: prng.pick(KEYS), value: utf8Encode(`ahead ${i}`) };
    ahead.apply({ term: contents.hardState.term, index, type: ENTRY_NORMAL, data: requestBytes(put) });
    reference.prints.set(index, fingerprint(ahead));
  }
  const reader = ahead.openSnapshot();
  const { metadata } = reader;
  const sink = spool.receive(metadata);
  for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next()) sink?.write(chunk);
  reader.close();
  sink?.finish((isStored) => expect(isStored).toBe(true));
  while (disk.completeFlush());
  wal.append({ entries: [], hardState: { ...contents.hardState, commitIndex: metadata.index }, snapshot: metadata });
  wal.flush((error) => expect(error).toBeUndefined());
  while (disk.completeFlush());
  wal.close();
  machine.close();
  disk.kill();
}

const requestBytes = (put: { readonly key: Uint8Array; readonly value: Uint8Array }): Uint8Array =>
  InternalRaftRequest.encode({ header: { id: 1n }, put });

/** Files that nothing is written to any more, but for the newest of the stored data, which the log stands behind. */
function filesOf(disk: MemoryDisk): string[] {
  const log = segmentsAmong(disk.list(WAL_DIR)).map(({ name }) => `${WAL_DIR}/${name}`);
  const images = disk.list(SPOOL_DIR).filter((name) => name.endsWith('.image'));
  return [
    ...log.slice(0, -1),
    ...disk
      .list(DATA_DIR)
      .filter((name) => !name.endsWith('.tmp'))
      .map((name) => `${DATA_DIR}/${name}`),
    ...images.map((name) => `${SPOOL_DIR}/${name}`),
  ];
}

function kindOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const segment = parseName(name);
  if (segment === undefined) return name.slice(name.lastIndexOf('.') + 1);
  return segment.generation === 0 ? 'segment' : 'rewritten segment';
}

/** Starts on the directory as it is and brings the state to the end of the log. @throws as a member that refuses to start */
function startOn({ disk, reference, last }: Directory): void {
  const { machine, start } = bootParts(disk);
  expect(fingerprint(machine)).toEqual(reference.prints.get(machine.appliedIndex()));
  for (const entry of start.entries) {
    if (entry.index > last || entry.index <= machine.appliedIndex()) continue;
    if (entry.type === ENTRY_NORMAL) machine.apply(entry);
    else machine.applyConfChange(entry, reference.machine.confState());
  }
  expect(machine.appliedIndex()).toBe(last);
  expect(fingerprint(machine)).toEqual(reference.prints.get(last));
}

interface Tally {
  refused: number;
  harmless: number;
}

/** `count` flips, spread evenly over the files of `directory`. */
function flipBytes(directory: Directory, prng: Prng, count: number): Map<string, Tally> {
  const { disk } = directory;
  const tallies = new Map<string, Tally>();
  const files = filesOf(disk);
  const restore = disk.save();
  for (let i = 0; i < count; i++) {
    const path = files[i % files.length] as string;
    const at = prng.int(0, disk.open(path, { create: false }).size() - 1);
    const mask = prng.int(1, 255);
    const tally = tallies.get(kindOf(path)) ?? { refused: 0, harmless: 0 };
    tallies.set(kindOf(path), tally);
    disk.flipByte(path, at, mask);
    try {
      startOn(directory);
      tally.harmless++;
    } catch (error) {
      if (!REFUSALS.some((kind) => error instanceof kind))
        throw new Error(`byte ${at} of ${path} with mask ${mask}`, { cause: error });
      tally.refused++;
    }
    restore();
  }
  return tallies;
}

test.each([
  ['a member that wrote, compacted, rewrote and died', { imagePending: false }],
  ['a member that died before it restored a received image', { imagePending: true }],
])('a flipped byte of %s is refused or harmless', (_, options) => {
  const directory = makeDirectory(SEED, options);
  const restore = directory.disk.save();
  startOn(directory);
  restore();
  const tallies = flipBytes(directory, new Prng(SEED), FLIPS);
  const kinds = ['wal', 'segment', 'rewritten segment', 'CURRENT', ...(options.imagePending ? ['image'] : [])];
  expect([...tallies.keys()].sort()).toEqual(kinds.sort());
  if (process.env.BYTE_FLIPS !== undefined) console.info(Object.fromEntries(tallies));
  // Where every byte is covered by a checksum nothing passes unnoticed; in the log, the marker beside each record is not.
  for (const kind of ['rewritten segment', 'CURRENT', 'image']) expect(tallies.get(kind)?.harmless ?? 0, kind).toBe(0);
});
