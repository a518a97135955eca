/** A disk that fails under a running member: it stops in words or refuses, and never acknowledges what is not safe. */
import { expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import { DiskError, type DiskSpace } from '../ports/disk.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { isDiskTrouble } from './disk-trouble.ts';
import { SpaceGuard } from './space-guard.ts';
import { bootParts, LoneMember } from './test-support/lone-member.ts';

const put = (key: string, value = 'v') => ({ put: { key: utf8Encode(key), value: utf8Encode(value) } });
const has = (machine: LoneMember['parts']['machine'], key: string): boolean =>
  machine.kv.range(RangeRequest.create({ key: utf8Encode(key) })).kvs.length === 1;

function memberWithData(): LoneMember {
  const member = new LoneMember(new MemoryDisk(), 0);
  for (let i = 0; i < 30; i++) expect(member.settle(put(`key ${i}`, 'x'.repeat(100)))?.ok).toBe(true);
  return member;
}

test.each([
  ['writing finds no room', 'failWriteWith', 'ENOSPC'],
  ['writing fails', 'failWriteWith', 'EIO'],
  ['flushing fails', 'failFlushWith', 'EIO'],
] as const)('when %s the member stops with the reason, and the write is not acknowledged', (_, failure, code) => {
  const member = memberWithData();
  member.disk[failure] = code;
  const answer = member.settle(put('lost'));
  expect(member.fatals).toEqual([expect.objectContaining({ name: 'DiskError', code })]);
  expect(answer?.ok).not.toBe(true);
  member.run(1000);
  expect(member.fatals).toHaveLength(1);
  member.disk[failure] = undefined;
  member.kill();
  const again = new LoneMember(member.disk, 1);
  expect(again.settle(put('after'))?.ok).toBe(true);
  for (let i = 0; i < 30; i++) expect(has(again.parts.machine, `key ${i}`)).toBe(true);
});

test.each([
  ['apply', () => put('any')],
  ['pump', () => put('any')],
  ['work', () => ({ compaction: { revision: 20 } })],
  ['flush', () => put('any')],
] as const)('an EIO thrown inside %s() of the state machine ends the member once, in words', (method, request) => {
  const member = memberWithData();
  const { machine } = member.parts;
  machine[method] = () => {
    throw new DiskError('EIO', '/member/data/x.seg', 'read');
  };
  for (let i = 0; i < 50 && member.fatals.length === 0; i++) {
    member.settle(request());
    member.run(10);
  }
  expect(member.fatals).toEqual([expect.objectContaining({ code: 'EIO' })]);
  let isStopped = false;
  member.core.stop(() => {
    isStopped = true;
  });
  member.run(10);
  expect(isStopped).toBe(true);
});

test('a flush that was waiting for another one and finds no room is told, not thrown', () => {
  const disk = new MemoryDisk();
  const { machine, start } = bootParts(disk);
  for (const entry of start.entries.slice(0, 1)) machine.applyConfChange(entry, start.confState ?? machine.confState());
  const told: unknown[] = [];
  machine.flush((error) => told.push(error?.code));
  machine.flush((error) => told.push(error?.code));
  disk.failWriteWith = 'ENOSPC';
  while (disk.completeFlush());
  expect(told).toEqual([undefined, 'ENOSPC']);
  expect(machine.failure()?.code).toBe('ENOSPC');
});

test('trouble with the disk is told from defects', () => {
  expect(isDiskTrouble(new DiskError('EIO', 'x', 'read'))).toBe(true);
  expect(isDiskTrouble(new RangeError('x'))).toBe(false);
});

test('room is low below the reserve, and back at twice of it; each is said once', () => {
  const clock = new ManualClock();
  const disk = new MemoryDisk();
  const lines: string[] = [];
  const guard = new SpaceGuard({ disk, dir: '/', clock, log: (level, message) => lines.push(`${level} ${message}`) });
  const seenWith = (freeSpace: DiskSpace | undefined): boolean => {
    disk.freeSpace = freeSpace;
    clock.advance(1000);
    return guard.isLow();
  };
  const GIB = 1024 ** 3;
  const MIB = 1024 ** 2;
  expect(seenWith(undefined)).toBe(false);
  expect(seenWith({ freeBytes: 128 * MIB, totalBytes: 100 * GIB })).toBe(false);
  expect(seenWith({ freeBytes: 128 * MIB - 1, totalBytes: 100 * GIB })).toBe(true);
  expect(seenWith({ freeBytes: 200 * MIB, totalBytes: 100 * GIB })).toBe(true);
  expect(seenWith({ freeBytes: 256 * MIB, totalBytes: 100 * GIB })).toBe(false);
  // Of a small file system the reserve is a twentieth.
  expect(seenWith({ freeBytes: 2 * MIB, totalBytes: 32 * MIB })).toBe(false);
  expect(seenWith({ freeBytes: 1 * MIB, totalBytes: 32 * MIB })).toBe(true);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['error', 'info', 'error']);
  disk.space = () => {
    throw new DiskError('EACCES', '/', 'ask for the room in');
  };
  expect([seenWith(undefined), seenWith(undefined)]).toEqual([true, true]);
  expect(lines.at(-1)).toBe('warn cannot see how much room the disk has');
  expect(lines).toHaveLength(4);
});
