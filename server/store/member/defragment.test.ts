/** Defragmenting a running member: its own affair, whatever the cluster and the alarms say. */
import { expect, test } from 'vitest';
import { NO_MEMBER } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { AlarmAction, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import type { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { LoneMember } from './test-support/lone-member.ts';

const ANSWER_MS_MAX = 10_000;
const put = (key: string) => ({ put: { key: utf8Encode(key), value: utf8Encode('x'.repeat(100)) } });
const sizeOf = (member: LoneMember) => member.parts.machine.kv.size();

/** One key written over and over, compacted: too little for the background, all in the file that takes appends. */
function memberWithDeadData(): LoneMember {
  const member = new LoneMember(new MemoryDisk(), 0);
  for (let i = 0; i < 10; i++) expect(member.settle(put('key'))?.ok).toBe(true);
  const revision = member.parts.machine.kv.revision();
  expect(member.settle({ compaction: { revision } })?.ok).toBe(true);
  member.run(1000);
  expect(sizeOf(member).inUse).toBeLessThan(sizeOf(member).total * 0.7);
  return member;
}

/** Undefined: done. */
function defragment(member: LoneMember): { readonly answers: (EtcdError | undefined)[]; readonly leave: () => void } {
  const answers: (EtcdError | undefined)[] = [];
  return { answers, leave: member.core.defragment((error) => answers.push(error)) };
}

function settled(member: LoneMember): EtcdError | undefined {
  const { answers } = defragment(member);
  for (let ms = 0; ms < ANSWER_MS_MAX && answers.length === 0; ms++) member.run(1);
  expect(answers).toHaveLength(1);
  return answers[0];
}

const deadShare = (member: LoneMember) => 1 - sizeOf(member).inUse / sizeOf(member).total;

test('it is answered when the space is given back, with nobody writing, under NOSPACE too', () => {
  const member = memberWithDeadData();
  const memberId = member.core.options.id;
  const alarm = { action: AlarmAction.ACTIVATE, memberId, alarm: AlarmType.NOSPACE };
  expect(member.settle({ alarm })?.ok).toBe(true);
  expect(settled(member)).toBeUndefined();
  expect(deadShare(member)).toBeLessThan(0.02);
  expect(member.settle({ alarm: { ...alarm, action: AlarmAction.DEACTIVATE } })?.ok).toBe(true);
  expect(member.settle(put('after'))?.ok).toBe(true);
});

test('it needs no leader', () => {
  const before = memberWithDeadData();
  before.core.stop(() => undefined);
  while (before.disk.completeFlush());
  before.kill();
  const member = new LoneMember(before.disk, 1);
  const { answers } = defragment(member);
  for (let ms = 0; ms < ANSWER_MS_MAX && answers.length === 0; ms++) {
    expect(member.core.replica.leaderId).toBe(NO_MEMBER);
    member.run(1);
  }
  expect(answers).toEqual([undefined]);
  expect(deadShare(member)).toBeLessThan(0.02);
});

test('without room on the disk it is refused with what is missing, and the member goes on', () => {
  const member = memberWithDeadData();
  member.disk.freeSpace = { freeBytes: 0, totalBytes: 1e9 };
  expect(settled(member)).toMatchObject({
    code: GrpcCode.RESOURCE_EXHAUSTED,
    message: expect.stringMatching(/^etcdserver: the disk has no room to rewrite stored data: \d+ more bytes/),
  });
  expect(member.settle(put('after'))?.ok).toBe(true);
  expect(member.fatals).toEqual([]);
});

test('a member that stops refuses who waits, once; who left is not told', () => {
  const member = memberWithDeadData();
  const [waiting, gone] = [defragment(member), defragment(member)];
  gone.leave();
  member.core.stop(() => undefined);
  while (member.disk.completeFlush());
  expect(waiting.answers).toMatchObject([{ message: 'etcdserver: server stopped' }]);
  expect(gone.answers).toEqual([]);
});

test('a flush that fails meanwhile ends the member as ever, and nobody is told that it is done', () => {
  const member = memberWithDeadData();
  const { answers } = defragment(member);
  member.disk.failFlushWith = 'EIO';
  member.run(1000);
  expect(member.fatals).toMatchObject([{ name: 'DiskError', code: 'EIO' }]);
  expect(answers).toEqual([]);
});
