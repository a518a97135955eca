/**
 * What stops a member, wherever it turns up: its disk fails, or what is stored cannot be read back. Everything else that
 * nobody expects is a defect. Both end the process; this one with a word to the operator instead of a stack.
 */
import { SnapshotError } from '../apply/snapshot.ts';
import { DamagedSegmentError } from '../mvcc/segments/damage.ts';
import { DiskError } from '../ports/disk.ts';
import { ImageCorruptError } from './snapshot-spool.ts';

export const isDiskTrouble = (error: unknown): error is Error =>
  [DiskError, DamagedSegmentError, ImageCorruptError, SnapshotError].some((kind) => error instanceof kind);

/** One line: what failed and what to do about it. */
export function explainDiskTrouble(error: Error): string {
  if (!(error instanceof DiskError)) return error.message;
  return error.code === 'ENOSPC' || error.code === 'EDQUOT'
    ? `${error.message}: the disk is full, make room and start again`
    : `${error.message}: check the disk and the rights on it`;
}
